"""What is exported: the map of the window with all that is known of it, and the same in words for a report."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.document.samples import Sample
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.matching import is_default, pixel_counts
from hsigui.specs import MapSpec
from hsigui.storage import imports
from hsigui.ui.desk.session import GROUND_TRUTH, VALIDATION_LABELS, Reference, Session, Truth

if TYPE_CHECKING:
    from hsigui.pipeline.provenance import Provenance
    from hsigui.pipeline.split import SplitRecord
    from hsigui.report.context import ClassMatch, ReportContext, SplitFacts
    from hsigui.report.metrics import Accuracy

BY_HAND = "painted or opened in the window"
CHANGED = "then changed in the window"
NO_COMMANDS = "The labels are in no file, so no command line repeats this: export the labels, too."
OTHER_BANDS = "The bands of the scene were changed in the window; the command lines read them as the file has them."


@dataclass(frozen=True)
class Exported:
    """Everything that is written, as it was when Export was pressed. All class numbers are those of `classes`.

    Attributes:
        array: the map; `drawn`, how it was drawn; `trained_on`, the labels that it was made from.
        sample: what those labels began with, where they were drawn from the truth; `rest`, whether the reference is
            what that sample leaves for testing.
        labels_files: files that may hold the labels, or the record of their draw.
        seconds: of the steps after pretraining.
        run_folder: where the run is kept, None if nowhere.
    """

    cube: Cube
    plain: Cube
    array: NDArray[np.uint16]
    classes: ClassTable
    trained_on: NDArray[np.uint16]
    drawn: MapSpec
    encoder: Any
    features: Any
    probe: Any
    reference: Reference | None = None
    truth: Truth | None = None
    sample: Sample | None = None
    rest: bool = False
    labels_files: tuple[Path, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    run_folder: Path | None = None

    @classmethod
    def of(cls, session: Session) -> Exported | None:
        """What the window shows now; None without a map."""
        cube, class_map, reference = session.cube, session.class_map, session.reference
        if cube is None or class_map is None or session.trained_on is None:
            return None
        if reference is not None:
            reference = dataclasses.replace(reference, array=reference.array.copy())
        files = (session.labels_path, session.labels_source)
        return cls(
            cube, session.plain or cube, class_map.classes, session.classes, session.trained_on,
            session.map_spec or session.drawn, session.encoder, session.features, session.probe, reference,
            session.truth, session.map_sample, session.sample is session.map_sample,
            tuple(path for path in files if path is not None), session.seconds, session.run_folder,
        )  # fmt: skip

    @cached_property
    def tested(self) -> NDArray[np.uint16]:
        """What the map is measured on, the pixels that it was made from included; 0 where the scene has no data."""
        known = np.zeros_like(self.array) if self.reference is None else self.reference.array
        return np.where(self.features.valid, known, 0).astype(np.uint16)

    @property
    def test(self) -> NDArray[np.uint16]:
        """What the map is measured on without the pixels that it was made from."""
        return np.where(self.trained_on > 0, 0, self.tested).astype(np.uint16)

    def measured(self) -> Accuracy | None:
        """How right the map is; None where there is nothing to measure it on."""
        from hsigui.pipeline.evaluate import evaluate

        return evaluate(self.array, self.tested, self.classes, self.trained_on) if self.test.any() else None

    @cached_property
    def drawn_truth(self) -> NDArray[np.uint16] | None:
        """The truth that the labels were drawn from, where they are still those that were drawn from it."""
        from hsigui.pipeline.provenance import raster_hash

        if self.sample is None or self.truth is None:
            return None
        record = self.sample.record
        unchanged = record.labels_sha256 == raster_hash(self.trained_on)
        if not unchanged or record.truth_sha256 != raster_hash(self.truth.array):
            return None
        return np.where(self.features.valid, self.truth.array, 0).astype(np.uint16)

    @cached_property
    def draw(self) -> SplitRecord | None:
        """How the labels were drawn; None where they were not, or where that is not known."""
        from hsigui.pipeline import split
        from hsigui.pipeline.provenance import raster_hash

        if self.sample is not None:
            record, now = self.sample.record, raster_hash(self.trained_on)
            if record.labels_sha256 == now:
                return record
            return dataclasses.replace(record, kind=f"{record.kind}; {CHANGED}", labels_sha256=now)
        found = (split.load(path, self.trained_on) for path in self.labels_files)
        return next((record for record in found if record is not None), None)

    @property
    def measured_on(self) -> str:
        """What the reference is, in words."""
        if self.reference is None:
            return "nothing"
        if self.reference.kind == VALIDATION_LABELS:
            return f"{VALIDATION_LABELS}, painted or opened in the window"
        name = self.reference.name
        return name if GROUND_TRUTH in name else f"{GROUND_TRUTH} {name}"


@dataclass(frozen=True)
class LabelFiles:
    """Files of the labels behind a map; None for what is in no file.

    Attributes:
        labels: what the map was made from.
        reference: what it was measured on.
        truth: what the labels were drawn from.
    """

    labels: Path | None = None
    reference: Path | None = None
    truth: Path | None = None


def saved_labels(what: Exported) -> LabelFiles:
    """The file of the user that holds the labels of the map, where there is one."""
    from hsigui.pipeline.provenance import raster_hash

    grid = Grid(what.cube.rows, what.cube.cols, what.cube.geo)
    for path in what.labels_files:
        try:
            held = read_classes(path, grid=grid).array
        except HsiError:  # moved, or a file of several arrays: then it is not known to hold them
            continue
        if raster_hash(held) == raster_hash(what.trained_on):
            return LabelFiles(labels=path)
    return LabelFiles()


def record_of(what: Exported, files: LabelFiles) -> Provenance:
    """How the map came to be, but for the command lines."""
    from hsigui.pipeline import provenance

    labels = None if files.labels is None else (files.labels, what.trained_on)
    record = provenance.describe_run(
        what.cube, what.encoder, what.encoder.recipe.probe, what.drawn, seconds=what.seconds, labels=labels,
        refinement=what.probe.refinement,
    )  # fmt: skip
    return dataclasses.replace(record, labels_sha256=provenance.raster_hash(what.trained_on))


def command_lines(
    what: Exported, record: Provenance, files: LabelFiles, *, majority: int = 0, sieve: int = 0, score: bool = False
) -> tuple[str, ...]:
    """Command lines that make the map again, and with `score` measure it; none where its labels are in no file."""
    from hsigui.pipeline import command_lines as lines

    if files.labels is None:
        return ()
    path, drawn_from, labels = what.cube.path, files.truth, str(files.labels.resolve())
    choice = imports.recall(path) if path is not None else None
    scene = lines.Scene(path, choice, what.cube.info.variable)
    found = [] if path is not None else [lines.demo()]
    run: str | Path = lines.RUN
    if drawn_from is not None and what.sample is not None:
        found.append(lines.sample(what.sample.spec, drawn_from))
        labels = lines.LABELS
    elif what.draw is not None and what.draw.command:
        found.append(what.draw.command)
    if what.run_folder is not None and (
        what.encoder.command or what.encoder.scene.get("fingerprint") != record.hashes["cube"]
    ):
        run = what.run_folder.resolve()
        found += [what.encoder.command] if what.encoder.command else []
    else:
        found.append(lines.pretrain(scene, what.encoder.spec))
    device = what.encoder.spec.device
    found.append(lines.classify(scene, labels, what.drawn, run=run, device=device, majority=majority, sieve=sieve))
    if score and files.reference is not None:
        found.append(lines.evaluate(files.reference.resolve()))
    return tuple(found)


def report_of(
    what: Exported, record: Provenance, files: LabelFiles, check: Callable[[], None], notes: tuple[str, ...] = ()
) -> tuple[ReportContext, bytes]:
    """What the report says besides the figures, and the picture of training and test pixels.

    Args:
        check: called now and then; may raise to stop.
        notes: further sentences.
    """
    from hsigui.pipeline import provenance, split
    from hsigui.pipeline.evaluate import class_spectra
    from hsigui.report.maps import legend_rows
    from hsigui.report.split_map import split_png

    masked, lost = provenance.masked_out(record, Grid(what.cube.rows, what.cube.cols, what.cube.geo))
    facts = _facts(what, split.facts(what.trained_on, what.test, record, what.draw, masked))
    commands = command_lines(what, record, files, score=True)
    said = [_reference_note(what), *lost, *notes]
    said += [NO_COMMANDS] if not commands else [OTHER_BANDS] if what.cube is not what.plain else []
    title = f"{what.cube.name}: classification report"
    context = record.context(title, legend_rows(what.array, what.classes), tuple(said))
    seed = None if what.draw is None else what.draw.seed
    hashes = {name: provenance.raster_hash(part) for name, part in (("map", what.array), ("reference", what.tested))}
    whole = dataclasses.replace(
        context,
        commands=commands,
        seeds={**context.seeds, **({} if seed is None else {"draw of labels": seed})},
        hashes={**context.hashes, **hashes},
        transductive=bool(facts.seen),
        split=facts,
        matches=_matches(what),
        spectra=class_spectra(what.cube, what.tested, what.classes, check),
    )
    return whole, split_png(what.trained_on, what.test, masked)


def _facts(what: Exported, facts: SplitFacts) -> SplitFacts:
    """The facts of the split with what the window knows of its reference."""
    found = dataclasses.replace(facts, kind=facts.kind or BY_HAND, tested_on=what.measured_on)
    if what.draw is not None and what.rest and what.reference is not None and what.reference.kind == GROUND_TRUTH:
        return found
    # Nobody drew these test pixels: no guard band was asked for, and what is not tested is to be seen from them alone.
    trained, tested = (pixel_counts(part) for part in (what.trained_on, what.test))
    names = tuple(what.classes.get(number).name for number in trained if number not in tested)
    return dataclasses.replace(found, guard=None, not_tested=names)


def _reference_note(what: Exported) -> str:
    reference = what.reference
    if reference is not None and reference.kind == VALIDATION_LABELS:
        return (
            f"Reference: {what.measured_on}; the map was never trained on them. They are no ground truth that was "
            "measured apart from this scene."
        )
    return f"Reference: {what.measured_on}."


def _matches(what: Exported) -> tuple[ClassMatch, ...]:
    """Which class of the map is which of the reference: they share numbers and names since the reference was loaded."""
    from hsigui.report.context import ClassMatch

    tested, mapped = pixel_counts(what.tested), pixel_counts(what.array)
    truth = what.truth if what.reference is not None and what.reference.kind == GROUND_TRUTH else None
    by_user = truth is not None and truth.matched_by_user
    found = []
    for info in what.classes.merged_with({*tested, *mapped}):
        if info.number in tested or info.number in mapped:
            how = "asked" if by_user else "number" if is_default(info) else "name"
            how = how if info.number in tested else "new"
            found.append(ClassMatch(info.number, info.name, info.number, info.name, how))
    return tuple(found)
