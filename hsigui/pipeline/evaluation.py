"""How right maps are, with all that a report says besides the figures: of one map, of several draws, of one map against
another. Window, commands and API make their reports here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.files import ClassRaster, Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.matching import pixel_counts
from hsigui.pipeline.chain import Chain
from hsigui.pipeline.error_files import write_errors
from hsigui.pipeline.evaluate import class_spectra, compare, match_map
from hsigui.pipeline.finished_record import in_finished_classes, measured_after, without_painted
from hsigui.pipeline.report_context import report_context, summary
from hsigui.pipeline.result import Result
from hsigui.pipeline.scoring import (
    AS_THEY_SAY,
    HowRead,
    Scored,
    also_asked,
    covered,
    in_numbers_of,
    made_map,
    painted_on,
    placed_on,
    read_map,
    score,
    tested,
    trained_on,
    unmatched,
)
from hsigui.report.area import AreaEstimate, area_estimate
from hsigui.report.context import Comparison, ReportContext, Spectra
from hsigui.report.draws import added_up
from hsigui.report.maps import png_bytes
from hsigui.report.metrics import Accuracy, about_untrained
from hsigui.report.split_map import split_png
from hsigui.report.write import write_report
from hsigui.texts import say


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """How right a map is, or the maps of several draws, and what the report says besides.

    Attributes:
        accuracy: the figures; of several draws, added up.
        context: what they belong to: split, matches of classes, areas, draws, comparison, notes.
        scored: each map with what it was scored on.
        cube: the scene, for the spectra of the classes in the report; None where it is not known.
    """

    accuracy: Accuracy
    context: ReportContext
    scored: tuple[Scored, ...]
    cube: Cube | None = None

    @property
    def oa(self) -> float:
        """Overall accuracy, 0 to 1: the correct share of all test pixels."""
        return self.accuracy.oa

    @property
    def aa(self) -> float:
        """Average accuracy, 0 to 1: the mean over the classes of the share found."""
        return self.accuracy.aa

    @property
    def kappa(self) -> float:
        """Agreement beyond chance; 1 is perfect."""
        return self.accuracy.kappa

    def __repr__(self) -> str:
        figures = say(
            "OA {oa:.2f} %, AA {aa:.2f} %, kappa {kappa:.4f}", oa=100 * self.oa, aa=100 * self.aa, kappa=self.kappa
        )
        return f"Evaluation({figures}, on {self.accuracy.n_test} test pixels)"

    def write_errors(self, path: str | Path, *, by_pair: bool = False, command: str = "") -> list[Path]:
        """Writes which test pixels the map has right: 0 not tested, 1 right, 2 wrong; or from 2 on which class is taken
        for which.

        Args:
            path: its suffix chooses the format, one of those of maps.
            command: the command line that writes it, for the record beside it.

        Returns:
            All files written, the one asked for first.

        Raises:
            HsiError: there are several maps, the suffix is unknown, or the file cannot be written.
        """
        if len(self.scored) > 1:
            raise HsiError(
                say("The errors of {count} maps are no map.", count=len(self.scored)), say("Evaluate one map.")
            )
        return write_errors(self.scored[0], Path(path), commands_of(self.scored, command), by_pair=by_pair)

    def write(self, folder: Path, ctx: Context) -> list[Path]:
        """Writes the report (HTML, JSON, CSV) into a folder; the page is the first of the files.

        Raises:
            HsiError: the folder cannot be written.
        """
        first, context = self.scored[0], self.context
        if context.spectra is None and self.cube is not None:
            context = dataclasses.replace(
                context, spectra=class_spectra(self.cube, first.truth, first.classes, ctx.check)
            )
        picture = png_bytes(first.array, first.classes)
        split = split_png(first.train, first.test, first.masked)
        return write_report(folder, self.accuracy, context=context, map_png=picture, split_png=split)


@dataclass(frozen=True)
class Asked:
    """How maps are to be evaluated.

    Attributes:
        match: name or number of a class of the maps -> of the truth, where names differ.
        resample: whether maps of other pixels are read at the place of each pixel of the truth.
        against: other maps, one for all or one a map, tested on the same pixels.
        design: "stratified" (in each class of the map) or "random": the test pixels are such a sample, and areas are
            estimated; empty for neither.
        cube: the scene, for the spectra of the classes; None for that of the map's record, and only with `spectra`.
        command: the command line that evaluates.
    """

    match: Mapping[str, str] | None = None
    resample: bool = False
    against: Sequence[Path] = ()
    design: str = ""
    cube: Cube | None = None
    spectra: bool = False
    command: str = ""


def evaluate_maps(
    maps: Sequence[Result | Path], truths: Sequence[ClassRaster | Path], labels: Sequence[Path | None], asked: Asked,
    ctx: Context, *, as_read: HowRead = AS_THEY_SAY,
) -> Evaluation:  # fmt: skip
    """Scores maps on the labelled pixels of a truth that were not trained on; several are draws of one experiment.

    Args:
        truths: one a map.
        labels: files of the training labels, one a map; None for those that the map's record names.
        as_read: how the files are read, where they leave it open.

    Raises:
        HsiError: a file cannot be read, does not fit the others, or no test pixel is left.
    """
    scored: list[Scored] = []
    for one, truth, given in zip(maps, truths, labels, strict=True):
        made = made_map(one) if isinstance(one, Result) else read_map(one, given, as_read)
        if isinstance(truth, Path):
            truth = read_classes(
                truth, variable=as_read.truth_variable, grid=made.grid, background=as_read.truth_background,
                buffer=as_read.truth_buffer,
            )  # fmt: skip
        if isinstance(one, Path):
            made = in_numbers_of(truth.background, made, one, given, as_read)
        table = scored[0].reference if scored else None
        scored.append(score(made, truth, table=table, match=asked.match, resample=asked.resample))
    measured = added_up([s.measured for s in scored])
    context = _of_maps(scored, measured, asked, ctx)
    cube = maps[0].cube if isinstance(maps[0], Result) else None
    return Evaluation(measured, context, tuple(scored), cube)


def _of_maps(scored: Sequence[Scored], measured: Accuracy, asked: Asked, ctx: Context) -> ReportContext:
    """The same of maps that were scored as they lie in their files, with all that was asked for."""
    first, several = scored[0], len(scored) > 1
    notes = tuple(dict.fromkeys(note for s in scored for note in s.notes))
    if several:  # added up, the draws hide which of them lacked labels
        told = ((s, about_untrained(s.measured)) for s in scored)
        notes += tuple(
            say("{name}, {n_test} test pixels: {text}", name=s.name, n_test=s.measured.n_test, text=text)
            for s, text in told
            if text
        )
    spectra, cube_hash, more = _spectra(asked, first)
    commands = commands_of(scored, asked.command)
    title = (
        say("Accuracy of {count} maps", count=len(scored)) if several else say("Accuracy of {name}", name=first.name)
    )
    context = report_context(scored, title, commands, (*notes, *more), cube_hash)
    area = _area(measured, first, asked.design, several, context) if asked.design else None
    return dataclasses.replace(
        context,
        spectra=spectra,
        area=area,
        draws=summary(scored) if several else None,
        comparison=_comparison(asked, scored, ctx) if asked.against else None,
    )


def commands_of(scored: Sequence[Scored], command: str) -> tuple[str, ...]:
    """The command lines that make the maps again and do what a command does with them, in an empty folder."""
    chain, drawn = Chain(), dict[str, str]()
    for one in scored:
        if made := chain.add(one.commands):
            path = str(Path(one.path).expanduser().resolve())
            drawn[path] = chain.names.get(path, made)
    if command:
        chain.add([command], drawn)
    return tuple(chain.lines)


def _area(measured: Accuracy, first: Scored, design: str, several: bool, context: ReportContext) -> AreaEstimate:
    if several:
        raise HsiError(say("Areas are estimated of one map."), say("Leave out --design, or give one map."))
    mapped = {0: int((first.array == 0).sum())} | pixel_counts(first.array)
    sizes = {number: context.hectares(number, pixels) for number, pixels in mapped.items()}
    known = {number: 10_000 * hectares for number, hectares in sizes.items() if hectares is not None}
    return area_estimate(measured, mapped, design, known or None)


def _comparison(asked: Asked, scored: Sequence[Scored], ctx: Context) -> Comparison:
    """The other maps on the test pixels of these, the training pixels of both left out."""
    arrays: list[NDArray[np.uint16]] = []
    tests: list[NDArray[np.uint16]] = []
    table = scored[0].classes
    for one, path in zip(scored, asked.against, strict=True):
        made = in_numbers_of(one.background, read_map(path), path, None, AS_THEY_SAY)
        other, on = made.raster, ClassRaster(one.truth, one.classes, one.geo)
        own: tuple[str, ...] = ()
        if one.finished is not None:  # a class that was merged is right as the one that it became, on either map
            other, own = in_finished_classes(other, one.finished)
        placed = placed_on(other, on, say("classes of {name}", name=path.name), asked.resample)
        matched, matches = match_map(placed.array, other.classes, one.classes, also_asked(asked.match, other))
        table, labels = matched.classes, made.labels
        if labels is not None:
            labels = trained_on(labels, on, say("training labels of {name}", name=path.name), asked.resample)
        notes = (*made.notes, *own, *unmatched(path.name, matches, one.classes))
        grid = None if placed is other else Grid(one.truth.shape[0], one.truth.shape[1], one.geo)
        test, painted = without_painted(one.test, painted_on(made, grid))
        if made.finished is not None:
            notes += measured_after(tuple(done.told for done in made.finished.steps), painted)
        if grid is not None:
            test, more = covered(test, other, grid)
            notes += more
        for note in notes:
            ctx.warn(f"{path.name}: {note}")
        arrays.append(matched.array)
        seen = None if made.valid is None or grid is not None else made.valid
        tests.append(tested(test, None if labels is None else labels.array, seen))
    several = say(" and {count} more", count=len(scored) - 1) if len(scored) > 1 else ""
    names = scored[0].name + several, asked.against[0].name + several
    if names[0] == names[1]:
        names = scored[0].path + several, str(asked.against[0]) + several
    return compare([s.array for s in scored], arrays, tests, table, names)


def _spectra(asked: Asked, scored: Scored) -> tuple[Spectra | None, dict[str, str], tuple[str, ...]]:
    """The spectra of the reference classes, from the cube that is named or that the map was made of; the hash of the
    one that is named; and what to say."""
    named, record = {}, scored.record
    if asked.cube is not None:
        cube = asked.cube
        require_same_size(scored.truth.shape, (cube.rows, cube.cols), say("classes of the map"))
        named["cube"] = scene_fingerprint(cube)
    elif record is not None and record.cube and Path(record.cube).exists() and asked.spectra:
        try:
            cube = open_cube(record.cube, gaps=False)
        except HsiError as error:
            return None, {}, (say("The spectra of the classes are missing: {message}", message=error.message),)
        if (cube.rows, cube.cols) != scored.truth.shape:
            return None, {}, (say("The scene has other pixels than the reference: no spectra."),)
        if scene_fingerprint(cube) != record.hashes.get("cube"):
            return (
                None,
                {},
                (say("The scene has changed, or is read by other options: no spectra. Name it with --cube."),),
            )
    else:
        return None, {}, ()
    return class_spectra(cube, scored.truth, scored.classes), named, ()
