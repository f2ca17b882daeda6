"""How right the finished map is: measured in a worker, as its export is. Knows no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsigui.document.finished import Computed, LastHand, painted_over
from hsigui.document.finishing import PAINTED
from hsigui.finishing.finished_map import Done
from hsigui.jobs import Context
from hsigui.texts import say, say_number

if TYPE_CHECKING:
    from hsigui.pipeline.result import Result
    from hsigui.report.metrics import Accuracy


@dataclass(frozen=True, eq=False)
class Of:
    """What a finished map that is measured is made of: its scene by number, what the steps made, the revision of what
    is painted, and the accuracy of the model's answer, which is another when anything is that it is measured on."""

    scene: int
    computed: Computed
    revision: int
    answer: Accuracy

    def same_as(self, other: Of) -> bool:
        """Whether the accuracy is the same."""
        same = self.scene == other.scene and self.revision == other.revision
        return same and self.computed is other.computed and self.answer is other.answer


@dataclass(frozen=True, eq=False)
class MeasuredFinished:
    """The accuracy of a finished map.

    Attributes:
        of: what it was made of.
        accuracy: None where nothing is left to measure it on.
        after: what was done to the map, in words.
    """

    of: Of
    accuracy: Accuracy | None
    after: str


def measure(ctx: Context, result: Result, hand: LastHand, of: Of) -> MeasuredFinished:
    """Measures the model's answer `result` after what the steps made of it and what was painted on it."""
    ctx.progress(0, 0, say("Measuring the finished map…"))
    found = of.computed.found
    if hand.painted is not None:
        found = painted_over(found, *hand.painted, PAINTED)
    made = result.with_finishing(found) if found.steps else result
    ctx.check()
    return MeasuredFinished(of, made.measured(), after_in_words(of.computed.found.steps, made.painted_tested))


def after_in_words(steps: Sequence[Done], painted: int) -> str:
    """What was done to a map before it was measured.

    Args:
        steps: that were done.
        painted: pixels of the reference that a hand has painted on the map.
    """
    told = ", ".join(done.told.removeprefix("--") for done in steps) or say("painting by hand alone")
    if not painted:
        return say("After: {steps}.", steps=told)
    return say_number(
        "After: {steps}; {count:,} hand-painted pixel is left out of the test.",
        "After: {steps}; {count:,} hand-painted pixels are left out of the test.",
        painted, steps=told,
    )  # fmt: skip
