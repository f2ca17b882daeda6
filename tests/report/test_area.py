import math

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.area import AreaEstimate, area_estimate
from hsigui.report.metrics import accuracy

NAMES = ("Deforestation", "Forest gain", "Stable forest", "Stable non-forest")
# Olofsson et al. 2014, Table 8: rows are the map, columns the reference; the mapped areas are in pixels of 30 m.
PUBLISHED = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
MAPPED = {1: 200_000, 2: 150_000, 3: 3_200_000, 4: 6_450_000}


def estimated(
    counts: np.ndarray, mapped: dict[int, int], design: str = "stratified", unclassified: int = 0,
    areas: dict[int, float] | None = None,
) -> AreaEstimate:  # fmt: skip
    """From counts with the map in the rows; `unclassified` test pixels of class 1 more."""
    pairs = [(m, r) for m, r in np.ndindex(counts.shape) for _ in range(counts[m, r])]
    predicted = np.array([[m + 1 for m, _ in pairs] + [0] * unclassified], dtype=np.uint16)
    truth = np.array([[r + 1 for _, r in pairs] + [1] * unclassified], dtype=np.uint16)
    table = ClassTable(tuple(ClassInfo(i, n, (i, 0, 0)) for i, n in enumerate(NAMES[: len(counts)], start=1)))
    return area_estimate(accuracy(predicted, truth, table), mapped, design, areas)


def test_the_published_example_of_olofsson_and_others():
    found = estimated(PUBLISHED, MAPPED)
    figures = found.figures
    assert (round(figures.overall, 3), round(1.96 * figures.overall_se, 3)) == (0.947, 0.018)
    assert [round(v, 2) for v in figures.users] == [0.88, 0.73, 0.93, 0.96]
    assert [round(1.96 * v, 2) for v in figures.users_se] == [0.07, 0.10, 0.04, 0.02]
    assert [round(v, 2) for v in figures.producers] == [0.75, 0.85, 0.93, 0.96]
    assert [round(1.96 * v, 2) for v in figures.producers_se] == [0.21, 0.25, 0.03, 0.02]
    assert figures.share_se[0] == pytest.approx(0.0035, abs=5e-5)
    pixels, half = found.pixels(0)
    assert (round(pixels), half) == (235_086, pytest.approx(68_418, abs=5))
    assert (round(pixels * 0.09), round(half * 0.09)) == (21_158, 6_158), "hectares of deforestation"
    assert round(found.pixels(1)[0] * 0.09) == 11_686, "hectares of forest gain"
    assert sum(figures.share) == pytest.approx(1)
    assert found.mapped == tuple(MAPPED.values())


def test_classes_are_weighted_by_their_area_where_pixels_are_not_alike():
    """Pixels of Web Mercator: those of class 2 lie farther north, and are half as large."""
    counts = np.array([[8, 2], [1, 9]])
    one = estimated(counts, {1: 1000, 2: 1000}, areas={1: 8e6, 2: 4e6})
    other = estimated(counts, {1: 2000, 2: 1000})
    assert one.figures == other.figures
    assert (one.square_metres, other.square_metres, other.hectares(0)) == (12e6, None, None)
    hectares = one.hectares(0)
    assert hectares is not None
    assert hectares[0] == pytest.approx(1200 * (2 / 3 * 0.8 + 1 / 3 * 0.1))
    assert hectares[1] / hectares[0] == pytest.approx(one.pixels(0)[1] / one.pixels(0)[0])


def test_the_estimate_is_unbiased_and_its_error_is_that_of_repeated_samples():
    rng = np.random.default_rng(0)
    reference = np.repeat([1, 2], [3000, 7000])
    mapped = np.where(rng.random(10_000) < 0.8, reference, 3 - reference)
    strata = [np.flatnonzero(mapped == c) for c in (1, 2)]
    counts = {c: int((mapped == c).sum()) for c in (1, 2)}
    table = ClassTable.for_numbers([1, 2])
    shares, errors, producers, producer_errors = [], [], [], []
    for _ in range(400):
        drawn = np.concatenate([rng.choice(s, 60, replace=False) for s in strata])
        found = area_estimate(
            accuracy(mapped[None, drawn], reference[None, drawn], table), counts, "stratified"
        ).figures
        shares.append(found.share[0])
        errors.append(found.share_se[0])
        producers.append(found.producers[0])
        producer_errors.append(found.producers_se[0])
    assert np.mean(shares) == pytest.approx(0.3, abs=0.005)
    assert np.mean(errors) == pytest.approx(np.std(shares), rel=0.1)
    assert np.mean(producers) == pytest.approx((mapped[reference == 1] == 1).mean(), abs=0.02)
    assert np.mean(producer_errors) == pytest.approx(np.std(producers), rel=0.12)
    assert counts[1] / 10_000 > 0.36, "while the map itself counts too many"


def test_a_random_sample_of_an_errorless_map_gives_back_the_mapped_areas():
    found = estimated(np.diag([5, 9]), {1: 100, 2: 300}, "random")
    assert found.figures.share == (0.25, 0.75)
    assert found.figures.share_se == (0, 0)
    assert found.figures.overall == 1
    assert found.design == "random"


def test_a_class_that_the_map_lacks_has_an_area_but_no_users_accuracy():
    found = estimated(np.array([[8, 0, 2], [0, 10, 0], [0, 0, 0]]), {1: 50, 2: 50})
    assert found.figures.share == pytest.approx((0.4, 0.5, 0.1))
    assert math.isnan(found.figures.users[2])
    assert found.figures.producers[2] == 0


def test_of_a_class_that_the_sample_never_met_nothing_is_said():
    found = estimated(np.array([[8, 0], [10, 0]]), {1: 50, 2: 50})
    figures = found.figures
    for part in (figures.producers, figures.users, figures.users_se, figures.share, figures.share_se, found.pixels(1)):
        assert math.isnan(part[1])
    assert figures.share[0] == 1, "while every test pixel is of the other"
    assert figures.overall == 0.5


def test_unclassified_pixels_are_a_stratum_where_they_were_sampled_and_else_outside():
    outside = estimated(np.diag([5, 9]), {0: 1000, 1: 100, 2: 300})
    assert (outside.total, outside.outside) == (400, 1000)
    inside = estimated(np.diag([5, 9]), {0: 400, 1: 100, 2: 300}, unclassified=4)
    assert (inside.total, inside.outside) == (800, 0)
    assert inside.figures.share[0] == pytest.approx((100 + 400) / 800)
    assert inside.figures.overall == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("mapped", "words"),
    [
        ({1: 10, 2: 10, 7: 5}, "Class 7 covers 5 pixels of the map, but 0 test"),
        ({1: 10, 2: 10}, "Forest gain covers 10"),
    ],
)
def test_a_class_of_the_map_with_too_few_test_pixels_is_named(mapped, words):
    with pytest.raises(HsiError, match=words):
        estimated(np.diag([5, 1 if 7 not in mapped else 5]), mapped)


def test_an_unknown_design_is_refused():
    with pytest.raises(HsiError, match="Unknown design"):
        estimated(np.diag([5, 5]), {1: 5, 2: 5}, "convenience")
