"""The samples of ENVI data files: plain or gzip, compared with their header in words before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import ArraySource, Source
from hsigui.cube.formats.envi_header import Header
from hsigui.cube.formats.gzipped import Unpacked, can_hold, is_gzip, removed_with, unpack
from hsigui.cube.formats.strided import StridedFile, interleave_strides
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.texts import say

_INTERRUPTED = say("Was the copy interrupted, or does the header belong to another file?")


def source_of(header: Header, data: Path) -> tuple[Source, tuple[str, ...]]:
    """The samples that a header describes, read by windows, and notes on what is odd about the data file.

    Raises:
        HsiError: the file holds fewer bytes than the header says (both sizes are named) or cannot be read.
    """
    if _is_compressed(header, data):
        return _unpacked_source(header, data)
    found = _size_of(data)
    require_size(header, data)
    notes = [say("The header calls the data compressed, but they are not.")] if header.compressed else []
    if found > header.bytes_needed:
        notes.append(
            say(
                "{name} is {found} bytes longer than its header says.",
                name=data.name,
                found=found - header.bytes_needed,
            )
        )
    return _file_source(header, data), tuple(notes)


def map_data(header: Header, data: Path) -> NDArray[Any]:
    """All samples of a data file, rows x cols x bands whatever the interleave, in native byte order: for small rasters.

    Raises:
        HsiError: the file is shorter than the header says; both sizes are named.
    """
    if not _is_compressed(header, data):
        require_size(header, data)  # where both are wrong, this says more
    require_memory(data.name, header.bytes_needed)
    source, _ = source_of(header, data)
    return source.read(slice(None), slice(None), slice(None))


def require_size(header: Header, data: Path) -> None:
    """Compares a data file with its header.

    Raises:
        HsiError: the file is shorter than the header says; both sizes are named.
    """
    found = _size_of(data)
    if found >= header.bytes_needed:
        return
    hint = _INTERRUPTED
    if is_gzip(data):
        hint = say("The file is compressed (gzip): its header needs the line “file compression = 1”.")
    raise HsiError(
        say(
            "The data file {name} is too short: {found} bytes found, {needed}.",
            name=data.name,
            found=found,
            needed=_needed(header),
        ),
        hint,
    )


def _needed(header: Header) -> str:
    offset = say(" + {offset} bytes of header offset", offset=header.offset) if header.offset else ""
    return say(
        "{bytes_needed} needed for {rows} rows x {cols} columns x {bands} bands x {itemsize} bytes{offset}",
        bytes_needed=header.bytes_needed,
        rows=header.rows,
        cols=header.cols,
        bands=header.bands,
        itemsize=header.dtype.itemsize,
        offset=offset,
    )


def _size_of(data: Path) -> int:
    try:
        return data.stat().st_size
    except OSError as error:
        raise HsiError(
            say("{data} cannot be read: {strerror}.", data=data, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error


def _is_compressed(header: Header, data: Path) -> bool:
    """Whether to unpack: the header says so, unless the file is plain and long enough for plain samples."""
    return header.compressed and (is_gzip(data) or _size_of(data) < header.bytes_needed)


def _unpacked_source(header: Header, data: Path) -> tuple[Source, tuple[str, ...]]:
    packed, needed = _size_of(data), header.bytes_needed
    if not can_hold(data, needed):
        raise HsiError(
            say(
                "The data file {name} is too short: {packed} compressed bytes found, too few for the {needed}.",
                name=data.name,
                packed=packed,
                needed=_needed(header),
            ),
            _INTERRUPTED,
        )
    unpacked = unpack(data, needed)
    if unpacked.size < needed:
        if isinstance(unpacked.content, Path):
            unpacked.content.unlink(missing_ok=True)
        damage = f" ({unpacked.damage})" if unpacked.damage else ""
        raise HsiError(
            say(
                "The data file {name} is too short: {size} bytes found after decompression{damage}, {needed}.",
                name=data.name,
                size=unpacked.size,
                damage=damage,
                needed=_needed(header),
            ),
            _INTERRUPTED,
        )
    return _source_over(header, unpacked), _notes(data, packed, unpacked)


def _source_over(header: Header, unpacked: Unpacked) -> Source:
    if isinstance(unpacked.content, Path):
        source = _file_source(header, unpacked.content)
        removed_with(source, unpacked.content)
        return source
    shape = (header.rows, header.cols, header.bands)
    strides = interleave_strides(header.interleave, shape, header.dtype.itemsize)
    return ArraySource(np.ndarray(shape, header.dtype, unpacked.content, header.offset, strides))


def _notes(data: Path, packed: int, unpacked: Unpacked) -> tuple[str, ...]:
    place = say("into a temporary file") if isinstance(unpacked.content, Path) else say("in memory")
    notes = [
        say(
            "{name} is compressed: {packed} bytes were unpacked to {size} {place}.",
            name=data.name,
            packed=packed,
            size=unpacked.size,
            place=place,
        )
    ]
    if unpacked.more:
        notes.append(say("{name} holds more than its header says: the rest was left packed.", name=data.name))
    if unpacked.damage:
        notes.append(
            say(
                "{name} is damaged at its end ({damage}): the samples may be wrong.",
                name=data.name,
                damage=unpacked.damage,
            )
        )
    return tuple(notes)


def _file_source(header: Header, data: Path) -> StridedFile:
    shape = (header.rows, header.cols, header.bands)
    strides = interleave_strides(header.interleave, shape, header.dtype.itemsize)
    return StridedFile(data, header.dtype, shape, strides, header.offset)
