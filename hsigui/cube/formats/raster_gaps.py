"""What rasters say of pixels without data, other than by one value for all bands: by a mask, an alpha band, values.

A scene has one no-data value. So the samples that these say nothing of are replaced by one that no sample can be: NaN,
or the least number of the next larger type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from hsigui.cube.nodata import equals_nodata
from hsigui.texts import say, say_number

_WIDER = {"u1": "i2", "i1": "i2", "u2": "i4", "i2": "i4"}


@dataclass(frozen=True)
class Gaps:
    """Which samples of a raster are none.

    Attributes:
        bands: numbers of the bands that are measured, from 1 on, as the file counts them.
        values: the no-data value of each of them; None for none.
        mask: whether the file has a mask of its pixels.
        alpha: number of the band that says how opaque a pixel is: 0 where it has no data. None for none.
        dtype: of the samples that are handed out.
    """

    bands: tuple[int, ...]
    values: tuple[float | None, ...]
    mask: bool
    alpha: int | None
    dtype: np.dtype[Any]

    @property
    def fill(self) -> float:
        """What stands for no data in the samples that are handed out."""
        return float("nan") if self.dtype.kind in "fc" else int(np.iinfo(self.dtype).min)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, one sentence each."""
        said = []
        if self.mask:
            said.append(say("The file has a mask: pixels that it leaves out have no data."))
        if self.alpha is not None:
            said.append(say("Band {alpha} says how opaque pixels are: it is no band of the scene, and where it is 0 "
                            "they have no data.", alpha=self.alpha))  # fmt: skip
        if len({repr(value) for value in self.values}) > 1:
            known = sorted({f"{value:g}" for value in self.values if value is not None})
            without = sum(value is None for value in self.values)
            rest = say_number("; 1 band has none", "; {count} bands have none", without) if without else ""
            said.append(
                say(
                    "The bands have different no-data values, each heeded in its own: {values}{rest}.",
                    values=", ".join(known),
                    rest=rest,
                )
            )
        return tuple(said)

    def read(self, dataset: Any, bands: list[int], window: Window, shape: tuple[int, int, int] | None) -> NDArray[Any]:
        """The samples of a window, bands x rows x cols, with the fill where there is no data.

        Args:
            bands: of the scene, from 0 on.
            shape: of the answer, where it is to be coarser than the window.
        """
        numbers = [self.bands[b] for b in bands]
        found: NDArray[Any] = dataset.read(numbers, window=window, out_shape=shape, out_dtype=self.dtype)
        for plane, band in zip(found, bands, strict=True):
            if (value := self.values[band]) is not None:
                plane[equals_nodata(plane, value)] = self.fill
        flat = None if shape is None else shape[1:]
        if self.mask:
            found[:, dataset.read_masks(numbers[0], window=window, out_shape=flat) == 0] = self.fill
        if self.alpha is not None:
            found[:, dataset.read(self.alpha, window=window, out_shape=flat) == 0] = self.fill
        return found


def gaps_of(dataset: Any, dtype: np.dtype[Any], nodata: float | None = None) -> Gaps | None:
    """What the raster says of pixels without data, where one no-data value for all bands does not say it.

    Args:
        dtype: of its samples.
        nodata: the value of bands for which the file names none; None for none.
    """
    alpha = next((n for n, c in zip(dataset.indexes, dataset.colorinterp, strict=True) if c == ColorInterp.alpha), None)
    if dataset.count == 1:
        alpha = None
    bands = tuple(n for n in dataset.indexes if n != alpha)
    named = (dataset.nodatavals[n - 1] for n in bands)
    values = tuple(nodata if value is None else float(value) for value in named)
    flags = [dataset.mask_flag_enums[n - 1] for n in bands]
    mask = any(MaskFlags.per_dataset in flag and MaskFlags.alpha not in flag for flag in flags)
    if not mask and alpha is None and len({repr(value) for value in values}) == 1:
        return None
    return Gaps(bands, values, mask, alpha, _wider(dtype))


def _wider(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """A type that holds all samples of another, and one more."""
    if dtype.kind in "fc":
        return dtype
    return np.dtype(_WIDER.get(f"{dtype.kind}{dtype.itemsize}", "f8"))
