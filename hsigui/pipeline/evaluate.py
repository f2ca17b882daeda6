"""Scoring a map against ground truth, on pixels that were not in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.spectra import mean_spectrum
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.matching import Matched, is_default, pixel_counts, proposed_targets, renumbered
from hsigui.report.compare import McNemar, mcnemar, paired, require_pairs
from hsigui.report.context import ClassMatch, ClassSpectrum, Comparison, Spectra
from hsigui.report.metrics import Accuracy, accuracy
from hsigui.texts import say

SPECTRA_OF = 2000  # pixels a class, spread evenly


def evaluate(
    predicted: NDArray[np.integer],
    truth: NDArray[np.integer],
    classes: ClassTable,
    train: NDArray[np.integer] | None = None,
    valid: NDArray[np.bool_] | None = None,
) -> Accuracy:
    """The accuracy of a map on the labelled pixels of the truth that have data, those of `train` left out. All rasters
    are rows x cols, 0 for unknown; `valid` is False where the scene has no data, None where that is not known.

    Raises:
        HsiError: the rasters differ in size, or no test pixel is left.
    """
    return accuracy(predicted, truth, classes, train, valid)


def match_map(
    predicted: NDArray[np.integer], classes: ClassTable, reference: ClassTable, asked: Mapping[str, str] | None = None
) -> tuple[Matched, tuple[ClassMatch, ...]]:
    """A map in the classes of the reference, and which class was taken for which.

    Classes of one name are one class; else those of one number are, when one of the two has no name of its own; else a
    class of the map is new. What is asked for comes first.

    Args:
        predicted: the map, rows x cols, 0 = unclassified.
        classes: of the map.
        reference: classes of the truth.
        asked: name or number of a class of the map -> name or number of one of the reference.

    Raises:
        HsiError: a class that is asked for does not exist.
    """
    counts = pixel_counts(predicted)
    classes = classes.merged_with(counts)
    targets = proposed_targets(classes, reference)
    chosen = {
        _number(a, classes, say("map")): _number(b, reference, say("reference")) for a, b in (asked or {}).items()
    }
    matched = renumbered(predicted, classes, reference, {**targets, **chosen})
    told = []
    for info in classes:
        number = matched.renumbered.get(info.number, info.number)
        there = number in reference
        same = there and reference.get(number).name.casefold() == info.name.casefold() and not is_default(info)
        how = "asked" if info.number in chosen else "name" if same else "number" if there else "new"
        if there or counts.get(info.number):
            told.append(ClassMatch(info.number, info.name, number, matched.classes.get(number).name, how))
    return matched, tuple(told)


def match_labels(
    labels: NDArray[np.integer], classes: ClassTable, matches: Sequence[ClassMatch], reference: ClassTable,
    table: ClassTable,
) -> NDArray[np.uint16]:  # fmt: skip
    """Training labels in the classes of a matched map: by name or number, as the map's own were; what was asked for the
    map holds for labels of the same name, unless the reference has that name too.

    Args:
        labels: that the map was trained on, rows x cols, 0 for none.
        classes: of the labels.
        matches: which class of the map is which, as `match_map` tells.
        reference: classes of the truth.
        table: of the matched map.
    """
    classes = classes.merged_with(pixel_counts(labels))
    asked = {match.name.casefold(): match.to_number for match in matches if match.how == "asked"}
    known = {info.name.casefold() for info in reference if not is_default(info)}
    words = {info.number: info.name.casefold() for info in classes}
    chosen = {number: asked[word] for number, word in words.items() if word in asked and word not in known}
    return renumbered(labels, classes, table, {**proposed_targets(classes, table), **chosen}).array


def _number(word: str, classes: ClassTable, what: str) -> int:
    by_name = {c.name.casefold(): c.number for c in classes}
    if word.casefold() in by_name:
        return by_name[word.casefold()]
    if word.isdigit() and int(word) in classes:
        return int(word)
    known = ", ".join(f"{c.number} {c.name}" for c in classes)
    raise HsiError(say("The {what} has no class “{word}”.", what=what, word=word), say("It has: {known}.", known=known))


def compare(
    first: Sequence[NDArray[np.integer]], second: Sequence[NDArray[np.integer]],
    tests: Sequence[NDArray[np.integer]], classes: ClassTable, names: tuple[str, str],
) -> Comparison:  # fmt: skip
    """Two maps, or two of each draw, on the same test pixels.

    Args:
        first, second: maps, rows x cols, one a draw.
        tests: reference labels of each draw, 0 where a pixel is not tested.
        classes: of all of them.

    Raises:
        HsiError: there are not as many maps of the one as of the other, sizes differ, or no test pixel is left.
    """
    require_pairs(first, second)
    draws: list[McNemar] = []
    figures = []
    for one, other, test in zip(first, second, tests, strict=True):
        a, b = evaluate(one, test, classes), evaluate(other, test, classes)
        figures.append({"oa": (a.oa, b.oa), "aa": (a.aa, b.aa), "kappa": (a.kappa, b.kappa)})
        tested = test != 0
        draws.append(mcnemar((one == test)[tested], (other == test)[tested]))
    over = {}
    if len(draws) > 1:
        over = {
            name: paired([f[name][0] for f in figures], [f[name][1] for f in figures]) for name in ("oa", "aa", "kappa")
        }
    return Comparison(*names, tuple(draws), tuple(figures), over)


def class_spectra(
    cube: Cube, labels: NDArray[np.integer], classes: ClassTable, check: Callable[[], None] = lambda: None
) -> Spectra:
    """Mean and standard deviation of the spectra of each class; bad bands are left out, as a gap.

    Args:
        labels: class numbers, rows x cols, 0 for none.
        check: called between classes; may raise to stop.

    Raises:
        HsiError: the labels have another size than the scene.
    """
    good = ~cube.is_bad
    valid = cube.valid_mask(check)
    if labels.shape != valid.shape:
        raise HsiError(
            say(
                "The labels are {shape} pixels, the scene {rows} x {cols}.",
                shape=" x ".join(map(str, labels.shape)),
                rows=cube.rows,
                cols=cube.cols,
            ),
            say("Give the scene that the map was made of."),
        )
    found = []
    for number in pixel_counts(np.where(valid, labels, 0)):
        check()
        here = valid & (labels == number)
        mean, sd = (np.where(good, part, np.nan) for part in mean_spectrum(cube, here, SPECTRA_OF))
        info = classes.get(number)
        found.append(
            ClassSpectrum(number, info.name, info.color, int(here.sum()), tuple(mean.tolist()), tuple(sd.tolist()))
        )
    return Spectra(tuple(cube.info.wavelengths), tuple(found))
