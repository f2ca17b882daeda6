"""The text header of ENVI files: read with tolerance, written plainly.

Format: "ENVI Header Files" (NV5 Geospatial documentation). First line `ENVI`, then `key = value`; a value in braces may
span lines; `;` begins a comment at the start of a line; keys do not care about case. Lists in other
brackets are read, too.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsigui import untrusted
from hsigui.cube.formats.envi_keys import HeaderField, sorted_out
from hsigui.errors import HsiError
from hsigui.saving import written_beside
from hsigui.texts import say

DATA_TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 6: "c8", 9: "c16", 12: "u2", 13: "u4", 14: "i8", 15: "u8"}
INTERLEAVES = ("bsq", "bil", "bip")
_LARGEST_HEADER = 64 * 2**20  # bytes; a data file that is picked by mistake is not read whole
# Neither of an axis nor of an offset is there more in any file; larger numbers are garbage, and long to print.
_LARGEST_NUMBER = 2**40
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
        compressed: whether the data file is gzip.
        braced: the keys whose text stood in braces, for writing the header again.
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
    compressed: bool = False
    braced: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def is_library(self) -> bool:
        """Whether the header says that its lines are spectra."""
        return self.file_type == "envi spectral library"

    @property
    def file_type(self) -> str:
        """In lower case; "envi standard" where the header names none."""
        return " ".join(self.fields.get("file type", "ENVI Standard").casefold().split())

    @property
    def byte_order(self) -> int:
        """0 little-endian, 1 big-endian, as the header counts them; single bytes have the order that it names."""
        return 1 if self.fields.get("byte order", "0").strip().startswith("1") else 0

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
        # Numbers hold no blanks, so entries that are only set apart by blanks or semicolons are told apart as well.
        text = self.fields.get(key, "").strip("[]() \t\r\n")
        return tuple(float(v) for v in re.split(r"[,;\s]+", text) if v)


def split_list(text: str) -> tuple[str, ...]:
    """Entries between commas, without blanks and line breaks around them.

    An empty entry stays, because those after it are counted; a comma at the end makes none.
    """
    entries = [" ".join(part.split()) for part in text.split(",")]
    while entries and not entries[-1]:
        entries.pop()
    return tuple(entries)


def read_header(path: str | Path) -> Header:
    """Reads an ENVI header.

    Raises:
        HsiError: the file is missing, is no ENVI header, or lacks or garbles a field that the layout needs.
    """
    path = Path(path)
    read = sorted_out(_parse(_read_text(path), path))
    fields, notes = read.texts, list(read.notes)
    dtype, byte_order = _dtype(fields, path)
    if "byte order" not in fields and dtype.itemsize > 1:
        notes.append(say("The header names no byte order: little-endian assumed."))
    if "header offset" not in fields:
        notes.append(say("The header names no header offset: 0 assumed."))
    if "file type" not in fields:
        notes.append(say("The header names no file type: ENVI Standard assumed."))
    elif not fields["file type"].casefold().startswith("envi"):
        notes.append(
            say(
                "The file type “{file_type}” is not one of ENVI: read as ENVI Standard.",
                file_type=fields["file type"][:40],
            )
        )
    interleave = fields.get("interleave", "").casefold()
    if not interleave:
        interleave = next((i for i in INTERLEAVES if untrusted.there(path.with_suffix(f".{i}"))), "bsq")
        notes.append(say("The header names no interleave: {interleave} assumed.", interleave=interleave))
    if interleave not in INTERLEAVES:
        raise HsiError(
            say("{name}: the interleave “{interleave}” is unknown.", name=path.name, interleave=interleave[:40]),
            say("It must be bsq, bil or bip."),
        )
    _refuse_frames(fields, path)
    return Header(
        path=path,
        fields=fields,
        rows=_whole(fields, "lines", path, least=1),
        cols=_whole(fields, "samples", path, least=1),
        bands=_whole(fields, "bands", path, least=1),
        dtype=dtype.newbyteorder(byte_order),
        interleave=interleave,
        offset=_whole(fields, "header offset", path, least=0, default=0),
        compressed=_whole(fields, "file compression", path, least=0, default=0) != 0,
        braced=read.braced,
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
    return _text_of({key: _field_text(key, value) for key, value in fields.items()})


def rewrite_header(path_out: str | Path, header: Header, changes: Mapping[str, object | None]) -> None:
    """Writes a header again with some fields changed; all others stay, those that this program does not know as well.

    Misspelt keys are written by their proper names; comments are lost.

    Args:
        path_out: a file other than the one that was read: files of the user are never written to.
        changes: new values by key, as for `write_header`; None takes the field out.

    Raises:
        HsiError: the file is the one that was read, or cannot be written.
    """
    path_out = Path(path_out)
    if path_out.resolve() == header.path.resolve():
        raise HsiError(
            say("{name} is the header of an open scene.", name=header.path.name), say("Write to another file.")
        )
    kept = {key: f"{{{text}}}" if key in header.braced else text for key, text in header.fields.items()}
    new = {key: _field_text(key, value) for key, value in changes.items() if value is not None}
    texts = {key: text for key, text in (kept | new).items() if key in new or key not in changes}
    with written_beside(path_out) as (scratch,):
        scratch.write_text(_text_of(texts), encoding="utf-8")


def _text_of(texts: Mapping[str, str]) -> str:
    return "\n".join(["ENVI", *(f"{key} = {text}" for key, text in texts.items())]) + "\n"


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
        raise HsiError(say("The header {path} does not exist.", path=path), say("Choose another file."))
    if path.stat().st_size > _LARGEST_HEADER:
        raise HsiError(
            say("{name} is too large for an ENVI header.", name=path.name), say("Choose the .hdr file of the scene.")
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _parse(text: str, path: Path) -> list[HeaderField]:
    # Not splitlines(): it also breaks at control characters that stand inside latin-1 texts.
    lines = re.split(r"\r\n|\n|\r", text)
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].split()[0].upper() != "ENVI":
        _refuse_foreign(text, path)
    said = [line for line in lines[start + 1 :] if not line.lstrip().startswith(";")]
    entries = []
    number = 0
    while number < len(said):
        key, equals, value = said[number].partition("=")
        number += 1
        if not equals or not key.strip():
            continue
        value = value.strip()
        if not value and number < len(said) and said[number].lstrip().startswith("{"):
            value, number = said[number].strip(), number + 1
        if value.startswith("{"):
            text, number = _braced(value[1:], said, number, key.strip(), path)
            entries.append(HeaderField(key, text, braced=True))
        elif (found := _bracketed(value, said, number)) is not None:
            entries.append(HeaderField(key, found[0], braced=True))
            number = found[1]
        else:
            entries.append(HeaderField(key, value, braced=False))
    return entries


def _braced(first: str, lines: Sequence[str], number: int, key: str, path: Path) -> tuple[str, int]:
    """The text up to the closing brace, which may stand lines later, and the number of the line after it."""
    parts = [first]
    while "}" not in parts[-1]:
        if number == len(lines):
            raise HsiError(
                say("{name}: the brace of “{key}” is never closed.", name=path.name, key=key[:40]),
                say("Is the header cut off?"),
            )
        parts.append(lines[number])
        number += 1
    return "\n".join(parts).rsplit("}", 1)[0].strip(), number


def _bracketed(value: str, lines: Sequence[str], number: int) -> tuple[str, int] | None:
    """The text of a list in square or round brackets, as programs print their own lists, and the number of the line
    after it; None for anything else."""
    close = {"[": "]", "(": ")"}.get(value[:1])
    if close is None:
        return None
    parts = [value[1:]]
    while not parts[-1].rstrip().endswith(close):
        if number == len(lines) or "=" in lines[number]:
            return None
        parts.append(lines[number])
        number += 1
    return "\n".join(parts).rstrip().removesuffix(close).strip(), number


def _refuse_foreign(text: str, path: Path) -> None:
    words = {line.split()[0].upper() for line in text[:4000].splitlines() if line.split()}
    if words & {"NROWS", "NCOLS", "BYTEORDER", "NBANDS"}:
        raise HsiError(
            say("{name} is an ESRI header, not an ENVI header.", name=path.name),
            say("Convert the scene to ENVI or GeoTIFF first."),
        )
    raise HsiError(
        say("{name} is not an ENVI header: its first line is not “ENVI”.", name=path.name),
        say("Choose the .hdr file of an ENVI scene."),
    )


def _dtype(fields: Mapping[str, str], path: Path) -> tuple[np.dtype[Any], Any]:
    code = _whole(fields, "data type", path, least=0)
    if code not in DATA_TYPES:
        known = ", ".join(map(str, DATA_TYPES))
        raise HsiError(
            say("{name}: the data type {code} is unknown.", name=path.name, code=code),
            say("ENVI knows {known}.", known=known),
        )
    order = _whole(fields, "byte order", path, least=0, default=0)
    if order not in (0, 1):
        raise HsiError(
            say("{name}: the byte order {order} is unknown.", name=path.name, order=order),
            say("It must be 0 (little) or 1 (big endian)."),
        )
    return np.dtype(DATA_TYPES[code]), "<" if order == 0 else ">"


def _refuse_frames(fields: Mapping[str, str], path: Path) -> None:
    """Bytes between the lines or bands: writers do not agree which are meant, so a guess could show wrong values."""
    for key in ("major frame offsets", "minor frame offsets"):
        if any(entry.strip("0.") for entry in split_list(fields.get(key, ""))):
            raise HsiError(
                say("{name} uses {key}, which are not supported.", name=path.name, key=key),
                say("Save the scene as plain ENVI first."),
            )


def _whole(fields: Mapping[str, str], key: str, path: Path, *, least: int, default: int | None = None) -> int:
    text = fields.get(key)
    if text is None or not text.strip():
        if default is not None:
            return default
        raise HsiError(
            say("{name}: the header lacks “{key}”.", name=path.name, key=key),
            say("It is needed to read the data file."),
        )
    try:
        number = float(text)
        if number != int(number) or not least <= number <= _LARGEST_NUMBER:
            raise ValueError
    except (ValueError, OverflowError) as error:
        what = (
            say("not a whole number of {least} or more", least=least) if _below(text) else say("too large to be true")
        )
        raise HsiError(
            say("{name}: “{key} = {text}” is {what}.", name=path.name, key=key, text=text[:40], what=what),
            say("Correct the header."),
        ) from error
    return int(number)


def _below(text: str) -> bool:
    try:
        return not float(text) > _LARGEST_NUMBER
    except ValueError:
        return True
