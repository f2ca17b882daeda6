import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from hsigui.report.context import ClassSpectrum, Spectra
from hsigui.report.spectra_svg import HEIGHT, WIDTH, axis, drawings


def spectrum(mean: list[float], sd: float = 0.1, color: tuple[int, int, int] = (255, 0, 10)) -> ClassSpectrum:
    return ClassSpectrum(1, "a", color, 9, tuple(mean), (sd,) * len(mean))


def lines(svg: str) -> list[np.ndarray]:
    """The points of every mean curve."""
    found = [p.get("d") or "" for p in ElementTree.fromstring(svg).iter("path") if p.get("class") == "line"]
    return [np.array([[float(v) for v in re.findall(r"-?[\d.]+", point)] for point in d[1:].split("L")]) for d in found]


def test_every_class_has_a_drawing_in_its_colour_on_common_axes():
    low, high = drawings(Spectra((400, 500, 600), (spectrum([1, 2, 3]), spectrum([5, 5, 5], color=(0, 0, 255)))))
    assert "#ff000a" in low
    assert "#0000ff" in high
    assert re.findall("<text.*?</text>", low) == re.findall("<text.*?</text>", high)
    (rising,), (flat,) = lines(low), lines(high)
    assert (np.diff(rising[:, 1]) < 0).all(), "larger values stand higher"
    assert flat[:, 1].max() < rising[:, 1].min()
    assert rising.min() >= 0
    assert rising[:, 0].max() <= WIDTH
    assert rising[:, 1].max() <= HEIGHT


def test_a_gap_in_the_bands_or_in_the_wavelengths_breaks_the_line():
    nan = math.nan
    (bad,) = drawings(Spectra((1, 2, 3, 4, 5), (spectrum([1, 2, nan, 3, 4]),)))
    assert [len(points) for points in lines(bad)] == [2, 2]
    (apart,) = drawings(Spectra((1, 2, 3, 40, 41, 42), (spectrum([1, 2, 3, 4, 5, 6]),)))
    assert [len(points) for points in lines(apart)] == [3, 3]


def test_wavelengths_that_do_not_rise_are_drawn_in_order():
    (svg,) = drawings(Spectra((600, 400, 500), (spectrum([3, 1, 2]),)))
    (points,) = lines(svg)
    assert (np.diff(points[:, 0]) > 0).all()
    assert (np.diff(points[:, 1]) < 0).all()


def test_many_bands_are_thinned_and_no_wavelengths_are_band_numbers():
    (svg,) = drawings(Spectra((), (spectrum(np.linspace(0, 1, 1000).tolist()),)))
    (points,) = lines(svg)
    assert 100 < len(points) < 250
    assert ">1000<" in svg


def test_a_class_without_any_value_has_an_empty_drawing():
    assert drawings(Spectra((1, 2), (spectrum([math.nan, math.nan]),))) == [""]


@pytest.mark.parametrize(
    ("low", "high", "ticks"), [(0, 1, (0, 0.5, 1)), (-0.02, 0.58, (0, 0.2, 0.4)), (5, 5, (4.5, 5, 5.5))]
)
def test_ticks_are_round_numbers_within_the_axis(low, high, ticks):
    assert axis(low, high, 3).ticks == pytest.approx(ticks)
