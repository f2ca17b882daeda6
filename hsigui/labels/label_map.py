"""Rasters of class numbers that change only through edits, each of which can be taken back.

A label map has two layers: the labels that maps are trained on, and validation labels, on which maps are measured and
which nothing is ever trained on. A pixel should have a label in one of them only; who paints sees to it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassTable
from hsigui.labels.strokes import parts_of, trimmed
from hsigui.texts import say

UNLABELLED = 0
TRAINING, VALIDATION = 0, 1  # the layers
Box = tuple[int, int, int, int]
_AT_ONCE = 1_000_000  # pixels that are counted at once


@dataclass(frozen=True)
class Edit:
    """A change of labels inside a bounding box, of the class table, or of both.

    Attributes:
        top, left: upper left pixel of the box.
        mask: height x width; which pixels of the box change.
        new: one class number for all of them, or one number each (in the row-major order of the mask).
        classes: the class table from then on; None leaves it as it is.
        layer: TRAINING or VALIDATION.
    """

    top: int = 0
    left: int = 0
    mask: NDArray[np.bool_] | None = None
    new: int | NDArray[np.uint16] = UNLABELLED
    classes: ClassTable | None = None
    layer: int = TRAINING

    @property
    def box(self) -> Box:
        """Top, left, bottom, right (the last two exclusive) of what is redrawn; empty when only classes change."""
        if self.mask is None:
            return self.top, self.left, self.top, self.left
        return self.top, self.left, self.top + self.mask.shape[0], self.left + self.mask.shape[1]

    @property
    def changes_labels(self) -> bool:
        return self.mask is not None

    def pieces(self, pixels: int) -> Iterator[Edit]:
        """The same change as several edits, one below the other, whose boxes have about so many pixels; the first of
        them has the classes."""
        if self.mask is None:
            yield self
            return
        at, classes = 0, self.classes
        for top, left, mask in parts_of((self.top, self.left, self.mask), pixels):
            count = int(np.count_nonzero(mask))
            new = self.new[at : at + count] if isinstance(self.new, np.ndarray) else self.new
            yield Edit(top, left, mask, new, classes, self.layer)
            at, classes = at + count, None

    def packed(self) -> PackedEdit:
        """The same edit in little memory."""
        if self.mask is None:
            return PackedEdit(self.box, b"", b"", self.classes, self.layer)
        mask = b"" if self.mask.all() else zlib.compress(np.packbits(self.mask).tobytes(), 1)
        new: int | bytes
        if isinstance(self.new, np.ndarray):
            same = self.new.size and (self.new == self.new[0]).all()
            new = int(self.new[0]) if same else zlib.compress(self.new.astype(np.uint16).tobytes(), 1)
        else:
            new = int(self.new)
        return PackedEdit(self.box, mask, new, self.classes, self.layer)


@dataclass(frozen=True)
class PackedEdit:
    """An edit whose mask (bits) and values are deflated; one value for all pixels is kept as a number.

    Attributes:
        box: as that of the edit.
        mask: deflated bits; empty when every pixel of the box changes.
        new: the number for all pixels, or deflated numbers.
    """

    box: Box
    mask: bytes
    new: int | bytes
    classes: ClassTable | None
    layer: int

    @property
    def changes_labels(self) -> bool:
        return self.box[2] > self.box[0]

    @property
    def nbytes(self) -> int:
        """About so many bytes are kept for it."""
        return 200 + len(self.mask) + (len(self.new) if isinstance(self.new, bytes) else 0)

    def unpacked(self) -> Edit:
        top, left, bottom, right = self.box
        if not self.changes_labels:
            return Edit(top, left, classes=self.classes, layer=self.layer)
        height, width = bottom - top, right - left
        if self.mask:
            bits = np.frombuffer(zlib.decompress(self.mask), dtype=np.uint8)
            mask = np.unpackbits(bits, count=height * width).view(bool).reshape(height, width)
        else:
            mask = np.ones((height, width), dtype=bool)
        new: int | NDArray[np.uint16]
        if isinstance(self.new, bytes):
            new = np.frombuffer(zlib.decompress(self.new), dtype=np.uint16)
        else:
            new = self.new
        return Edit(top, left, mask, new, self.classes, self.layer)


class LabelMap:
    """Class numbers of every pixel, rows x cols uint16, 0 for unlabelled, in two layers with one class table."""

    def __init__(self, rows: int, cols: int, classes: ClassTable | None = None) -> None:
        # Zeros take no memory until they are written to, so a layer that is not used costs nothing.
        self._layers = (np.zeros((rows, cols), dtype=np.uint16), np.zeros((rows, cols), dtype=np.uint16))
        # Kept up to date by every edit: to count a large scene anew at each stroke takes seconds.
        self._counts = np.zeros((2, MAX_CLASS + 1), dtype=np.int64)
        self._counts[:, UNLABELLED] = rows * cols
        self._touched: list[Box | None] = [None, None]  # outside of it nothing was ever labelled
        self.classes = classes or ClassTable()

    @classmethod
    def from_array(cls, array: NDArray[np.integer], classes: ClassTable | None = None) -> LabelMap:
        """A label map over a copy of the array; classes that the table lacks get default names and colours. Rows x
        cols."""
        labels = cls(*array.shape)
        labels._layers[TRAINING][...] = array
        labels._touched[TRAINING] = (0, 0, *labels.shape)
        labels._counts[TRAINING] = np.bincount(labels._layers[TRAINING].ravel(), minlength=MAX_CLASS + 1)
        labels.classes = (classes or ClassTable()).merged_with(np.flatnonzero(labels._counts[TRAINING]).tolist())
        return labels

    @property
    def array(self) -> NDArray[np.uint16]:
        """The class numbers to train on, rows x cols, read-only; a view, not a copy."""
        return self.layer(TRAINING)

    @property
    def validation(self) -> NDArray[np.uint16]:
        """The class numbers of the validation labels, rows x cols, read-only; a view, not a copy."""
        return self.layer(VALIDATION)

    def layer(self, number: int) -> NDArray[np.uint16]:
        """The class numbers of a layer, read-only; a view. Rows x cols."""
        view = self._layers[number].view()
        view.setflags(write=False)
        return view

    def extent(self, layer: int = TRAINING) -> Box | None:
        """A box (top, left, bottom, right) outside of which a layer never had a label; None while it has none."""
        return self._touched[layer]

    def snapshot(self, layer: int = TRAINING) -> NDArray[np.uint16]:
        """A copy of a layer that later edits do not change. Of a large scene with few labels it is made fast. Rows x
        cols."""
        copy = np.zeros(self.shape, dtype=np.uint16)
        box = self._touched[layer]
        if box is not None:
            part = slice(box[0], box[2]), slice(box[1], box[3])
            copy[part] = self._layers[layer][part]
        return copy

    @property
    def shape(self) -> tuple[int, int]:
        rows, cols = self._layers[TRAINING].shape
        return rows, cols

    def counts(self, layer: int = TRAINING) -> dict[int, int]:
        """Labelled pixels of every class of the table, zeros included."""
        return {n: int(self._counts[layer, n]) for n in self.classes.numbers}

    def numbers(self, layer: int = TRAINING) -> list[int]:
        """The class numbers that a layer has pixels of, 0 left out."""
        return [int(n) for n in np.flatnonzero(self._counts[layer]) if n]

    def labelled(self, layer: int = TRAINING) -> int:
        """How many pixels of a layer have a label."""
        return self.shape[0] * self.shape[1] - int(self._counts[layer, UNLABELLED])

    def apply(self, edit: Edit) -> Edit:
        """Carries out an edit and returns the one that takes it back.

        Raises:
            ValueError: the box reaches outside the raster.
        """
        before = self.classes if edit.classes is not None else None
        old = np.zeros(0, dtype=np.uint16)
        if edit.mask is not None:
            box, (rows, cols) = edit.box, self.shape
            top, left, bottom, right = box
            if top < 0 or left < 0 or bottom > rows or right > cols:
                raise ValueError(f"edit box {box} outside a raster of {(rows, cols)}")
            window = self._layers[edit.layer][top:bottom, left:right]
            old = window[edit.mask]
            new = edit.new
            if isinstance(new, np.ndarray):
                if len(new) != len(old):
                    raise ValueError(f"{len(new)} class numbers for {len(old)} pixels")
                np.place(window, edit.mask, new)
                self._count(edit.layer, new, 1)
            else:
                np.copyto(window, np.uint16(new), where=edit.mask)
                self._counts[edit.layer, new] += len(old)
            self._touched[edit.layer] = _around(self._touched[edit.layer], box)
            self._count(edit.layer, old, -1)
        # Last, so that an edit that cannot be carried out changes nothing.
        if edit.classes is not None:
            self.classes = edit.classes
        return Edit(edit.top, edit.left, edit.mask, old, before, edit.layer)

    def replacing(self, array: NDArray[np.integer], classes: ClassTable | None = None, layer: int = TRAINING) -> Edit:
        """The edit that makes a layer equal to the array (of the same size); its box holds only what differs. Rows x
        cols.

        Raises:
            HsiError: the array has another size; both sizes are named.
        """
        require_same_size(array.shape, self.shape, say("labels"))
        new = array.astype(np.uint16)
        found = trimmed(0, 0, new != self._layers[layer])
        if found is None:
            return Edit(classes=classes, layer=layer)
        top, left, mask = found
        values = new[top : top + mask.shape[0], left : left + mask.shape[1]][mask]
        return Edit(top, left, mask, values, classes, layer)

    def where(self, number: int, layer: int = TRAINING) -> tuple[int, int, NDArray[np.bool_]] | None:
        """Box and mask of a class in a layer; None when it has no pixel there. The mask is rows x cols of the box."""
        return trimmed(0, 0, self._layers[layer] == number) if self._counts[layer, number] else None

    def _count(self, layer: int, numbers: NDArray[np.uint16], sign: int) -> None:
        for start in range(0, len(numbers), _AT_ONCE):  # each part is made 64 bits wide to be counted
            part = numbers[start : start + _AT_ONCE]
            if (part == part[0]).all():  # most often, and many times as fast
                self._counts[layer, part[0]] += sign * len(part)
                continue
            found = np.bincount(part)
            self._counts[layer, : len(found)] += sign * found


def _around(one: Box | None, other: Box) -> Box:
    if one is None:
        return other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def require_same_size(shape: tuple[int, ...], scene: tuple[int, int], what: str) -> None:
    """Refuses a raster that does not fit the scene.

    Raises:
        HsiError: the sizes differ; the message names both.
    """
    if tuple(shape) != tuple(scene):
        raise HsiError(
            say(
                "The {what} are {shape} pixels, the scene is {first_scene} x {second_scene}.",
                what=what,
                shape=" x ".join(map(str, shape)),
                first_scene=scene[0],
                second_scene=scene[1],
            ),
            say("Choose a file made for this scene."),
        )
