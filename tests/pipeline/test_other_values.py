"""Values outside of what a run saw: said, by how much, and with what may mend them."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.transform import fit_transform
from hsigui.pipeline.other_values import round_scale, told_of_values

RNG = np.random.default_rng(0)
VALUES = RNG.uniform(0.1, 0.5, (20, 20, 8)).astype(np.float32)
TRAINED = fit_transform(Cube(ArraySource(VALUES), CubeInfo(bad_bands=(False, True, *[False] * 6))), 2)


def told(values: np.ndarray, transforms=(TRAINED,), **more) -> str:
    return told_of_values(Cube(ArraySource(values.astype(np.float32)), CubeInfo(**more)), transforms)


@pytest.mark.parametrize("factor", [1e-4, 0.2, 0.5, 0.8, 1.25, 2.0, 5.0, 1e4])
def test_a_factor_at_which_maps_suffer_is_said_with_the_scale_that_mends_it(factor):
    other = VALUES * factor
    other[..., 1] = 1e9  # a band that the run does not read
    text = told(other)
    assert f"about {factor:.3g} times those" in text
    assert "in the same unit" in text
    assert f"(--scale {factor:g})" in text
    assert told(other / factor) == ""


def test_the_scale_that_a_cube_has_already_is_part_of_the_proposal():
    assert "(--scale 10000)" in told(VALUES * 1e4, scale=1.0)
    assert told(VALUES * 1e4, scale=1e4) == ""
    assert "(--scale 10000)" in told(VALUES * 1e4, scale=1e3)


@pytest.mark.parametrize("factor", [0.97, 1.0, 1.03])
def test_values_such_as_the_run_saw_are_not_spoken_of(factor):
    assert told(VALUES[::2] * factor) == ""
    stretched = fit_transform(Cube(ArraySource(VALUES)), pixel_range=True)
    assert told(VALUES * 100, [stretched]) == "", "each spectrum is stretched to one range"
    assert "100 times" in told(VALUES * 100, [stretched, TRAINED]), "what stands beside the encoder minds the unit"


def test_other_values_that_no_factor_explains_are_said_without_a_proposal():
    other = VALUES + np.linspace(-0.6, 1.2, 8)
    assert "standard deviations off at the median band" in told(other)
    assert "--scale" not in told(other)


def test_a_broken_band_is_named():
    other = VALUES.copy()
    other[..., 4] = 60.0
    assert "in 1 of 7 bands" in told(other)
    assert "(band 5)" in told(other)
    assert "(444.0 nm)" in told(other, wavelengths=tuple(400.0 + 11 * n for n in range(8)))


def test_a_broken_band_of_a_cube_in_another_unit_is_named_and_no_other():
    values = VALUES.copy()
    values[..., 2] = 0.3 + 0.001 * values[..., 2]  # a band that hardly changes: any factor moves it far
    trained = fit_transform(Cube(ArraySource(values)), 2)
    assert "in the same unit" in told(values * 5, [trained])
    assert "broken" not in told(values * 5, [trained])
    values[..., 4] = 60.0
    assert "in 1 of 8 bands" in told(values * 5, [trained])


def test_a_cube_without_any_value_is_not_said_to_have_another_unit():
    assert told(np.full((8, 9, 8), np.nan)) == ""
    assert told(np.zeros((8, 9, 8))) == ""


@pytest.mark.parametrize(
    ("factor", "rounded"), [(9_870, 10_000), (0.2, 0.2), (4.97, 5.0), (1.234, 1.23), (0.0099, 0.01), (3.28, 3.3)]
)
def test_a_proposed_scale_is_a_number_that_people_write(factor, rounded):
    assert round_scale(factor) == rounded
