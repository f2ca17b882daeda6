"""Bare arrays: which of several is the scene, which axis is the bands; and the reader of .npy files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.empty_bands import checked_cube
from hsigui.errors import HsiError


@dataclass(frozen=True)
class ArrayInfo:
    """A numeric array inside a file: its name, its shape and the name of its type."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.name} ({' x '.join(map(str, self.shape))}, {self.dtype})"


class AmbiguousArray(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """Several arrays of a file fit what is wanted; the user has to choose one of `candidates`."""

    def __init__(self, message: str, candidates: tuple[ArrayInfo, ...]) -> None:
        names = ", ".join(map(str, candidates))
        super().__init__(f"{message}: {names}.", "Choose one of them by name.")
        self.candidates = candidates


class AmbiguousCube(AmbiguousArray):
    """Several arrays of a file can be the scene."""


def pick_cube(arrays: Sequence[ArrayInfo], file_name: str, variable: str | None = None) -> ArrayInfo:
    """The array that is the scene: the one asked for, or the only one of three dimensions.

    A picture (one, three or four planes) beside a larger cube is not taken for the scene.

    Raises:
        AmbiguousCube: several fit.
        HsiError: none fits, or the one asked for is missing or has not three dimensions.
    """
    listed = ", ".join(map(str, arrays)) or "none"
    if variable is not None:
        chosen = next((a for a in arrays if a.name == variable), None)
        if chosen is None:
            raise HsiError(f"{file_name} holds no numeric array “{variable}”.", f"Its arrays: {listed}.")
        if len(chosen.shape) != 3 or 0 in chosen.shape:
            raise HsiError(f"The array {chosen} of {file_name} has not three dimensions.", f"Its arrays: {listed}.")
        return chosen
    solid = [a for a in arrays if len(a.shape) == 3 and 0 not in a.shape]
    cubes = [a for a in solid if min(a.shape[0], a.shape[2]) > 4] or solid
    if not cubes:
        raise HsiError(
            f"{file_name} holds no scene: no numeric array of three dimensions. Arrays found: {listed}.",
            "A scene is rows x columns x bands. If the file holds labels, open their scene first.",
        )
    if len(cubes) > 1:
        cubes.sort(key=lambda a: -int(np.prod(a.shape)))
        raise AmbiguousCube(f"{file_name} holds several arrays that can be the scene", tuple(cubes))
    return cubes[0]


def band_axis(
    shape: tuple[int, int, int], lengths: Collection[int] = (), planes: Collection[tuple[int, ...]] = ()
) -> int:
    """Which axis of a three-dimensional array is the bands: the last, unless something speaks against it.

    Args:
        lengths: of lists of wavelengths found beside the array.
        planes: shapes of two-dimensional arrays beside it, such as ground truth.
    """
    by_length = [axis for axis in range(3) if shape[axis] in lengths]
    if len(by_length) == 1:
        return by_length[0]
    by_plane = [axis for axis in range(3) if shape[:axis] + shape[axis + 1 :] in planes]
    if by_plane:
        return by_plane[-1]
    odd_one = [axis for axis in range(3) if shape.count(shape[axis]) == 1]
    return odd_one[0] if len(odd_one) == 1 else 2


def bands_last(axis: int) -> tuple[int, int, int]:
    """The order of axes that makes an array with this band axis rows x cols x bands."""
    return {0: (1, 2, 0), 1: (0, 2, 1), 2: (0, 1, 2)}[axis]


def axis_note(shape: tuple[int, ...], axis: int) -> tuple[str, ...]:
    """A sentence when the bands are not the last axis."""
    if axis == 2:
        return ()
    place = ("first", "second")[axis]
    return (f"The array is {' x '.join(map(str, shape))}; its {place} axis is taken for the bands.",)


def open_npy(path: str | Path) -> Cube:
    """Opens a three-dimensional numeric .npy file as a memory map.

    Raises:
        HsiError: the file is no .npy file or holds something else.
    """
    path = Path(path)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise HsiError(f"{path.name} cannot be read as a NumPy array: {error}.", "Is the file complete?") from error
    if array.ndim != 3 or array.dtype.kind not in "biufc" or 0 in array.shape:
        raise HsiError(
            f"{path.name} holds an array of {' x '.join(map(str, array.shape))} {array.dtype}, not a scene.",
            "A scene has three dimensions: rows x columns x bands.",
        )
    axis = band_axis(array.shape)
    info = CubeInfo(notes=axis_note(array.shape, axis))
    return checked_cube(ArraySource(array.view(np.ndarray).transpose(bands_last(axis))), info, path.stem, path)
