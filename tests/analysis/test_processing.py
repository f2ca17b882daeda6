"""What is done to spectra before they are looked at, held against scipy and formulas written out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import savgol_filter

from hsigui.analysis.processing import NORMS, Bands, Processing
from hsigui.cube.responses import Responses, read_responses
from hsigui.cube.sensor_tables import sensors
from hsigui.errors import HsiError

X = np.arange(400.0, 900.0, 5)
Y = 0.4 + 0.1 * np.sin(X / 40) + 1e-4 * X
BANDS = Bands(X, True)


def done(processing: Processing, y: np.ndarray = Y, x: np.ndarray = X) -> np.ndarray:
    return processing.at(Bands(x, True), np.atleast_2d(y))[1][0]


def test_nothing_is_done_until_something_is_chosen() -> None:
    assert Processing().is_raw
    assert not Processing(derivative=1).is_raw
    assert done(Processing()).tolist() == Y.tolist()
    assert Processing().named("Reflectance") == "Reflectance"


@pytest.mark.parametrize("derivative", [0, 1, 2])
def test_even_bands_are_smoothed_and_derived_as_scipy_does(derivative: int) -> None:
    ours = done(Processing(window=9, order=3, derivative=derivative))
    assert ours == pytest.approx(savgol_filter(Y, 9, 3, deriv=derivative, delta=5.0), abs=1e-12)


def test_derivatives_over_uneven_bands_are_those_of_the_curve() -> None:
    x = np.cumsum(np.linspace(2, 6, 120)) + 400
    y = 0.3 + 0.1 * np.sin(x / 40)
    first, second = (done(Processing(window=5, order=3, derivative=n), y, x) for n in (1, 2))
    assert first[5:-5] == pytest.approx(0.1 / 40 * np.cos(x / 40)[5:-5], abs=2e-5)
    assert second[5:-5] == pytest.approx(-0.1 / 1600 * np.sin(x / 40)[5:-5], abs=2e-6)
    assert done(Processing(derivative=1), y, x) == pytest.approx(np.gradient(y, x))


def test_gaps_and_missing_bands_are_smoothed_up_to_and_never_across() -> None:
    y = np.where((X >= 600) & (X < 650), np.nan, Y)
    ours = done(Processing(window=7, order=2), y)
    assert np.isnan(ours).tolist() == np.isnan(y).tolist()
    left = X < 600
    assert ours[left] == pytest.approx(savgol_filter(Y[left], 7, 2))
    apart = (X < 600) | (X >= 650)
    assert done(Processing(window=7, order=2), Y[apart], X[apart]) == pytest.approx(ours[apart])
    lonely = np.where(X == 500, 1.0, np.nan)
    assert np.isnan(done(Processing(derivative=1), lonely)).all()
    assert np.nansum(done(Processing(window=9), lonely)) == 1.0
    assert np.isnan(done(Processing(window=9, derivative=2, continuum=True, norm="unit"), np.full(100, np.nan))).all()


def test_the_continuum_is_the_hull_of_what_is_known() -> None:
    y = 1 - 0.5 * np.exp(-(((X - 650) / 30) ** 2))
    y[10] = np.nan
    ours = done(Processing(continuum=True), y * 5000)
    known = np.isfinite(y)
    assert ours[known] == pytest.approx(y[known], abs=1e-5)  # the hull is flat
    assert np.isnan(ours[10])


def test_sizes_become_one_without_the_bands_that_are_missing() -> None:
    y = np.where(X < 450, np.nan, Y * 300)
    known = np.isfinite(y)
    assert np.nanmax(done(Processing(norm="max"), y)) == pytest.approx(1)
    assert np.nansum(done(Processing(norm="unit"), y) ** 2) == pytest.approx(1)
    assert np.trapezoid(done(Processing(norm="area"), y)[known], X[known]) == pytest.approx(1)
    for norm in NORMS:
        assert np.isnan(done(Processing(norm=norm), np.zeros(100))).all()


def test_spread_follows_what_only_changes_the_size() -> None:
    spread = np.full((1, 100), 0.02)
    assert Processing().spread_at(BANDS, Y[None], spread) == pytest.approx(spread)
    made = Processing(norm="max").spread_at(BANDS, Y[None], spread)
    assert made == pytest.approx(spread / Y.max())
    assert Processing(derivative=1).spread_at(BANDS, Y[None], spread) is None


def test_spectra_are_set_apart_by_a_part_of_the_largest_range() -> None:
    made = np.array([[0.0, 2.0], [np.nan, np.nan], [5.0, 6.0]])
    assert Processing(offset=0.5).offsets(made).tolist() == [0, 1, 2]
    assert Processing(offset=0.5).offsets(made[1:2]).tolist() == [0]


def test_what_was_done_is_said_at_the_axis() -> None:
    said = Processing(window=7, derivative=2, norm="unit").named("Reflectance")
    assert said == "Second derivative of reflectance (1/nm²), smoothed over 7 bands, length 1"
    assert "1/band" in Processing(derivative=1).named("Value", is_nm=False)


@pytest.mark.parametrize(
    "wrong", [{"window": 4}, {"window": 5, "order": 5}, {"derivative": 3}, {"norm": "luck"}, {"window": 1001}]
)
def test_what_cannot_be_done_is_refused_with_a_hint(wrong: dict) -> None:
    with pytest.raises(HsiError) as caught:
        Processing(**wrong)
    assert caught.value.hint


def test_spectra_are_seen_as_another_sensor_sees_them(tmp_path: Path) -> None:
    sensor = next(sensor for sensor in sensors() if sensor.centers[0] > 400)
    bands, made = Processing(responses=Responses.of_sensor(sensor)).at(BANDS, Y[None])
    inside = (bands.x >= X[0]) & (bands.x <= X[-1])
    assert inside.any()
    assert np.isfinite(made[0]).tolist() == inside.tolist()
    with pytest.raises(HsiError, match="without wavelengths"):
        Processing(responses=Responses.of_sensor(sensor)).at(Bands(np.arange(1.0, 101), False), Y[None])
    responses = [(x, float(500 <= x <= 520), max(0.0, 1 - abs(x - 700) / 20)) for x in np.arange(450.0, 800, 2)]
    table = "wavelength,green,red\n" + "\n".join(f"{x},{g},{r}" for x, g, r in responses)
    (tmp_path / "a camera.csv").write_text(table)
    camera = read_responses(tmp_path / "a camera.csv")
    assert (camera.name, camera.centres) == ("a camera", pytest.approx([510, 700]))
    line = camera.of((2 * X)[None], X)[0]
    assert line == pytest.approx([1020, 1400], rel=1e-6)
    short = X < 600
    assert np.isnan(camera.of(Y[None, short], X[short])[0]).tolist() == [False, True]
    (tmp_path / "list.csv").write_text("centre,fwhm\n500,10\n600,20\n700,30\n")
    listed = read_responses(tmp_path / "list.csv")
    assert (listed.centres.tolist(), listed.widths) == ([500, 600, 700], (10, 20, 30))
    (tmp_path / "nothing.csv").write_text("wavelength,a,b\n500,0,0\n600,0,0\n700,0,0\n")
    with pytest.raises(HsiError, match="no response"):
        read_responses(tmp_path / "nothing.csv")
