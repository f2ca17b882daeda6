"""Two maps: where they differ, which is right, and whether they may be tested against each other."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.document.raster import Raster
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from hsigui.ui.runs.comparing import (
    DIFFER,
    FIRST,
    NEITHER,
    SAME,
    SECOND,
    against,
    compare_pair,
    difference,
    mcnemar_of,
    unpacked,
)
from hsigui.ui.runs.rows import Row
from hsigui.ui.runs.subject import difference_subject, map_subject
from tests.ui.runs.results import GOOD, POOR, TABLE, TRUTH, TURNED, kept


@pytest.fixture(autouse=True)
def _nothing_held():
    yield
    unpacked.cache_clear()


def test_each_pixel_of_a_difference_says_who_is_right():
    found = difference(kept(1, GOOD), kept(2, POOR))
    assert found.tolist() == [[SAME, FIRST, SAME, SAME, FIRST, SECOND], [SAME, DIFFER, SAME, DIFFER, 0, 0]]
    both = difference(kept(1, [[1, 1, 2, 2, 2, 2], GOOD[1]]), kept(2, [[1, 1, 0, 2, 2, 2], POOR[1]]))
    assert both[0, 2] == 0
    three = TRUTH.copy()
    three[0, 0] = 3
    wrong = difference(kept(1, GOOD, three), kept(2, [[2, *POOR[0][1:]], POOR[1]], three))
    assert wrong[0, 0] == NEITHER


def test_classes_are_the_same_by_name_whatever_their_numbers():
    turned = np.where(TRUTH == 0, 0, 3 - TRUTH).astype(np.uint16)
    other = kept(2, [[2, 1, 2, 1, 2, 1], [2, 1, 1, 2, 2, 0]], turned, TURNED)
    assert difference(kept(1, GOOD), other).tolist() == difference(kept(1, GOOD), kept(3, POOR)).tolist()
    assert mcnemar_of(kept(1, GOOD), other).difference == pytest.approx(1 / 6)


def test_mcnemar_is_made_on_the_same_test_pixels_only():
    test = mcnemar_of(kept(1, GOOD), kept(2, POOR))
    assert (test.only_first, test.only_second, test.n) == (2, 1, 6)
    fewer = TRUTH.copy()
    fewer[0, 0] = 0
    assert mcnemar_of(kept(1, GOOD), kept(2, POOR, fewer)) is None
    assert mcnemar_of(kept(1, GOOD), kept(2, POOR, None)) is None
    rows = [Row("a", kept(1, GOOD)), Row("b", kept(2, POOR)), Row("c", kept(3, POOR, fewer)),
            Row("d", kept(4, POOR, None))]  # fmt: skip
    said = against(quiet(), rows[0], rows)
    assert said["a"] == "the chosen one"
    assert said["b"].startswith("-16.7 (")
    assert said["b"].endswith("p 1.0000")
    assert (said["c"], said["d"]) == ("other test pixels", "")


def test_a_pair_is_told_in_words():
    told = compare_pair(quiet(), kept(1, GOOD), kept(2, POOR)).words
    assert told.startswith("They agree on 5 of 10 pixels (50.0 %). Of 6 test pixels the first alone is right on 2, ")
    alone = compare_pair(quiet(), kept(1, GOOD), kept(2, POOR, None))
    assert alone.words.endswith("They were not measured on the same test pixels.")
    empty = [[0] * 6, [0] * 6]
    assert compare_pair(quiet(), kept(1, GOOD, None), kept(2, empty, None)).words == "They have no pixel in common."


def test_kept_maps_and_differences_are_pictures_in_the_colours_of_today():
    today = TABLE.recolored(1, (7, 8, 9))
    subject = map_subject(Row("kept 1", kept(1, GOOD)), today)
    picture = subject.draw((0, 0, 2, 6), 1)
    assert picture[0, 0].tolist() == [7, 8, 9, 255]
    assert picture[1, 4].tolist() == [0, 0, 0, 0]
    assert subject.legend[0] == ("Water", (7, 8, 9))
    found = difference_subject(Row("kept 1", kept(1, GOOD, name="A")), Row("kept 2", kept(2, POOR, name="B")))
    part = found.draw((0, 1, 1, 6), 2)
    assert part.shape == (1, 3, 4)
    assert dict(found.legend)["only A is right"] == tuple(part[0, 0, :3].tolist())
    assert dict(found.legend)["only B is right"] != tuple(part[0, 0, :3].tolist())


def test_a_damaged_map_says_so(tmp_path):
    damaged = Raster((2, 6), packed=b"no bytes of ours")
    with pytest.raises(HsiError, match="cannot be read"):
        unpacked(damaged)
