"""A scene some of whose pixels are withheld."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Source


class MaskedCube(Cube):
    """A cube that reads as if the masked pixels had no data: NaN in every band, and not valid.

    Args:
        cube: the scene; it is not changed.
        mask: rows x cols, True for pixels to withhold.

    Raises:
        ValueError: the mask has another size.
    """

    def __init__(self, cube: Cube, mask: NDArray[np.bool_]) -> None:
        if mask.shape != (cube.rows, cube.cols):
            raise ValueError(f"a mask of {mask.shape} for {cube.rows} x {cube.cols} pixels")
        super().__init__(cube._source, cube.info, name=cube.name, path=cube.path)
        self._whole, self._mask = cube, mask

    @property
    def whole(self) -> Cube:
        """The scene with the masked pixels."""
        return self._whole

    @property
    def withheld(self) -> NDArray[np.bool_]:
        """The masked pixels, rows x cols. Not to be written to."""
        return self._mask

    def with_info(self, info: CubeInfo) -> Cube:
        return MaskedCube(self._whole.with_info(info), self._mask)

    def over(self, change: Callable[[Source], Source], info: CubeInfo) -> Cube:
        """A cube over what a function makes of the stored samples of the same pixels."""
        return MaskedCube(self._whole.over(change, info), self._mask)

    def read(
        self, rows: slice = slice(None), cols: slice = slice(None), bands: slice | Sequence[int] = slice(None)
    ) -> NDArray[np.float32]:
        """Rows x cols x bands float32, NaN also where the mask is."""
        values = self._whole.read(rows, cols, bands)
        values[self._mask[rows, cols]] = np.nan
        return values

    def valid_mask(self, check: Callable[[], None] = lambda: None) -> NDArray[np.bool_]:
        """Rows x cols, False also where the mask is."""
        return self._whole.valid_mask(check) & ~self._mask


class SetAside(MaskedCube):
    """A scene without the pixels that masks take out for one use, such as the map.

    It is the same scene with less of it: `whole` is the scene that runs and maps are of, and by which they are found.

    Args:
        cube: the scene; it is not changed.
        mask: rows x cols, True for pixels that one of the masks takes out.
        told: what there is to say of each mask in the record of what is made, as JSON values.
    """

    def __init__(self, cube: Cube, mask: NDArray[np.bool_], told: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(cube, mask)
        self.told = tuple(told)

    def with_info(self, info: CubeInfo) -> Cube:
        return SetAside(self._whole.with_info(info), self._mask, self.told)

    def over(self, change: Callable[[Source], Source], info: CubeInfo) -> Cube:
        """A cube over what a function makes of the stored samples of the same pixels."""
        return SetAside(self._whole.over(change, info), self._mask, self.told)


def scene_of(cube: Cube) -> Cube:
    """The scene of a cube with the pixels that masks take out for a use; those that quality masks of the product
    withhold stay so."""
    return scene_of(cube.whole) if isinstance(cube, SetAside) else cube


def masks_told(cube: Cube) -> tuple[Mapping[str, Any], ...]:
    """What there is to say of the masks that take pixels out of a cube for its use; empty for none."""
    return (*masks_told(cube.whole), *cube.told) if isinstance(cube, SetAside) else ()


def set_aside(cube: Cube) -> NDArray[np.bool_] | None:
    """The pixels that masks take out of a cube for its use, rows x cols; None where none do."""
    if not isinstance(cube, SetAside):
        return None
    before = set_aside(cube.whole)
    return cube.withheld if before is None else before | cube.withheld


def left_out(cube: Cube) -> frozenset[str]:
    """Which pixels masks took out of a cube, as the sums of their pixels; empty where they took none."""
    return frozenset(str(mask["sha256"]) for mask in masks_told(cube) if mask.get("pixels"))
