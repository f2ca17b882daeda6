"""XML of others, read in pieces: neither its depth nor its entities can harm, and reading it can be stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hsigui import stopping
from hsigui.cube.limits import require_text
from hsigui.texts import say

_DEEPEST = 200
_PIECE = 2**18  # characters or bytes


def tree_in(path: Path, *, comments: bool = False) -> ElementTree.Element:
    """The tree of an XML file, as `tree_of` gives it.

    Raises:
        OSError, ValueError, LookupError, ParseError: it cannot be read, or is none that is taken here.
        HsiError: it is too large.
    """
    require_text(path.name, path.stat().st_size)
    return tree_of(path.read_bytes(), comments=comments)


def tree_of(content: str | bytes, *, comments: bool = False) -> ElementTree.Element:
    """The tree of a text of XML.

    Args:
        comments: whether comments and processing instructions are kept as elements.

    Raises:
        ValueError, LookupError, ParseError: it is no XML, is nested too deep, or declares entities.
    """
    entity: str | bytes = "<!entity" if isinstance(content, str) else b"<!entity"
    if entity in content[: 2**20].lower():  # type: ignore[operator]
        raise ValueError(say("it declares entities"))
    parser = ElementTree.XMLParser(target=_Builder(comments))
    for start in range(0, len(content), _PIECE):
        stopping.check()
        parser.feed(content[start : start + _PIECE])
    root: ElementTree.Element = parser.close()
    return root


class _Builder(ElementTree.TreeBuilder):
    """Refuses elements within elements without end: whoever looks for a name below each of them takes for ever."""

    def __init__(self, comments: bool) -> None:
        super().__init__(insert_comments=comments, insert_pis=comments)
        self._depth = 0

    def start(self, tag: Any, attrs: Any, /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(say("its elements are nested deeper than {deepest}", deepest=_DEEPEST))
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)
