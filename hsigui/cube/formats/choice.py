"""How an array of a file becomes a scene: which variable, which axis is what, and what else belongs to it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.texts import say

CUBE_AXES = (
    "rows,cols,bands", "bands,rows,cols", "rows,bands,cols", "cols,rows,bands", "bands,cols,rows", "cols,bands,rows",
)  # fmt: skip
FLAT_AXES = ("bands,pixels", "pixels,bands")
ORDERS = ("columns", "rows")


def axis_words(axes: str) -> tuple[str, ...]:
    """What each of some axes is called, of such as "rows,cols,bands"."""
    words = {"rows": say("rows"), "cols": say("cols"), "bands": say("bands"), "pixels": say("pixels"),
             "spectra": say("spectra")}  # fmt: skip
    return tuple(words.get(axis, axis) for axis in axes.split(","))


def axes_in_words(axes: str) -> str:
    """Axes for a sentence, such as "rows x cols x bands"."""
    return " x ".join(axis_words(axes))


@dataclass(frozen=True)
class ImportChoice:
    """What the user (or a guess) says of an array. Made to be kept as JSON and to be given on the command line.

    Attributes:
        variable: name of the array, with the structs or groups around it ("params.data", "products/reflectance");
            empty when the file holds one array only.
        axes: what the axes of the array are, in the order in which its shape is listed: one of CUBE_AXES, or of
            FLAT_AXES for an array that holds the pixels in one axis.
        rows, cols: size of the scene for FLAT_AXES; 0 otherwise.
        order: for FLAT_AXES, "columns" when the pixels run down the first column and then the second (MATLAB), "rows"
            when they run along the first row and then the second.
        wavelengths: name of the variable with the band centres; None to look for one, empty to take none.
        units: unit of the band centres as a word; empty to go by the file, or by the size of the numbers.
        bad_bands: name of the variable with 1 for good and 0 for bad bands; None to look for one, empty to take none.
    """

    variable: str = ""
    axes: str = CUBE_AXES[0]
    rows: int = 0
    cols: int = 0
    order: str = ORDERS[0]
    wavelengths: str | None = None
    units: str = ""
    bad_bands: str | None = None

    def __post_init__(self) -> None:
        axes = ",".join(part.strip() for part in self.axes.split(","))
        object.__setattr__(self, "axes", axes)
        if axes not in CUBE_AXES + FLAT_AXES:
            raise HsiError(
                say("“{axes}” is no order of axes.", axes=self.axes),
                say("Use one of {cube_axes}.", cube_axes="; ".join(CUBE_AXES + FLAT_AXES)),
            )
        if self.order not in ORDERS:
            raise HsiError(
                say("The pixels cannot run by “{order}”.", order=self.order),
                say("Use one of {orders}.", orders=", ".join(ORDERS)),
            )
        if self.is_flat and (self.rows < 1 or self.cols < 1):
            raise HsiError(
                say(
                    "An array of {axes} needs the size of the scene; {rows} rows x {cols} columns were given.",
                    axes=axes,
                    rows=self.rows,
                    cols=self.cols,
                ),
                say("Give its rows and columns."),
            )

    @property
    def is_flat(self) -> bool:
        """Whether the array holds the pixels in one axis."""
        return self.axes in FLAT_AXES

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ImportChoice:
        """Raises HsiError when the text is no such choice."""
        try:
            return cls.from_values(untrusted.json_of(text))
        except ValueError as error:
            raise HsiError(
                say("The kept import choice is damaged."), say("Choose again how the file is read.")
            ) from error

    @classmethod
    def from_values(cls, values: Any) -> ImportChoice:
        """A choice from plain values; entries with unknown names are left out.

        Raises:
            HsiError: a value has the wrong type or makes no sense.
        """
        if not isinstance(values, Mapping):
            raise HsiError(say("The kept import choice is damaged."), say("Choose again how the file is read."))
        taken = {f.name: values[f.name] for f in fields(cls) if f.name in values}
        for name, value in taken.items():
            whole = name in ("rows", "cols")
            none_allowed = name in ("wavelengths", "bad_bands")
            right = isinstance(value, int) and not isinstance(value, bool) if whole else isinstance(value, str)
            if not (right or (none_allowed and value is None)):
                raise HsiError(
                    say("The import choice has “{value}” for {name}.", value=value, name=name),
                    say("Choose again how the file is read."),
                )
        return cls(**taken)

    def __str__(self) -> str:
        size = (
            say(
                ", {rows} x {cols} pixels by {order}",
                rows=self.rows,
                cols=self.cols,
                order=say("columns") if self.order == "columns" else say("rows"),
            )
            if self.is_flat
            else ""
        )
        return say(
            "{variable} as {axes}{size}",
            variable=self.variable or say("the array"),
            axes=axes_in_words(self.axes),
            size=size,
        )


@dataclass(frozen=True)
class Layout:
    """Where the samples of a scene lie in an array.

    Attributes:
        shape: rows, columns, bands.
        axes: the axis of the array along which rows, columns and bands run.
        steps: how many entries of that axis lie between neighbours; above 1 only where the pixels are one axis.
    """

    shape: tuple[int, int, int]
    axes: tuple[int, int, int]
    steps: tuple[int, int, int] = (1, 1, 1)

    def strides(self, array_strides: tuple[int, ...]) -> tuple[int, int, int]:
        """Bytes between neighbouring rows, columns and bands, of an array with these strides."""
        row, col, band = (array_strides[axis] * step for axis, step in zip(self.axes, self.steps, strict=True))
        return row, col, band


def layout_of(shape: tuple[int, ...], choice: ImportChoice) -> Layout:
    """Fits a choice to an array of this shape. Axes of one entry that are too many are passed over.

    Raises:
        HsiError: the number of axes is wrong, or the sizes do not multiply out.
    """
    words = choice.axes.split(",")
    size = " x ".join(map(str, shape)) or say("one number")
    named = say("The array {variable} ", variable=choice.variable) if choice.variable else say("The array ")
    kept = list(range(len(shape)))
    for axis in list(kept):
        if len(kept) > len(words) and shape[axis] == 1:
            kept.remove(axis)
    if len(kept) != len(words):
        raise HsiError(
            say(
                "{named}of {size} has not the {count} axes {axes}.",
                named=named,
                size=size,
                count=len(words),
                axes=axes_in_words(choice.axes),
            ),
            say("Choose another order of axes."),
        )
    if 0 in shape:
        raise HsiError(say("{named}of {size} is empty.", named=named, size=size), say("Choose another array."))
    place = {word: kept[n] for n, word in enumerate(words)}
    if not choice.is_flat:
        axes = (place["rows"], place["cols"], place["bands"])
        return Layout((shape[axes[0]], shape[axes[1]], shape[axes[2]]), axes)
    pixels, bands = place["pixels"], place["bands"]
    if choice.rows * choice.cols != shape[pixels]:
        raise HsiError(
            say(
                "{named}of {size} holds {shape} pixels; {rows} rows x {cols} columns would be {prod}.",
                named=named,
                size=size,
                shape=shape[pixels],
                rows=choice.rows,
                cols=choice.cols,
                prod=math.prod((choice.rows, choice.cols)),
            ),
            say("Give rows and columns whose product is the number of pixels."),
        )
    steps = (1, choice.rows, 1) if choice.order == "columns" else (choice.cols, 1, 1)
    return Layout((choice.rows, choice.cols, shape[bands]), (pixels, pixels, bands), steps)
