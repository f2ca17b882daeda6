"""Lists of formats and tools in README and help, between marks such as <!-- formats: scenes --> and <!-- end -->.

    python -m tests.formats_in_texts

writes them anew from their tables.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hsigui.analysis import table as layers
from hsigui.cube.formats import table as scenes
from hsigui.cube.formats.products import help_table as products
from hsigui.cube.libraries import table as libraries
from hsigui.labels.formats import table as labels
from hsigui.report import sheet_table as tables
from hsigui.report import table as maps
from hsigui.ui.image import tools_table as tools

ROOT = Path(__file__).parents[1]
HELP = ROOT / "resources" / "help"
_MARKED = re.compile(r"(<!-- (?:formats|table): ([a-z ]+) -->)(.*?)(<!-- end -->)", re.DOTALL)


def _lines(table: Callable[[], Iterator[str]]) -> Callable[[], str]:
    return lambda: "\n\n" + "\n".join(table()) + "\n\n"


def _wrapped(words: Callable[[], str]) -> Callable[[], str]:
    return lambda: "\n" + textwrap.fill(words(), 108, initial_indent="  ", subsequent_indent="  ")


LISTS: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    ROOT / "README.md": {
        "scenes": _wrapped(scenes.titles_in_words),
        "labels": _wrapped(labels.titles_in_words),
        "maps": _wrapped(maps.titles_in_words),
    },
    HELP / "products.md": {"products": _lines(products.help_table), "sources": _lines(products.sources_table)},
    HELP / "scenes.md": {"scenes": _lines(scenes.help_table)},
    HELP / "label-files.md": {
        "labels": _lines(labels.help_table),
        "labels only read": lambda: ", ".join(labels.only_read()),
    },
    HELP / "labelling.md": {"tools": _lines(tools.help_table)},
    HELP / "maps.md": {"maps": _lines(maps.help_table)},
    HELP / "tables.md": {"tables": _lines(tables.help_table)},
    HELP / "spectra.md": {"libraries": _lines(libraries.help_table)},
    HELP / "layers.md": {"indices": _lines(layers.help_table)},
}


def with_lists(path: Path) -> str:
    """The text of a page as it should be."""
    lists = LISTS[path]
    text = path.read_text(encoding="utf-8")
    return _MARKED.sub(lambda found: f"{found[1]}{lists[found[2]]()}{found[4]}", text)


def marked(path: Path) -> list[str]:
    """The names of the lists that a page has."""
    return [found[1] for found in _MARKED.findall(path.read_text(encoding="utf-8"))]


if __name__ == "__main__":
    for page in LISTS:
        page.write_text(with_lists(page), encoding="utf-8")
