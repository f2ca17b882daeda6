"""Which rows of a study are compared with which, in which cells, and how the values of p are corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hsigui.report.comparisons import compare, difference_tables
from hsigui.report.paired import difference, holm
from hsigui.report.study import Candidate, Score

GOOD = Candidate("good", "quick", "Good", "method")
TWIN = replace(GOOD, title="Good, untrained", untrained=True)
OTHER = Candidate("other", "quick", "Other", "method")
OTHER_TWIN = replace(OTHER, title="Other, untrained", untrained=True)
SPATIAL = Candidate("spatial-only", "quick", "Spatial", "baseline")
ALL = (GOOD, TWIN, OTHER, OTHER_TWIN, SPATIAL)


def scores(candidate: Candidate, accuracies: list[float], split: str = "random", labels: int = 5) -> list[Score]:
    return [
        Score(candidate.method, candidate.preset, split, labels, draw, draw, oa, oa, None, 0, 100, (), 1.0,
              candidate.untrained, candidate.context)
        for draw, oa in enumerate(accuracies)
    ]  # fmt: skip


OWN = [
    *scores(GOOD, [0.80, 0.84, 0.79]), *scores(TWIN, [0.78, 0.83, 0.79]), *scores(SPATIAL, [0.70, 0.75, 0.70]),
    *scores(GOOD, [0.60, 0.61, 0.66], "block"), *scores(TWIN, [0.63, 0.62, 0.66], "block"),
    *scores(OTHER, [0.9, 0.8, 0.7]), *scores(OTHER_TWIN, [0.8, 0.8, 0.65]),
]  # fmt: skip


def test_each_method_is_compared_with_its_own_untrained_network_on_the_same_draws():
    found, _ = compare(ALL, {"": OWN})
    own = [c for c in found if c.against == "untrained"]
    assert [(c.method, c.split, c.draws) for c in own] == [("good", "random", 3), ("good", "block", 3),
                                                          ("other", "random", 3)]  # fmt: skip
    wanted = difference([0.02, 0.01, 0.0])
    assert own[0].mean == pytest.approx(0.01)
    assert own[0].se == pytest.approx(wanted.se)
    assert own[0].p == pytest.approx(wanted.p)
    assert [c.p_holm for c in own] == pytest.approx(holm([c.p for c in own]))


def test_against_no_encoder_only_where_that_is_in_the_study_and_corrected_by_itself():
    found, gains = compare(ALL, {"": OWN})
    apart = [c for c in found if c.against == "spatial-only"]
    assert [(c.method, c.split) for c in apart] == [("good", "random"), ("other", "random")]
    assert [c.p_holm for c in apart] == pytest.approx(holm([c.p for c in apart]))
    assert {g.against for g in gains} == {"untrained", "spatial-only"}
    without = [score for score in OWN if score.method != "spatial-only"]
    assert {c.against for c in compare(ALL[:4], {"": without})[0]} == {"untrained"}


def test_the_mean_over_all_cells_is_that_of_the_draws_means():
    _, gains = compare(ALL, {"": OWN})
    gain = next(g for g in gains if (g.method, g.against) == ("good", "untrained"))
    wanted = difference([(0.02 - 0.03) / 2, (0.01 - 0.01) / 2, 0.0])
    assert (gain.cells, gain.draws) == (2, 3)
    assert gain.mean == pytest.approx(wanted.mean)
    assert gain.se == pytest.approx(wanted.se)


def test_only_draws_that_both_have_are_compared():
    found, _ = compare((GOOD, TWIN), {"": [*scores(GOOD, [0.8, 0.9]), *scores(TWIN, [0.7, 0.7, 0.1])]})
    assert [(c.draws, c.mean) for c in found] == [(2, pytest.approx(0.15))]
    assert compare((GOOD, TWIN), {"": scores(GOOD, [0.8, 0.9])}) == ((), ())


def test_scenes_are_corrected_together_and_have_one_mean():
    one, two = scores(GOOD, [0.80, 0.84, 0.79]), scores(GOOD, [0.7, 0.9, 0.8])
    twin = scores(TWIN, [0.78, 0.83, 0.70])
    found, gains = compare((GOOD, TWIN), {"A": [*one, *twin], "B": [*two, *twin]})
    assert [c.scene for c in found] == ["A", "B"]
    assert [c.p_holm for c in found] == pytest.approx(holm([c.p for c in found]))
    (gain,) = gains
    assert (gain.cells, gain.mean) == (2, pytest.approx((found[0].mean + found[1].mean) / 2))


def test_a_level_of_context_is_compared_with_the_same_level():
    wide = [replace(c, context="wide") for c in ALL]
    told = [
        *OWN, *scores(wide[0], [0.5, 0.5, 0.6]), *scores(wide[1], [0.4, 0.4, 0.4]), *scores(wide[4], [0.3, 0.3, 0.3]),
    ]  # fmt: skip
    found, _ = compare((*ALL, *wide), {"": told})
    own = {(c.context, c.against): c.mean for c in found if (c.method, c.split) == ("good", "random")}
    assert own["wide", "untrained"] == pytest.approx(0.4 / 3)
    assert own["wide", "spatial-only"] == pytest.approx(0.7 / 3)
    assert own["", "untrained"] == pytest.approx(0.01)


def test_tables_have_a_column_a_cell_and_none_where_nothing_is_compared():
    tables = difference_tables(*compare(ALL, {"": OWN}))
    assert [t.against for t in tables] == ["untrained", "spatial-only"]
    table = tables[0]
    assert table.cells == (("", "random", 5), ("", "block", 5))
    assert [(title, [c is not None for c in cells]) for title, cells, _ in table.rows] == [
        ("Good", [True, True]), ("Other", [True, False]),
    ]  # fmt: skip
    assert all(gain is not None for _, _, gain in table.rows)
    assert difference_tables((), ()) == []
