"""The folder of Markdown that the site is built from: the pages of the help, and those that are made of tables."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import public
import reference

from hsigui.assets import resource
from hsigui.ui.shell.help_contents import REFERENCE, SECTIONS, found_pages

HERE = Path(__file__).parent
DARK = "-dark"
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([\w-]+)(\.png|\.svg)\)")
_FROM_README = re.compile(r"<!-- README: (.+?) -->")
_ITEM = re.compile(r"^(\s*)([-*]|\d+\.) ")
_FENCE = re.compile(r"^\s*```")


def gather(folder: Path) -> list[dict[str, object]]:
    """Writes all pages and pictures into an empty folder; the contents, as the site wants them.

    Raises:
        FileNotFoundError: a page that is listed is not there.
    """
    helps = resource("help")
    folder.mkdir(parents=True)
    for picture in (*helps.glob("*.png"), *helps.glob("*.svg")):
        shutil.copy(picture, folder / picture.name)
    listed = [path.stem for path in found_pages(helps)]
    missing = [name for _, names in SECTIONS for name in names if name not in listed]
    if missing:
        raise FileNotFoundError(f"the help lacks {', '.join(missing)}")
    for name in (*listed, *REFERENCE):
        text = (helps / f"{name}.md").read_text(encoding="utf-8")
        (folder / f"{name}.md").write_text(as_site(text, folder), encoding="utf-8")
    for name, (_, make) in reference.PAGES.items():
        (folder / f"{name}.md").write_text(make(), encoding="utf-8")
    (folder / "python.md").write_text(public.page(), encoding="utf-8")
    index = _FROM_README.sub(lambda found: section_of_readme(found[1]), (HERE / "index.md").read_text(encoding="utf-8"))
    (folder / "index.md").write_text(as_site(index, folder), encoding="utf-8")
    changes = resource("CHANGELOG.md").read_text(encoding="utf-8")
    (folder / "changes.md").write_text(as_site(changes, folder), encoding="utf-8")
    return contents()


def section_of_readme(title: str) -> str:
    """What stands in README below a heading of the second level, down to the next.

    Raises:
        LookupError: README has no such heading.
    """
    text = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"README.md has no heading “{title}”")
    return found[1].strip()


def contents() -> list[dict[str, object]]:
    """The contents: sections with their pages."""
    looked_up = [f"{name}.md" for name in (*reference.PAGES, "python", *REFERENCE, "changes")]
    return [
        {"Home": "index.md"},
        *({title: [f"{name}.md" for name in names]} for title, names in SECTIONS),
        {"Look up": looked_up},
    ]


def as_site(text: str, pictures: Path) -> str:
    """A page as the site's Markdown wants it: a blank line before a list, and pictures for light and dark colours."""

    def both(found: re.Match[str]) -> str:
        alt, name, suffix = found[1], found[2], found[3]
        if not (pictures / f"{name}{DARK}{suffix}").is_file():
            return found[0]
        return f"![{alt}]({name}{suffix}#only-light)\n![{alt}]({name}{DARK}{suffix}#only-dark)"

    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        inside ^= bool(_FENCE.match(line))
        begins = not inside and bool(_ITEM.match(line))
        if begins and lines and lines[-1].strip() and not _within_list(lines):
            lines.append("")
        lines.append(line)
    return _PICTURE.sub(both, "\n".join(lines) + "\n")


def _within_list(lines: list[str]) -> bool:
    """Whether the last paragraph is an entry of a list, or goes on with one."""
    for line in reversed(lines):
        if not line.strip():
            return False
        if _ITEM.match(line):
            return True
    return False
