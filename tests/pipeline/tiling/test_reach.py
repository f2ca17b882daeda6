"""How far around a tile the scene is read, and how large tiles may be."""

from __future__ import annotations

import pytest

from hsigui.errors import HsiError
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.pipeline.influence import influence
from hsigui.pipeline.tiling import reach
from hsigui.pipeline.tiling.grid import Grid
from hsigui.specs import FIRST_RECIPE, MapSpec, levelled


def test_every_pixel_lies_in_one_tile_and_windows_end_at_the_scene():
    grid = Grid(50, 70, 32, 5)
    tiles = list(grid)
    assert len(tiles) == len(grid) == 6
    seen = [(r, c) for t in tiles for r in range(t.box[0], t.box[2]) for c in range(t.box[1], t.box[3])]
    assert len(seen) == len(set(seen)) == 50 * 70
    assert tiles[0].window == (0, 0, 37, 37)
    assert tiles[-1].box == (32, 64, 50, 70)
    assert tiles[-1].window == (27, 59, 50, 70)
    assert tiles[-1].inside == (slice(5, 23), slice(5, 11))
    assert [t.number for t in grid.row(1)] == [3, 4, 5]


def test_the_border_is_as_wide_as_gaussians_and_networks_reach():
    # The first recipe: Gaussian of 2 pixels cut off at 4 deviations, beside the network.
    assert reach.border_of(FIRST_RECIPE, 3, MapSpec(edges=0.0), _none()) == 8
    assert reach.border_of(FIRST_RECIPE, 12, MapSpec(edges=0.0), _none()) == 12
    assert reach.border_of(FIRST_RECIPE, 12, MapSpec(smooth=2.0, edges=0.0), _none()) == 12 + 6


def test_where_averages_stop_at_edges_it_is_half_as_wide_again_as_they_look():
    recipe = levelled()
    looks = max(influence(recipe, 4, MapSpec()).values())
    assert reach.border_of(recipe, 4, MapSpec(), _none()) == int(1.5 * looks) + 5
    assert reach.border_of(recipe, 4, MapSpec(context="pixel"), _none()) == 4
    assert reach.border_of(recipe, 4, MapSpec(context="narrow"), _none()) == 8


def test_tiles_are_as_large_as_the_memory_of_a_worker_allows():
    assert reach.side_for(None, 70, 320, 16) == 512
    sides = [reach.side_for(limit, 70, 320, 16) for limit in (1_050_000_000, 1_500_000_000, 3_000_000_000)]
    assert sides == sorted(sides)
    assert sides[0] < sides[-1]
    for limit, side in zip((1_050_000_000, 1_500_000_000, 3_000_000_000), sides, strict=True):
        assert reach.bytes_for(side, 70, 320, 16) <= limit
    with pytest.raises(HsiError, match=r"may take 900 MB"):
        reach.side_for(900_000_001, 70, 320, 16)


def _none() -> LevelledProbe:
    """A classifier that is of no levels."""
    return object()  # type: ignore[return-value]
