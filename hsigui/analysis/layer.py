"""A layer: what was computed of every pixel, and the recipe by which it is made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, Color, color_for
from hsigui.parameters import Value
from hsigui.texts import say


@dataclass(frozen=True)
class Target:
    """A spectrum that pixels are compared with.

    Attributes:
        values: one number a band, in the units of the cube's values; NaN for a band that it has no value of.
        wavelengths: nm, one a number; empty where the numbers are of the cube's own bands.
        place: row and column of the pixel that it is of, from 0; None where it is of none.
        color: that it is drawn in; None for any.
    """

    name: str
    values: tuple[float, ...]
    wavelengths: tuple[float, ...] = ()
    place: tuple[int, int] | None = None
    color: Color | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON values; a band without a value is null."""
        known = [None if np.isnan(value) else value for value in self.values]
        more = {"place": self.place, "color": self.color}
        told = {name: list(numbers) for name, numbers in more.items() if numbers is not None}
        return {"name": self.name, "values": known, "wavelengths_nm": list(self.wavelengths), **told}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote."""
        numbers = tuple(np.nan if value is None else float(value) for value in values["values"])
        waves = tuple(map(float, values["wavelengths_nm"]))
        return cls(str(values["name"]), numbers, waves, _place(values.get("place")), _color(values.get("color")))


@dataclass(frozen=True)
class BandTaken:
    """A band that was read, and for what.

    Attributes:
        asked: what was asked for, such as "b850"; empty where all good bands are used.
        number: of the band, from 0.
        wavelength: its centre in nm; None where the scene has none.
    """

    asked: str
    number: int
    wavelength: float | None = None

    def __str__(self) -> str:
        """Such as "b850: band 43 (852.1 nm)"; bands count from 1 there, as people do."""
        place = say("band {number}", number=self.number + 1)
        if self.wavelength is not None:
            place = say("band {number} ({nm:.1f} nm)", number=self.number + 1, nm=self.wavelength)
        return f"{self.asked}: {place}" if self.asked else place


@dataclass(frozen=True)
class Between:
    """A threshold: where one measurement lies between two values, both included.

    Attributes:
        low, high: None where there is no end.
        measure: which measurement, from 0.
    """

    low: float | None = None
    high: float | None = None
    measure: int = 0


@dataclass(frozen=True)
class LayerRecipe:
    """How a layer is made of a cube: plain values, so that it can be kept as JSON and followed again.

    Attributes:
        kind: name in the table of kinds.
        version: of the kind, raised when its numbers change.
        between: the threshold by which the layer becomes one of two classes; None for the layer itself.
        parameters: all settings of the kind, by name.
        targets: spectra that pixels are compared with.
        bands: the bands that were read, in the order of the cube; empty before the layer is made.
        left_out: pixels that have no part in what is known of the background, see `background.packed`; empty for none.
    """

    kind: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    bands: tuple[BandTaken, ...] = ()
    version: int = 1
    between: Between | None = None
    left_out: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "kind": self.kind,
            "version": self.version,
            "parameters": dict(self.parameters),
            "targets": [target.to_json() for target in self.targets],
            "bands": [dataclasses.asdict(band) for band in self.bands],
            "between": None if self.between is None else dataclasses.asdict(self.between),
            **({"left_out": self.left_out} if self.left_out else {}),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            HsiError: it is no recipe.
        """
        try:
            return cls(
                str(values["kind"]), dict(values["parameters"]),
                tuple(Target.from_json(target) for target in values["targets"]),
                tuple(BandTaken(**band) for band in values["bands"]), int(values["version"]),
                None if values.get("between") is None else Between(**values["between"]),
                str(values.get("left_out", "")),
            )  # fmt: skip
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise HsiError(
                say("This is no recipe of a layer: {error}.", error=error), say("Was the file changed by hand?")
            ) from error


@dataclass(frozen=True, eq=False)
class Layer:
    """What was computed of every pixel of a scene.

    Attributes:
        name: for lists and files, such as "NDVI".
        recipe: how it was made.
        array: of measurements rows x cols float32 for one, rows x cols x names float32 for several, NaN for no data; of
            classes rows x cols uint16, 0 for no data.
        names: of the measurements, one each.
        units: such as "rad" or "nm"; empty for pure numbers.
        limits: the least and the largest value that there can be; infinite where there is no end.
        classes: names and colours of a layer of classes; None for measurements.
        figures: curves that belong to it, such as the eigenvalues of all components, by name.
        notes: what was assumed or left out, a sentence each.
        geo: where the scene lies.
        cube: which it was made of; None where that is not known.
    """

    name: str
    recipe: LayerRecipe
    array: NDArray[Any]
    names: tuple[str, ...]
    units: str = ""
    limits: tuple[float, float] = (-np.inf, np.inf)
    classes: ClassTable | None = None
    figures: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    geo: Geo = field(default_factory=Geo)
    cube: Cube | None = None

    def __post_init__(self) -> None:
        wanted = np.dtype(np.float32) if self.classes is None else np.dtype(np.uint16)
        if self.array.dtype != wanted:
            raise ValueError(f"a layer of {self.array.dtype}, not {wanted}")
        count = 1 if self.array.ndim == 2 else self.array.shape[2]
        if count != len(self.names):
            raise ValueError(f"{len(self.names)} names for {count} measurements")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, cols = self.array.shape[:2]
        return rows, cols

    @property
    def stack(self) -> NDArray[Any]:
        """The same numbers as rows x cols x names, a view."""
        return self.array if self.array.ndim == 3 else self.array[:, :, None]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Where there is a number, rows x cols."""
        if self.classes is not None:
            return np.asarray(self.array != 0)
        return np.asarray(np.isfinite(self.stack).any(axis=2))

    @property
    def seen_limits(self) -> tuple[float, float]:
        """The least and the largest value that occur; NaN where there is none."""
        known = self.array[self.array != 0] if self.classes is not None else self.array[np.isfinite(self.array)]
        return (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)

    def masked(self, low: float | None = None, high: float | None = None, measure: int = 0) -> Layer:
        """Where one of the measurements lies between two values, both included, as a layer of two classes: 1 where it
        does, 2 elsewhere; 0 where there is no data. Its array is rows x cols uint16.

        Args:
            low, high: None where there is no end.
            measure: which measurement, from 0.

        Raises:
            HsiError: it is a layer of classes, has no such measurement, or neither or no limits in order are given.
        """
        if self.classes is not None:
            raise HsiError(
                say("{name} is a layer of classes, and has no threshold.", name=self.name),
                say("Choose a layer of measurements."),
            )
        if not 0 <= measure < len(self.names):
            raise HsiError(
                say("{name} has {count} measurements.", name=self.name, count=len(self.names)),
                say("Choose one of them: {names}.", names=", ".join(self.names)),
            )
        least, most = -np.inf if low is None else low, np.inf if high is None else high
        if (low is None and high is None) or not least <= most:
            raise HsiError(
                say("No threshold lies between {low} and {high}.", low=low, high=high),
                say("Give the lower limit, the upper one, or both in this order."),
            )
        values, name = self.stack[:, :, measure], self.names[measure]
        with np.errstate(invalid="ignore"):
            numbers = np.where((values >= least) & (values <= most), 1, 2).astype(np.uint16)
        numbers[np.isnan(values)] = 0
        words = _between(name, low, high)
        others = say("not {words}", words=words)
        table = ClassTable((ClassInfo(1, words, color_for(1)), ClassInfo(2, others, color_for(2))))
        recipe = dataclasses.replace(self.recipe, between=Between(low, high, measure))
        return dataclasses.replace(
            self, name=words, array=numbers, names=(words,), units="", limits=(0.0, 2.0), classes=table, figures={},
            recipe=recipe,
        )  # fmt: skip


def _place(values: Any) -> tuple[int, int] | None:
    if values is None:
        return None
    row, col = map(int, values)
    return row, col


def _color(values: Any) -> Color | None:
    if values is None:
        return None
    red, green, blue = (min(255, max(0, int(part))) for part in values)
    return red, green, blue


def _between(name: str, low: float | None, high: float | None) -> str:
    """Such as "NDVI ≥ 0.4" or "0.2 ≤ NDVI ≤ 0.4"."""
    if high is None:
        return f"{name} ≥ {low:g}"
    return f"{name} ≤ {high:g}" if low is None else f"{low:g} ≤ {name} ≤ {high:g}"
