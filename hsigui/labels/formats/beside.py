"""Names and colours of classes that stand in files beside a raster: GDAL's auxiliary metadata (.aux.xml), ArcGIS's
attribute table (.vat.dbf), the style of QGIS (.qml) and ArcGIS's colours (.clr).

What the raster itself says goes before, then the files in this order; each number takes the first name and the first
colour that it is given. A file that cannot be read costs its names and is told.

Sources: GDAL, "Persistent Auxiliary Metadata" and "Raster Attribute Tables" (gdal_rat.h); Esri, "Raster dataset
attribute tables"; QGIS, `QgsPalettedRasterRenderer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hsigui import untrusted
from hsigui.cube.formats.envi import find_pair
from hsigui.cube.formats.xml_files import tree_in
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, Color
from hsigui.labels.formats.attributes import NAMES, color_from
from hsigui.labels.formats.class_tables import rows_of_clr
from hsigui.labels.formats.qgis_styles import palette_rows
from hsigui.labels.raster import StoredRaster
from hsigui.texts import say

# How a raster attribute table says what a column is for.
_NAME, _MIN, _MAX, _MIN_MAX = 2, 3, 4, 5
_RED, _GREEN, _BLUE = (6, 10, 13), (7, 11, 14), (8, 12, 15)  # of a colour, and of the least and the most in a range
_USES = {"value": _MIN_MAX, "red": 6, "green": 7, "blue": 8}  # of columns that do not say it, by their name


@dataclass
class Said:
    """Names and colours by stored number."""

    names: dict[int, str] = field(default_factory=dict)
    colors: dict[int, Color] = field(default_factory=dict)

    def take(self, rows: Iterable[tuple[Any, Any, Any]]) -> None:
        """Adds rows of number, name and colour as they stand in a file; what is there already stays."""
        for number, name, color in rows:
            if (at := _number(number)) is None:
                continue
            if text := str(name or "").strip():
                self.names.setdefault(at, text)
            if (rgb := color_from(color)) is not None:
                self.colors.setdefault(at, rgb)


def named_by_side_files(stored: StoredRaster, path: Path) -> StoredRaster:
    """A raster with the names and colours of the files beside it."""
    said, used, unread = Said(dict(stored.names), dict(stored.colors)), [], []
    for file, read in _side_files(path):
        before = len(said.names), len(said.colors)
        try:
            require_text(file.name, file.stat().st_size)
            with untrusted.reading(file.name):
                said.take(read(file))
        except HsiError as error:
            unread.append(say("{name} beside it is passed over: {reason}", name=file.name, reason=error.message))
        if (len(said.names), len(said.colors)) != before and not file.name.endswith(".aux.xml"):
            used.append(file.name)
    notes = [say("Names and colours of classes are from {files}.", files=", ".join(used))] if used else []
    return replace(stored, names=said.names, colors=said.colors, notes=(*stored.notes, *notes, *unread))


def _side_files(path: Path) -> Iterator[tuple[Path, Callable[[Path], Iterable[tuple[Any, Any, Any]]]]]:
    """The files that are there, with what reads them; they are called by the name of the raster, with or without its
    ending."""
    readers: tuple[tuple[str, Callable[[Path], Iterable[tuple[Any, Any, Any]]]], ...] = (
        (".aux.xml", rows_of_aux), (".vat.dbf", rows_of_vat), (".qml", _of_qml), (".clr", _of_clr),
    )  # fmt: skip
    ends = [path.suffix, ""]
    if path.suffix.lower() == ".hdr":  # either file of ENVI's pairs can be the one that is named
        ends.append(find_pair(path)[1].suffix)
    for suffix, read in readers:
        for name in dict.fromkeys(path.stem + end + suffix for end in ends):
            if name != path.name and untrusted.is_file(path.with_name(name)):
                yield path.with_name(name), read


def rows_of_aux(path: Path) -> Iterator[tuple[Any, Any, Any]]:
    """Category names, colour table and attribute table of the first band.

    Raises:
        HsiError: it is no such file.
    """
    root = tree_in(path)
    band = root.find("./PAMRasterBand[@band='1']")
    if band is None:
        return
    for number, category in enumerate(band.iterfind("./CategoryNames/Category")):
        yield number, category.text, None
    for number, entry in enumerate(band.iterfind("./ColorTable/Entry")):
        yield number, "", " ".join(entry.get(part) or "" for part in ("c1", "c2", "c3"))
    table = band.find("./GDALRasterAttributeTable")
    if table is not None:
        yield from _of_table(table)


def rows_of_vat(path: Path) -> Iterator[tuple[Any, Any, Any]]:
    """The rows of an attribute table of ArcGIS.

    Raises:
        HsiError: it is no dBase file.
    """
    from hsigui.labels.formats import vector_files

    table = vector_files.attributes_of(path)
    names = [name.casefold() for name in table.fields]
    uses = [_USES.get(name, 0) for name in names]
    yield from _rows(names, uses, list(zip(*(column.tolist() for column in table.values), strict=True)))


def _of_table(table: ElementTree.Element) -> Iterator[tuple[Any, Any, Any]]:
    """The rows of a GDALRasterAttributeTable."""
    names, uses = [], []
    for column in table.iterfind("./FieldDefn"):
        names.append((column.findtext("Name") or "").casefold())
        said = (column.findtext("Usage") or "0").strip()
        uses.append(int(said) if said.isdecimal() and int(said) else _USES.get(names[-1], 0))
    rows = [[cell.text for cell in row.iterfind("./F")] for row in table.iterfind("./Row")]
    first, step = table.get("Row0Min"), table.get("BinSize")
    least, width = (0.0, 1.0) if first is None or step is None else (float(first), float(step))
    yield from _rows(names, uses, rows, [least + row * width for row in range(len(rows))])


def _rows(
    names: Sequence[str],
    uses: Sequence[int],
    rows: Sequence[Sequence[Any]],
    numbers: Sequence[float] = (),
) -> Iterator[tuple[Any, Any, Any]]:
    """Number, name and colour of each row of a table whose columns have these names and uses."""
    at = next((uses.index(use) for use in (_MIN_MAX, _MIN, _MAX) if use in uses), None)
    if at is None and not numbers:
        return
    colors = [next((uses.index(use) for use in part if use in uses), None) for part in (_RED, _GREEN, _BLUE)]
    name = uses.index(_NAME) if _NAME in uses else next((names.index(n) for n in NAMES if n in names), None)
    if name is None:  # the one column of texts
        texts = [n for n in range(len(names)) if any(isinstance(row[n], str) and _is_text(row[n]) for row in rows)]
        name = texts[0] if len(texts) == 1 else None
    parts = [part for part in colors if part is not None]
    unit = len(parts) == 3 and _are_shares([[row[part] for part in parts] for row in rows])
    for number, row in enumerate(rows):
        color = None
        if len(parts) == 3 and len(row) > max(parts):
            color = " ".join(str(_level(row[part], unit)) for part in parts)
        held = numbers[number] if at is None else row[at] if len(row) > at else None
        yield held, (row[name] if name is not None and len(row) > name else ""), color


def _are_shares(colors: Sequence[Sequence[Any]]) -> bool:
    """Whether colours are written from 0 to 1, as ArcGIS does, and not to 255."""
    values = [_float(value) for color in colors for value in color]
    return any(0 < value < 1 for value in values) and max(values, default=0) <= 1


def _level(value: Any, unit: bool) -> int:
    return round(_float(value) * (255 if unit else 1))


def _float(value: Any) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return -1.0
    return found if abs(found) < 1e9 else -1.0


def _number(value: Any) -> int | None:
    """A stored number as a file beside writes it; None for what is none that a class can have."""
    found = _float(value)
    return int(found) if 0 <= found <= MAX_CLASS and found == int(found) else None


def _is_text(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return bool(value.strip())
    return False


def _of_qml(path: Path) -> Iterator[tuple[Any, Any, Any]]:
    yield from palette_rows(tree_in(path))


def _of_clr(path: Path) -> Iterator[tuple[Any, Any, Any]]:
    yield from rows_of_clr(path.read_text(encoding="utf-8-sig", errors="replace"))
