"""What stands on the pages of the help to be typed: command lines, and code of Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hsigui.assets import resource

ROOT = Path(__file__).parents[2]
README = "README"
_FENCE = re.compile(r"^```(\w*)\s*$")
_COMMAND = re.compile(r"^(?:torchrun .*?-m )?hsigui (?=\S)")
# Words in the place of a file: what a page calls so is this file when it is run.
STANDS_FOR = {
    "SCENE": "scene.hdr", "CUBE": "scene.hdr", "TRUTH": "truth.tif", "GT": "truth.tif", "MAP": "map.tif",
    "OUT": "done.tif", "RUN": "run", "LABELS": "labels.tif", "MAPS": "maps", "DIR": "report",
    "IP_200_M.mat": "scene.hdr", "Indian_pines_gt.mat": "truth.tif",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """One piece of code of a page.

    Attributes:
        page: the name of its file, without its ending.
        language: behind the fence; "" where there is none, or where it is indented.
        line: of the page, from 1, where it begins.
    """

    page: str
    language: str
    line: int
    text: str


@dataclass(frozen=True)
class Command:
    """One command line of a page, as it stands there."""

    page: str
    line: int
    text: str

    @property
    def words(self) -> list[str]:
        """What follows `hsigui`, with files in the place of words that stand for one."""
        found = shlex.split(self.text, comments=True)
        return [STANDS_FOR.get(word, word) for word in found[found.index("hsigui") + 1 :]]

    @property
    def by_hsigui(self) -> bool:
        """Whether `hsigui` itself is what is called."""
        return self.text.startswith("hsigui ")


def page_names() -> list[str]:
    """The names of all pages of the help, and README."""
    return [*sorted(path.stem for path in resource("help").glob("*.md")), README]


def page_text(name: str) -> str:
    """The text of a page of the help, or of README."""
    folder = ROOT if name == README else resource("help")
    return (folder / f"{name}.md").read_text(encoding="utf-8")


def blocks_of(name: str) -> Iterator[Block]:
    """The pieces of code of a page, fenced or indented, in their order."""
    lines, language, begun, inside = [], "", 0, False
    for number, line in enumerate(page_text(name).splitlines(), 1):
        fence = _FENCE.match(line)
        if fence and not inside:
            language, begun, lines, inside = fence[1], number + 1, [], True
        elif fence:
            yield Block(name, language, begun, "\n".join(lines) + "\n")
            inside = False
        elif inside:
            lines.append(line)
        elif line.startswith("    ") and not line.lstrip().startswith(("-", "*", "|")):
            yield Block(name, "", number, f"{line[4:]}\n")


def commands_of(name: str) -> list[Command]:
    """The command lines of a page, in their order."""
    return [
        Command(name, block.line + number, line.strip())
        for block in blocks_of(name)
        if block.language in ("", "bash", "sh")
        for number, line in enumerate(block.text.splitlines())
        if _COMMAND.match(line.strip())
    ]


def python_of(name: str) -> list[Block]:
    """The scripts of a page: what is fenced as Python, and what is fenced and calls `hsigui` as Python does."""
    return [
        block
        for block in blocks_of(name)
        if block.language == "python" or (not block.language and "hsigui." in block.text and not _commands_in(block))
    ]


def _commands_in(block: Block) -> list[str]:
    return [line for line in block.text.splitlines() if _COMMAND.match(line.strip())]


def sections_of(path: Path) -> dict[str, str]:
    """The sections below the headings of the second level of a page, in their order."""
    parts = re.split(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
