import math

import numpy as np
import pytest
from scipy import stats

from hsigui.report.intervals import Interval, kappa_interval, kappa_variance, over_draws, wilson


@pytest.mark.parametrize(("right", "of"), [(0, 10), (10, 10), (1, 7), (81, 263), (15, 148), (4999, 5000)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_wilsons_interval_agrees_with_scipy(right, of, level):
    theirs = stats.binomtest(right, of).proportion_ci(level, method="wilson")
    ours = wilson(right, of, level)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilsons_interval_is_that_of_newcombes_published_table():
    # R. G. Newcombe, Two-sided Confidence Intervals for the Single Proportion, Statistics in Medicine 17, 1998.
    for right, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
                                 (1, 29, 0.0061, 0.1718)):  # fmt: skip
        found = wilson(right, of)
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_an_interval_of_no_pixels_is_not_defined_and_more_right_than_there_are_is_a_mistake():
    assert not wilson(0, 0).known
    with pytest.raises(ValueError, match="6 right of 5"):
        wilson(6, 5)


def test_students_interval_agrees_with_scipy():
    values = [0.81, 0.84, 0.79, 0.86, 0.83]
    found = over_draws(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (found.mean, found.sd, found.draws) == (pytest.approx(0.826), pytest.approx(np.std(values, ddof=1)), 5)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))


def test_an_interval_of_few_draws_that_differ_much_is_cut_where_the_figure_ends():
    found = over_draws([0.51, 0.81, 0.75], within=Interval(0.0, 1.0))
    assert over_draws([0.51, 0.81, 0.75]).interval.high > 1
    assert (found.interval.low, found.interval.high) == (over_draws([0.51, 0.81, 0.75]).interval.low, 1.0)
    assert found.sd == over_draws([0.51, 0.81, 0.75]).sd


def test_draws_that_cannot_tell_are_left_out_and_one_draw_has_no_deviation():
    found = over_draws([0.5, math.nan, 0.7])
    assert (found.mean, found.draws) == (pytest.approx(0.6), 2)
    one = over_draws([0.5])
    assert one.mean == 0.5
    assert math.isnan(one.sd)
    assert not one.interval.known
    none = over_draws([math.nan])
    assert math.isnan(none.mean)
    assert none.draws == 0


def kappa_of(p: np.ndarray) -> float:
    chance = p.sum(axis=1) @ p.sum(axis=0)
    return float((np.trace(p) - chance) / (1 - chance))


@pytest.mark.parametrize(
    "matrix",
    [
        [[65, 4, 22, 24], [6, 81, 5, 8], [0, 11, 85, 19], [4, 7, 3, 90]], [[50, 9], [2, 30]],
        [[5, 2, 1], [0, 3, 3], [1, 0, 5]],
    ],
)  # fmt: skip
def test_the_variance_of_kappa_is_that_of_the_delta_method_done_by_finite_differences(matrix):
    counts = np.array(matrix, dtype=float)
    n, p, step = counts.sum(), counts / counts.sum(), 1e-6
    slope = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        up, down = p.copy(), p.copy()
        up[i] += step
        down[i] -= step
        # kappa of shares that do not add up to 1 is a smooth continuation; only differences along the simplex matter.
        slope[i] = (kappa_of(up) - kappa_of(down)) / (2 * step)
    wanted = ((p * slope**2).sum() - (p * slope).sum() ** 2) / n
    assert kappa_variance(np.array(matrix)) == pytest.approx(wanted, rel=1e-5)
    assert kappa_variance(np.array(matrix).T) == pytest.approx(wanted, rel=1e-5)


def test_kappas_interval_holds_the_figure_of_most_repeated_samples():
    rng, shares = np.random.default_rng(0), np.array([[0.3, 0.05], [0.1, 0.55]])
    held = 0
    for _ in range(300):
        counts = rng.multinomial(200, shares.ravel()).reshape(2, 2)
        found = kappa_interval(counts, kappa_of(counts / 200))
        held += found.low <= kappa_of(shares) <= found.high
    assert 0.92 <= held / 300 <= 0.98


def test_unclassified_pixels_count_in_kappas_variance_and_an_undefined_kappa_has_none():
    with_column = np.array([[5, 1, 2], [0, 4, 3]])
    assert kappa_variance(with_column) == pytest.approx(kappa_variance(np.vstack([with_column, [0, 0, 0]])))
    assert math.isnan(kappa_variance(np.array([[9]])))
    assert not kappa_interval(np.array([[9]]), math.nan).known
