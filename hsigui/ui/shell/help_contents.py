"""Which pages the help has, in which order and under which headings."""

from __future__ import annotations

import re
from pathlib import Path

from hsigui.assets import resource
from hsigui.texts import say

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (say("Begin"), ("first-steps", "tutorial", "panels", "gallery", "troubleshooting")),
    (say("How to"), (
        "howto-polygons", "howto-library", "howto-raw", "howto-cluster", "howto-accuracy", "howto-methods", "howto-add",
    )),
    (say("Scenes"), ("scenes", "prepare", "masks", "servers", "products", "huge")),
    (say("Seeing and comparing"), (
        "seeing", "places", "pictures", "spectra", "matching", "layers", "unmixing", "feature-space",
    )),
    (say("Labels and projects"), ("labelling", "label-files", "asking", "saving", "projects")),
    (say("Methods"), ("features", "lscosa", "purified", "contrastdm", "baselines", "study")),
    (say("Maps and accuracy"), ("maps", "confidence", "evaluate", "finishing", "tables")),
    (say("Many scenes and machines"), ("several", "many-gpus", "clusters", "planning")),
    (say("Python"), ("api", "notebooks", "walk")),
)  # fmt: skip
PAGES = tuple(name for _, names in SECTIONS for name in names)
# Tables of fields for those who write programs: they are linked from other pages, and listed by the site alone.
REFERENCE = ("info-json", "report-json")
_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


def found_pages(folder: Path | None = None) -> list[Path]:
    """The pages that are there, in their order."""
    if folder is None:
        try:
            folder = resource("help")
        except FileNotFoundError:
            return []
    return [path for path in (folder / f"{name}.md" for name in PAGES) if path.is_file()]


def unlisted_pages(folder: Path | None = None) -> dict[str, Path]:
    """The pages that only links lead to, by their names."""
    if folder is None:
        try:
            folder = resource("help")
        except FileNotFoundError:
            return {}
    return {name: folder / f"{name}.md" for name in REFERENCE if (folder / f"{name}.md").is_file()}


def title_of(path: Path) -> str:
    """The first heading of a page; its name when it has none."""
    found = _HEADING.search(path.read_text(encoding="utf-8"))
    return re.sub(r"[`*]", "", found.group(1)) if found else path.stem


def slug(heading: str) -> str:
    """What a link calls a heading: small letters, digits and hyphens."""
    return re.sub(r"[^\w-]", "", heading.strip().casefold().replace(" ", "-"))
