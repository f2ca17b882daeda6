"""Several cubes of one grid as one: the bands of each after those of the one before, or all by wavelength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Geo
from hsigui.cube.picked_bands import PickedBands
from hsigui.errors import HsiError
from hsigui.labels.on_scene import grid_of
from hsigui.preparing.made import as_values
from hsigui.preparing.onto import Onto
from hsigui.preparing.step import info_of_bands, prepared
from hsigui.texts import say, say_number

_MOST_OFF = 0.01  # pixels by which the corners of two rasters may differ that lie on one grid


@dataclass(frozen=True)
class StackSource:
    """The bands of several sources one after the other."""

    cubes: tuple[Cube, ...]
    made_of: ClassVar[str] = "samples"

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.cubes[0].rows, self.cubes[0].cols, sum(cube.bands for cube in self.cubes)

    @property
    def dtype(self) -> np.dtype[Any]:
        return reduce(np.promote_types, (cube.source.dtype for cube in self.cubes))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, as they are stored, in the type that holds the samples of them all."""
        wanted = np.arange(self.shape[2])[bands if isinstance(bands, slice) else np.asarray(bands, dtype=np.intp)]
        height, width = len(range(self.shape[0])[rows]), len(range(self.shape[1])[cols])
        found = np.empty((height, width, len(wanted)), self.dtype)
        first = 0
        for cube in self.cubes:
            here = np.flatnonzero((wanted >= first) & (wanted < first + cube.bands))
            if len(here):
                found[:, :, here] = PickedBands(cube.source, wanted[here] - first).read(rows, cols, slice(None))
            first += cube.bands
        return found


def stacked(cubes: Sequence[Cube], *, by_wavelength: bool = False) -> Cube:
    """Several cubes as one; the first names it. Samples are kept as they are stored where all are scaled and marked
    alike, and else are the values, NaN where there is no data.

    Args:
        by_wavelength: the bands rise by wavelength; else they stand as the cubes do.

    Raises:
        HsiError: the cubes are not of one grid, or are to be sorted and one knows no wavelengths.
    """
    if not cubes:
        raise HsiError(say("There is nothing to stack."), say("Name one scene at least."))
    if len(cubes) > 1:
        for cube in cubes[1:]:
            _require_grid(cubes[0], cube)
        alike = len({marks_of(cube.info) for cube in cubes}) == 1 and cubes[0].info.nodata != 0
        parts = tuple(cubes) if alike else tuple(map(as_values, cubes))
        info = _info_of(cubes, parts)
        made = Cube(StackSource(parts), info, name=cubes[0].name)
    else:
        made = cubes[0]
    return _sorted(made) if by_wavelength else made


def onto_one(cubes: Sequence[Cube], whose: str = "first", resampling: str = "nearest") -> list[Cube]:
    """The cubes, those that lie on another grid than one of them resampled to its pixels.

    Args:
        whose: "first" for that of the first, "finest" for that of the smallest pixels.
        resampling: one of `words.RESAMPLINGS`.

    Raises:
        HsiError: one has no place on a map, or does not touch that one.
    """
    if not cubes:
        return []
    one = cubes[0] if whose == "first" else min(cubes, key=_pixel_area)
    named = one.name if one.path is None else one.path.name
    step = Onto(grid_of(one), resampling, named)
    return [other if is_on_grid(one, other) else prepared(other, [step]) for other in cubes]


def _pixel_area(cube: Cube) -> float:
    """Of a pixel of a cube, in units of its map; infinite where it has no place."""
    a, b, _, d, e, _ = cube.geo.transform or (float("inf"), 0.0, 0.0, 0.0, 1.0, 0.0)
    return abs(a * e - b * d)


def is_on_grid(first: Cube, other: Cube) -> bool:
    """Whether a cube has the pixels of another, as far as their places are known."""
    try:
        _require_grid(first, other)
    except HsiError:
        return False
    return True


def files_of(cube: Cube) -> set[Path]:
    """The files that the samples of a cube are read from, as far as they are known."""
    found = set[Path]() if cube.path is None else {cube.path}
    layer: Any = cube.source
    while layer is not None:
        for other in (*getattr(layer, "cubes", ()), *([layer.cube] if hasattr(layer, "cube") else [])):
            found |= files_of(other)
        layer = getattr(layer, "source", None)
    return found


def marks_of(info: CubeInfo) -> tuple[object, ...]:
    """How samples are scaled and which of them stand for no data, to be compared."""
    # NaN is not equal to itself, so its text is compared.
    return repr(info.nodata), info.scale, info.offset, info.valid_range


def _require_grid(first: Cube, other: Cube) -> None:
    if (first.rows, first.cols) != (other.rows, other.cols):
        raise HsiError(
            say(
                "{name} has {rows} x {cols} pixels, and {other} has {other_rows} x {other_cols}.",
                name=first.name, rows=first.rows, cols=first.cols, other=other.name, other_rows=other.rows,
                other_cols=other.cols,
            ),
            say("Bring the others to the grid of the first (--onto first), or cut both to the part that they have in "
                "common (--box)."),
        )  # fmt: skip
    off = _apart(first.geo, other.geo, first.rows, first.cols)
    if off > _MOST_OFF:
        raise HsiError(
            say("{other} lies up to {off:.3g} pixels beside {name}.", other=other.name, name=first.name, off=off),
            say("Bring the others to the grid of the first (--onto first)."),
        )
    if first.geo.crs_wkt and other.geo.crs_wkt and not same_system(first.geo.crs_wkt, other.geo.crs_wkt):
        raise HsiError(
            say("{name} and {other} are of different coordinate systems.", name=first.name, other=other.name),
            say("Bring the others to the grid of the first (--onto first)."),
        )


def _apart(one: Geo, two: Geo, rows: int, cols: int) -> float:
    """How far in pixels of the first the corners of two rasters lie apart; 0 where one has no place."""
    if one.transform is None or two.transform is None:
        return 0.0
    a, b, _, d, e, _ = one.transform
    size = np.sqrt(abs(a * e - b * d)) or 1.0
    corners = [(0, 0), (rows, 0), (0, cols), (rows, cols)]
    gaps = [np.subtract(one.to_map(*at) or (0, 0), two.to_map(*at) or (0, 0)) for at in corners]
    return float(max(np.hypot(*gap) for gap in gaps) / size)


def same_system(one: str, two: str) -> bool:
    """Whether two texts (WKT) mean one coordinate system."""
    from rasterio.crs import CRS  # slow to import
    from rasterio.errors import CRSError

    if one == two:
        return True
    try:
        return bool(CRS.from_wkt(one) == CRS.from_wkt(two))
    except CRSError:
        return False


def _info_of(cubes: Sequence[Cube], parts: Sequence[Cube]) -> CubeInfo:
    """What is known of the stack: of each band what its own cube says, and the place of the first that has one."""
    infos = [part.info for part in parts]
    placed = next((info.geo for info in infos if info.geo.transform is not None), infos[0].geo)
    notes = tuple(dict.fromkeys(note for info in infos for note in info.notes))
    if any(cube.bands == 1 for cube in cubes):
        from hsigui.cube.formats.geotiff import ONE_BAND  # rasterio is slow to import

        notes = tuple(note for note in notes if note != ONE_BAND)  # bands of a scene they are
    some = [bool(info.wavelengths) for info in infos]
    if any(some) and not all(some):
        without = ", ".join(cube.name for cube, known in zip(cubes, some, strict=True) if not known)
        notes += (say("{names} knows no wavelengths: the stack has none.", names=without),)
    return CubeInfo(
        wavelengths=_joined(infos, "wavelengths"), fwhm=_joined(infos, "fwhm"), wavelength_units="nm" * all(some),
        band_names=_names(cubes),
        bad_bands=_bad(cubes),
        nodata=infos[0].nodata, scale=infos[0].scale, offset=infos[0].offset, valid_range=infos[0].valid_range,
        gains=_joined(infos, "gains"), offsets=_joined(infos, "offsets"), geo=placed,
        notes=(*notes, *_overlaps(cubes)),
        history=(*(step for cube in cubes for step in cube.info.history), _told(cubes)),
    )  # fmt: skip


def _told(cubes: Sequence[Cube]) -> str:
    return "stack " + ", ".join(cube.name if cube.path is None else cube.path.name for cube in cubes)


def _bad(cubes: Sequence[Cube]) -> tuple[bool, ...]:
    bad = tuple(bad for cube in cubes for bad in cube.is_bad.tolist())
    return bad if any(bad) else ()


def _joined(infos: Sequence[CubeInfo], field: str) -> tuple[float, ...]:
    """The lists of all cubes one after the other; none where one has none."""
    lists = [getattr(info, field) for info in infos]
    return tuple(value for each in lists for value in each) if all(lists) else ()


def _names(cubes: Sequence[Cube]) -> tuple[str, ...]:
    """Names of all bands; a cube of one band without a name gives its own, others get none."""
    own = [cube.info.band_names or ((cube.name,) if cube.bands == 1 else ("",) * cube.bands) for cube in cubes]
    names = tuple(name for each in own for name in each)
    return names if any(names) else ()


def _overlaps(cubes: Sequence[Cube]) -> tuple[str, ...]:
    """One sentence for each two neighbours whose wavelengths overlap."""
    found = []
    for one, two in pairwise(cubes):
        if one.wavelengths is None or two.wavelengths is None:
            continue
        low, high = max(one.wavelengths.min(), two.wavelengths.min()), min(one.wavelengths.max(), two.wavelengths.max())
        if low > high:
            continue
        both = sum(int(np.count_nonzero((w >= low) & (w <= high))) for w in (one.wavelengths, two.wavelengths))
        bands = say_number("1 band lies", "{count} bands lie", both)
        found.append(
            say("{one} and {two} overlap: {bands} from {low:.0f} to {high:.0f} nm.",
                one=one.name, two=two.name, bands=bands, low=low, high=high)
        )  # fmt: skip
    return tuple(found)


def _sorted(cube: Cube) -> Cube:
    if not cube.info.wavelengths:
        raise HsiError(
            say("{name} cannot be sorted: wavelengths are not known of every band.", name=cube.name),
            say("Leave out --sort, or add the wavelengths to the headers."),
        )
    order = np.argsort(cube.info.wavelengths, kind="stable")
    if np.array_equal(order, np.arange(cube.bands)):
        return cube
    info = info_of_bands(cube.info, cube.bands, order.tolist())
    made = cube.over(lambda source: PickedBands(source, order), info)
    return made.with_info(replace(made.info, history=(*info.history, "--sort")))
