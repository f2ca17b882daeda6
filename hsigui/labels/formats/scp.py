"""Training input of the Semi-Automatic Classification Plugin 8 and of Remotior Sensus (`.scpx`).

Source: github.com/semiautomaticgit/remotior_sensus, `core/spectral_signatures.py`, `SpectralSignaturesCatalog.save`: a
ZIP archive of `geometry.gpkg` (polygons with roi_id, macroclass_id and class_id), `macroclasses.xml` (id, name and
colour of each macroclass, and the names of the two fields), a table and signatures, which are not read. Earlier
versions wrote shapes with MC_ID, MC_info, C_ID and C_info, which are read as any other.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hsigui import stopping, untrusted
from hsigui.cube.formats.xml_files import tree_of
from hsigui.cube.limits import require_memory, require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable
from hsigui.labels.formats import vectors
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes
from hsigui.texts import say

_SHAPES, _MACROCLASSES = "geometry.gpkg", "macroclasses.xml"
_PIECE = 2**20


def read_scpx(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the regions with their macroclasses, which have names and colours in the file.

    Args:
        variable: the field of the class; “class_id” for the classes within the macroclasses.
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
                text = b""
                if _MACROCLASSES in named:
                    require_text(path.name, named[_MACROCLASSES].file_size)
                    text = archive.read(_MACROCLASSES)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, shutil.Error) as error:
            raise HsiError(
                say("{name} is no training input: {reason}.", name=path.name, reason=untrusted.reason_of(error)),
                say("Is the file complete?"),
            ) from error
        field, macroclasses = _macroclasses(text)
        found = vectors.read_vectors(unpacked, field if variable is None else variable, grid)
    notes = found.notes
    if variable in (None, field):
        known = {info.number: info for info in macroclasses}
        found = replace(found, classes=ClassTable(tuple(known.get(c.number, c) for c in found.classes)))
        notes += (say("Macroclasses are read; the classes in them are in class_id, which can be chosen."),)
    return replace(found, notes=notes)


def _macroclasses(text: bytes) -> tuple[str, ClassTable]:
    """The field of the macroclasses, and what they are."""
    if not text:
        return "macroclass_id", ClassTable()
    root = tree_of(text)
    return root.get("macroclass_field") or "macroclass_id", ClassTable(tuple(_each(root.iterfind("./macroclass"))))


def _each(elements: Iterator) -> Iterator[ClassInfo]:  # type: ignore[type-arg]
    seen: set[int] = set()
    for element in elements:
        said = (element.get("id") or "").strip()
        number = int(said) if said.isdecimal() and len(said) < 6 else 0
        color = color_from(element.get("color") or "")
        if 1 <= number <= MAX_CLASS and number not in seen and color is not None:
            seen.add(number)
            yield ClassInfo(number, (element.get("name") or "").strip() or f"Class {number}", color)
