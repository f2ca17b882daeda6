"""What is said of the accuracy of a finished map."""

from __future__ import annotations

import pytest

from hsigui.finishing.finished_map import Done
from hsigui.ui.results.finished_accuracy import after_in_words

STEPS = (Done("--majority 3", 5), Done("--sieve 20", 2))


@pytest.mark.parametrize(
    ("steps", "painted", "said"),
    [
        (STEPS, 0, "After: majority 3, sieve 20."),
        (STEPS, 1312, "After: majority 3, sieve 20; 1,312 hand-painted pixels are left out of the test."),
        ((), 1, "After: painting by hand alone; 1 hand-painted pixel is left out of the test."),
    ],
)
def test_what_was_done_before_it_was_measured_is_said(steps, painted, said):
    assert after_in_words(steps, painted) == said
