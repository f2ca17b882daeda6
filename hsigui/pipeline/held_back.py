"""Which labels are held back and asked for, and what part of the map each answer stands for. Loads no torch.

A map is not as right everywhere. In a field that holds a label it is right more often than in a field of the same class
that holds none, and labels alone do not say how much of the scene is of the one kind and how much of the other; the map
does. So two questions are asked of the labels, and the answers weighed by the area of the map that they stand for:

* *Near*: a label that is held back where its field keeps another. Of a stroke the one end is asked for, and all but the
  other end held back. Labels that the map gives another class are asked so, too: there is no telling which field they
  belong to, and without them the answers would be better than the map.
* *Far*: all labels of a field held back together, where as many strokes of their class or more lie elsewhere: without
  most of its labels a class is not what it is.

A field is a part of the map of one class that hangs together, with the labels of that class in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from hsigui.pipeline import level_weights as rule

MOST_IN_QUESTION = 4  # pixels
LEAST_AREA = 0.1  # share of the map of which nothing need be known, where labels are strokes
LEAST_SCATTERED = 0.5  # the same of pixels labelled on their own: what none of many lies in are specks

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Question:
    """Labelled pixels that are held back, and those of them that are asked for, as indices; `far` as the head of this
    module says, and the stroke or field that they belong to."""

    held: Indices
    asked: Indices
    far: bool
    group: int


@dataclass(frozen=True)
class Placed:
    """Labelled pixels in the fields of a map.

    Attributes:
        classes: index of the class of each, one a pixel.
        strokes, ends: of each, as `level_weights` gives them.
        fields: number of the field of each stroke, one a stroke; one that the map gives another class everywhere lies
            in a field of its own, from `lost` on.
        lost: as above.
        near, far: pixels of the map in fields with and without a label, one a class; each counts for as much as the map
            is sure of it, since what is of no class is doubtful, and no label can tell of it.
    """

    classes: NDArray[np.integer]
    strokes: Indices
    ends: NDArray[np.int8]
    fields: Indices
    lost: int
    near: NDArray[np.floating]
    far: NDArray[np.floating]

    @property
    def share_near(self) -> float:
        """Share of the map in fields with a label."""
        return float(self.near.sum() / max(1.0, self.near.sum() + self.far.sum()))


def placed(
    drawn: NDArray[np.integer], sure: NDArray[np.floating], valid: NDArray[np.bool_], count: int, rows: Indices,
    cols: Indices, classes: NDArray[np.integer], strokes: Indices, ends: NDArray[np.int8],
) -> Placed:  # fmt: skip
    """Finds the fields of a map, and in which of them each stroke lies.

    Args:
        drawn: rows x cols, the class of every pixel as an index below `count`.
        sure: rows x cols, how probable the map finds it.
        valid: rows x cols, where the scene has data.
        rows, cols: of the labelled pixels on that raster, one a pixel.
        classes: index of the class of each.
        strokes: of each, counted from 0 without gaps.
        ends: of each, as `level_weights.ends_of` gives them.
    """
    fields = _fields(drawn, valid, count)
    number = int(fields.max()) + 1
    here = np.where(drawn[rows, cols] == classes, fields[rows, cols], 0)
    owner = np.zeros(int(strokes.max()) + 1, dtype=np.intp)
    labelled = np.zeros(number, dtype=bool)
    for stroke, members in enumerate(rule.groups_of(strokes)):
        found = here[members][here[members] > 0]
        labelled[found] = True
        owner[stroke] = np.bincount(found).argmax() if len(found) else number + stroke
    inside = valid & labelled[fields]
    near = np.bincount(drawn[inside], sure[inside], minlength=count)
    far = np.bincount(drawn[valid & ~inside], sure[valid & ~inside], minlength=count)
    return Placed(classes, strokes, ends, owner, number, near.astype(np.float64), far.astype(np.float64))


def _fields(drawn: NDArray[np.integer], valid: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """The field of every pixel, rows x cols, counted from 1; 0 without data. Pixels that touch at a corner hang
    together."""
    found = np.zeros(drawn.shape, dtype=np.intp)
    last = 0
    for number in range(count):
        here = valid & (drawn == number)
        parts, new = label(here, structure=np.ones((3, 3)))
        found[here] = parts[here] + last
        last += new
    return found


def questions_of(known: Placed, most: int) -> list[Question]:
    """What the labels are asked, near and far, those of a class one after the other: at most so many of either kind,
    evenly."""
    found: list[Question] = []
    for number in np.unique(known.classes):
        members = np.flatnonzero(known.classes == number)
        strokes = np.unique(known.strokes[members])
        of_field = {field: strokes[known.fields[strokes] == field] for field in np.unique(known.fields[strokes])}
        for field, inside in of_field.items():
            for stroke in inside:
                found += _near(known, int(stroke), alone=len(inside) == 1 and field < known.lost)
            if 2 * len(inside) <= len(strokes) and field < known.lost:
                held = members[np.isin(known.strokes[members], inside)]
                found.append(Question(held, held[rule.spread(len(held), MOST_IN_QUESTION)], True, int(field)))
    near, far = ([one for one in found if one.far is kind] for kind in (False, True))
    return [kind[at] for kind in (near, far) for at in rule.spread(len(kind), most)]


def _near(known: Placed, stroke: int, *, alone: bool) -> list[Question]:
    """The near questions of a stroke, which may be alone in its field; a class is never asked of its only stroke."""
    here = np.flatnonzero(known.strokes == stroke)
    ends = known.ends[here]
    if ends[0] >= 0:
        return [Question(here[ends != 3 - end], here[ends == end], False, stroke) for end in (1, 2)]
    if not alone:
        return [Question(here, here, False, stroke)]
    return [Question(here[[at]], here[[at]], False, stroke) for at in range(len(here))] if len(here) > 1 else []


def suffices(known: Placed, questions: Sequence[Question]) -> bool:
    """Whether somebody answers for nearly all of the map."""
    kinds = {question.far for question in questions}
    least = LEAST_AREA if (known.ends >= 0).mean() > 0.5 else LEAST_SCATTERED
    return (False in kinds or known.share_near < least) and (True in kinds or 1 - known.share_near < least)


def weights_of(known: Placed, questions: Sequence[Question]) -> NDArray[np.float64]:
    """What each answer stands for, in pixels of the map: those of its class, near or far, are divided among its
    answers, and of classes without one among those of the others. One an asked pixel, in the order of the questions."""
    far = np.concatenate([np.full(len(one.asked), one.far) for one in questions])
    classes = known.classes[np.concatenate([one.asked for one in questions])]
    found = np.zeros(len(far))
    for kind, area in ((False, known.near), (True, known.far)):
        answers = np.bincount(classes[far == kind], minlength=len(area))
        if not answers.any():
            continue
        left = area[answers == 0].sum() / answers.sum()
        each = np.divide(area, answers, out=np.zeros_like(area), where=answers > 0) + left
        found[far == kind] = each[classes[far == kind]]
    return found


def folds_of(questions: Sequence[Question], count: int) -> list[list[int]]:
    """Questions, by their index, that are asked of one classifier: as many folds of near and of far ones, in which no
    two of one stroke, and few of one class, stand together."""
    found = []
    for far in (False, True):
        of_kind = [index for index, one in enumerate(questions) if one.far is far]
        found += [of_kind[start::count] for start in range(min(count, len(of_kind)))]
    return found
