"""What a study found: all methods and baselines on the same draws of labels, summarised as mean and standard deviation.

What is not defined is None, shown as n/a: never 0, never 1."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hsigui.report.write import ReportContext
from hsigui.specs import context_in_words
from hsigui.texts import say, say_number


class RowKey(NamedTuple):
    """What tells the rows of a study apart.

    Attributes:
        untrained: whether the network is as its seed makes it, without training.
        context: level of context; empty for the method's own choice.
    """

    method: str
    preset: str
    untrained: bool = False
    context: str = ""


class _OfRow:
    """What belongs to a row of the table."""

    method: str
    preset: str
    untrained: bool
    context: str

    @property
    def key(self) -> RowKey:
        return RowKey(self.method, self.preset, self.untrained, self.context)


@dataclass(frozen=True)
class ClassScore:
    """One class in one draw: correct share of its test pixels (None when it has none), test and training pixels."""

    number: int
    recall: float | None
    test: int
    train: int


@dataclass(frozen=True)
class Score(_OfRow):
    """One method on one draw.

    Attributes:
        draw: counted from 0.
        seed: of the draw.
        oa, aa, kappa: see `metrics.Accuracy`; None where not defined.
        overlap: test pixels that were trained on: 0, or the study is wrong.
        map_s: seconds of fitting the probe and of drawing the map of the whole scene.
        untrained, context: see `RowKey`.
        confidence, ece: mean of the test pixels, and expected calibration error (`reliability`); None where they were
            not measured, as by earlier versions.
        ece_before: that of the same map before its probabilities were calibrated.
        temperature: see `methods.calibration`.
    """

    method: str
    preset: str
    split: str
    labels: int
    draw: int
    seed: int
    oa: float
    aa: float
    kappa: float | None
    overlap: int
    n_test: int
    classes: tuple[ClassScore, ...]
    map_s: float
    untrained: bool = False
    context: str = ""
    confidence: float | None = None
    ece: float | None = None
    ece_before: float | None = None
    temperature: float | None = None


@dataclass(frozen=True)
class Timing:
    """What all draws of a method share: seconds of pretraining and of computing the features of every pixel."""

    pretrain_s: float
    features_s: float
    device: str = ""


@dataclass(frozen=True)
class Failure(_OfRow):
    """A method that failed: in all its draws (`split` is empty), or in one of them."""

    method: str
    preset: str
    message: str
    split: str = ""
    labels: int = 0
    draw: int = 0
    untrained: bool = False
    context: str = ""


@dataclass(frozen=True)
class Candidate(_OfRow):
    """A method of the study with a preset, and how it is called.

    Attributes:
        untrained, context: see `RowKey`.
    """

    method: str
    preset: str
    title: str
    family: str
    untrained: bool = False
    context: str = ""


@dataclass(frozen=True)
class ClassCounts:
    """Pixels of a class: in the ground truth; in training and in test, the least and the most over the draws; and in
    how many draws it has test pixels."""

    number: int
    name: str
    pixels: int
    train: tuple[int, int]
    test: tuple[int, int]
    tested: int


@dataclass(frozen=True)
class Sampling:
    """The draws of one split and number of labels a class.

    Attributes:
        labels: labels a class; of a split into strokes, strokes a class.
        overlap: pixels that are in training and in test, over all draws.
        nearest: the smallest distance in pixels (rows or columns, the larger) from a training to a test pixel.
    """

    split: str
    labels: int
    draws: int
    classes: tuple[ClassCounts, ...]
    overlap: int
    nearest: int


@dataclass(frozen=True)
class ClassRow:
    """Producer's accuracy of a class over the draws in which it has test pixels (`tested` of them)."""

    number: int
    name: str
    recall_mean: float | None
    recall_sd: float | None
    tested: int


@dataclass(frozen=True)
class StudyRow(_OfRow):
    """A line of the table: mean and standard deviation (n - 1) over the draws; None where not defined.

    Attributes:
        draws: how many succeeded.
        pretrain_s: seconds of pretraining, once for all draws; 0 for baselines, which learn nothing.
        features_s: seconds of computing the features of every pixel, once for all draws.
        map_s: mean seconds of fitting the probe and drawing the map of the whole scene.
        failed: why draws are missing; empty when none is.
        untrained, context: see `RowKey`.
        confidence_mean, ece_mean, ece_before_mean: see `Score`; over the draws in which they were measured.
    """

    method: str
    preset: str
    title: str
    family: str
    labels: int
    split: str
    draws: int
    oa_mean: float | None
    oa_sd: float | None
    aa_mean: float | None
    aa_sd: float | None
    kappa_mean: float | None
    kappa_sd: float | None
    pretrain_s: float | None
    features_s: float | None
    map_s: float | None
    failed: str
    classes: tuple[ClassRow, ...]
    untrained: bool = False
    context: str = ""
    confidence_mean: float | None = None
    ece_mean: float | None = None
    ece_before_mean: float | None = None


@dataclass(frozen=True)
class Comparison:
    """A method against another row on the same draws: differences of their overall accuracies in one cell.

    Attributes:
        against: "untrained", the method's own network before training, or "spatial-only".
        scene: empty where there is one only.
        draws: those that both have.
        mean, se: of the differences, as fractions; see `paired.Difference`.
        p: of a paired t-test; p_holm: corrected for all comparisons of this kind.
    """

    method: str
    preset: str
    context: str
    title: str
    against: str
    scene: str
    split: str
    labels: int
    draws: int
    mean: float
    se: float | None
    p: float | None
    p_holm: float | None

    @property
    def key(self) -> RowKey:
        return RowKey(self.method, self.preset, context=self.context)

    @property
    def cell(self) -> tuple[str, str, int]:
        """Scene, split and labels."""
        return self.scene, self.split, self.labels


@dataclass(frozen=True)
class Gain:
    """The mean of a method's differences over all cells, with its standard error over the draws.

    Attributes:
        cells: how many; draws: that all cells have.
    """

    method: str
    preset: str
    context: str
    title: str
    against: str
    cells: int
    draws: int
    mean: float
    se: float | None

    @property
    def key(self) -> RowKey:
        return RowKey(self.method, self.preset, context=self.context)


@dataclass(frozen=True)
class Study:
    """All that a study found.

    Attributes:
        context: how it was made: `settings`, `seeds`, `versions`, `device`, `seconds`, `commands`, `notes`.
        draw_seeds: one a draw.
        threads: of PyTorch on the CPU.
        comparisons, gains: see `comparisons.compare`.
    """

    rows: tuple[StudyRow, ...]
    samplings: tuple[Sampling, ...]
    context: ReportContext
    draw_seeds: tuple[int, ...] = ()
    threads: int = 0
    failures: tuple[Failure, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    gains: tuple[Gain, ...] = ()

    def _repr_html_(self) -> str:
        """How a notebook shows it: the table."""
        from hsigui.report.study_card import card_of_study

        return card_of_study(self)


def summarise(
    candidates: Sequence[Candidate],
    samplings: Sequence[Sampling],
    scores: Iterable[Score],
    timings: Mapping[RowKey, Timing],
    failures: Sequence[Failure] = (),
) -> tuple[StudyRow, ...]:
    """One row for each split, number of labels and candidate, in this order."""
    found: dict[tuple[RowKey, str, int], list[Score]] = {}
    for score in scores:
        found.setdefault((score.key, score.split, score.labels), []).append(score)
    rows = []
    for sampling in samplings:
        for candidate in candidates:
            own = found.get((candidate.key, sampling.split, sampling.labels), [])
            timing = timings.get(candidate.key)
            rows.append(_row(candidate, sampling, own, timing, _why(candidate, sampling, failures)))
    return tuple(rows)


def _row(
    candidate: Candidate, sampling: Sampling, scores: Sequence[Score], timing: Timing | None, failed: str
) -> StudyRow:
    oa, aa, kappa = (mean_and_sd([getattr(s, name) for s in scores]) for name in ("oa", "aa", "kappa"))
    return StudyRow(
        candidate.method, candidate.preset, candidate.title, candidate.family, sampling.labels, sampling.split,
        len(scores), *oa, *aa, *kappa,
        None if timing is None else timing.pretrain_s, None if timing is None else timing.features_s,
        mean_and_sd([s.map_s for s in scores])[0], failed,
        tuple(_class_row(c.number, c.name, scores) for c in sampling.classes), candidate.untrained, candidate.context,
        *(mean_and_sd([getattr(s, name) for s in scores])[0] for name in ("confidence", "ece", "ece_before")),
    )  # fmt: skip


def _class_row(number: int, name: str, scores: Sequence[Score]) -> ClassRow:
    recalls = [c.recall for s in scores for c in s.classes if c.number == number and c.recall is not None]
    return ClassRow(number, name, *mean_and_sd(recalls), tested=len(recalls))


def _why(candidate: Candidate, sampling: Sampling, failures: Sequence[Failure]) -> str:
    """The first reason for which draws of a row are missing."""
    for failure in failures:
        here = not failure.split or (failure.split, failure.labels) == (sampling.split, sampling.labels)
        if failure.key == candidate.key and here:
            return failure.message
    return ""


def mean_and_sd(values: Iterable[float | None]) -> tuple[float | None, float | None]:
    """Mean and standard deviation (n - 1) of the values that are defined; None without any, and without two."""
    known = [v for v in values if v is not None and not math.isnan(v)]
    mean = statistics.fmean(known) if known else None
    return mean, statistics.stdev(known) if len(known) >= 2 else None


def title_of(title: str, key: RowKey, *, several_presets: bool = False) -> str:
    """How a row is called: the method's title, and in what it differs from the method's usual row."""
    parts = (
        title,
        key.preset if several_presets else "",
        context_in_words(key.context),
        say("untrained") if key.untrained else "",
    )
    return ", ".join(filter(None, parts))


def cell_in_words(split: str, labels: int) -> str:
    """A split with its number of labels: "block split, 5 labels a class"; one into strokes says its own number."""
    if of_strokes(split):
        return say("{split} split", split=split_in_words(split))
    counted = say_number("{count} label a class", "{count} labels a class", labels)
    return say("{split} split, {labels}", split=split_in_words(split), labels=counted)


def split_in_words(split: str) -> str:
    """The word of a split for a sentence: "random", "block", or with its numbers as they are given, "strokes:3x8"."""
    kind, colon, numbers = split.partition(":")
    words = {"random": say("random"), "block": say("block"), "region": say("region"), "strokes": say("strokes")}
    return f"{words.get(kind, kind)}{colon}{numbers}"


def of_strokes(split: str) -> bool:
    """Whether a split, such as "strokes:3", names its own number of strokes a class instead of one of labels."""
    return split.partition(":")[0] == "strokes"


def untested(sampling: Sampling) -> list[ClassCounts]:
    """The classes that have test pixels in none or only some of the draws."""
    return [c for c in sampling.classes if c.tested < sampling.draws]
