"""Stretches: what becomes black and full, what lies between, and channels that are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.color_maps import COLOR_MAPS, colors_of
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.histogram import spread_of
from hsigui.cube.picture import thumbnail_of, values_at
from hsigui.cube.render import ViewState, render, resolve
from hsigui.cube.stretch import KINDS, ByHand, Stretch, decorrelation
from hsigui.errors import HsiError


def scene(samples: np.ndarray, **info: object) -> Cube:
    return Cube(ArraySource(samples), CubeInfo(**info))  # type: ignore[arg-type]


def skewed(rows: int = 120, cols: int = 100) -> np.ndarray:
    return np.random.default_rng(3).lognormal(0, 1, (rows, cols, 3)).astype(np.float32)


def view(kind: str, **more: object) -> ViewState:
    return ViewState(0, 1, 2, stretch=Stretch(kind, **more))  # type: ignore[arg-type]


def test_each_kind_has_the_ends_that_its_name_says() -> None:
    samples = skewed()
    cube, band = scene(samples), samples[:, :, 1].astype(float)
    assert resolve(cube, view("extremes")).levels[1] == (band.min(), band.max())
    wanted = band.mean() - 1.5 * band.std(), band.mean() + 1.5 * band.std()
    assert resolve(cube, view("deviations", deviations=1.5)).levels[1] == pytest.approx(wanted, rel=1e-5)
    for kind in ("percentiles", "root", "gamma"):
        assert resolve(cube, view(kind)).levels[1] == pytest.approx(np.percentile(band, (2, 98)), rel=1e-5)


def test_root_and_gamma_lie_above_the_straight_line_as_their_formulas_say() -> None:
    values = np.linspace(0, 1, 10_001, dtype=np.float32).reshape(1, -1, 1)
    drawn = {
        kind: render(scene(values), ViewState(0, 0, 0, 0, 100, stretch=Stretch(kind, gamma=3)))[0, :, 0].astype(int)
        for kind in ("percentiles", "root", "gamma")
    }
    assert abs(drawn["percentiles"] - 255 * values.ravel()).max() <= 1
    assert abs(drawn["root"][100:] - 255 * np.sqrt(values.ravel()[100:])).max() <= 2
    assert abs(drawn["gamma"][500:] - 255 * np.cbrt(values.ravel()[500:])).max() <= 2


def test_equalised_gives_each_brightness_as_many_pixels() -> None:
    counts = np.histogram(render(scene(skewed()), view("equalised"))[:, :, 0], bins=8, range=(0, 256))[0]
    assert counts == pytest.approx(np.full(8, 1500), rel=0.06)


@pytest.mark.parametrize("kind", ["percentiles", "extremes", "deviations", "equalised", "root", "gamma"])
def test_a_band_of_one_value_is_mid_grey_and_an_empty_one_has_no_data(kind: str) -> None:
    samples = np.full((6, 5, 3), 7.0, np.float32)
    samples[:, :, 1] = np.nan
    assert 90 < int(render(scene(samples), ViewState(0, 0, 0, stretch=Stretch(kind))).mean()) < 185
    assert not render(scene(samples), ViewState(1, 1, 1, stretch=Stretch(kind))).any()


def test_a_stretch_of_a_part_is_found_there_and_drawn_everywhere() -> None:
    samples = np.zeros((40, 50, 1), np.float32)
    samples[10:20, 30:45] = np.arange(150, dtype=np.float32).reshape(10, 15, 1)
    part = view("extremes", within=(10, 30, 20, 45))
    part = ViewState(0, 0, 0, stretch=part.stretch)
    assert resolve(scene(samples), part).levels[0] == (0, 149)
    assert render(scene(samples), part)[19, 44].tolist() == [255] * 3
    beyond = ViewState(0, 0, 0, stretch=Stretch("extremes", within=(90, 90, 99, 99)))
    assert resolve(scene(samples), beyond).levels[0] == (0, 149), "a part outside of the scene is none of it"


def test_ends_by_hand_are_of_their_band_and_come_back_with_it() -> None:
    cube = scene(skewed())
    stretch = Stretch()
    stretch = Stretch(by_hand=stretch.with_ends((0, 1, 2), 1, (0.25, 4.0)))
    assert resolve(cube, ViewState(0, 1, 2, stretch=stretch)).levels[1] == (0.25, 4.0)
    assert resolve(cube, ViewState(1, 2, 0, stretch=stretch)).levels[0] == (0.25, 4.0)
    assert resolve(cube, ViewState(0, 2, 2, single=1, stretch=stretch)).levels == ((0.25, 4.0),)
    assert resolve(cube, ViewState(0, 2, 2, stretch=stretch)).levels[1] != (0.25, 4.0)
    assert stretch.with_ends((1, 2, 0), 0, None) == ()
    apart = Stretch(decorrelated=True, by_hand=Stretch(decorrelated=True).with_ends((0, 1, 2), 1, (-1.0, 1.0)))
    assert apart.by_hand == (ByHand((0, 1, 2), 1, -1.0, 1.0),)
    assert apart.ends_by_hand((0, 1, 0), 1) is None


def test_decorrelated_channels_are_independent_and_keep_mean_and_spread() -> None:
    rng = np.random.default_rng(0)
    common = rng.normal(size=(80, 90, 1))
    samples = (common * [100, 1, 10] + rng.normal(size=(80, 90, 3)) * [5, 0.02, 1] + [500, 2, 30]).astype(np.float32)
    found = decorrelation(samples)
    assert found is not None
    factors, offsets = found
    mixed = samples.reshape(-1, 3) @ factors.T + offsets
    assert np.corrcoef(samples.reshape(-1, 3).T)[0, 1] > 0.95
    assert np.corrcoef(mixed.T) == pytest.approx(np.eye(3), abs=0.01)
    assert mixed.mean(axis=0) == pytest.approx(samples.reshape(-1, 3).mean(axis=0), rel=1e-3)
    assert mixed.std(axis=0) == pytest.approx(samples.reshape(-1, 3).std(axis=0), rel=0.01)


@pytest.mark.parametrize("bands", [(0, 0, 1), (0, 0, 0)])
def test_channels_of_one_band_are_decorrelated_without_harm(bands: tuple[int, int, int]) -> None:
    samples = skewed()
    samples[5, 5, 0] = np.nan
    picture = render(scene(samples), ViewState(*bands, stretch=Stretch(decorrelated=True)))
    assert picture[5, 5].tolist() == [0, 0, 0]
    assert (picture[6:].max(axis=2) > 0).all()
    assert picture.std() > 20
    nothing = scene(np.full((4, 4, 3), np.nan, np.float32))
    assert not render(nothing, ViewState(0, 1, 2, stretch=Stretch(decorrelated=True))).any()


@pytest.mark.parametrize("colors", COLOR_MAPS)
def test_a_single_band_has_the_colours_of_its_map_and_no_measurement_is_drawn_as_no_data(colors: str) -> None:
    samples = np.arange(400, dtype=np.float32).reshape(20, 20, 1)
    samples[3, 3] = np.nan
    picture = render(scene(samples), ViewState(0, 0, 0, 0, 100, single=0, colors=colors))
    assert picture[3, 3].tolist() == [0, 0, 0]
    assert (~picture.any(axis=2)).sum() == 1
    assert picture[0, 0].tolist() == colors_of(colors)[0].tolist()
    assert picture[-1, -1].tolist() == colors_of(colors)[-1].tolist()
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 200


def test_a_zero_in_one_band_alone_is_a_measurement_where_zero_also_means_no_data() -> None:
    samples = np.random.default_rng(0).integers(1, 1000, (20, 30, 4)).astype(np.int16)
    samples[:5, :, 3] = 0
    samples[10:15] = 0
    cube = scene(samples, nodata=0)
    alone = ViewState(0, 1, 2, single=3)
    picture = render(cube, alone)
    assert not picture[10:15].any()
    assert picture[:10].any(axis=2).all(), "dark, but measured"
    assert values_at(cube, alone, 2, 2).tolist() == [0]
    assert np.isnan(values_at(cube, alone, 12, 2)).all()
    assert thumbnail_of(cube, 3, 40)[:10].any(axis=2).all()


def test_what_is_no_stretch_and_no_colour_map_is_refused() -> None:
    for make in (
        lambda: Stretch("posterised"), lambda: Stretch(gamma=0), lambda: Stretch(deviations=float("nan")),
        lambda: ByHand((0,), 0, 1.0, 1.0), lambda: ByHand((0,), 0, 0.0, float("inf")), lambda: colors_of("jet"),
    ):  # fmt: skip
        with pytest.raises(HsiError):
            make()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("decorrelated", [False, True])
def test_values_at_the_ends_of_what_there_is_are_drawn_and_counted_without_a_warning(kind, decorrelated) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    samples = np.stack([rng.choice([-3e38, 3e38, 0.0, 1e-38], (30, 20)), rng.random((30, 20)) * 1e-30,
                        np.where(rng.random((30, 20)) < 0.5, np.nan, np.inf)], axis=2).astype(np.float32)  # fmt: skip
    cube = scene(samples)
    for bands in ((0, 1, 1), (1, 0, 2), (2, 2, 2)):
        stretched = ViewState(*bands, stretch=Stretch(kind, decorrelated=decorrelated))
        picture = render(cube, stretched)
        known = np.isfinite(samples[:, :, list(bands)]).all(axis=2)
        assert (picture.any(axis=2) == known).all()
        for found in spread_of(cube, stretched).histograms:
            assert np.isfinite((found.low, found.high)).all()
            assert found.low < found.high


def test_histograms_count_nearly_all_values_and_have_the_ends_inside() -> None:
    samples = skewed()
    samples[0, 0] = 1e6
    cube, stretched = scene(samples), view("percentiles")
    found = spread_of(cube, stretched)
    for channel, one in enumerate(found.histograms):
        assert one.counts.sum() >= 0.997 * samples[:, :, 0].size
        assert one.high < 1e3, "single odd values leave room for the others"
        assert one.low < found.tones.levels[channel][0] < found.tones.levels[channel][1] < one.high
    by_hand = Stretch(by_hand=Stretch().with_ends((0, 1, 2), 0, (-50.0, 2e6)))
    wide = spread_of(cube, ViewState(0, 1, 2, stretch=by_hand)).histograms[0]
    assert wide.low < -50
    assert wide.high > 2e6


def test_only_a_sample_of_a_large_scene_is_read_for_its_stretch() -> None:
    read = []

    class Counting(ArraySource):
        def read(self, rows, cols, bands):  # type: ignore[no-untyped-def]
            window = super().read(rows, cols, bands)
            read.append(window.size)
            return window

    cube = Cube(Counting(np.broadcast_to(np.int16(7), (3000, 2000, 50))))
    resolve(cube, ViewState(0, 1, 2))
    assert sum(read) <= 3 * 60_000
    resolve(cube, ViewState(0, 1, 2, stretch=Stretch(within=(0, 0, 2500, 2000))))
    assert sum(read) <= 6 * 60_000
