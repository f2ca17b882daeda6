"""What a study compares: methods, presets, numbers of labels, splits and draws. Loads no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt

from hsigui.errors import HsiError
from hsigui.labels.blocks import BLOCK, GUARD, draw_blocks
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import Split, draw
from hsigui.labels.stroke_split import draw_strokes
from hsigui.methods import asked, registry
from hsigui.pipeline.influence import FULL, guard_of
from hsigui.report.study import Candidate, ClassCounts, RowKey, Sampling, title_of
from hsigui.specs import CONTEXTS, NamedSplit, PretrainSpec, split_of
from hsigui.texts import say

SPLITS = ("random", "block", "strokes")
BY_LABELS = "labels"  # the context of the mixture
BASELINE_PRESET = "quick"  # the one that baselines have


@dataclass(frozen=True)
class StudySpec:
    """What to compare, and how.

    Attributes:
        methods: names of methods and baselines, in the order of the table.
        presets: of the methods; a baseline has one only and is run once.
        labels: pixels a class to train on, one table each; splits into strokes do not heed it.
        draws: how often labels are drawn; the same draws for every method.
        splits: one or more of "random" (anywhere in the scene), "block" (training and test apart in space) and words
            such as "strokes:3" (that many strokes a class) or "strokes:2x12" (of at most so many pixels each).
        seed: of pretraining, and of the first draw; the next draws have the next seeds.
        device: "auto", "cpu", "cuda" or "mps".
        epochs: passes or steps of pretraining, 1 or more; None takes the preset's own.
        block, guard: of the block split, in pixels.
        monitor, patience, precision: of every pretraining; see `PretrainSpec`.
        settings: "name=value" for all methods that have such a setting, or "method.name=value" for one.
        untrained: beside each method its own network without training, with the same recipe.
        contexts: levels of context that methods are compared in, a row each: "labels" (mixed by the labels, as methods
            do) and names of levels. Baselines of a single level have one row.
    """

    methods: tuple[str, ...]
    presets: tuple[str, ...] = ("quick",)
    labels: tuple[int, ...] = (5, 10)
    draws: int = 10
    splits: tuple[str, ...] = ("random",)
    seed: int = 0
    device: str = "auto"
    epochs: int | None = None
    block: int = BLOCK
    guard: int = GUARD
    monitor: bool = True
    patience: int | None = None
    precision: str = "auto"
    settings: tuple[str, ...] = ()
    untrained: bool = True
    contexts: tuple[str, ...] = (BY_LABELS,)

    def __post_init__(self) -> None:
        _require(
            bool(self.methods), say("No method is chosen."), say("Choose all, methods, baselines, or some by name.")
        )
        _require(
            bool(self.labels) and min(self.labels) >= 1, say("Labels a class must be 1 or more."), say("Such as 5,10.")
        )
        _require(self.draws >= 1, say("At least one draw is needed."), say("10 is a good value."))
        _require(bool(self.splits), say("No split is chosen."), say("Choose from {splits}.", splits=", ".join(SPLITS)))
        object.__setattr__(self, "splits", tuple(str(_split(text)) for text in self.splits))
        _require(
            self.epochs is None or self.epochs >= 1,
            say("Methods of a study are trained for 1 epoch or more."),
            say("Their untrained networks have rows of their own."),
        )
        _require(self.block >= 1 and self.guard >= 0, say("Blocks need a side of 1 or more, guards 0 or more."), "")
        _require(
            bool(self.contexts) and set(self.contexts) <= {BY_LABELS, *CONTEXTS},
            say("Unknown context in “{contexts}”.", contexts=", ".join(self.contexts)),
            say("Choose from: {known}.", known=", ".join((BY_LABELS, *CONTEXTS))),
        )
        for chosen in (self.methods, self.presets, self.labels, self.splits, self.contexts):
            _require(
                len(set(chosen)) == len(chosen),
                say("{chosen} names one thing twice.", chosen=chosen),
                say("Name each once."),
            )
        for candidate in self.candidates():
            registry.method(candidate.method).preset(candidate.preset)
            self.pretraining(candidate)
        self._require_heeded()

    def candidates(self) -> tuple[Candidate, ...]:
        """The methods with each of their presets, each followed by its untrained network, and the baselines."""
        found = []
        for info in map(registry.method, self.methods):
            presets = self.presets if info.family == "method" else (BASELINE_PRESET,)
            twins = (False, True) if self.untrained and info.family == "method" else (False,)
            contexts = self.contexts if info.recipe.levels else (BY_LABELS,)
            for preset, untrained, context in product(presets, twins, contexts):
                key = RowKey(info.name, preset, untrained, "" if context == BY_LABELS else context)
                title = title_of(info.title, key, several_presets=len(presets) > 1)
                found.append(Candidate(info.name, preset, title, info.family, untrained, key.context))
        return tuple(found)

    def pretraining(self, candidate: Candidate) -> PretrainSpec:
        info = registry.method(candidate.method)
        preset = info.preset(candidate.preset)
        epochs = 0 if candidate.untrained else self.epochs
        return PretrainSpec(
            candidate.method, candidate.preset, self.seed, self.device, epochs, self.monitor, self.patience,
            self.precision, settings=asked.read(info, preset, asked.concerning(info, preset, self.settings)),
        )  # fmt: skip

    def _require_heeded(self) -> None:
        """Refuses a setting that none of the methods has."""
        pairs = [(registry.method(c.method), c.preset) for c in self.candidates()]
        heeded = {text for info, name in pairs for text in asked.concerning(info, info.preset(name), self.settings)}
        known = dict.fromkeys(each.name for info, name in pairs for each in info.preset(name).settings.described())
        for text in self.settings:
            _require(
                text in heeded, say("None of the methods of this study has the setting {partition}.",
                                    partition=text.partition("=")[0]),
                say("Choose from: {known}.", known=", ".join(known)) if known else say("They have none."),
            )  # fmt: skip

    @property
    def draw_seeds(self) -> tuple[int, ...]:
        return tuple(range(self.seed, self.seed + self.draws))

    def drawings(self) -> Iterator[tuple[str, int]]:
        """Every split with every number of labels, in the order of the tables; of strokes their number instead."""
        for split in self.splits:
            named = split_of(split)
            for labels in (named.strokes,) if named.kind == "strokes" else self.labels:
                yield split, labels


def _split(text: str) -> NamedSplit:
    """The split that a word names.

    Raises:
        HsiError: studies have no such split.
    """
    _require(
        text.partition(":")[0] in SPLITS,
        say("Unknown split “{split}”.", split=text),
        say("Choose from {splits}.", splits=", ".join(SPLITS)),
    )
    return split_of(text)


def _require(condition: bool, message: str, hint: str) -> None:
    if not condition:
        raise HsiError(message, hint)


def study_from(given: Mapping[str, Any]) -> StudySpec:
    """The study of some of the fields of `StudySpec`, where the guard may be "full" (loads torch then).

    Raises:
        HsiError: as `StudySpec`.
    """
    if given.get("guard") != FULL:
        return StudySpec(**given)
    from hsigui.pipeline.study.reach import seen_by

    spec = StudySpec(**{name: value for name, value in given.items() if name != "guard"})
    return replace(spec, guard=guard_of(FULL, seen_by(spec)))


def chosen_methods(text: str) -> tuple[str, ...]:
    """The names for "all", "methods", "baselines" or names with commas between.

    Raises:
        HsiError: a name is unknown.
    """
    families = {"all": None, "methods": "method", "baselines": "baseline"}
    if text in families:
        return registry.names(families[text])
    return tuple(registry.method(name.strip()).name for name in text.split(",") if name.strip())


@dataclass(frozen=True)
class StudyTruth:
    """What is known of the scene: class numbers (rows x cols, 0 unlabelled), their table, which pixels have data."""

    truth: NDArray[np.uint16]
    classes: ClassTable
    valid: NDArray[np.bool_]

    @property
    def without_data(self) -> int:
        """Labelled pixels that are in no draw because the scene has no data there."""
        return int(np.count_nonzero((self.truth != 0) & ~self.valid))

    def split(self, spec: StudySpec, split: str, labels: int, seed: int) -> Split:
        """One draw; never a pixel in training and in test.

        Raises:
            HsiError: there is nothing to draw or to test.
        """
        named = split_of(split)
        if named.kind == "strokes":
            return draw_strokes(self.truth, named.strokes, seed, self.valid, pixels=named.pixels)
        if named.kind == "block":
            return draw_blocks(self.truth, labels, seed, self.valid, block=spec.block, guard=spec.guard)
        return draw(self.truth, labels, seed, self.valid)

    def sampling(self, spec: StudySpec, split: str, labels: int) -> Sampling:
        """What all draws of a split hold, counted.

        Raises:
            HsiError: in a draw there is nothing to draw or to test.
        """
        splits = [self.split(spec, split, labels, seed) for seed in spec.draw_seeds]
        if any(not drawn.test.any() for drawn in splits):
            raise HsiError(
                say("The draws leave no pixel to test."), say("Draw fewer labels a class, or label more ground truth.")
            )
        size = int(self.truth.max()) + 1
        train, test = (
            np.array([np.bincount(part.ravel(), minlength=size) for part in parts])
            for parts in ([s.train for s in splits], [s.test for s in splits])
        )
        pixels = np.bincount(self.truth[self.valid], minlength=size)
        counts = [
            ClassCounts(
                n, self.classes.get(n).name, int(pixels[n]),
                (int(train[:, n].min()), int(train[:, n].max())), (int(test[:, n].min()), int(test[:, n].max())),
                int(np.count_nonzero(test[:, n])),
            )
            for n in np.flatnonzero(pixels).tolist() if n
        ]  # fmt: skip
        shared = sum(int(np.count_nonzero((s.train != 0) & (s.test != 0))) for s in splits)
        return Sampling(split, labels, spec.draws, tuple(counts), shared, min(map(nearest, splits)))


def nearest(split: Split) -> int:
    """The smallest distance from a training to a test pixel, in rows or columns, whichever is more; both must exist."""
    distance = distance_transform_cdt(split.train == 0, metric="chessboard")
    return int(distance[split.test != 0].min())
