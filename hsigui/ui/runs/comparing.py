"""How maps compare: which pixels they give to other classes, and which of two is right where it was tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hsigui.document.raster import Raster
from hsigui.document.results import KeptResult
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.compare import McNemar, mcnemar
from hsigui.texts import say
from hsigui.ui.runs.rows import Row, versus_in_words

SAME, DIFFER, FIRST, SECOND, NEITHER = 1, 2, 3, 4, 5
HELD = 3  # maps that are held unpacked while they are drawn


@lru_cache(maxsize=HELD)
def unpacked(raster: Raster) -> NDArray[np.uint16]:
    """The numbers of a raster, rows x cols; of the last few it is not unpacked at each tile that is drawn.

    Raises:
        HsiError: it is damaged.
    """
    return raster.array()


@dataclass(frozen=True)
class PairFacts:
    """Two maps, pixel by pixel.

    Attributes:
        same, total: pixels of one class in both, and pixels that both have a class at.
        test: on their test pixels; None where these are not the same.
    """

    same: int
    total: int
    test: McNemar | None

    @property
    def words(self) -> str:
        """What is told of them."""
        if not self.total:
            return say("They have no pixel in common.")
        share = 100 * self.same / self.total
        told = say("They agree on {same:,} of {total:,} pixels ({share:.1f} %).", same=self.same, total=self.total,
                   share=share)  # fmt: skip
        if self.test is None:
            return say("{told} They were not measured on the same test pixels.", told=told)
        return say(
            "{told} Of {count:,} test pixels the first alone is right on {first:,}, the second alone on {second:,}: "
            "{test}.",
            told=told, count=self.test.n, first=self.test.only_first, second=self.test.only_second,
            test=versus_in_words(self.test),
        )  # fmt: skip


def difference_classes(first: str, second: str) -> ClassTable:
    """What the difference of two maps shows, with its colours: told apart by the colour-blind (Okabe & Ito, 2008)."""
    return ClassTable(
        (
            ClassInfo(SAME, say("same class"), (226, 229, 233)),
            ClassInfo(DIFFER, say("other classes, not tested"), (204, 121, 167)),
            ClassInfo(FIRST, say("only {name} is right", name=first), (0, 114, 178)),
            ClassInfo(SECOND, say("only {name} is right", name=second), (230, 159, 0)),
            ClassInfo(NEITHER, say("other classes, both wrong"), (90, 96, 104)),
        )
    )


def difference(first: KeptResult, second: KeptResult, box: Box | None = None, step: int = 1) -> NDArray[np.uint16]:
    """Where two maps differ, and which is right: SAME, DIFFER, FIRST, SECOND, NEITHER, or 0 where one has no class.

    Args:
        box: a part of the scene (top, left, bottom, right), of which every so many pixels; all of it for None.

    Returns:
        rows x cols.

    Raises:
        HsiError: a map is damaged.
    """
    if first.map is None or second.map is None:
        raise ValueError("a row without a map")
    top, left, bottom, right = box or (0, 0, *first.map.shape)
    part = slice(top, bottom, step), slice(left, right, step)
    one, two = unpacked(first.map)[part], unpacked(second.map)[part]
    found = np.where(one == in_numbers_of(first, second)[two], np.uint16(SAME), np.uint16(DIFFER))
    if first.tested is not None and second.tested is not None:
        tests = unpacked(first.tested)[part], unpacked(second.tested)[part]
        tested = (tests[0] != 0) & (tests[1] != 0) & (found == DIFFER)
        found[tested] = NEITHER
        found[tested & (one == tests[0])] = FIRST
        found[tested & (two == tests[1])] = SECOND
    found[(one == 0) | (two == 0)] = 0
    return found


def in_numbers_of(first: KeptResult, second: KeptResult) -> NDArray[np.uint16]:
    """For each number of the second map that of the class of the same name in the first; other numbers stay. One a
    number, 65,536 of them."""
    numbers = np.arange(65_536, dtype=np.uint16)
    names = {info.name.casefold(): info.number for info in first.classes}
    for info in second.classes:
        numbers[info.number] = names.get(info.name.casefold(), info.number)
    return numbers


def compare_pair(ctx: Context, first: KeptResult, second: KeptResult) -> PairFacts:
    """How two maps compare over the whole scene."""
    ctx.progress(0, 0, say("Comparing maps…"))
    counts = np.bincount(difference(first, second).ravel(), minlength=NEITHER + 1)
    ctx.check()
    test = mcnemar_of(first, second)
    return PairFacts(int(counts[SAME]), int(counts[1:].sum()), test)


def mcnemar_of(first: KeptResult, second: KeptResult) -> McNemar | None:
    """McNemar's test of two maps; None where their test pixels are not the very same."""
    rights = [right_of(each) for each in (first, second)]
    if first.tested is None or second.tested is None or rights[0] is None or rights[1] is None:
        return None
    same = np.array_equal(first.tested.array() != 0, second.tested.array() != 0)
    return mcnemar(rights[0], rights[1]) if same and rights[0].size else None


def right_of(found: KeptResult) -> NDArray[np.bool_] | None:
    """Whether each test pixel of a map is right, from the top; one a pixel. None where it was not measured."""
    if found.map is None or found.tested is None:
        return None
    test = found.tested.array()
    return np.asarray((found.map.array() == test)[test != 0])


def against(ctx: Context, chosen: Row, rows: Sequence[Row]) -> Mapping[str, str]:
    """What is said of each row against the chosen one, by its key."""
    ctx.progress(0, 0, say("Comparing maps…"))
    said = {chosen.key: say("the chosen one")}
    if chosen.result.tested is None:
        return said
    for row in rows:
        ctx.check()
        if row.key == chosen.key or not row.has_map:
            continue
        test = mcnemar_of(row.result, chosen.result)
        said[row.key] = say("other test pixels") if test is None else versus_in_words(test)
        if row.result.tested is None:
            said[row.key] = ""
    return said
