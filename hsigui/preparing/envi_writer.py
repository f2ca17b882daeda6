"""Cubes as ENVI, written by windows: bands, lines or pixels one after the other, whichever is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Source
from hsigui.cube.flips import Flip, to_north_up
from hsigui.cube.formats.envi import layout_fields, scene_fields
from hsigui.cube.formats.envi_header import header_text
from hsigui.cube.history import KEY, history_text
from hsigui.preparing.placed import PlacedFile
from hsigui.preparing.table import Told
from hsigui.preparing.turned import AXES, in_order
from hsigui.preparing.windows import Window, carry
from hsigui.saving import written_beside


@dataclass(frozen=True)
class Turned:
    """A source whose rows or columns stand in the other order."""

    source: Source
    flip: Flip

    made_of: ClassVar[str] = "samples"

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.source.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, as they are stored; of slices without steps."""
        height, width, _ = self.shape
        rows = _mirrored(rows, height) if self.flip.rows else rows
        cols = _mirrored(cols, width) if self.flip.cols else cols
        return self.flip.array(self.source.read(rows, cols, bands))


def _mirrored(part: slice, count: int) -> slice:
    first, last, _ = part.indices(count)
    return slice(count - last, count - first)


def write_envi_cube(path: Path, cube: Cube, interleave: str, cloud: bool, told: Told) -> list[Path]:
    """Writes a header and a data file, little-endian; a scene whose rows run northwards from its northern row on.

    Raises:
        HsiError: a header cannot say where the scene lies, or the files cannot be written.
    """
    del cloud  # refused before
    flip = to_north_up(cube.geo)
    if flip:
        geo = flip.geo(cube.geo, cube.shape)
        cube = cube.over(lambda source: Turned(source, flip), replace(cube.info, geo=geo))
    header = path.with_suffix(".hdr")
    data = path if path.suffix.lower() not in ("", ".hdr") else path.with_suffix(".img")
    like = np.broadcast_to(np.zeros((), cube.source.dtype), cube.shape)
    fields: dict[str, object] = {"description": "hyperspectral scene", **layout_fields(like, interleave)}
    fields |= scene_fields(replace(cube.info, band_names=_all_named(cube.info.band_names)), cube.shape)
    if cube.info.history:
        fields[KEY] = history_text(cube.info.history)
    with written_beside(data, header) as (data_scratch, header_scratch):
        with data_scratch.open("wb") as file:
            file.truncate(int(np.prod(cube.shape, dtype=np.int64)) * cube.source.dtype.itemsize)
            _fill(PlacedFile(file), cube, interleave, told)
        header_scratch.write_text(header_text(fields), encoding="utf-8")
    return [header, data]


def _all_named(names: Sequence[str]) -> tuple[str, ...]:
    """Names of bands without gaps, at which readers stop counting."""
    return tuple(name or f"Band {number}" for number, name in enumerate(names, start=1))


def _fill(file: PlacedFile, cube: Cube, interleave: str, told: Told) -> None:
    little = cube.source.dtype.newbyteorder("<")

    def put(window: Window, block: NDArray[Any]) -> None:
        _put(file, in_order(block, interleave, little), window, cube.shape, interleave)

    carry(cube, put, told, order=interleave)


def _put(file: PlacedFile, laid: NDArray[Any], window: Window, shape: tuple[int, int, int], interleave: str) -> None:
    """Writes a window, whose axes stand as in the file, to its places: in pieces that lie together there."""
    axes = AXES[interleave]
    sizes, firsts = [shape[axis] for axis in axes], [window[axis].start for axis in axes]
    loops = next(n for n in range(3) if laid.shape[n + 1 :] == tuple(sizes[n + 1 :]))
    steps = (sizes[1] * sizes[2], sizes[2], 1)
    for index in np.ndindex(*laid.shape[:loops]):
        places = [first + n for first, n in zip(firsts, (*index, 0, 0, 0), strict=False)]
        file.put(sum(place * step for place, step in zip(places, steps, strict=True)) * laid.itemsize, laid[index])
