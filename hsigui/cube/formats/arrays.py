"""Bare arrays: which of several is the scene, and which axis is the bands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hsigui.errors import HsiError
from hsigui.texts import say

_MOST_LISTED = 20


@dataclass(frozen=True)
class ArrayInfo:
    """A numeric array inside a file: its name, its shape and the name of its type; or what it holds, in words."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.name or 'array'} ({self.about or self._size})"

    @property
    def _size(self) -> str:
        return f"{' x '.join(map(str, self.shape)) or 'one number'}, {self.dtype}"


class AmbiguousArray(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """Several arrays of a file fit what is wanted; the user has to choose one of `candidates`.

    Args:
        part: what those are parts of a file, in one word.
    """

    def __init__(self, message: str, candidates: tuple[ArrayInfo, ...], part: str = say("array")) -> None:
        names = ", ".join(map(str, candidates))
        super().__init__(f"{message}: {names}.", say("Choose one of them by name."))
        self.candidates, self.part = candidates, part


class AmbiguousCube(AmbiguousArray):
    """Several arrays of a file can be the scene."""


def listed(arrays: Sequence[ArrayInfo]) -> str:
    """The arrays in words, for a message."""
    more = say(" and {count} more", count=len(arrays) - _MOST_LISTED) if len(arrays) > _MOST_LISTED else ""
    return ", ".join(map(str, arrays[:_MOST_LISTED])) + more or say("none")


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape of more than three axes without axes of one entry, as far as it needs to be three."""
    kept = list(shape)
    while len(kept) > 3 and 1 in kept:
        kept.remove(1)
    return tuple(kept)


def depth_of(name: str) -> int:
    """In how many structs or groups an array lies."""
    return name.count(".") + name.count("/")


def is_solid(array: ArrayInfo) -> bool:
    """Whether an array has three axes, and entries."""
    return len(squeezed(array.shape)) == 3 and 0 not in array.shape


def require_solid(array: ArrayInfo, arrays: Sequence[ArrayInfo], file_name: str) -> None:
    """Refuses an array that was asked for by name and has not three axes.

    Raises:
        HsiError: that is so.
    """
    if not is_solid(array):
        raise HsiError(
            say("The array {chosen} of {file_name} has not three dimensions.", chosen=array, file_name=file_name),
            say("Its arrays: {listed}.", listed=listed(arrays)),
        )


def band_axis(
    shape: tuple[int, int, int], lengths: Collection[int] = (), planes: Collection[tuple[int, ...]] = ()
) -> int:
    """Which axis of a three-dimensional array is the bands: the last, unless something speaks against it.

    Args:
        lengths: of lists of wavelengths found beside the array.
        planes: shapes of two-dimensional arrays beside it, such as ground truth.
    """
    told = told_axis(shape, lengths, planes)
    return 2 if told is None else told


def told_axis(
    shape: tuple[int, int, int], lengths: Collection[int] = (), planes: Collection[tuple[int, ...]] = ()
) -> int | None:
    """As `band_axis`; None where nothing tells."""
    by_length = [axis for axis in range(3) if shape[axis] in lengths]
    if len(by_length) == 1:
        return by_length[0]
    by_plane = [axis for axis in range(3) if shape[:axis] + shape[axis + 1 :] in planes]
    if by_plane:
        return by_plane[-1]
    odd_one = [axis for axis in range(3) if shape.count(shape[axis]) == 1]
    return odd_one[0] if len(odd_one) == 1 else None


def axis_note(shape: tuple[int, ...], axis: int) -> tuple[str, ...]:
    """A sentence when the bands are not the last axis."""
    if axis == 2:
        return ()
    size = " x ".join(map(str, shape))
    if axis == 0:
        return (say("The array is {shape}; its first axis is taken for the bands.", shape=size),)
    return (say("The array is {shape}; its second axis is taken for the bands.", shape=size),)
