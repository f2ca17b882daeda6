"""Pictures of a part before and after steps, without Qt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hsigui.cube.cube import Geo
from hsigui.cube.render import first_view
from hsigui.jobs import quiet
from hsigui.preparing.chosen import ChosenStep
from hsigui.preparing.wish import Joined
from hsigui.ui.preparing.previewing import Preparer, pixel_at, previewed, spectra_at
from tests.preparing.cubes import GEO, counts, cube_of


def preview(cube, *steps, box=(2, 1, 8, 7)):
    chosen = [ChosenStep(*step.split(" ", 1)) for step in steps]
    return previewed(quiet(), Preparer(cube), Joined(), chosen, first_view(cube), box)


def test_the_part_is_followed_through_steps_of_pixels_with_and_without_a_map():
    cube = cube_of(counts())
    for geo in (GEO, Geo()):
        placed = cube.with_info(replace(cube.info, geo=geo))
        found = preview(placed, "rows 1:10", "cols 1:7", "block-mean 2")
        assert found.problem is None
        assert found.before.box == (2, 1, 8, 7)
        assert found.after.box == (0, 0, 4, 3)
        assert found.after.rgb.shape == (4, 3, 3)
    outside = preview(cube, "rows 9:11")
    assert outside.after.box == (0, 0, 2, cube.cols)


def test_a_step_that_fails_is_told_and_those_before_it_are_seen():
    cube = cube_of(counts())
    found = preview(cube, "rows 1:10", "bands tin", "cols 0:3")
    assert found.told == ("--rows 1:10",)
    assert "tin" in str(found.problem)
    assert found.after.cube.rows == 9
    unknown = preview(cube, "rows 2:8", "destripe columns")  # found out when the scene is looked at, or before
    assert unknown.problem is not None
    assert unknown.told == ("--rows 2:8",)


def test_spectra_are_of_the_pixel_that_is_pointed_at():
    cube = cube_of(counts())
    found = preview(cube, "rows 1:10", "bands 4,1")
    row, col = pixel_at(found.before, (0.5, 0.99))
    spectra = spectra_at(quiet(), found, (0.5, 0.99))
    assert spectra.place == (row, col) == (5, 6)
    np.testing.assert_array_equal(spectra.before[0], np.sort(cube.wavelengths))
    np.testing.assert_array_equal(spectra.after[1][-1], cube.spectrum(row, col)[3])


def test_looks_at_the_scene_are_taken_once_and_none_is_needed_for_one_pixel_of_one_band():
    cube = cube_of(counts())
    preparer, seen = Preparer(cube), []
    ctx = quiet()
    ctx.partial = seen.append
    steps = [ChosenStep("internal-average"), ChosenStep("rows", "0:5")]
    previewed(ctx, preparer, Joined(), steps, first_view(cube), (0, 0, 4, 4))
    count = len(seen)
    assert count > 0
    previewed(ctx, preparer, Joined(), [steps[0], ChosenStep("rows", "0:6")], first_view(cube), (0, 0, 4, 4))
    assert len(seen) == count
    tiny = cube_of(counts()[:1, :1, :1])
    assert preview(tiny, "bands 1", box=(0, 0, 1, 1)).after.rgb.shape == (1, 1, 3)
    empty = cube_of(np.full((4, 4, 3), -1.0, np.float32))
    empty = empty.with_info(replace(empty.info, nodata=-1.0))
    assert preview(empty, "normalise l2", box=(0, 0, 4, 4)).after.rgb.max() == 0
