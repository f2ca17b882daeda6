"""Estimated areas of zones: the figures of Olofsson for the part of the sample there, and only where it is enough."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hsigui.cube.areas import PixelAreas
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.zones import RasterZones, raster_zones
from hsigui.report.area import area_estimate
from hsigui.report.metrics import accuracy
from hsigui.report.zone_estimates import estimates, estimates_sheet

SIZE = (60, 80)
TABLE = ClassTable.for_numbers([1, 2, 3])
Numbers = NDArray[np.uint16]


def truth_and_map() -> tuple[Numbers, Numbers]:
    """A map of three classes that is wrong in one of five pixels, and more often in the east."""
    rng = np.random.default_rng(5)
    truth = rng.choice(np.array([1, 2, 3], dtype=np.uint16), SIZE, p=[0.5, 0.3, 0.2])
    wrong = rng.random(SIZE) < np.where(np.arange(SIZE[1]) < 40, 0.1, 0.3)
    return truth, np.where(wrong, truth % 3 + 1, truth).astype(np.uint16)


def sample(truth: Numbers, mapped: Numbers, of_class: int, rng: np.random.Generator) -> Numbers:
    found = np.zeros(truth.size, dtype=np.uint16)
    for number in (1, 2, 3):
        drawn = rng.choice(np.flatnonzero(mapped.ravel() == number), of_class, replace=False)
        found[drawn] = truth.ravel()[drawn]
    return found.reshape(truth.shape)


def halves() -> RasterZones:
    numbers = np.ones(SIZE, dtype=np.uint16)
    numbers[:, 40:] = 2
    numbers[:3, :3] = 3
    return raster_zones(numbers, {1: "west", 2: "east", 3: "corner"}, Grid(*SIZE), ())


def test_a_zone_has_the_figures_of_the_sample_within_it_and_a_small_one_the_reason_why_not() -> None:
    truth, mapped = truth_and_map()
    reference = sample(truth, mapped, 100, np.random.default_rng(1))
    each = PixelAreas(SIZE, np.full(SIZE, 25.0), "WGS 84")
    whole, west, east, corner = estimates(mapped, reference, TABLE, "stratified", halves(), each)
    inside = (halves().numbers == 2) & (reference > 0)
    numbers = {n: int(np.count_nonzero(mapped[:, 40:] == n)) for n in (1, 2, 3)}
    wanted = area_estimate(accuracy(mapped[inside][None], reference[inside][None], TABLE), numbers, "stratified",
                           {n: 25.0 * count for n, count in numbers.items()})  # fmt: skip
    assert east.area is not None
    assert east.area.figures == wanted.figures
    assert east.area.square_metres == wanted.square_metres == 25.0 * 60 * 40
    assert east.tested == np.count_nonzero(inside)
    assert whole.area is not None
    assert whole.area.figures == area_estimate(
        accuracy(mapped, reference, TABLE), {n: int(np.count_nonzero(mapped == n)) for n in (1, 2, 3)}, "stratified"
    ).figures  # fmt: skip
    assert west.area is not None
    assert corner.area is None
    assert "Fewer than 20 test pixels" in corner.why
    sheet = estimates_sheet((whole, west, east, corner), placed=True)
    assert [row[0] for row in sheet.rows] == ["Whole map"] * 3 + ["west"] * 3 + ["east"] * 3 + ["corner"]
    size, half = wanted.hectares(1) or (0, 0)
    assert sheet.rows[7][4:9] == (numbers[2] * 0.0025, size, half, size - half, size + half)
    assert sheet.rows[-1][1:-2] == (None,) * 11


def test_the_interval_of_a_zone_holds_its_true_area_in_nineteen_draws_of_twenty() -> None:
    truth, mapped = truth_and_map()
    true, rng, held, sizes = int(np.count_nonzero(truth[:, 40:] == 2)), np.random.default_rng(2), 0, []
    for _ in range(120):
        east = estimates(mapped, sample(truth, mapped, 90, rng), TABLE, "stratified", halves())[2]
        assert east.area is not None
        size, half = east.area.pixels(1)
        held += abs(size - true) <= half
        sizes.append(size)
    assert 108 <= held <= 120
    assert np.mean(sizes) == pytest.approx(true, abs=3 * np.std(sizes) / np.sqrt(120))


def test_of_a_map_with_few_test_pixels_the_estimate_is_not_given_or_said_to_be_unsure() -> None:
    truth, mapped = truth_and_map()
    reference = sample(truth, mapped, 15, np.random.default_rng(1))
    (whole,) = estimates(mapped, reference, TABLE, "random", None)
    assert whole.area is not None
    assert "intervals may be too narrow" in whole.why
    reference[mapped == 2] = 0
    (whole,) = estimates(mapped, reference, TABLE, "random", None)
    assert whole.area is None
    assert "Class 2" in whole.why
