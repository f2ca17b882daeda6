"""A raster of class numbers that changes only through edits, each of which can be taken back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassTable

UNLABELLED = 0


@dataclass(frozen=True)
class Edit:
    """A change of labels inside a bounding box, of the class table, or of both.

    Attributes:
        top, left: upper left pixel of the box.
        mask: height x width; which pixels of the box change.
        new: one class number for all of them, or one number each (in the row-major order of the mask).
        classes: the class table from then on; None leaves it as it is.
    """

    top: int = 0
    left: int = 0
    mask: NDArray[np.bool_] | None = None
    new: int | NDArray[np.uint16] = UNLABELLED
    classes: ClassTable | None = None

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Top, left, bottom, right (the last two exclusive) of what is redrawn; empty when only classes change."""
        if self.mask is None:
            return self.top, self.left, self.top, self.left
        return self.top, self.left, self.top + self.mask.shape[0], self.left + self.mask.shape[1]


class LabelMap:
    """Class numbers of every pixel, rows x cols uint16, 0 for unlabelled, with their class table."""

    def __init__(self, rows: int, cols: int, classes: ClassTable | None = None) -> None:
        self._array = np.zeros((rows, cols), dtype=np.uint16)
        # Kept up to date by every edit: to count a large scene anew at each stroke takes seconds.
        self._counts = _counted(self._array)
        self.classes = classes or ClassTable()

    @classmethod
    def from_array(cls, array: NDArray[np.integer], classes: ClassTable | None = None) -> LabelMap:
        """A label map over a copy of the array; classes that the table lacks get default names and colours."""
        labels = cls(*array.shape)
        labels._array[...] = array
        labels._counts = _counted(labels._array)
        labels.classes = (classes or ClassTable()).merged_with(np.flatnonzero(labels._counts).tolist())
        return labels

    @property
    def array(self) -> NDArray[np.uint16]:
        """The class numbers, rows x cols, read-only; a view, not a copy."""
        view = self._array.view()
        view.setflags(write=False)
        return view

    @property
    def shape(self) -> tuple[int, int]:
        return self._array.shape[0], self._array.shape[1]

    def counts(self) -> dict[int, int]:
        """Labelled pixels of every class of the table, zeros included."""
        return {n: int(self._counts[n]) for n in self.classes.numbers}

    def apply(self, edit: Edit) -> Edit:
        """Carries out an edit and returns the one that takes it back.

        Raises:
            ValueError: the box reaches outside the raster.
        """
        before = self.classes if edit.classes is not None else None
        old = np.zeros(0, dtype=np.uint16)
        if edit.mask is not None:
            top, left, bottom, right = edit.box
            if top < 0 or left < 0 or bottom > self.shape[0] or right > self.shape[1]:
                raise ValueError(f"edit box {edit.box} outside a raster of {self.shape}")
            window = self._array[top:bottom, left:right]
            old = window[edit.mask].copy()
            window[edit.mask] = edit.new
            self._counts += _counted(window[edit.mask]) - _counted(old)
        # Last, so that an edit that cannot be carried out changes nothing.
        if edit.classes is not None:
            self.classes = edit.classes
        return Edit(edit.top, edit.left, edit.mask, old, before)

    def replacing(self, array: NDArray[np.integer], classes: ClassTable | None = None) -> Edit:
        """The edit that makes this map equal to the array (of the same size).

        Raises:
            HsiError: the array has another size; both sizes are named.
        """
        require_same_size(array.shape, self.shape, "labels")
        return Edit(0, 0, np.ones(self.shape, dtype=bool), array.astype(np.uint16).ravel(), classes)


def _counted(numbers: NDArray[np.uint16]) -> NDArray[np.intp]:
    """How often each class number occurs."""
    return np.bincount(numbers.ravel(), minlength=MAX_CLASS + 1)


def require_same_size(shape: tuple[int, ...], scene: tuple[int, int], what: str) -> None:
    """Refuses a raster that does not fit the scene.

    Raises:
        HsiError: the sizes differ; the message names both.
    """
    if tuple(shape) != tuple(scene):
        raise HsiError(
            f"The {what} are {' x '.join(map(str, shape))} pixels, the scene is {scene[0]} x {scene[1]}.",
            "Choose a file made for this scene.",
        )
