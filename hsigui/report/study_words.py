"""The figures of a study in words, as the terminal and the window write them."""

from __future__ import annotations

from hsigui.report.comparisons import SPATIAL, UNTRAINED
from hsigui.report.study import Comparison
from hsigui.texts import number_text, say

AGAINST_WORDS = {UNTRAINED: say("over untrained"), SPATIAL: say("over spatial-only")}


def compared(comparison: Comparison | None) -> str:
    """A difference with its standard error and p, in points; empty for none."""
    if comparison is None:
        return ""
    p = comparison.p_holm
    told = "" if p is None else f" (p < {number_text(0.001, '.3f')})" if p < 0.001 else f" (p {number_text(p, '.3f')})"
    return signed(comparison.mean, comparison.se) + told


def signed(mean: float, se: float | None) -> str:
    """A difference in points, with its standard error where it has one."""
    return number_text(100 * mean, "+.2f") + ("" if se is None else f" ± {number_text(100 * se, '.2f')}")


def seconds(value: float | None) -> str:
    """Seconds to as many digits as say something."""
    return "n/a" if value is None else number_text(value, ".2f" if value < 10 else ".0f")


def figure(mean: float | None, sd: float | None, scale: int, digits: int) -> str:
    """A mean and its deviation."""
    if mean is None:
        return "n/a"
    spread = "" if sd is None else f" ± {scale * sd:.{digits}f}"
    return f"{scale * mean:.{digits}f}{spread}"
