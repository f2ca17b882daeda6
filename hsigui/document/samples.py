"""Samples that were drawn from the ground truth, in step with the history of the labels.

A sample drawn in blocks leaves a guard band that is neither trained nor tested on. It is in force from the step that
drew it until that step is taken back or the labels are replaced as a whole, and again when the step is redone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.specs import SplitSpec
from hsigui.texts import say


@dataclass(frozen=True)
class SplitRecord:
    """How labels were drawn; `pipeline.split` tells the fields and writes them beside the labels."""

    kind: str
    seed: int | None
    guard: int | None
    truth_sha256: str
    labels_sha256: str
    test_sha256: str
    not_tested: tuple[str, ...] = ()
    command: str = ""
    reached: Mapping[str, float] = field(default_factory=dict)

    @property
    def reached_in_words(self) -> str:
        """The share of each class that whole regions hold, which is seldom what was asked for."""
        shares = ", ".join(say("{name} {share:.1f} %", name=name, share=share) for name, share in self.reached.items())
        return say("whole training regions hold {shares}", shares=shares)


@dataclass(frozen=True, eq=False)
class Sample:
    """Labels drawn from the truth.

    Attributes:
        spec: how they were asked for.
        record: the same in words, with the hashes of the parts and the classes that are not tested.
        gap: pixels between the closest training and test pixel; None where no guard lies between, or a part is empty.
        left_out: pixels of the truth that are in neither part, rows x cols as bits (`numpy.packbits`); None where there
            are none.
    """

    spec: SplitSpec
    record: SplitRecord
    gap: int | None = None
    left_out: NDArray[np.uint8] | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Where in the truth the test pixels are, in words that follow its name; empty for everywhere."""
        if self.left_out is None or not self.spec.is_guarded:
            return ""
        outside = {
            "block": say(" outside the training blocks and their guard band"),
            "region": say(" outside the training regions and their guard band"),
        }
        return outside[self.spec.kind]

    def rest(self, truth: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """The truth without the pixels that are in neither part; itself when there are none. Rows x cols."""
        if self.left_out is None:
            return truth
        gone = np.unpackbits(self.left_out, count=truth.size).view(bool).reshape(truth.shape)
        return np.where(gone, np.uint16(0), truth)


class Samples:
    """Which sample is in force after so many steps of the history.

    Args:
        found: those that are known, each with the step from which on it is in force.
    """

    def __init__(self, found: Iterable[tuple[int, Sample | None]] = ()) -> None:
        self._found = list(found)
        self._rest: tuple[Sample, NDArray[np.uint16], NDArray[np.uint16]] | None = None

    def put(self, step: int, sample: Sample | None) -> None:
        """From a step on, this one is in force; None for labels that were not drawn."""
        self.cut(step - 1)
        self._found.append((step, sample))

    @property
    def all(self) -> tuple[tuple[int, Sample | None], ...]:
        """Each with the step from which on it is in force."""
        return tuple(self._found)

    def cut(self, step: int) -> None:
        """What was drawn after a step cannot come back: another edit takes its place."""
        self._found = [(at, sample) for at, sample in self._found if at <= step]

    def at(self, step: int) -> Sample | None:
        """The sample in force after so many steps."""
        return next((sample for at, sample in reversed(self._found) if at <= step), None)

    def rest(self, sample: Sample, truth: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """What of the truth a sample leaves for testing, its own pixels included. Found once for the last one asked.
        Rows x cols."""
        if self._rest is None or self._rest[0] is not sample or self._rest[1] is not truth:
            self._rest = sample, truth, sample.rest(truth)
        return self._rest[2]
