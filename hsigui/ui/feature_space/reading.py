"""What the feature space shows, made in workers: values of two measurements, then what is seen of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis import feature_points, feature_space
from hsigui.analysis.feature_points import Points
from hsigui.analysis.feature_selection import Selection
from hsigui.analysis.feature_space import Axis, Box, Cloud, Ends
from hsigui.cube.areas import PixelAreas, pixel_areas
from hsigui.cube.cube import Geo
from hsigui.jobs import Context
from hsigui.labels.strokes import Area
from hsigui.ui.feature_space.choices import Classes
from hsigui.ui.feature_space.plot import Seen

MOST_POINTED = 3000  # pixels marked in the image that are marked in the plot


@dataclass(frozen=True, eq=False)
class Wish:
    """What the plot is to show.

    Attributes:
        cloud: values that were read already.
        x, y: ends of the part.
        bins: of the densities, along x and y.
        current: the class that stands out.
        only: the classes that are drawn; empty for all.
    """

    cloud: Cloud
    x: Ends
    y: Ends
    bins: tuple[int, int]
    classes: Classes | None
    selection: Selection | None
    current: int = 0
    only: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Opened:
    """Values that were read, and the part of them that is worth seeing."""

    cloud: Cloud
    x: Ends
    y: Ends


def read_cloud(ctx: Context, x: Axis, y: Axis, box: Box, shape: tuple[int, int]) -> Opened:
    """Reads two measurements of a box of a scene of so many rows and columns."""
    cloud = feature_space.cloud_of(x, y, box, shape, ctx, feature_space.MOST_PIXELS)
    return Opened(cloud, feature_space.ends_of(cloud.columns), feature_space.ends_of(cloud.lines))


def see(ctx: Context, wish: Wish) -> Seen:
    """What the plot shows."""
    cloud, classes = wish.cloud, wish.classes
    counts = feature_space.density(cloud, wish.x, wish.y, wish.bins, ctx)
    chosen = None
    if wish.selection is not None:
        chosen = feature_space.density(cloud, wish.x, wish.y, wish.bins, ctx, of=wish.selection)
    points = None
    if classes is not None:
        numbers = classes.numbers
        if wish.only:
            numbers = np.where(np.isin(numbers, wish.only), numbers, 0)
        points = feature_points.points_of(cloud, numbers, ctx)
    return Seen(wish.x, wish.y, counts, chosen, points, None if classes is None else classes.table, wish.current)


def find_areas(_ctx: Context, geo: Geo, shape: tuple[int, int]) -> PixelAreas | None:
    """How large the pixels of a scene are."""
    return pixel_areas(geo, shape)


def places_of(ctx: Context, cloud: Cloud, area: Area) -> Points:
    """Where the pixels of an area lie, or so many of them that are drawn at random."""
    top, left, mask = area
    rows, cols = np.nonzero(mask)
    return feature_points.points_at(cloud, rows + top, cols + left, ctx, MOST_POINTED)


def place_of(_ctx: Context, cloud: Cloud, row: int, col: int) -> tuple[float, float] | None:
    """Where a pixel lies; None without data."""
    window = slice(row, row + 1), slice(col, col + 1)
    x, y = (float(axis.read(*window)[0, 0]) for axis in (cloud.x, cloud.y))
    return (x, y) if np.isfinite((x, y)).all() else None


def tinted(mask: NDArray[np.bool_], color: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A picture of some pixels in a colour, clear elsewhere: rows x cols x 4 uint8."""
    picture = np.zeros((*mask.shape, 4), dtype=np.uint8)
    picture[mask] = (*color, 255)
    return picture
