"""The rows of the table of maps and trainings: what stands in each cell. Knows no widget."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsigui.dates import moment_in_words
from hsigui.document.results import MAP, NOW, TRAINING, KeptResult
from hsigui.errors import HsiError
from hsigui.methods.registry import method
from hsigui.methods.settings import told
from hsigui.report.compare import McNemar
from hsigui.report.intervals import wilson
from hsigui.specs import context_in_words
from hsigui.storage.runs import RunFacts
from hsigui.texts import say

NAME, ACCURACY, VERSUS, METHOD, SETTINGS, CONTEXT, LABELS, SECONDS, DATE, NOTE = range(10)
COLUMNS: tuple[tuple[str, str], ...] = (
    (say("Name"), say("Tick two maps to compare them; F2 gives a name")),
    (say("Accuracy"), say("Overall accuracy in %, with its 95 % interval by the number of test pixels")),
    (say("Against the chosen"), say("Difference of overall accuracy to the chosen row, with McNemar's test on the same "
                                    "test pixels")),
    (say("Method"), say("What the features were learned or computed by")),
    (say("Settings"), say("Preset and seed, what was set otherwise, and what is not the same in all rows")),
    (say("Context"), say("How much of a pixel's surroundings counts most")),
    (say("Labels"), say("How many pixels the map was made from")),
    (say("Seconds"), say("For training, and for features, classifier and map")),
    (say("Date"), say("When the map was kept, or the training ended")),
    (say("Note"), say("Your own words; F2 writes")),
)  # fmt: skip
EDITABLE = (NAME, NOTE)
_OWN = ("preset", "seed")  # told of every row


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        key: no other row of the scene has it.
        result: what is known of it; of a training without a map, what its record says.
    """

    key: str
    result: KeptResult

    @property
    def has_map(self) -> bool:
        return self.result.map is not None

    @property
    def is_now(self) -> bool:
        """Whether it is the map that is shown."""
        return self.result.kind == MAP and self.result.number == NOW

    @property
    def title(self) -> str:
        """What it is called."""
        found = self.result
        if found.name:
            return found.name
        if self.is_now:
            return say("The map that is shown")
        if found.kind == MAP:
            return say("Map {number}", number=found.number)
        if found.kind == TRAINING:
            return say("Training of {date}", date=moment_in_words(found.made_at))
        return say("{kind} {number}", kind=found.kind, number=found.number)


def rows_of(
    now: KeptResult | None, kept: Iterable[KeptResult], facts: Mapping[Path, RunFacts], folders: Sequence[Path]
) -> list[Row]:
    """The map that is shown, those that are kept, the newest first, and the trainings that no map is there of.

    Args:
        facts: of the runs of the scene; those that cannot be read are not among them.
        folders: of these runs, the newest first.
    """
    rows = [] if now is None else [Row("now", now)]
    notes = {each.folder: each for each in kept if each.kind == TRAINING and each.folder is not None}
    maps = [each for each in kept if not (each.kind == TRAINING and each.folder in facts)]
    rows += [Row(f"kept {each.number}", each) for each in sorted(maps, key=lambda each: -each.number)]
    shown = {row.result.folder for row in rows}
    rows += [
        Row(f"run {folder}", training_of(facts[folder], notes.get(folder)))
        for folder in folders
        if folder in facts and folder not in shown
    ]
    return rows


def training_of(facts: RunFacts, note: KeptResult | None) -> KeptResult:
    """A training without a map, with the name and the note that it was given."""
    return KeptResult(
        NOW if note is None else note.number, TRAINING, "" if note is None else note.name,
        "" if note is None else note.note, facts.made_at, facts.spec, facts.folder, device=facts.device,
        train_seconds=facts.seconds,
    )  # fmt: skip


def texts_of(rows: Sequence[Row], versus: Mapping[str, str]) -> list[tuple[str, ...]]:
    """What stands in the cells of every row.

    Args:
        versus: what is said of each row against the chosen one, by its key.
    """
    several = _differing([flat(row.result) for row in rows if row.result.spec is not None])
    return [
        (
            row.title, accuracy_of(row.result), versus.get(row.key, ""), method_of(row.result),
            settings_of(row.result, several), context_in_words(row.result.context),
            say("{count:,}", count=row.result.labels) if row.has_map else "", seconds_of(row.result),
            moment_in_words(row.result.made_at) if row.result.made_at else "", row.result.note,
        )
        for row in rows
    ]  # fmt: skip


def sort_keys(row: Row, texts: Sequence[str]) -> tuple[Any, ...]:
    """By what the cells of a row are sorted."""
    found = row.result
    oa = -1.0 if found.accuracy is None else found.accuracy.oa
    seconds = (found.train_seconds or 0.0) + (found.map_seconds or 0.0)
    keys: list[Any] = [text.casefold() for text in texts]
    for column, value in ((LABELS, found.labels), (SECONDS, seconds), (ACCURACY, oa), (DATE, found.made_at)):
        keys[column] = float(value)
    return tuple(keys)


def method_of(found: KeptResult) -> str:
    """The title of its method; its name where the program does not know it."""
    if found.spec is None:
        return found.made_by or ("" if found.kind in (MAP, TRAINING) else found.kind)
    try:
        return method(found.spec.method).title
    except HsiError:  # of a version or a package that is not there
        return found.spec.method


def flat(found: KeptResult) -> dict[str, str]:
    """All that was set for training and map, in words."""
    values: dict[str, str] = {}
    if found.spec is not None:
        spec = found.spec
        values = {"preset": spec.preset, "seed": say("seed {seed}", seed=spec.seed)}
        others = {"epochs": spec.epochs, "patience": spec.patience, **spec.settings}
        values |= {name: f"{name} {told(value)}" for name, value in others.items() if value is not None}
    if found.map_spec is not None:
        drawn = found.map_spec
        values["smooth"] = say("smoothed {sigma:g} px", sigma=drawn.smooth) if drawn.smooth else ""
        values["edges"] = "" if drawn.edges is None else say("in fields {edges:g} ×", edges=drawn.edges)
        values["context"] = say("context {name}", name=context_in_words(drawn.context)) if drawn.context else ""
    return values


def settings_of(found: KeptResult, several: set[str]) -> str:
    """Preset and seed, what the user set, and what is not the same in all rows."""
    values = flat(found)
    own = set() if found.spec is None else set(found.spec.settings)
    named = [name for name in values if name in _OWN or name in own or name in several]
    return ", ".join(values[name] for name in named if values[name])


def seconds_of(found: KeptResult) -> str:
    """Of the training and of what came after it."""
    parts = [_seconds(value) for value in (found.train_seconds, found.map_seconds) if value is not None]
    return " + ".join(parts)


def accuracy_of(found: KeptResult) -> str:
    """Overall accuracy in per cent with its interval."""
    accuracy = found.accuracy
    if accuracy is None or math.isnan(accuracy.oa):
        return say("not measured") if found.map is not None else ""
    bounds = wilson(sum(accuracy.right), accuracy.n_test)
    return say("{oa:.1f} ({low:.1f}–{high:.1f})", oa=100 * accuracy.oa, low=100 * bounds.low, high=100 * bounds.high)


def versus_in_words(test: McNemar) -> str:
    """A difference to the chosen row: "+1.2 (0.4 to 2.0), p 0.004"."""
    p = say("p < 0.0001") if test.p < 0.0001 else say("p {p:.4f}", p=test.p)
    return say(
        "{difference:+.1f} ({low:.1f} to {high:.1f}), {p}",
        difference=100 * test.difference, low=100 * test.interval.low, high=100 * test.interval.high, p=p,
    )  # fmt: skip


def _differing(all_values: Sequence[Mapping[str, str]]) -> set[str]:
    """What is not the same in all rows."""
    names = {name for values in all_values for name in values}
    return {name for name in names if len({values.get(name, "") for values in all_values}) > 1}


def _seconds(value: float) -> str:
    return say("{value:.1f}", value=value) if value < 10 else say("{value:,.0f}", value=value)
