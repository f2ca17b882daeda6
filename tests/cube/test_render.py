from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.render import ViewState, first_view, nearest_band, preset, render, resolve
from hsigui.cube.stretch import Tones
from hsigui.errors import HsiError


def scene(samples: np.ndarray, **info: object) -> Cube:
    return Cube(ArraySource(samples), CubeInfo(**info))  # type: ignore[arg-type]


def ramp(bands: int = 3) -> np.ndarray:
    return np.repeat(np.arange(10_000.0).reshape(100, 100, 1), bands, axis=2)


WIDE = tuple(np.linspace(400, 2450, 42).tolist())


def test_percentiles_become_black_and_full() -> None:
    view = ViewState(0, 1, 2)
    levels = resolve(scene(ramp()), view).levels
    assert levels[0] == pytest.approx((200, 9800), abs=1)
    picture = render(scene(ramp()), view)
    assert picture.dtype == np.uint8
    assert (picture[0, 0].tolist(), picture[-1, -1].tolist()) == ([0, 0, 1], [255, 255, 255])  # black is no data
    assert picture[50, 0].tolist() == pytest.approx([127] * 3, abs=2)


def test_pixels_without_a_value_are_black_and_do_not_move_the_stretch() -> None:
    samples = ramp()
    samples[40:60, :, 1] = np.nan
    samples[0, 0, 2] = -1e30
    cube = scene(samples, nodata=-1e30)
    picture = render(cube, ViewState(0, 1, 2))
    assert picture[50].max() == 0
    assert picture[0, 0].max() == 0
    assert picture[30, 50].min() > 0
    plain = resolve(scene(ramp()), ViewState(0, 0, 0))
    assert resolve(cube, ViewState(0, 0, 0)).levels == plain.levels


def test_constant_and_empty_bands_are_drawn_without_a_warning() -> None:
    samples = np.zeros((4, 5, 2))
    samples[:, :, 1] = np.nan
    assert np.unique(render(scene(samples), ViewState(0, 0, 0))).tolist() in ([127], [128])
    assert render(scene(samples), ViewState(1, 1, 1)).max() == 0


def test_a_nearly_constant_band_still_shows_its_few_other_values() -> None:
    samples = np.zeros((100, 100, 1), np.float32)
    samples[3, 4] = 8
    assert render(scene(samples), ViewState(0, 0, 0))[3, 4, 0] == 255


def test_the_stretch_of_a_large_scene_is_sampled_and_the_picture_is_whole() -> None:
    samples = np.random.default_rng(0).normal(size=(1200, 900, 1)).astype(np.float32)
    cube = scene(samples)
    low, high = resolve(cube, ViewState(0, 0, 0)).levels[0]
    exact = np.percentile(samples, (2, 98))
    assert (low, high) == pytest.approx(tuple(exact), abs=0.03)
    assert render(cube, ViewState(0, 0, 0)).shape == (1200, 900, 3)
    assert render(cube, ViewState(0, 0, 0), step=4).shape == (300, 225, 3)


def test_given_levels_are_used_as_they_are() -> None:
    tones = Tones(((0.0, 20_000.0),) * 3, (None,) * 3)
    assert render(scene(ramp()), ViewState(0, 1, 2), tones)[-1, -1].tolist() == [127] * 3


def test_presets_find_their_wavelengths_and_avoid_bad_bands() -> None:
    bad = tuple(abs(w - 650) < 1 for w in WIDE)
    cube = scene(np.zeros((2, 2, 42)), wavelengths=WIDE, bad_bands=bad)
    shown = [WIDE[b] for b in preset(cube, "true colour").bands]
    assert shown == [600.0, 550.0, 450.0]
    assert WIDE[preset(cube, "colour infrared").red] == 850.0
    assert nearest_band(cube, 652) == WIDE.index(700.0)


def test_a_preset_out_of_reach_falls_back_to_default_bands_and_then_to_spread_ones() -> None:
    infrared = tuple(np.linspace(1000, 2400, 42).tolist())
    samples = np.zeros((2, 2, 42))
    assert preset(scene(samples, wavelengths=infrared, default_bands=(9, 5, 1)), "true colour").bands == (9, 5, 1)
    assert preset(scene(samples, default_bands=(7,)), "colour infrared").bands == (7, 7, 7)
    assert preset(scene(samples), "default bands").bands == (35, 21, 7)
    bad = tuple(b >= 12 for b in range(42))
    assert max(preset(scene(samples, bad_bands=bad), "true colour").bands) < 12
    assert preset(scene(np.zeros((2, 2, 1))), "true colour").bands == (0, 0, 0)


def test_the_first_view_is_what_the_file_wants_and_else_true_colour() -> None:
    samples = np.zeros((2, 2, 42))
    assert first_view(scene(samples, wavelengths=WIDE, default_bands=(3, 2, 1))).bands == (3, 2, 1)
    assert first_view(scene(samples, wavelengths=WIDE)) == preset(scene(samples, wavelengths=WIDE), "true colour")


@pytest.mark.parametrize(
    ("view", "words"),
    [(ViewState(0, 1, 3), "Band 3 does not exist"), (ViewState(0, 1, 2, 98, 2), "stretch from 98 % to 2 %")],
)
def test_a_view_that_is_none_is_refused(view: ViewState, words: str) -> None:
    with pytest.raises(HsiError, match=words):
        resolve(scene(ramp()), view)


def test_unknown_presets_and_missing_wavelengths_are_refused() -> None:
    with pytest.raises(HsiError, match="no view “sepia”"):
        preset(scene(ramp()), "sepia")
    with pytest.raises(HsiError, match="no wavelengths"):
        nearest_band(scene(ramp()), 550)
