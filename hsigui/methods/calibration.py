"""What makes a classifier's probabilities say how often it is right: one temperature, found by answers of labels that
were held back.

Temperature scaling: C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017 (arXiv 1706.04599). With few
labels, two things are added to the likelihood of the answers. A share of them counts as drawn at random, because what
is held back for a question may be all that its class would need; and the logarithm of the temperature has a Gaussian
prior around 0, so that few answers change little. Loads neither torch nor scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.texts import say

AT_RANDOM = 0.05  # of the answers
PRIOR = 0.7  # standard deviation of the temperature's logarithm
BOUNDS = (0.2, 5.0)  # of the temperature
STEPS = 65  # between the bounds, before the best of them is refined
LEAST = 1e-7  # a probability below counts as this

# Why a classifier is not calibrated.
FEW, ALONE, EARLIER = "few", "alone", "earlier"


@dataclass(frozen=True)
class Calibration:
    """How the probabilities of a classifier were brought to what its labels say.

    Attributes:
        temperature: probabilities are raised to the power 1 / temperature and made to sum to 1 again: above 1 they
            were too sure, below 1 not sure enough. 1 where nothing could be found.
        asked: answers of labelled pixels that were held back, by which it was found; 0 where it was not.
        near: share of the map that lies in fields with a label; NaN where nobody asked.
        accuracy, confidence: of the answers, weighted by the parts of the map that they stand for: share that is right,
            and mean probability of the class that was found, before it was calibrated; NaN without answers.
        why: FEW (no label can be held back and asked), ALONE (the fields with a label are most of what the labels know
            of, and not most of the map) or EARLIER (fitted by a version that did not calibrate); else empty.
    """

    temperature: float = 1.0
    asked: int = 0
    near: float = float("nan")
    accuracy: float = float("nan")
    confidence: float = float("nan")
    why: str = ""

    @property
    def brief(self) -> str:
        """Whether probabilities are calibrated, in a few words."""
        if self.why:
            return say("Not calibrated: rest on it to see why")
        return say("Calibrated by your labels (temperature {temperature:.2f})", temperature=self.temperature)

    @property
    def words(self) -> str:
        """Whether probabilities are calibrated, by what, or why not: a sentence."""
        if self.why == FEW:
            return say("Not calibrated: too few labels to hold some back and ask for them.")
        if self.why == ALONE:
            return say(
                "Not calibrated: {far:.0f} % of the map lies in fields without a label, and no class has labels in two "
                "fields that could tell how right the map is there.",
                far=100 * (1 - self.near),
            )
        if self.why:
            return say("Not calibrated: the classifier was fitted by an earlier version.")
        return say(
            "Calibrated with the temperature {temperature:.2f}, found by {asked} answers of labels that were held back "
            "({accuracy:.0f} % right, {confidence:.0f} % sure before).",
            temperature=self.temperature,
            asked=self.asked,
            accuracy=100 * self.accuracy,
            confidence=100 * self.confidence,
        )


UNKNOWN = Calibration(why=EARLIER)


def tempered(probabilities: NDArray[np.float32], temperature: float) -> None:
    """Raises probabilities (..., classes) to the power 1 / temperature, in place; they sum to 1 again, and their order
    stays."""
    if temperature == 1.0:
        return
    np.maximum(probabilities, LEAST, out=probabilities)
    np.log(probabilities, out=probabilities)
    probabilities -= probabilities.max(axis=-1, keepdims=True)
    probabilities /= np.float32(temperature)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=-1, keepdims=True)


def find_temperature(
    answers: NDArray[np.floating], own: NDArray[np.integer], weights: NDArray[np.floating],
    groups: NDArray[np.integer],
) -> float:  # fmt: skip
    """The temperature under which some answers are most likely.

    Args:
        answers: class probabilities, answers x classes.
        own: the right class of each, as an index.
        weights: what each stands for; not all 0.
        groups: a number for each answer; those of one group were held back together, and say about the same.
    """
    by_group = np.bincount(groups, weights)
    share = weights * (by_group.sum() / np.square(by_group).sum())  # as many answers as there are equal groups
    logs = np.log(np.maximum(answers.astype(np.float64), LEAST))
    logs -= logs.max(axis=1, keepdims=True)
    mine = logs[np.arange(len(own)), own]

    def unlikely(log_temperature: float) -> float:
        scale = np.exp(-log_temperature)
        found = np.exp(scale * mine) / np.exp(scale * logs).sum(axis=1)
        mixed = (1 - AT_RANDOM) * found + AT_RANDOM / answers.shape[1]
        return float(-(share * np.log(mixed)).sum() + 0.5 * (log_temperature / PRIOR) ** 2)

    low, high = np.log(BOUNDS).tolist()
    steps = np.linspace(low, high, STEPS)
    heights = np.array([unlikely(step) for step in steps])
    return float(np.exp(_bottom(steps, heights)))


def _bottom(steps: NDArray[np.float64], heights: NDArray[np.float64]) -> float:
    """Where a curve is lowest: the bottom of the parabola through the lowest of some steps and its neighbours."""
    best = int(heights.argmin())
    if best in (0, len(steps) - 1):
        return float(steps[best])
    before, here, after = heights[best - 1 : best + 2]
    bend = before - 2 * here + after
    return float(steps[best] + 0.5 * (steps[1] - steps[0]) * ((before - after) / bend if bend > 0 else 0.0))
