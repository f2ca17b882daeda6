"""The text header of ENVI files: read with tolerance, written plainly.

Format: "ENVI Header Files" (NV5 Geospatial documentation). First line `ENVI`, then `key = value`; a value in braces may
span lines; `;` begins a comment at the start of a line; keys do not care about case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.saving import written_beside
from hsigui.errors import HsiError

DATA_TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 6: "c8", 9: "c16", 12: "u2", 13: "u4", 14: "i8", 15: "u8"}
INTERLEAVES = ("bsq", "bil", "bip")
_LARGEST_HEADER = 64 * 2**20  # bytes; a data file that is picked by mistake is not read whole
_BRACED = {"description", "map info", "projection info", "coordinate system string", "z plot titles"}


@dataclass(frozen=True)
class Header:
    """An ENVI header, understood as far as the layout of the data file goes; the rest stays text.

    Attributes:
        path: the header file.
        fields: every key in lower case with its text, without the outer braces, in the order of the file.
        rows, cols, bands: size of the raster (lines, samples, bands).
        dtype: type of the stored samples, byte order included.
        interleave: "bsq", "bil" or "bip".
        offset: bytes before the first sample.
        notes: what was assumed, one sentence each.
    """

    path: Path
    fields: Mapping[str, str]
    rows: int
    cols: int
    bands: int
    dtype: np.dtype[Any]
    interleave: str
    offset: int
    notes: tuple[str, ...] = ()

    @property
    def file_type(self) -> str:
        """In lower case; "envi standard" where the header names none."""
        return " ".join(self.fields.get("file type", "ENVI Standard").casefold().split())

    @property
    def bytes_needed(self) -> int:
        """Size of the data file, header offset included."""
        return self.offset + self.rows * self.cols * self.bands * self.dtype.itemsize

    def items(self, key: str) -> tuple[str, ...]:
        """The entries of a list; empty when the key is missing."""
        return split_list(self.fields.get(key, ""))

    def numbers(self, key: str) -> tuple[float, ...]:
        """The entries of a list as numbers; empty when the key is missing.

        Raises:
            ValueError: an entry is no number.
        """
        return tuple(float(v) for v in self.items(key))


def split_list(text: str) -> tuple[str, ...]:
    """Entries between commas, without blanks and line breaks around them; empty entries are dropped."""
    return tuple(entry for part in text.split(",") if (entry := " ".join(part.split())))


def read_header(path: str | Path) -> Header:
    """Reads an ENVI header.

    Raises:
        HsiError: the file is missing, is no ENVI header, or lacks or garbles a field that the layout needs.
    """
    path = Path(path)
    fields = _parse(_read_text(path), path)
    notes: list[str] = []
    dtype, byte_order = _dtype(fields, path)
    if "byte order" not in fields and dtype.itemsize > 1:
        notes.append("The header names no byte order: little-endian assumed.")
    if "header offset" not in fields:
        notes.append("The header names no header offset: 0 assumed.")
    if "file type" not in fields:
        notes.append("The header names no file type: ENVI Standard assumed.")
    interleave = fields.get("interleave", "").casefold()
    if not interleave:
        interleave = next((i for i in INTERLEAVES if path.with_suffix(f".{i}").exists()), "bsq")
        notes.append(f"The header names no interleave: {interleave} assumed.")
    if interleave not in INTERLEAVES:
        raise HsiError(f"{path.name}: the interleave “{interleave}” is unknown.", "It must be bsq, bil or bip.")
    _refuse_rare_layouts(fields, path)
    return Header(
        path=path,
        fields=fields,
        rows=_whole(fields, "lines", path, least=1),
        cols=_whole(fields, "samples", path, least=1),
        bands=_whole(fields, "bands", path, least=1),
        dtype=dtype.newbyteorder(byte_order),
        interleave=interleave,
        offset=_whole(fields, "header offset", path, least=0, default=0),
        notes=tuple(notes),
    )


def write_header(path: str | Path, fields: Mapping[str, object]) -> None:
    """Writes an ENVI header; lists and tuples and long texts are put in braces.

    Raises:
        HsiError: the file cannot be written.
    """
    with written_beside(Path(path)) as (scratch,):
        scratch.write_text(header_text(fields), encoding="utf-8")


def header_text(fields: Mapping[str, object]) -> str:
    """The text of an ENVI header with these fields."""
    return "\n".join(["ENVI", *(f"{key} = {_field_text(key, value)}" for key, value in fields.items())]) + "\n"


def _field_text(key: str, value: object) -> str:
    if isinstance(value, str):
        plain = " ".join(value.split()) if key != "description" else value.strip()
        return f"{{{plain}}}" if key in _BRACED else plain
    if isinstance(value, Iterable):
        # A comma or brace inside an entry would tear the list apart.
        return "{" + ", ".join(re.sub(r"[,{}\s]+", " ", str(v)).strip() for v in value) + "}"
    return str(value)


def _read_text(path: Path) -> str:
    if not path.is_file():
        raise HsiError(f"The header {path} does not exist.", "Choose another file.")
    if path.stat().st_size > _LARGEST_HEADER:
        raise HsiError(f"{path.name} is too large for an ENVI header.", "Choose the .hdr file of the scene.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise HsiError(f"{path} cannot be read: {error.strerror}.", "Check the rights of the file.") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _parse(text: str, path: Path) -> dict[str, str]:
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].split()[0].upper() != "ENVI":
        _refuse_foreign(text, path)
    fields: dict[str, str] = {}
    rest = iter(lines[start + 1 :])
    for line in rest:
        if line.lstrip().startswith(";") or "=" not in line:
            continue
        key, value = line.split("=", 1)
        key, value = " ".join(key.lower().split()), value.strip()
        if value.startswith("{"):
            value = _braced(value[1:], rest, key, path)
        fields[key] = value
    return fields


def _braced(first: str, rest: Iterable[str], key: str, path: Path) -> str:
    parts = [first]
    if "}" not in first:
        for line in rest:
            if line.lstrip().startswith(";"):
                continue
            parts.append(line)
            if "}" in line:
                break
        else:
            raise HsiError(f"{path.name}: the brace of “{key}” is never closed.", "Is the header cut off?")
    return "\n".join(parts).rsplit("}", 1)[0].strip()


def _refuse_foreign(text: str, path: Path) -> None:
    words = {line.split()[0].upper() for line in text[:4000].splitlines() if line.split()}
    if words & {"NROWS", "NCOLS", "BYTEORDER", "NBANDS"}:
        raise HsiError(
            f"{path.name} is an ESRI header, not an ENVI header.", "Convert the scene to ENVI or GeoTIFF first."
        )
    raise HsiError(
        f"{path.name} is not an ENVI header: its first line is not “ENVI”.", "Choose the .hdr file of an ENVI scene."
    )


def _dtype(fields: Mapping[str, str], path: Path) -> tuple[np.dtype[Any], Any]:
    code = _whole(fields, "data type", path, least=0)
    if code not in DATA_TYPES:
        known = ", ".join(map(str, DATA_TYPES))
        raise HsiError(f"{path.name}: the data type {code} is unknown.", f"ENVI knows {known}.")
    order = _whole(fields, "byte order", path, least=0, default=0)
    if order not in (0, 1):
        raise HsiError(f"{path.name}: the byte order {order} is unknown.", "It must be 0 (little) or 1 (big endian).")
    return np.dtype(DATA_TYPES[code]), "<" if order == 0 else ">"


def _refuse_rare_layouts(fields: Mapping[str, str], path: Path) -> None:
    if fields.get("file compression", "0").strip() not in ("", "0"):
        raise HsiError(f"The data of {path.name} are compressed.", "Save the scene uncompressed first.")
    for key in ("major frame offsets", "minor frame offsets"):
        if any(entry.strip("0.") for entry in split_list(fields.get(key, ""))):
            raise HsiError(f"{path.name} uses {key}, which are not supported.", "Save the scene as plain ENVI first.")


def _whole(fields: Mapping[str, str], key: str, path: Path, *, least: int, default: int | None = None) -> int:
    text = fields.get(key)
    if text is None or not text.strip():
        if default is not None:
            return default
        raise HsiError(f"{path.name}: the header lacks “{key}”.", "It is needed to read the data file.")
    try:
        number = float(text)
        if number != int(number) or number < least:
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise HsiError(
            f"{path.name}: “{key} = {text[:40]}” is not a whole number of {least} or more.", "Correct the header."
        ) from error
    return int(number)
