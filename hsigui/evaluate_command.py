"""`hsigui evaluate`: one map, several draws, or two maps against each other, on labelled pixels."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.commands import check_folder, tell, typed
from hsigui.cube.cube import Geo
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.files import ClassRaster, Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.matching import match_classes, pixel_counts
from hsigui.labels.place import require_same_place
from hsigui.labels.sampling import Split
from hsigui.pipeline import provenance
from hsigui.pipeline import split as splits
from hsigui.pipeline.evaluate import class_spectra, compare, match_map
from hsigui.pipeline.evaluate import evaluate as score
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.split import SplitRecord
from hsigui.report.area import area_estimate
from hsigui.report.context import ClassMatch, Comparison, ReportContext, Spectra, SplitFacts
from hsigui.report.document import evidence
from hsigui.report.draws import Draws, added_up, summarised
from hsigui.report.maps import legend_rows, png_bytes
from hsigui.report.metrics import Accuracy, to_json
from hsigui.report.split_map import split_png
from hsigui.report.write import write_report


@dataclass(frozen=True)
class Draw:
    """One map with what it is scored on, all in the classes of the truth.

    Attributes:
        array: the map; `train`, what it was trained on (None: not known); `test`, the reference without those pixels.
        record, drawn: how the map came to be, and how its labels were drawn, where that is known.
        unmasked: pixels that pretraining did not see, where some were masked out and the mask is still there.
    """

    path: Path
    array: NDArray[np.uint16]
    classes: ClassTable
    geo: Geo
    truth: NDArray[np.uint16]
    truth_sha256: str
    map_sha256: str
    train: NDArray[np.uint16] | None
    measured: Accuracy
    record: Provenance | None
    drawn: SplitRecord | None
    masked: NDArray[np.bool_] | None
    matches: tuple[ClassMatch, ...]
    notes: tuple[str, ...]

    @property
    def test(self) -> NDArray[np.uint16]:
        return self.truth if self.train is None else np.where(self.train != 0, 0, self.truth).astype(np.uint16)


def evaluate(arguments: argparse.Namespace) -> None:
    """Scores maps on the labelled pixels of a truth that were not trained on."""
    if arguments.report:
        check_folder(arguments.report)
    count = len(arguments.map)
    truths = _spread(arguments.truth, count, "truth files")
    labels = _spread(arguments.labels or [None], count, "files of labels")
    draws = [_draw(arguments, *files) for files in zip(arguments.map, truths, labels, strict=True)]
    figures = [draw.measured for draw in draws]
    measured = added_up(figures)
    context = _context(arguments, draws, measured)
    for note in context.notes:
        tell(note)
    if arguments.json:
        told = {**to_json(measured, intervals=context.draws is None), **evidence(context), "notes": [*context.notes]}
        print(json.dumps(told, indent=1))
    else:
        _print(measured, context)
    if arguments.report:
        first = draws[0]
        split = split_png(first.train, first.test, first.masked)
        picture = png_bytes(first.array, first.classes)
        page = write_report(arguments.report, measured, context=context, map_png=picture, split_png=split)[0]
        print(f"Report: {page}", file=sys.stderr if arguments.json else sys.stdout)


def _spread(given: Sequence[Any], count: int, what: str) -> Sequence[Any]:
    """One for all maps, or as many as there are maps."""
    if len(given) not in (1, count):
        raise HsiError(f"There are {count} maps and {len(given)} {what}.", "Give one for all maps, or one for each.")
    return list(given) * count if len(given) == 1 else given


def _draw(arguments: argparse.Namespace, path: Path, truth_path: Path, labels_path: Path | None) -> Draw:
    predicted = read_classes(path)
    shape = predicted.array.shape
    grid = Grid(shape[0], shape[1], predicted.geo)
    truth = read_classes(truth_path, variable=arguments.truth_variable, grid=grid)
    require_same_size(shape, truth.array.shape, "classes of the map")
    require_same_place(truth.geo, predicted.geo, shape, "reference pixels")
    record = provenance.load(path, predicted.array)
    labels, drawn, notes = _training_labels(labels_path, record, grid)
    # Numbers alone mean nothing between two files: classes of one name are one class.
    matched, matches = match_map(predicted.array, predicted.classes, truth.classes, _pairs(arguments.match))
    if matched.renumbered:
        notes += (f"The map's classes were matched to the truth's by name ({len(matched.renumbered)} renumbered).",)
    train = None
    if labels is not None:
        require_same_size(labels.array.shape, shape, "training labels")
        train = match_classes(labels.array, labels.classes, matched.classes).array
    masked, unmasked = _masked(record, grid)
    return Draw(
        path, matched.array, matched.classes, predicted.geo, truth.array, provenance.raster_hash(truth.array),
        provenance.raster_hash(predicted.array), train, score(matched.array, truth.array, matched.classes, train),
        record, drawn, masked, matches, (*notes, *unmasked),
    )  # fmt: skip


def _pairs(text: str | None) -> dict[str, str]:
    """ "corn=Maize,3=Soil" as a mapping.

    Raises:
        HsiError: there is no = in a pair.
    """
    pairs = [word.partition("=") for word in (text or "").split(",") if word.strip()]
    if any(not (a.strip() and sign and b.strip()) for a, sign, b in pairs):
        raise HsiError(
            f"“{text}” names no pairs of classes.", "Write the map's class = the reference's: corn=Maize,3=7."
        )
    return {a.strip(): b.strip() for a, _, b in pairs}


def _training_labels(
    given: Path | None, record: Provenance | None, grid: Grid
) -> tuple[ClassRaster | None, SplitRecord | None, tuple[str, ...]]:
    """The labels that a map was trained on, from the option or from the map's own record, and what to say of them."""
    if given is not None:
        labels = read_classes(given, grid=grid)
        return labels, splits.load(given, labels.array), ()
    unknown = "the test may hold pixels that the map was trained on; name them with --labels"
    if record is None or not record.labels:
        return None, None, (f"It is not known which pixels the map was trained on: {unknown}.",)
    path = Path(record.labels)
    if path.exists():
        labels = read_classes(path, grid=grid)
        if provenance.raster_hash(labels.array) == record.labels_sha256:
            return labels, splits.load(path, labels.array), ()
    return None, None, (f"The training labels {path.name} have moved or changed: {unknown}.",)


def _masked(record: Provenance | None, grid: Grid) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """The pixels that were masked out of pretraining, where there were some."""
    if record is None or not record.masked_out:
        return None, ()
    path = Path(record.masked_out)
    if path.exists():
        mask = read_classes(path, grid=grid).array != 0
        if provenance.raster_hash(mask) == record.masked_out_sha256:
            return mask, ()
    return None, (
        f"Pixels were masked out of pretraining, but {path.name} has moved or changed: whether they are the test "
        "pixels is not known.",
    )  # fmt: skip


def _context(arguments: argparse.Namespace, draws: Sequence[Draw], measured: Accuracy) -> ReportContext:
    """What the report says besides the figures."""
    first = draws[0]
    several = len(draws) > 1
    notes = tuple(dict.fromkeys(note for draw in draws for note in draw.notes))
    record = first.record or Provenance()
    title = f"Accuracy of {len(draws)} maps" if several else f"Accuracy of {first.path.name}"
    context = record.context(title, legend_rows(first.array, first.classes), ())
    spectra, more = _spectra(arguments, first)
    facts = [_split(draw) for draw in draws]
    pixel_area = record.pixel_area_m2 or provenance.pixel_area(first.geo)
    area = None
    if arguments.design:
        if several:
            raise HsiError("Areas are estimated of one map.", "Leave out --design, or give one map.")
        area = area_estimate(measured, {0: int((first.array == 0).sum())} | pixel_counts(first.array), arguments.design)
    hashes = {"map": first.map_sha256, "reference": first.truth_sha256}
    commands = [d.drawn.command for d in draws if d.drawn] + [c for d in draws if d.record for c in d.record.commands]
    return dataclasses.replace(
        context,
        commands=tuple(dict.fromkeys([*filter(None, commands), typed(arguments)])),
        seeds={**context.seeds, **_seeds(draws)},
        hashes={**context.hashes, **hashes},
        transductive=any(fact.seen for fact in facts),
        pixel_area_m2=pixel_area,
        notes=(*notes, *more),
        split=_common(facts),
        matches=first.matches,
        spectra=spectra,
        area=area,
        draws=_summary(draws) if several else None,
        comparison=_comparison(arguments, draws) if arguments.against else None,
    )


def _summary(draws: Sequence[Draw]) -> Draws:
    seeds = [None if draw.drawn is None else draw.drawn.seed for draw in draws]
    return summarised([draw.measured for draw in draws], [draw.path.name for draw in draws], seeds)


def _seeds(draws: Sequence[Draw]) -> dict[str, object]:
    found = [draw.drawn.seed for draw in draws if draw.drawn is not None and draw.drawn.seed is not None]
    if not found:
        return {}
    return {"draws of labels": found} if len(draws) > 1 else {"draw of labels": found[0]}


def _split(draw: Draw) -> SplitFacts:
    """How the parts of one draw lie to each other. The test never holds a pixel of the training: `Split` refuses it."""
    gap = None if draw.train is None else Split(draw.train, draw.test).gap
    seen = None
    if draw.record is not None:
        known = not draw.record.masked_out or draw.masked is not None
        everywhere = draw.record.transductive or draw.masked is not None
        tested = draw.test != 0
        shown = tested if draw.masked is None else tested & ~draw.masked
        seen = int(np.count_nonzero(shown)) * everywhere if known else None
    drawn = draw.drawn
    return SplitFacts(
        drawn.kind if drawn else "", gap, drawn.guard if drawn else None, draw.record.reach if draw.record else None,
        seen, 0 if draw.masked is None else int(np.count_nonzero(draw.masked)), drawn.not_tested if drawn else (),
    )  # fmt: skip


def _common(facts: Sequence[SplitFacts]) -> SplitFacts:
    """What holds for all draws: the smallest gap; all test pixels seen; words only where they are the same."""
    first, gaps = facts[0], [fact.gap for fact in facts if fact.gap is not None]
    same = all((f.kind, f.guard, f.reach) == (first.kind, first.guard, first.reach) for f in facts)
    known = [fact.seen for fact in facts if fact.seen is not None]
    return SplitFacts(
        first.kind if same else "", min(gaps) if len(gaps) == len(facts) else None, first.guard if same else None,
        first.reach if same else None, sum(known) if len(known) == len(facts) else None, first.masked,
        tuple(dict.fromkeys(name for fact in facts for name in fact.not_tested)),
    )  # fmt: skip


def _comparison(arguments: argparse.Namespace, draws: Sequence[Draw]) -> Comparison:
    """The other maps on the test pixels of these, the training pixels of both left out."""
    others = _spread(arguments.against, len(draws), "maps to compare with")
    arrays, tests, table = [], [], draws[0].classes
    for draw, path in zip(draws, others, strict=True):
        other = read_classes(path)
        require_same_size(other.array.shape, draw.truth.shape, f"classes of {path.name}")
        require_same_place(other.geo, draw.geo, draw.truth.shape, f"pixels of {path.name}")
        matched, _ = match_map(other.array, other.classes, draw.classes)
        table = matched.classes
        record = provenance.load(path, other.array)
        shape = draw.truth.shape
        labels, _, notes = _training_labels(None, record, Grid(shape[0], shape[1], draw.geo))
        for note in notes:
            tell(f"{path.name}: {note}")
        test = draw.test
        arrays.append(matched.array)
        tests.append(test if labels is None else np.where(labels.array != 0, 0, test).astype(np.uint16))
    several = f" and {len(draws) - 1} more" if len(draws) > 1 else ""
    names = draws[0].path.name + several, others[0].name + several
    if names[0] == names[1]:
        names = str(draws[0].path) + several, str(others[0]) + several
    return compare([draw.array for draw in draws], arrays, tests, table, names)


def _spectra(arguments: argparse.Namespace, draw: Draw) -> tuple[Spectra | None, tuple[str, ...]]:
    """The spectra of the reference classes, from the cube that is named or that the map was made of."""
    if arguments.cube is not None:
        cube = open_cube(arguments.cube, variable=arguments.variable)
        require_same_size(draw.truth.shape, (cube.rows, cube.cols), "classes of the map")
    elif draw.record is not None and draw.record.cube and Path(draw.record.cube).exists() and arguments.report:
        try:
            cube = open_cube(draw.record.cube)
        except HsiError as error:
            return None, (f"The spectra of the classes are missing: {error.message}",)
        if fingerprint(cube) != draw.record.hashes.get("cube"):
            return None, ("The scene has changed, or is read by other options: no spectra. Name it with --cube.",)
    else:
        return None, ()
    return class_spectra(cube, draw.truth, draw.classes), ()


def _print(measured: Accuracy, context: ReportContext) -> None:
    draws = context.draws
    if draws is None:
        print(f"OA {100 * measured.oa:.2f} %   AA {100 * measured.aa:.2f} %   kappa {measured.kappa:.4f}")
    else:
        cells = [f"{n} {100 * m.mean:.2f} ± {100 * m.sd:.2f} %" for n, m in (("OA", draws.oa), ("AA", draws.aa))]
        print("   ".join(cells), f"  kappa {draws.kappa.mean:.4f} ± {draws.kappa.sd:.4f}   over {draws.oa.draws} draws")
    print(f"on {measured.n_test} test pixels", end="")
    print("" if measured.overlap is None else f"; {measured.overlap} training pixels left out")
    print(f"{'class':>24} {'PA %':>7} {'UA %':>7} {'F1 %':>7} {'IoU %':>7} {'test':>7}")
    columns = (measured.producers, measured.users, measured.f1, measured.iou)
    for i, name in enumerate(measured.names):
        cells = ["    n/a" if np.isnan(part[i]) else f"{100 * part[i]:7.2f}" for part in columns]
        print(f"{name:>24} {' '.join(cells)} {measured.support[i]:>7}")
    for test in context.comparison.draws if context.comparison else ():
        kind = "exact" if test.exact else f"chi-square {test.statistic:.2f}"
        print(f"against {context.comparison.second if context.comparison else ''}: {100 * test.difference:+.2f} % OA; "
              f"McNemar {kind}, p {test.p:.4g}")  # fmt: skip
