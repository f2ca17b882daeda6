"""Tables of classes (number, name, colour) from and to files: CSV, ArcGIS .clr, QGIS .qml and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui import plugins, untrusted
from hsigui.cube.formats.rows import suffixes_of
from hsigui.cube.formats.xml_files import tree_of
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, color_for, default_name
from hsigui.labels.formats import cells
from hsigui.labels.formats.attributes import color_from, color_text
from hsigui.labels.formats.qgis_styles import palette_rows, symbol_color
from hsigui.labels.formats.table import CLASS_TABLES, class_table_suffixes
from hsigui.labels.matching import is_default
from hsigui.saving import written_beside
from hsigui.texts import say

_NUMBERS = ("class_id", "id", "number", "value", "class", "code")
_NAMES = ("class_name", "name", "label", "description")
_COLORS = ("color", "colour", "rgb", "hex")
_RGB = (("r", "g", "b"), ("red", "green", "blue"))

Row = tuple[Any, Any, Any]  # number, name, colour, as they stand


def read_table(path: str | Path, *, alike: bool = False) -> ClassTable:
    """Reads the classes of a table; a class without a colour gets its default one. Class 0 is left out.

    Args:
        alike: whether classes may have the same name, as those of a map of others may.

    Raises:
        HsiError: the file cannot be read, is of another format, or holds no classes.
    """
    path = Path(path).expanduser()
    try:
        require_text(path.name, path.stat().st_size)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise HsiError(
            say("{path} cannot be read: {reason}.", path=path, reason=untrusted.reason_of(error)),
            say("Choose another file."),
        ) from error
    text = content.decode("utf-8-sig", errors="replace")
    found = next((row for row in CLASS_TABLES if path.suffix.lower() in row.suffixes), None)
    if found is None:
        raise HsiError(
            say("{name} is no table of classes.", name=path.name),
            say("Readable are {suffixes_of}.", suffixes_of=", ".join(suffixes_of(CLASS_TABLES))),
        )
    try:
        rows = list(plugins.resolved(found.read)(text))
    except (ValueError, LookupError, TypeError, AttributeError, SyntaxError, csv.Error, RecursionError) as error:
        raise HsiError(
            say("{name} is no table of classes: {reason}.", name=path.name, reason=untrusted.reason_of(error)),
            say("Is the file complete?"),
        ) from error
    with untrusted.reading(path.name):
        classes = _table(rows, path.name, alike)
    if not classes:
        raise HsiError(
            say("{name} holds no classes.", name=path.name),
            say("Each needs a number from 1, and better a name and a colour."),
        )
    return classes


def write_table(path: str | Path, classes: ClassTable) -> list[Path]:
    """Writes a table in the format of the suffix, one of `class_table_suffixes`.

    Raises:
        HsiError: the suffix is another, or the file cannot be written.
    """
    path = Path(path).expanduser()
    found = next((row for row in CLASS_TABLES if path.suffix.lower() == row.suffixes[0]), None)
    if found is None:
        raise HsiError(
            say("“{name}” does not say in which format to write the classes.", name=path.name),
            say("End it in {class_table_suffixes}.", class_table_suffixes=", ".join(class_table_suffixes())),
        )
    with written_beside(path) as (scratch,):
        scratch.write_bytes(plugins.resolved(found.write)(classes))
    return [path]


def merged_table(present: ClassTable, other: ClassTable) -> ClassTable:
    """The present classes with the colours of those of the same name, and the classes of the other that are new.

    A class that only has its default name ("Class 3") takes name and colour of the other's class of its number. A new
    class keeps its number when that is free.
    """
    merged = {c.number: c for c in present}
    by_name = {c.name.casefold(): c.number for c in present}
    free = iter(range(1, MAX_CLASS + 1))
    for info in other:
        number = by_name.get(info.name.casefold())
        if number is not None:
            merged[number] = replace(merged[number], color=info.color)  # still locked or hidden
            continue
        there = merged.get(info.number)
        number = info.number
        if there is not None and not is_default(there):
            # Those that were taken stay taken, so the search goes on where it ended.
            number = next((n for n in free if n not in merged and n not in other), None)
            if number is None:
                raise HsiError(
                    say("The classes of both tables are more than {max_class}.", max_class=MAX_CLASS),
                    say("Leave some out."),
                )
        elif there is not None:
            by_name.pop(there.name.casefold(), None)
        merged[number] = replace(merged.get(number, info), number=number, name=info.name, color=info.color)
        by_name[info.name.casefold()] = number
    return ClassTable(tuple(merged.values()))


def qgis_style(classes: ClassTable) -> bytes:
    """A QGIS layer style (.qml) with the names and colours of the classes; class 0 is transparent."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="AllStyleCategories", hasScaleBasedVisibilityFlag="0")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    ET.SubElement(renderer, "rasterTransparency")
    palette = ET.SubElement(renderer, "colorPalette")
    ET.SubElement(palette, "paletteEntry", value="0", label="Unclassified", color="#000000", alpha="0")
    for info in classes:
        label = "".join(c if c.isprintable() else " " for c in info.name)  # XML cannot hold control characters
        color = color_text(info.color)
        ET.SubElement(palette, "paletteEntry", value=str(info.number), label=label, color=color, alpha="255")
    ET.SubElement(pipe, "brightnesscontrast", brightness="0", contrast="0", gamma="1")
    ET.SubElement(pipe, "huesaturation", saturation="0", grayscaleMode="0", colorizeOn="0")
    ET.SubElement(pipe, "rasterresampler", maxOversampling="2")
    ET.SubElement(root, "blendMode").text = "0"
    ET.indent(root)
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root) + b"\n"


def as_csv(classes: ClassTable) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("class_id", "class_name", "color"))
    writer.writerows((c.number, cells.escaped(c.name), color_text(c.color)) for c in classes)
    return text.getvalue().encode("utf-8")


def as_clr(classes: ClassTable) -> bytes:
    names = (" ".join(c.name.split()) for c in classes)
    lines = (
        f"# {c.number} {name}\n{c.number} {' '.join(map(str, c.color))}\n"
        for c, name in zip(classes, names, strict=True)
    )
    return "".join(lines).encode("utf-8")


def as_json(classes: ClassTable) -> bytes:
    rows = [{"class_id": c.number, "class_name": c.name, "color": color_text(c.color)} for c in classes]
    return json.dumps({"classes": rows}, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def rows_of_csv(text: str) -> Iterator[Row]:
    """A table with titles, or lines of number, name, colour; QGIS's colour maps (value, r, g, b, alpha, label) too."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    qgis = bool(lines) and lines[0].upper().startswith("INTERPOLATION")
    lines = lines[1:] if qgis else lines
    separator = max(",;\t", key=lines[0].count) if lines else ","
    rows = [[cells.as_it_was(cell.strip()) for cell in row] for row in csv.reader(lines, delimiter=separator)]
    if qgis:
        yield from ((row[0], row[5] if len(row) > 5 else "", " ".join(row[1:4])) for row in rows)
    elif rows and not _is_number(rows[0][0]):
        titles = [title.casefold() for title in rows[0]]
        yield from (_named_row(dict(zip(titles, row, strict=False))) for row in rows[1:])
    else:
        yield from ((row[0], row[1] if len(row) > 1 else "", " ".join(row[2:5])) for row in rows)


def _named_row(row: dict[str, Any]) -> Row:
    def first(names: Iterable[str]) -> Any:
        return next((row[n] for n in names if row.get(n) not in (None, "")), None)

    color = first(_COLORS)
    for triple in _RGB:
        if color is None and all(n in row for n in triple):
            color = " ".join(str(row[n]) for n in triple)
    return first(_NUMBERS), first(_NAMES), color


def rows_of_clr(text: str) -> Iterator[Row]:
    """Lines of value, red, green, blue and perhaps a name; names stand in comments "# value name" as well."""
    names: dict[str, str] = {}
    rows: list[list[str]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        said = re.match(r"#\s*(\d+)\s+(.+)", line)
        if said:
            names[said.group(1)] = said.group(2)
        elif not line.startswith(("#", ";")):
            rows.append(line.split())
    for row in rows:
        rest = row[4:]
        if rest and rest[0].isdecimal():
            rest = rest[1:]  # opacity
        yield row[0], " ".join(rest) or names.get(row[0], ""), " ".join(row[1:4])


def rows_of_qml(text: str) -> Iterator[Row]:
    root = tree_of(text)
    yield from palette_rows(root)
    symbols = {s.get("name"): symbol_color(s) for s in root.iter("symbol")}
    for number, entry in enumerate(root.iter("category"), start=1):
        value, label = entry.get("value") or "", entry.get("label") or ""
        if value:  # the last one, without a value, is for all others
            yield (value if _is_number(value) else number), label or value, symbols.get(entry.get("symbol"))


def rows_of_json(text: str) -> Iterator[Row]:
    content = untrusted.json_of(text)
    rows = content.get("classes") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("it has no list of classes")
    for row in rows:
        plain = {str(k).casefold(): v for k, v in row.items()}
        number, name, color = _named_row(plain)
        yield number, name, " ".join(map(str, color)) if isinstance(color, list) else color


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _table(rows: list[Row], file_name: str, alike: bool) -> ClassTable:
    found: dict[int, ClassInfo] = {}
    for number, name, color in rows:
        try:
            value = float(number)
        except (TypeError, ValueError):
            raise HsiError(
                say(
                    "{file_name} holds “{number}” where a class number should stand.",
                    file_name=file_name,
                    number=number,
                ),
                say("Correct it."),
            ) from None
        if not 0 <= value <= MAX_CLASS or value != int(value):
            raise HsiError(
                say("{number} in {file_name} is no class number.", number=number, file_name=file_name),
                say("They are whole, from 1 to {max_class}.", max_class=MAX_CLASS),
            )
        n = int(value)
        if n in found:
            raise HsiError(
                say("{file_name} holds the class number {n} twice.", file_name=file_name, n=n),
                say("Give each class its own number."),
            )
        if n:
            text = str(name).strip() if name is not None else ""
            found[n] = ClassInfo(n, text or default_name(n), color_from(color) or color_for(n))
    names = Counter(c.name.casefold() for c in found.values())
    twice = next((c.name for c in found.values() if names[c.name.casefold()] > 1), None)
    if twice is not None and not alike:
        raise HsiError(
            say("{file_name} holds the class name “{twice}” twice.", file_name=file_name, twice=twice),
            say("Give each class its own name."),
        )
    return ClassTable(tuple(found.values()))
