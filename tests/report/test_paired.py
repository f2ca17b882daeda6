"""Paired differences, Holm's correction and means over cells, against numbers worked by hand and by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hsigui.report.paired import Difference, difference, holm, over_cells


def test_four_differences_by_hand():
    # sd = sqrt((1.5^2 + 0.5^2 + 0.5^2 + 1.5^2) / 3) = 1.29099; se = sd / 2; t = 2.5 / 0.64550 = 3.87298
    found = difference([1.0, 2.0, 3.0, 4.0])
    assert (found.count, found.mean) == (4, 2.5)
    assert found.se == pytest.approx(0.6454972)
    assert found.p == pytest.approx(0.0304661, abs=1e-6)


@pytest.mark.parametrize("count", [2, 3, 10, 40])
def test_the_test_is_the_paired_t_test_of_scipy(count):
    rng = np.random.default_rng(count)
    one, other = rng.normal(0.8, 0.05, count), rng.normal(0.79, 0.05, count)
    found = difference((one - other).tolist())
    assert found.p == pytest.approx(stats.ttest_rel(one, other).pvalue, rel=1e-9)
    assert found.se == pytest.approx(stats.sem(one - other))
    assert difference((other - one).tolist()).p == pytest.approx(found.p), "two-sided"


def test_what_one_draw_or_draws_that_do_not_differ_cannot_tell_is_none():
    assert difference([0.02]) == Difference(1, 0.02, None, None)
    assert difference([0.0, 0.0, 0.0]) == Difference(3, 0.0, 0.0, None)
    same = difference([0.3 - 0.1, 0.2, 0.5 - 0.3])  # equal but for floating-point numbers
    assert (same.se, same.p) == (0.0, None)


def test_known_values_of_holm():
    """As R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") and statsmodels' multipletests give them."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.6, 0.01]) == pytest.approx([1.0, 1.0, 0.03])
    assert holm([0.2]) == [0.2]
    assert holm([]) == []


def test_comparisons_without_a_p_are_not_corrected_for():
    assert holm([0.01, None, 0.04]) == pytest.approx([0.02, None, 0.04])
    assert holm([None]) == [None]


def test_over_cells_the_draws_are_what_varies():
    # By draw: (1 + 5) / 2 = 3, (3 + 3) / 2 = 3, (2 + 10) / 2 = 6; mean 4, sd sqrt(3), se 1.
    found = over_cells([{0: 1.0, 1: 3.0, 2: 2.0}, {0: 5.0, 1: 3.0, 2: 10.0}])
    assert found is not None
    assert (found.count, found.mean, found.se) == (3, 4.0, pytest.approx(1.0))


def test_a_draw_that_a_cell_lacks_is_left_out_and_nothing_is_told_without_a_common_one():
    found = over_cells([{0: 1.0, 1: 3.0, 2: 9.0}, {0: 5.0, 1: 3.0}])
    assert found is not None
    assert (found.count, found.mean) == (2, 3.0)
    assert over_cells([{0: 1.0}, {1: 1.0}]) is None
    assert over_cells([]) is None
