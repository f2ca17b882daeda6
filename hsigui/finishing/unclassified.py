"""Steps that take pixels' classes from them, and that give one to those that have none."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from hsigui.errors import HsiError
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.naming import exactly
from hsigui.finishing.step import Check
from hsigui.texts import say


@dataclass(frozen=True)
class Below:
    """Pixels whose class the model was less sure of have none; what a hand has painted stays.

    Attributes:
        least: probability of the class that is kept, 0 to 1.
    """

    least: float

    @property
    def told(self) -> str:
        return f"--below {exactly(self.least)}"

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        if not 0 < self.least <= 1:
            raise HsiError(
                say("{least:g} is no confidence.", least=self.least), say("Give a number above 0 and up to 1.")
            )
        if found.confidence is None:
            raise HsiError(
                say("The confidence of this map is not known."),
                say("Name its file with --confidence: classify writes one, and so does File > Export."),
            )
        check()
        unsure = found.confidence < np.float32(self.least)
        if found.painted is not None:
            unsure &= ~found.painted
        return replace(found, classes=np.where(unsure, np.uint16(0), found.classes))


@dataclass(frozen=True)
class Fill:
    """Pixels without a class take that of the nearest pixel with one (Euclidean distance between centres).

    Where the scene has no data they stay as they are. Of a map of which that is not known all are filled.

    Attributes:
        distance: in pixels, beyond which they stay; 0 for any.
    """

    distance: float = 0.0

    @property
    def told(self) -> str:
        return f"--fill {exactly(self.distance)}" if self.distance else "--fill"

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        if not self.distance >= 0:
            raise HsiError(say("{distance} is no distance.", distance=self.distance), say("Give pixels, such as 5."))
        check()
        empty = found.classes == 0
        if empty.all() or not empty.any():
            return found
        gaps = empty if found.valid is None else empty & found.valid
        rows, cols = distance_transform_edt(empty, return_distances=False, return_indices=True)
        down, across = np.nonzero(gaps)
        nearest = rows[gaps], cols[gaps]
        if self.distance:
            near = np.hypot(down - nearest[0], across - nearest[1]) <= self.distance
            down, across, nearest = down[near], across[near], (nearest[0][near], nearest[1][near])
        classes = found.classes.copy()
        classes[down, across] = found.classes[nearest]
        return replace(found, classes=classes)


@dataclass(frozen=True, eq=False)
class Masked:
    """Pixels that a mask marks have no class.

    Attributes:
        mask: rows x cols, True where the class goes.
        source: the file, as the option names it.
        sha256: of the mask: two steps with the same are equal.
    """

    mask: NDArray[np.bool_] = field(repr=False)
    source: str
    sha256: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and (self.sha256, self.source) == (other.sha256, other.source)

    def __hash__(self) -> int:
        return hash((self.sha256, self.source))

    @property
    def told(self) -> str:
        return f"--mask {shlex.quote(self.source)}"

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        require_size(self.mask.shape, found.classes.shape, self.source)
        check()
        return replace(found, classes=np.where(self.mask, np.uint16(0), found.classes))


def require_size(shape: tuple[int, ...], wanted: tuple[int, ...], name: str) -> None:
    """Refuses a raster of other pixels than the map.

    Raises:
        HsiError: it is one.
    """
    if shape != wanted:
        raise HsiError(
            say("{name} has {shape} pixels, the map {wanted}.", name=name, shape=" x ".join(map(str, shape)),
                wanted=" x ".join(map(str, wanted))),
            say("Choose a file of the same pixels."),
        )  # fmt: skip
