"""The picture of the rooms of the code, drawn from what imports what: python -m tests.pictures.rooms [--folder FOLDER]

Floors are those of the first contract in `pyproject.toml`. An arrow leads from a room to one whose modules it imports;
those that others lead to in steps are left out. Colours tell which rooms import Qt and PyTorch.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

from hsigui.assets import resource

ROOT = Path(__file__).parents[2]
PACKAGE = "hsigui"
QT, TORCH = ("PySide6", "pyqtgraph"), ("torch",)
ABOUT: Mapping[str, str] = {
    "__main__": "the start", "ui": "the window", "cli": "the terminal", "commands": "hsigui COMMAND",
    "api": "import hsigui", "pipeline": "sample, pretrain, embed, fit, classify", "storage": "projects, runs",
    "sample_scenes": "public scenes to fetch",
    "document": "scenes that are open", "masks": "pixels left out", "finishing": "maps finished",
    "preparing": "cubes made ready", "report": "figures, files", "methods": "encoders, probes",
    "analysis": "without learning", "jobs": "work, progress", "specs": "what is asked for", "parameters": "settings",
    "labels": "classes, strokes, formats", "cube": "samples, bands, place, formats",
}  # fmt: skip
WIDTH, FLOOR, HEIGHT, GAP, MARGIN = 860, 78, 40, 44, 24
LETTER, SMALL, INSIDE = 8.2, 6.4, 22  # widths of a letter of a name and of a line below it; room beside them


@dataclass(frozen=True)
class Scheme:
    """Colours of one picture."""

    suffix: str
    paper: str
    ink: str
    faint: str
    line: str
    plain: str
    qt: str
    torch: str


SCHEMES = (
    Scheme("", "#ffffff", "#1c2024", "#566069", "#8a949e", "#eef1f4", "#d3e6f8", "#fbe3cd"),
    Scheme("-dark", "#1e2227", "#e8ebee", "#a9b2bb", "#77818b", "#30363d", "#1f4a70", "#6b4520"),
)


@dataclass(frozen=True)
class Rooms:
    """The rooms on their floors, what leads where, and what they are built on.

    Attributes:
        floors: names of rooms without the package's, the uppermost floor first.
        arrows: from a room to a lower one, without those that others make up together.
        qt, torch: rooms that import them.
    """

    floors: tuple[tuple[str, ...], ...]
    arrows: tuple[tuple[str, str], ...]
    qt: frozenset[str]
    torch: frozenset[str]


def rooms_of(root: Path = ROOT) -> Rooms:
    """Reads floors and imports of a checkout.

    Raises:
        ValueError: an import leads up; import-linter tells which.
    """
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers = told["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = tuple(tuple(name.strip().removeprefix(f"{PACKAGE}.") for name in line.split("|")) for line in layers)
    graph = grimp.build_graph(PACKAGE, include_external_packages=True, cache_dir=None)
    names = [name for floor in floors for name in floor]
    imports: dict[str, set[str]] = {name: set() for name in names}
    outside: dict[str, set[str]] = {name: set() for name in names}
    for module in graph.modules:
        if (room := _room(module, names)) is None:
            continue
        for other in graph.find_modules_directly_imported_by(module):
            if (below := _room(other, names)) is None:
                outside[room].add(other)
            elif below != room:
                imports[room].add(below)
    return Rooms(floors, tuple(_shortest(imports, names)), _that_import(outside, QT), _that_import(outside, TORCH))


def _room(module: str, names: Iterable[str]) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == PACKAGE and len(parts) > 1 and parts[1] in names else None


def _that_import(outside: Mapping[str, set[str]], packages: Sequence[str]) -> frozenset[str]:
    return frozenset(room for room, found in outside.items() if found & set(packages))


def _shortest(imports: Mapping[str, set[str]], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The arrows that no chain of others replaces."""
    reached: dict[str, set[str]] = {}
    for room in reversed(names):  # from the ground up: what lies below is known by then
        if missing := imports[room] - reached.keys():
            raise ValueError(f"{room} imports {', '.join(sorted(missing))}, which is not below it")
        reached[room] = imports[room].union(*(reached[below] for below in imports[room]))
    for room in names:
        for below in sorted(imports[room]):
            if not any(below in reached[other] for other in imports[room]):
                yield room, below


@dataclass(frozen=True)
class Box:
    """Where a room stands, in pixels."""

    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def laid_out(rooms: Rooms) -> dict[str, Box]:
    """A box for each room: rooms of a floor side by side, below those that lead to them where that can be."""
    boxes: dict[str, Box] = {}
    for number, floor in enumerate(rooms.floors):
        widths = {name: _width(name) for name in floor}
        ordered = sorted(floor, key=lambda name: _wish(name, rooms.arrows, boxes))
        left = (WIDTH - sum(widths.values()) - GAP * (len(floor) - 1)) / 2
        if len(floor) == 1:
            wish = _wish(floor[0], rooms.arrows, boxes) - widths[floor[0]] / 2
            left = min(max(wish, MARGIN), WIDTH - MARGIN - widths[floor[0]])
        for name in ordered:
            boxes[name] = Box(left, MARGIN + number * FLOOR, widths[name])
            left += widths[name] + GAP
    return boxes


def _width(name: str) -> float:
    return max(len(name) * LETTER, len(ABOUT.get(name, "")) * SMALL) + INSIDE


def _wish(name: str, arrows: Iterable[tuple[str, str]], boxes: Mapping[str, Box]) -> float:
    above = [boxes[room].middle for room, below in arrows if below == name and room in boxes]
    return sum(above) / len(above) if above else WIDTH / 2


def drawn(rooms: Rooms, scheme: Scheme) -> str:
    """The picture as SVG, of attributes alone: the window's help draws no style sheets."""
    boxes = laid_out(rooms)
    height = 2 * MARGIN + len(rooms.floors) * FLOOR - (FLOOR - HEIGHT) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif">',
        "<title>The rooms of the code: each imports only those below it</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{scheme.paper}"/>',
        *_arrows(rooms.arrows, boxes, scheme),
        *(part for name, box in boxes.items() for part in _room_drawn(name, box, rooms, scheme)),
        *_legend(height, scheme),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _arrows(arrows: Sequence[tuple[str, str]], boxes: Mapping[str, Box], scheme: Scheme) -> Iterator[str]:
    for arrow in arrows:
        room, below = arrow
        from_here = sorted((each for each in arrows if each[0] == room), key=lambda each: boxes[each[1]].middle)
        to_there = sorted((each for each in arrows if each[1] == below), key=lambda each: boxes[each[0]].middle)
        start = _side_by_side(boxes[room], from_here.index(arrow), len(from_here))
        end = _side_by_side(boxes[below], to_there.index(arrow), len(to_there))
        yield _arrow(start, boxes[room].top + HEIGHT, end, boxes[below].top, scheme)


def _side_by_side(box: Box, number: int, count: int) -> float:
    """Where one of several arrows meets a box."""
    return box.middle + (number - (count - 1) / 2) * min(14.0, box.width * 0.8 / count)


def _arrow(start: float, top: float, end: float, bottom: float, scheme: Scheme) -> str:
    neck = bottom - 6
    bend = (top + neck) / 2
    curve = f"M{start:.0f} {top:.0f}C{start:.0f} {bend:.0f} {end:.0f} {bend:.0f} {end:.0f} {neck:.0f}"
    head = f"M{end - 4:.0f} {neck:.0f}L{end + 4:.0f} {neck:.0f}L{end:.0f} {bottom:.0f}Z"
    return (
        f'<path d="{curve}" fill="none" stroke="{scheme.line}" stroke-width="1.2"/>'
        f'<path d="{head}" fill="{scheme.line}"/>'
    )


def _room_drawn(name: str, box: Box, rooms: Rooms, scheme: Scheme) -> Iterator[str]:
    fill = scheme.qt if name in rooms.qt else scheme.torch if name in rooms.torch else scheme.plain
    yield (
        f'<rect x="{box.left:.0f}" y="{box.top}" width="{box.width:.0f}" height="{HEIGHT}" rx="6" fill="{fill}"'
        f' stroke="{scheme.line}"/>'
    )
    about = ABOUT.get(name, "")
    yield _text(box.middle, box.top + (17 if about else 25), name, 14, scheme.ink, ' font-weight="bold"')
    if about:
        yield _text(box.middle, box.top + 32, about, 11, scheme.faint)


def _text(middle: float, base: float, words: str, size: int, color: str, more: str = "") -> str:
    return (
        f'<text x="{middle:.0f}" y="{base:.0f}" font-size="{size}" text-anchor="middle" fill="{color}"{more}>'
        f"{escape(words)}</text>"
    )


def _legend(height: int, scheme: Scheme) -> Iterator[str]:
    left = MARGIN
    for color, words in ((scheme.qt, "imports Qt"), (scheme.torch, "imports PyTorch"), (scheme.plain, "neither")):
        yield (
            f'<rect x="{left}" y="{height - 32}" width="16" height="16" rx="3" fill="{color}" stroke="{scheme.line}"/>'
            f'<text x="{left + 24}" y="{height - 19}" font-size="12" fill="{scheme.ink}">{words}</text>'
        )
        left += 160


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=resource("help"))
    given = parser.parse_args()
    rooms = rooms_of()
    for scheme in SCHEMES:
        (given.folder / f"rooms{scheme.suffix}.svg").write_text(drawn(rooms, scheme), encoding="utf-8")
    print(f"{sum(map(len, rooms.floors))} rooms, {len(rooms.arrows)} arrows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
