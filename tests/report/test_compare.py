import math

import numpy as np
import pytest
from scipy import stats

from hsigui.errors import HsiError
from hsigui.report.compare import mcnemar, paired


def right(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    a = np.repeat([True, True, False, False], [both, first, second, neither])
    b = np.repeat([True, False, True, False], [both, first, second, neither])
    return a, b


def test_mcnemar_by_hand():
    # A. Agresti, Categorical Data Analysis: 794 approve twice, 150 and 86 change, 570 disapprove twice.
    found = mcnemar(*right(794, 150, 86, 570))
    assert (found.both, found.only_first, found.only_second, found.neither, found.n) == (794, 150, 86, 570, 1600)
    assert found.statistic == pytest.approx((64 - 1) ** 2 / 236)
    assert found.p == pytest.approx(stats.chi2.sf(63**2 / 236, 1))
    assert found.difference == pytest.approx(0.04)
    # Agresti's own interval of the difference: 0.04 plus or minus 1.96 x 0.0095.
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0213, 0.0587), abs=2e-4)


def test_few_differences_are_tested_exactly():
    found = mcnemar(*right(40, 9, 2, 5))
    assert found.exact
    tail = sum(math.comb(11, k) for k in range(3)) / 2**11
    assert found.p == pytest.approx(2 * tail)


def test_the_exact_and_the_corrected_test_meet_where_one_takes_over():
    few, many = mcnemar(*right(0, 16, 8, 0)), mcnemar(*right(0, 17, 8, 0))
    assert few.exact
    assert not many.exact
    assert many.p == pytest.approx(stats.binomtest(8, 25).pvalue, rel=0.05)


def test_maps_that_are_right_at_the_same_pixels_do_not_differ():
    found = mcnemar(*right(8, 0, 0, 3))
    assert (found.p, found.difference) == (1.0, 0.0)
    even = mcnemar(*right(8, 30, 30, 3))
    assert even.statistic == 0, "the correction does not turn no difference into one"
    assert even.p == 1


def test_swapping_the_maps_turns_the_sign_only():
    one, other = mcnemar(*right(50, 40, 12, 9)), mcnemar(*right(50, 12, 40, 9))
    assert one.p == other.p
    assert one.difference == -other.difference
    assert one.interval.low == pytest.approx(-other.interval.high)


def test_pixels_that_do_not_pair_are_a_mistake():
    with pytest.raises(ValueError, match="test pixels"):
        mcnemar(np.ones(3, dtype=bool), np.ones(4, dtype=bool))


def test_paired_tests_agree_with_scipy():
    a, b = [0.81, 0.84, 0.79, 0.86, 0.83, 0.88], [0.80, 0.80, 0.80, 0.83, 0.84, 0.82]
    found = paired(a, b)
    theirs = stats.ttest_rel(a, b)
    assert (found.t, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    interval = theirs.confidence_interval(0.95)
    assert (found.difference.interval.low, found.difference.interval.high) == pytest.approx(
        (interval.low, interval.high)
    )
    assert found.wilcoxon_p == pytest.approx(stats.wilcoxon(np.subtract(a, b)).pvalue)


def test_what_cannot_be_tested_is_not_defined():
    one = paired([0.8], [0.7])
    assert one.difference.mean == pytest.approx(0.1)
    assert math.isnan(one.p)
    same = paired([0.8, 0.7], [0.8, 0.7])
    assert math.isnan(same.t)
    assert math.isnan(same.wilcoxon_p)
    assert paired([0.8, math.nan, 0.7], [0.7, 0.5, 0.5]).difference.draws == 2


def test_draws_that_do_not_pair_are_refused():
    with pytest.raises(HsiError, match="3 maps cannot be compared with 2"):
        paired([1, 1, 1], [1, 1])
