"""Training input of the Semi-Automatic Classification Plugin 8 and of Remotior Sensus (`.scpx`).

Source: github.com/semiautomaticgit/remotior_sensus, `core/spectral_signatures.py`, `SpectralSignaturesCatalog.save`: a
ZIP archive of `geometry.gpkg` (polygons with roi_id, macroclass_id and class_id), `macroclasses.xml` (id, name and
colour of each macroclass, and the names of the two fields), `table` and signatures, which are not read. Names of the
classes within macroclasses stand in `table` alone, records of NumPy without a head (`core/table_manager.py`,
`add_spectral_signature_to_catalog_table`): a region (64 characters of UTF-32), its macroclass and class (16 bits each),
the name of the class (512 characters), then fields that versions have more or fewer of, a colour as text among them.
So records are found by their regions, whose macroclass and class must be those of the polygon.

Earlier versions wrote shapes with MC_ID, MC_info, C_ID and C_info, which are read as any other.
"""

from __future__ import annotations

import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui import stopping, untrusted
from hsigui.cube.formats.xml_files import tree_of
from hsigui.cube.limits import require_memory, require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, Color, color_for, default_name
from hsigui.labels.formats import vector_files, vectors
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes
from hsigui.texts import say

_SHAPES, _MACROCLASSES = "geometry.gpkg", "macroclasses.xml"
_TABLE, _REGION = "table", "roi_id"
_PIECE = 2**20
_ID_BYTES, _NAME_BYTES = 4 * 64, 4 * 512
_COLOR = re.compile(rb"#\0\0\0(?:[0-9a-fA-F]\0\0\0){6}")


def read_scpx(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the regions with their macroclasses, which have names and colours in the file.

    Args:
        variable: the field of the class; “class_id” for the classes within the macroclasses, whose names and colours
            are then read.
        grid: unused, the shapes are burnt onto it later.

    Raises:
        HsiError: the file is damaged, or holds no regions.
    """
    with tempfile.TemporaryDirectory(prefix="hsigui-scpx-") as folder:
        unpacked = Path(folder) / _SHAPES
        try:
            with zipfile.ZipFile(path) as archive:
                named = {info.filename: info for info in archive.infolist()}
                if _SHAPES not in named:
                    raise HsiError(
                        say("{name} holds no regions.", name=path.name), say("Save the training input again.")
                    )
                require_memory(path.name, named[_SHAPES].file_size)
                with archive.open(_SHAPES) as packed, unpacked.open("wb") as plain:
                    while piece := packed.read(_PIECE):
                        stopping.check()
                        plain.write(piece)
                for name in named.keys() & {_MACROCLASSES, _TABLE}:
                    require_text(path.name, named[name].file_size)
                text, table = (archive.read(name) if name in named else b"" for name in (_MACROCLASSES, _TABLE))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, shutil.Error) as error:
            raise HsiError(
                say("{name} is no training input: {reason}.", name=path.name, reason=untrusted.reason_of(error)),
                say("Is the file complete?"),
            ) from error
        macro, inner, known = _macroclasses(text)
        found = vectors.read_vectors(unpacked, macro if variable is None else variable, grid)
        if variable == inner:
            known = _classes(table, _columns(unpacked), macro, inner)
    notes = found.notes
    if variable in (None, macro, inner):
        by_number = {info.number: info for info in known}
        found = replace(found, classes=ClassTable(tuple(by_number.get(c.number, c) for c in found.classes)))
    if variable in (None, macro):
        notes += (say("Macroclasses are read; the classes in them are in {field}, which can be chosen.", field=inner),)
    return replace(found, notes=notes)


def _macroclasses(text: bytes) -> tuple[str, str, ClassTable]:
    """The fields of the macroclasses and of the classes in them, and what the macroclasses are."""
    fields, table = ("macroclass_id", "class_id"), ClassTable()
    if not text:
        return *fields, table
    root = tree_of(text)
    table = ClassTable(tuple(_each(root.iterfind("./macroclass"))))
    return root.get("macroclass_field") or fields[0], root.get("class_field") or fields[1], table


def _columns(path: Path) -> dict[str, list[Any]]:
    """The fields of the regions."""
    layer = next((name for name, kind in vector_files.layers_of(path).items() if kind is not None), "")
    found = vector_files.table_of(path, layer)
    return {name: values.tolist() for name, values in zip(found.fields, found.values, strict=True)}


def _classes(table: bytes, regions: Mapping[str, Sequence[Any]], macro: str, inner: str) -> ClassTable:
    """Names and colours of the classes within the macroclasses, by the records of their regions; none of a class whose
    regions say different names."""
    starts: dict[int, tuple[int, int]] = {}
    columns = (regions.get(name, ()) for name in (_REGION, macro, inner))
    for region, outer, number in zip(*columns, strict=False):
        stopping.check()
        record = str(region).encode("utf-32-le").ljust(_ID_BYTES, b"\0") + _two_numbers(outer, number)
        if region and (at := table.find(record)) >= 0:
            starts[at] = (int(number), at + len(record))
    names: dict[int, set[str]] = {}
    colors: dict[int, Color] = {}
    order = sorted(starts)
    for at, end in zip(order, [*order[1:], len(table)], strict=False):
        number, begin = starts[at]
        name = table[begin : begin + _NAME_BYTES].decode("utf-32-le", "replace").partition("\0")[0].strip()
        names.setdefault(number, set()).add(name)
        color = _COLOR.search(table, begin + _NAME_BYTES, end)
        if color and (seen := color_from(color.group().decode("utf-32-le"))):
            colors.setdefault(number, seen)
    told = {number: said.pop() for number, said in names.items() if len(said) == 1 and 1 <= number <= MAX_CLASS}
    return ClassTable(tuple(
        ClassInfo(number, name or default_name(number), colors.get(number) or color_for(number))
        for number, name in sorted(told.items())
    ))  # fmt: skip


def _two_numbers(outer: Any, number: Any) -> bytes:
    """A macroclass and a class as a record has them; what no record has where they are no such numbers."""
    try:
        return struct.pack("<hh", int(outer), int(number))
    except (TypeError, ValueError, OverflowError, struct.error):
        return b"?"


def _each(elements: Iterator) -> Iterator[ClassInfo]:  # type: ignore[type-arg]
    seen: set[int] = set()
    for element in elements:
        said = (element.get("id") or "").strip()
        number = int(said) if said.isdecimal() and len(said) < 6 else 0
        color = color_from(element.get("color") or "")
        if 1 <= number <= MAX_CLASS and number not in seen and color is not None:
            seen.add(number)
            yield ClassInfo(number, (element.get("name") or "").strip() or default_name(number), color)
