"""How right a map is on what it is measured on where it was made, and what the report says of that."""

from __future__ import annotations

import dataclasses

from hsigui.cube.masked import scene_of
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.files import Grid
from hsigui.labels.matching import is_default, pixel_counts
from hsigui.pipeline import provenance
from hsigui.pipeline import split as splits
from hsigui.pipeline.choosers import choosing_labels
from hsigui.pipeline.evaluation import Evaluation
from hsigui.pipeline.finished_record import measured_after
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.repeating import command_lines
from hsigui.pipeline.report_context import report_context
from hsigui.pipeline.result import Result
from hsigui.pipeline.scoring import Scored
from hsigui.pipeline.values import LabelPaths
from hsigui.report.context import ClassMatch, SplitFacts
from hsigui.report.reliability import reliability
from hsigui.texts import say

BY_HAND = say("painted or opened in the window")
NO_COMMANDS = say("The labels are in no file, so no command line repeats this: export the labels, too.")
NO_FILE = say("The spectra that stand for the classes are in no single file, so no command line repeats this.")
OTHER_BANDS = say(
    "The bands of the scene were changed in the window; the command lines read them as the file has them."
)
NO_FIGURES = say("There is no accuracy to report.")


def evaluate_result(
    result: Result, record: Provenance, files: LabelPaths, ctx: Context, notes: tuple[str, ...] = ()
) -> Evaluation:
    """How right a map is on what it is measured on in the window, in the map's own classes.

    Args:
        record: of the map.
        files: of its labels.
        notes: further sentences.

    Raises:
        HsiError: there is nothing to measure it on.
    """
    measured = result.measured()
    if measured is None:
        raise HsiError(NO_FIGURES, say("Load ground truth (File menu), or paint validation labels (V), first."))
    grid = Grid(result.cube.rows, result.cube.cols, result.cube.geo)
    masked, lost = provenance.masked_out(record, grid)
    facts = _own_facts(result, splits.facts(result.train_pixels, result.test_pixels, record, result.draw, masked))
    chose = choosing_labels(record, result.test_pixels, result.train_pixels, grid)
    facts = dataclasses.replace(facts, chosen_by=chose)
    if (made := result.finishing) is not None:
        after = tuple(done.told for done in made.steps)
        facts = dataclasses.replace(facts, after=after, painted=result.painted_tested)
        notes = (*notes, *measured_after(after, result.painted_tested))
    commands = command_lines(result, record, files, score=True)
    said = [_reference_note(result), *lost, *notes]
    plain = result.plain or result.cube
    said += (
        [NO_COMMANDS if result.nearest is None else NO_FILE]
        if not commands
        else [OTHER_BANDS]
        if scene_of(result.cube) is not plain
        else []
    )
    hashes = {"map": provenance.raster_hash(result.array), "reference": provenance.raster_hash(result.tested)}
    sure = result.own_confidence
    relied = None if sure is None else reliability(sure, result.array, result.test_pixels, result.classes)
    scored = Scored(
        result.cube.name, result.cube.name, result.array, result.classes, result.classes, result.cube.geo,
        result.tested, result.train_pixels, result.test_pixels, hashes, measured, record, result.draw, masked, facts,
        _own_matches(result), reliability=relied,
    )  # fmt: skip
    context = report_context(
        [scored], say("{name}: classification report", name=result.cube.name), commands, tuple(said)
    )
    return Evaluation(measured, context, (scored,), result.cube)


def _own_facts(result: Result, facts: SplitFacts) -> SplitFacts:
    """The facts of the split with what is known of the reference of a map that was not read from a file."""
    found = dataclasses.replace(facts, kind=facts.kind or BY_HAND, tested_on=result.measured_on)
    if result.draw is not None and result.test is not None and result.test.is_rest and result.test.is_truth:
        return found
    # Nobody drew these test pixels: no guard band was asked for, and what is not tested is to be seen from them alone.
    trained, tested = (pixel_counts(part) for part in (result.train_pixels, result.test_pixels))
    names = tuple(result.classes.get(number).name for number in trained if number not in tested)
    return dataclasses.replace(found, guard=None, not_tested=names)


def _reference_note(result: Result) -> str:
    if result.test is not None and not result.test.is_truth:
        return say(
            "Reference: {measured_on}; the map was never trained on them. They are no ground truth that was "
            "measured apart from this scene.",
            measured_on=result.measured_on,
        )
    return say("Reference: {measured_on}.", measured_on=result.measured_on)


def _own_matches(result: Result) -> tuple[ClassMatch, ...]:
    """Which class of the map is which of the reference: they share numbers and names since the reference was loaded."""
    tested, mapped = pixel_counts(result.tested), pixel_counts(result.array)
    by_user = result.test is not None and result.test.is_truth and result.test.matched_by_user
    found = []
    for info in result.classes.merged_with({*tested, *mapped}):
        if info.number in tested or info.number in mapped:
            how = "asked" if by_user else "number" if is_default(info) else "name"
            how = how if info.number in tested else "new"
            found.append(ClassMatch(info.number, info.name, info.number, info.name, how))
    return tuple(found)
