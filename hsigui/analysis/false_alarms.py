"""How many pixels of the background pass a threshold of a target's score, as far as the scores themselves tell.

Scores of most pixels are those of the background. Its spread is taken from the middle of them (median and quartiles),
which few targets do not move, and its tail from the distribution that the score has where the background is normal:
normal for the matched filter and energy minimisation, beta for coherence (Kraut & Scharf, IEEE Trans. Signal Process.
47, 1999, doi 10.1109/78.782198), whose second number is n - 1 halves for n bands that are all at work. Or every pixel
counts as background, whose tail is then never too short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Layer
from hsigui.analysis.looks import sample_of

NORMAL, BETA = "normal", "beta"
TAILS = {"mf": NORMAL, "cem": NORMAL, "ace": BETA}  # the kinds whose scores are high at a target
LEAST_RATE, MOST_RATE, USUAL_RATE = 1e-7, 0.5, 1e-3
QUARTILES = 1.3489795  # deviations between the quartiles of a normal distribution
SECONDS = (0.1, 1e5)  # that the second number of beta lies between
FEWEST = 10  # scores that a spread is told from


@dataclass(frozen=True)
class Tail:
    """The distribution of the background's scores.

    Attributes:
        kind: NORMAL or BETA.
        middle: of the normal one; 0 for the other.
        spread: the deviation of the normal one; the second number of beta, whose first is 1/2.
    """

    kind: str
    middle: float
    spread: float

    def rate(self, threshold: float) -> float:
        """Which part of the background passes, 0 to 1."""
        return float(self._law.sf(threshold))

    def threshold(self, rate: float) -> float:
        """What such a part of the background passes."""
        return float(self._law.isf(rate))

    @property
    def _law(self) -> Any:
        from scipy import stats

        return stats.norm(self.middle, self.spread) if self.kind == NORMAL else stats.beta(0.5, self.spread)


_known: WeakKeyDictionary[Layer, dict[int, Tail | None]] = WeakKeyDictionary()


def has_false_alarms(layer: Layer) -> bool:
    """Whether a layer is of scores that are high at a target."""
    return layer.classes is None and layer.recipe.kind in TAILS


def tail_of(layer: Layer, measure: int) -> Tail | None:
    """The tail of a score by a sample of it; None where the layer has none, or its scores do not differ."""
    if not has_false_alarms(layer):
        return None
    known = _known.setdefault(layer, {})
    if measure not in known:
        known[measure] = fitted(TAILS[layer.recipe.kind], sample_of(layer, measure))
    return known[measure]


def fitted(kind: str, scores: NDArray[np.floating]) -> Tail | None:
    """The tail whose middle is that of scores, one number a pixel; None where they are too few or do not differ."""
    if len(scores) < FEWEST:
        return None
    low, middle, high = map(float, np.percentile(scores, (25, 50, 75)))
    if not high > low:
        return None
    if kind == NORMAL:
        return Tail(kind, middle, (high - low) / QUARTILES)
    return Tail(kind, 0.0, _second(middle))


def _second(median: float) -> float:
    """The second number of the beta distribution of a median, whose first number is 1/2."""
    from scipy.optimize import brentq
    from scipy.special import betaincinv

    least, most = SECONDS

    def away(log: float) -> float:
        return float(betaincinv(0.5, np.exp(log), 0.5)) - median

    if away(np.log(least)) <= 0 or away(np.log(most)) >= 0:
        return least if away(np.log(least)) <= 0 else most
    return float(np.exp(brentq(away, np.log(least), np.log(most))))


def threshold_of_all(layer: Layer, measure: int, rate: float) -> float | None:
    """The score that such a part of all pixels with data reaches; None where none has data."""
    values = layer.stack[:, :, measure]
    known = values[np.isfinite(values)]
    return float(np.quantile(known, 1 - rate, method="higher")) if known.size else None
