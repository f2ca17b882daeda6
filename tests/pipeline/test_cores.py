"""Work side by side comes back in its order, whole, and with its errors."""

from __future__ import annotations

import pytest

from hsigui.pipeline import cores


def test_results_come_in_the_order_of_what_was_asked():
    assert cores.each(lambda n: n * n, list(range(20))) == [n * n for n in range(20)]
    assert cores.each(str, []) == []


def test_an_error_of_one_is_raised():
    def work(number):
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        cores.each(work, range(5))


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 129, 1000])
def test_parts_of_a_raster_hold_every_row_once(rows, monkeypatch):
    monkeypatch.setattr(cores, "count", lambda: 4)
    found = [row for part in cores.pieces(rows) for row in range(part.start, part.stop)]
    assert found == list(range(rows))
    assert len(cores.pieces(rows)) == max(1, min(4, rows // 64))
