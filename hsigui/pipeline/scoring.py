"""One map and what it is scored on, from files or as it was just made, all in the classes of the reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.finishing.finished_map import FinishedMap
from hsigui.labels.background import NONE, OF_MASKS, Background
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, Grid, read_classes
from hsigui.labels.matching import is_default, match_classes, pixel_counts
from hsigui.labels.place import RESAMPLE, Misplaced, fitted, resampled
from hsigui.labels.shapes import crs_name, transformed
from hsigui.pipeline import layers, provenance
from hsigui.pipeline import split as splits
from hsigui.pipeline.choosers import choosing_labels
from hsigui.pipeline.evaluate import evaluate, match_labels, match_map
from hsigui.pipeline.finished_record import (
    finished_of,
    in_finished_classes,
    measured_after,
    without_painted,
)
from hsigui.pipeline.map_confidence import confidence_of
from hsigui.pipeline.matched_record import valid_of
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.repeating import command_lines
from hsigui.pipeline.result import Result
from hsigui.pipeline.split import SplitRecord
from hsigui.report.context import ClassMatch, SplitFacts
from hsigui.report.metrics import Accuracy
from hsigui.report.reliability import Reliability, reliability
from hsigui.texts import say, say_number

NAMED = 6  # classes in a sentence
_UNKNOWN = say("the test may hold pixels that the map was trained on; name them with --labels")


@dataclass(frozen=True, eq=False)
class MadeMap:
    """A map as it is to be scored, in its own classes.

    Attributes:
        name, path: in words; the path is the name where it is in no file.
        labels: that it was trained on; None where they are not known.
        valid: rows x cols, False where the scene has no data; None where that is not known.
        record, drawn: how the map came to be, and how its labels were drawn, where that is known.
        notes: what to say of it.
        confidence: rows x cols, the probability of each pixel's class; None where it is not known.
        commands: command lines that make it again; none where they are not known.
        finished: the map with the steps that were done on the model's answer; None where there were none.
    """

    name: str
    path: str
    raster: ClassRaster
    labels: ClassRaster | None = None
    record: Provenance | None = None
    drawn: SplitRecord | None = None
    notes: tuple[str, ...] = ()
    valid: NDArray[np.bool_] | None = None
    confidence: NDArray[np.float32] | None = None
    commands: tuple[str, ...] = ()
    finished: FinishedMap | None = None

    @property
    def grid(self) -> Grid:
        """Its pixels."""
        return _grid(self.raster)


@dataclass(frozen=True, eq=False)
class Scored:
    """One map with what it is scored on, all in the classes of the truth.

    Attributes:
        array: the map; `train`, what it was trained on (None: not known); `test`, the reference without those pixels,
            and without those that have no data.
        reference: classes of the truth alone.
        truth: the reference, rows x cols, training pixels included.
        hashes: of the map, the reference and, where they are known, the training labels.
        measured: how right it is.
        record, drawn: how the map came to be, and how its labels were drawn, where that is known.
        masked: pixels that pretraining did not see, where some were masked out and the mask is still there.
        facts: how training and test pixels lie to each other.
        background: what of the reference's file was read as no label, where that is known.
        reliability: whether the map is as often right as it says; None where its confidence is not known.
        commands: command lines that make the map again; none where they are not known.
        finished: the map with the steps that were done on the model's answer; None where there were none.
    """

    name: str
    path: str
    array: NDArray[np.uint16]
    classes: ClassTable
    reference: ClassTable
    geo: Geo
    truth: NDArray[np.uint16]
    train: NDArray[np.uint16] | None
    test: NDArray[np.uint16]
    hashes: Mapping[str, str]
    measured: Accuracy
    record: Provenance | None
    drawn: SplitRecord | None
    masked: NDArray[np.bool_] | None
    facts: SplitFacts
    matches: tuple[ClassMatch, ...]
    notes: tuple[str, ...] = ()
    background: Background | None = None
    reliability: Reliability | None = None
    commands: tuple[str, ...] = ()
    finished: FinishedMap | None = None


@dataclass(frozen=True)
class HowRead:
    """How files of maps, reference and training labels are read, where they leave it open.

    Attributes:
        map_variable, truth_variable, labels_variable: name of the array, where a file holds several.
        map_background, truth_background, labels_background: numbers that mean no label; see `read_classes`.
        truth_buffer, labels_buffer: distance within which points and lines label; likewise.
    """

    map_variable: str | None = None
    truth_variable: str | None = None
    labels_variable: str | None = None
    map_background: str | float | None = None
    truth_background: str | float | None = None
    labels_background: str | float | None = None
    truth_buffer: str | float | None = None
    labels_buffer: str | float | None = None


AS_THEY_SAY = HowRead()


def read_map(path: Path, labels: Path | None = None, as_read: HowRead = AS_THEY_SAY) -> MadeMap:
    """A map from its file, with the record beside it and the labels that it was trained on.

    Args:
        labels: their file; None for the one that the record names.
        as_read: how they are read, where they leave it open.

    Raises:
        HsiError: a file cannot be read.
    """
    raster = read_classes(path, variable=as_read.map_variable, background=as_read.map_background)
    record = provenance.load(path, raster.array)
    found, drawn, notes = _training_labels(labels, record, _grid(raster), as_read)
    notes += tuple(say("{name}: {note}", name=path.name, note=reason) for reason in _reasons(raster))
    # A map of ours tells where its scene has no data; of another program's it is not known why a pixel has no class.
    valid = valid_of(record, raster.array)
    sure, more = confidence_of(record, raster)
    commands = layers.commands_of(path, raster.array) if record is None else record.commands
    made = None
    if record is not None and record.finishing:
        made, _ = finished_of(record, raster)
    return MadeMap(path.name, str(path), raster, found, record, drawn, (*notes, *more), valid, sure, commands, made)


def made_map(result: Result) -> MadeMap:
    """A map that was just made."""
    name = say("the map of {name}", name=result.cube.name)
    raster = ClassRaster(result.array, result.classes, result.cube.geo)
    files = result.label_files()
    record = result.record(files)
    record = dataclasses.replace(record, commands=command_lines(result, record, files))
    if result.labels is None:  # a kept classifier may have been fitted to labels of this very scene
        labels, drawn, notes = _training_labels(None, record, _grid(raster))
        sure = result.own_confidence
        return MadeMap(
            name, name, raster, labels, record, drawn, notes, result.valid, sure, record.commands, result.finishing
        )
    return MadeMap(
        name, name, raster, result.labels, record, result.draw, valid=result.valid, confidence=result.own_confidence,
        commands=record.commands, finished=result.finishing,
    )  # fmt: skip


def in_numbers_of(
    of_truth: Background | None, made: MadeMap, path: Path, labels: Path | None, as_read: HowRead
) -> MadeMap:
    """The map of a file; read again where 0 is a class of the reference, and stands in a map of another program that
    says nothing of its own 0.

    Args:
        of_truth: what of the reference was read as no label.

    Raises:
        HsiError: a file cannot be read.
    """
    if not zero_means_more(made, of_truth):
        return made
    made = read_map(path, labels, dataclasses.replace(as_read, map_background=NONE))
    said = say("0 is a class of the reference: so it is of {name}.", name=path.name)
    return dataclasses.replace(made, notes=(*made.notes, said))


def zero_means_more(made: MadeMap, of_truth: Background | None) -> bool:
    """Whether the 0 of a map is a class because that of the reference is one."""
    ground = made.raster.background
    if of_truth is None or not of_truth.zero_is_class or made.record is not None or ground is None:
        return False
    plain = not (ground.chosen or ground.zero_is_class or ground.reasons) and made.raster.nodata is None
    return plain and (ground.counts or {}).get(0.0, 0) > 0 and all(is_default(c) for c in made.raster.classes)


def score(
    made: MadeMap, truth: ClassRaster, *, table: ClassTable | None = None, match: Mapping[str, str] | None = None,
    resample: bool = False,
) -> Scored:  # fmt: skip
    """Scores a map on the labelled pixels of a truth that were not trained on.

    Args:
        truth: on the same pixels, unless `resample`.
        table: classes that figures are to be in; None for those of the truth.
        match: name or number of a class of the map -> of the truth, where names differ.
        resample: whether a map of other pixels is read at the place of each pixel of the truth.

    Raises:
        HsiError: the two lie on other pixels, no class of the map is one of the truth, or no test pixel is left.
    """
    predicted, grid, finished = made.raster, made.grid, made.finished
    of_truth = provenance.raster_hash(truth.array)
    own: tuple[str, ...] = ()
    if finished is not None:
        truth, own = in_finished_classes(truth, finished)
    if table is not None:  # figures of draws are put together by number, which must mean the same in all of them
        same = match_classes(truth.array, truth.classes, table)
        truth = dataclasses.replace(truth, array=same.array, classes=same.classes)
    notes = made.notes + own + tuple(say("Reference: {note}", note=reason) for reason in _reasons(truth))
    masked, unmasked = provenance.masked_out(made.record, grid)
    placed = placed_on(predicted, truth, say("classes of the map"), resample)
    reference = truth.array
    if placed is not predicted:
        grid = _grid(truth)
        reference, more = covered(reference, predicted, grid)
        notes += more
        if masked is not None:
            masked = resampled(dataclasses.replace(predicted, array=masked.astype(np.uint16)), grid).array != 0
    reference, painted = without_painted(reference, painted_on(made, None if placed is predicted else grid))
    # Numbers alone mean nothing between two files: classes of one name are one class.
    matched, matches = match_map(placed.array, predicted.classes, truth.classes, match)
    notes += unmatched(made.name, matches, truth.classes)
    if renamed := [m for m in matches if m.number != m.to_number and m.how == "name"]:
        notes += (
            say("The map's classes were matched to the truth's by name ({count} renumbered).", count=len(renamed)),
        )
    train, valid = None, made.valid
    if valid is not None and placed is not predicted:
        valid = resampled(dataclasses.replace(predicted, array=valid.astype(np.uint16)), grid).array != 0
    hashes = {"map": provenance.raster_hash(predicted.array), "reference": of_truth}
    if made.labels is not None:
        hashes["labels"] = provenance.raster_hash(made.labels.array)
        labels = trained_on(made.labels, truth, say("training labels"), resample)
        if finished is not None:
            labels, _ = in_finished_classes(labels, finished)
        train = match_labels(labels.array, labels.classes, matches, truth.classes, matched.classes)
    test = tested(reference, train, valid)
    measured = evaluate(matched.array, reference, matched.classes, train, valid)
    facts = splits.facts(train, test, made.record, made.drawn, masked)
    facts = dataclasses.replace(facts, chosen_by=choosing_labels(made.record, test, train, grid))
    if finished is not None:
        after = tuple(done.told for done in finished.steps)
        notes += measured_after(after, painted)
        facts = dataclasses.replace(facts, after=after, painted=painted)
    relied = None
    if made.confidence is not None and placed is predicted:
        relied = reliability(made.confidence, matched.array, test, matched.classes)
    return Scored(
        made.name, made.path, matched.array, matched.classes, truth.classes, grid.geo, reference, train, test, hashes,
        measured, made.record, made.drawn, masked, facts, matches, (*notes, *unmasked), truth.background, relied,
        made.commands, finished,
    )  # fmt: skip


def painted_on(made: MadeMap, grid: Grid | None) -> NDArray[np.bool_] | None:
    """The pixels of a map that a hand has painted, rows x cols; None where none has. On other pixels where a grid is
    given."""
    if made.finished is None or made.finished.painted is None or grid is None:
        return None if made.finished is None else made.finished.painted
    marked = made.finished.painted.astype(np.uint16)
    return np.asarray(resampled(dataclasses.replace(made.raster, array=marked), grid).array != 0)


def tested(
    reference: NDArray[np.uint16], train: NDArray[np.integer] | None, valid: NDArray[np.bool_] | None
) -> NDArray[np.uint16]:
    """The reference without the pixels that were trained on (class numbers) and those without data (False). Rows x
    cols, all of them; None leaves none out."""
    test = reference if train is None else np.where(train != 0, 0, reference)
    return (test if valid is None else np.where(valid, test, 0)).astype(np.uint16)


def placed_on(raster: ClassRaster, truth: ClassRaster, what: str, resample: bool) -> ClassRaster:
    """A raster on the pixels of the reference: as it is, or by nearest neighbour where that is asked for.

    Raises:
        HsiError: it lies on other pixels, and is not to be resampled or cannot be.
    """
    grid = _grid(truth)
    try:
        return fitted(raster, grid, what)
    except Misplaced as error:
        if RESAMPLE not in error.remedies:
            raise
        if resample:
            return resampled(raster, grid)
        hint = say("Add --resample to take for each pixel of the reference the class at its place.")
        raise HsiError(error.message, hint) from None


def trained_on(labels: ClassRaster, truth: ClassRaster, what: str, resample: bool) -> ClassRaster:
    """Training labels on the pixels of the reference. Resampled, a coarser pixel that holds a label anywhere is one:
    the nearest neighbour of its centre would lose most of few labels, and test where was trained.

    Raises:
        HsiError: as `placed_on`.
    """
    placed = placed_on(labels, truth, what, resample)
    if placed is labels:
        return labels
    grid = _grid(truth)
    rows, cols = np.nonzero(labels.array)
    centres = np.stack([cols, rows], axis=1).astype(np.float64) + 0.5
    points = _grid(labels).to_map(centres)
    if crs_name(labels.geo.crs_wkt) and crs_name(truth.geo.crs_wkt):
        points = transformed(points, str(labels.geo.crs_wkt), str(truth.geo.crs_wkt), what)
    x, y = np.floor(grid.to_pixels(points)).astype(np.int64).T
    inside = (x >= 0) & (x < grid.cols) & (y >= 0) & (y < grid.rows)
    array = placed.array.copy()
    array[y[inside], x[inside]] = labels.array[rows[inside], cols[inside]]
    return dataclasses.replace(placed, array=array)


def covered(
    reference: NDArray[np.uint16], predicted: ClassRaster, grid: Grid
) -> tuple[NDArray[np.uint16], tuple[str, ...]]:
    """The reference where a map of other pixels lies, and what to say of it. Rows x cols of the reference, in and
    out; 0 outside of the map."""
    inside = resampled(dataclasses.replace(predicted, array=np.ones_like(predicted.array)), grid).array != 0
    size = " x ".join(map(str, predicted.array.shape))
    notes = [
        say("The map ({size} pixels) was resampled to the pixels of the reference by nearest neighbour.", size=size)
    ]
    if outside := int(np.count_nonzero(reference[~inside])):
        notes.append(
            say(
                "{outside} labelled pixels of the reference lie outside of the map and are not tested.", outside=outside
            )
        )
    return np.where(inside, reference, 0).astype(np.uint16), tuple(notes)


def unmatched(name: str, matches: tuple[ClassMatch, ...], reference: ClassTable) -> tuple[str, ...]:
    """What to say of classes of the map that the reference does not have.

    Raises:
        HsiError: no class of the map is one of the reference.
    """
    new = [match.name for match in matches if match.how == "new"]
    if new and not any(match.how != "new" for match in matches if match.to_number):
        known = [info.name for info in reference]
        raise HsiError(
            say(
                "No class of {name} ({listed}) is one of the reference ({listed_known}).",
                name=name,
                listed=_listed(new),
                listed_known=_listed(known),
            ),
            say(
                "Say which is which: --match '{first_new}={first_known},...'.",
                first_new=new[0],
                first_known=known[0] if known else say("NAME"),
            ),
        )
    if not new:
        return ()
    which = say_number(
        "{first_new} is a class", "{listed} are classes", len(new), first_new=new[0], listed=_listed(new)
    )
    return (say("{which} of the map that the reference does not have: each test pixel given to it is an error. "
                "If it has another name there, say so with --match.", which=which),)  # fmt: skip


def also_asked(match: Mapping[str, str] | None, other: ClassRaster) -> dict[str, str]:
    """Of the pairs asked for, those that a second map has a class for; its own name says more than the number of one of
    the first."""
    names = {info.name.casefold() for info in other.classes}
    numbers = {str(info.number) for info in other.classes if is_default(info)} | {
        str(number) for number in pixel_counts(other.array) if number not in other.classes
    }
    return {a: b for a, b in (match or {}).items() if a.casefold() in names or a in numbers}


def _training_labels(
    given: Path | None, record: Provenance | None, grid: Grid, as_read: HowRead = AS_THEY_SAY
) -> tuple[ClassRaster | None, SplitRecord | None, tuple[str, ...]]:
    """The labels that a map was trained on, from their file or from the map's own record, and what to say of them."""
    if given is not None:
        labels = read_classes(
            given, variable=as_read.labels_variable, grid=grid, background=as_read.labels_background,
            buffer=as_read.labels_buffer,
        )  # fmt: skip
        said = (say("{name}: {note}", name=given.name, note=reason) for reason in _reasons(labels))
        return labels, splits.load(given, labels.array), tuple(said)
    if record is not None and record.matching and not record.labels:
        return None, None, (say("The map was made by spectra, without a label of the scene."),)
    if record is None or not record.labels:
        return None, None, (say("It is not known which pixels the map was trained on: {unknown}.", unknown=_UNKNOWN),)
    path = Path(record.labels)
    # Maps of earlier versions were trained on labels in which 0 never was a class.
    for background in (record.labels_background or None, OF_MASKS) if path.exists() else ():
        try:
            labels = read_classes(
                path, variable=record.labels_variable or None, grid=grid, background=background,
                buffer=record.labels_buffer or None,
            )  # fmt: skip
        except HsiError:
            if background == OF_MASKS:
                continue
            raise
        if provenance.raster_hash(labels.array) == record.labels_sha256:
            return labels, splits.load(path, labels.array), ()
    return (
        None,
        None,
        (say("The training labels {name} have moved or changed: {unknown}.", name=path.name, unknown=_UNKNOWN),),
    )


def _reasons(raster: ClassRaster) -> tuple[str, ...]:
    """What was read as no label, where that is not plain."""
    return () if raster.background is None else raster.background.reasons


def _grid(raster: ClassRaster) -> Grid:
    return Grid(raster.array.shape[0], raster.array.shape[1], raster.geo)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (say(" and {count} more", count=len(names) - NAMED) if len(names) > NAMED else "")
