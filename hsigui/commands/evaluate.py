"""`hsigui evaluate`: one map, several draws, or two maps against each other, on labelled pixels."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.commands.console import tell, typed
from hsigui.commands.outputs import check_folder
from hsigui.cube.cube import Geo
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.matching import is_default, match_classes, pixel_counts
from hsigui.labels.place import RESAMPLE, Misplaced, fitted, resampled
from hsigui.labels.shapes import crs_name, transformed
from hsigui.pipeline import provenance
from hsigui.pipeline import split as splits
from hsigui.pipeline.evaluate import class_spectra, compare, match_labels, match_map
from hsigui.pipeline.evaluate import evaluate as score
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.split import SplitRecord
from hsigui.report.area import AreaEstimate, area_estimate
from hsigui.report.context import ClassMatch, Comparison, ReportContext, Spectra, SplitFacts
from hsigui.report.document import evidence
from hsigui.report.draws import Draws, added_up, summarised
from hsigui.report.maps import legend_rows, png_bytes
from hsigui.report.metrics import Accuracy, about_untrained, to_json
from hsigui.report.split_map import split_png
from hsigui.report.write import write_report

NAMED = 6  # classes in a sentence


@dataclass(frozen=True)
class Draw:
    """One map with what it is scored on, all in the classes of the truth.

    Attributes:
        array: the map; `train`, what it was trained on (None: not known); `test`, the reference without those pixels.
        reference: classes of the truth alone.
        hashes: of the map, the reference and, where they are known, the training labels.
        record, drawn: how the map came to be, and how its labels were drawn, where that is known.
        unmasked: pixels that pretraining did not see, where some were masked out and the mask is still there.
    """

    path: Path
    array: NDArray[np.uint16]
    classes: ClassTable
    reference: ClassTable
    geo: Geo
    truth: NDArray[np.uint16]
    hashes: Mapping[str, str]
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
    draws: list[Draw] = []
    table: ClassTable | None = None
    for files in zip(arguments.map, truths, labels, strict=True):
        draws.append(_draw(arguments, *files, table))
        table = table or draws[0].reference
    figures = [draw.measured for draw in draws]
    measured = added_up(figures)
    context = _context(arguments, draws, measured)
    for note in context.notes:
        tell(note)
    page = None
    if arguments.report:  # before anything is printed: a reader that goes away (`| head`) must not cost the report
        first = draws[0]
        split = split_png(first.train, first.test, first.masked)
        picture = png_bytes(first.array, first.classes)
        page = write_report(arguments.report, measured, context=context, map_png=picture, split_png=split)[0]
    if arguments.json:
        told = {**to_json(measured, intervals=context.draws is None), **evidence(context), "notes": [*context.notes]}
        print(json.dumps(told, indent=1))
    else:
        _print(measured, context)
    if page is not None:
        print(f"Report: {page}", file=sys.stderr if arguments.json else sys.stdout)


def _spread(given: Sequence[Any], count: int, what: str) -> Sequence[Any]:
    """One for all maps, or as many as there are maps."""
    if len(given) not in (1, count):
        raise HsiError(f"There are {count} maps and {len(given)} {what}.", "Give one for all maps, or one for each.")
    return list(given) * count if len(given) == 1 else given


def _draw(
    arguments: argparse.Namespace, path: Path, truth_path: Path, labels_path: Path | None, table: ClassTable | None
) -> Draw:  # fmt: skip
    """One map and what it is scored on; `table` holds the classes of the first draw's truth, for those that follow."""
    predicted = read_classes(path, variable=arguments.map_variable)
    grid = Grid(predicted.array.shape[0], predicted.array.shape[1], predicted.geo)
    truth = read_classes(truth_path, variable=arguments.truth_variable, grid=grid)
    of_truth = provenance.raster_hash(truth.array)
    if table is not None:  # figures of draws are put together by number, which must mean the same in all of them
        same = match_classes(truth.array, truth.classes, table)
        truth = dataclasses.replace(truth, array=same.array, classes=same.classes)
    record = provenance.load(path, predicted.array)
    labels, drawn, notes = _training_labels(labels_path, record, grid)
    masked, unmasked = provenance.masked_out(record, grid)
    placed = _placed(predicted, truth, "classes of the map", arguments.resample)
    reference = truth.array
    if placed is not predicted:
        grid = Grid(reference.shape[0], reference.shape[1], truth.geo)
        reference, more = _covered(reference, predicted, grid)
        notes += more
        if masked is not None:
            masked = resampled(dataclasses.replace(predicted, array=masked.astype(np.uint16)), grid).array != 0
    # Numbers alone mean nothing between two files: classes of one name are one class.
    matched, matches = match_map(placed.array, predicted.classes, truth.classes, _pairs(arguments.match))
    notes += _unmatched(path, matches, truth.classes)
    if renamed := [m for m in matches if m.number != m.to_number and m.how == "name"]:
        notes += (f"The map's classes were matched to the truth's by name ({len(renamed)} renumbered).",)
    train = None
    hashes = {"map": provenance.raster_hash(predicted.array), "reference": of_truth}
    if labels is not None:
        hashes["labels"] = provenance.raster_hash(labels.array)
        labels = _trained(labels, truth, "training labels", arguments.resample)
        train = match_labels(labels.array, labels.classes, matches, truth.classes, matched.classes)
    return Draw(
        path, matched.array, matched.classes, truth.classes, grid.geo, reference, hashes, train,
        score(matched.array, reference, matched.classes, train), record, drawn, masked, matches, (*notes, *unmasked),
    )  # fmt: skip


def _placed(raster: ClassRaster, truth: ClassRaster, what: str, resample: bool) -> ClassRaster:
    """A raster on the pixels of the reference: as it is, or by nearest neighbour where that is asked for.

    Raises:
        HsiError: it lies on other pixels, and is not to be resampled or cannot be.
    """
    grid = Grid(truth.array.shape[0], truth.array.shape[1], truth.geo)
    try:
        return fitted(raster, grid, what)
    except Misplaced as error:
        if RESAMPLE not in error.remedies:
            raise
        if resample:
            return resampled(raster, grid)
        hint = "Add --resample to take for each pixel of the reference the class at its place."
        raise HsiError(error.message, hint) from None


def _trained(labels: ClassRaster, truth: ClassRaster, what: str, resample: bool) -> ClassRaster:
    """Training labels on the pixels of the reference. Resampled, a coarser pixel that holds a label anywhere is one:
    the nearest neighbour of its centre would lose most of few labels, and test where was trained.

    Raises:
        HsiError: as `_placed`.
    """
    placed = _placed(labels, truth, what, resample)
    if placed is labels:
        return labels
    grid = Grid(truth.array.shape[0], truth.array.shape[1], truth.geo)
    rows, cols = np.nonzero(labels.array)
    centres = np.stack([cols, rows], axis=1).astype(np.float64) + 0.5
    points = Grid(labels.array.shape[0], labels.array.shape[1], labels.geo).to_map(centres)
    if crs_name(labels.geo.crs_wkt) and crs_name(truth.geo.crs_wkt):
        points = transformed(points, str(labels.geo.crs_wkt), str(truth.geo.crs_wkt), what)
    x, y = np.floor(grid.to_pixels(points)).astype(np.int64).T
    inside = (x >= 0) & (x < grid.cols) & (y >= 0) & (y < grid.rows)
    array = placed.array.copy()
    array[y[inside], x[inside]] = labels.array[rows[inside], cols[inside]]
    return dataclasses.replace(placed, array=array)


def _covered(
    reference: NDArray[np.uint16], predicted: ClassRaster, grid: Grid
) -> tuple[NDArray[np.uint16], tuple[str, ...]]:
    """The reference where a map of other pixels lies, and what to say of it."""
    inside = resampled(dataclasses.replace(predicted, array=np.ones_like(predicted.array)), grid).array != 0
    size = " x ".join(map(str, predicted.array.shape))
    notes = [f"The map ({size} pixels) was resampled to the pixels of the reference by nearest neighbour."]
    if outside := int(np.count_nonzero(reference[~inside])):
        notes.append(f"{outside} labelled pixels of the reference lie outside of the map and are not tested.")
    return np.where(inside, reference, 0).astype(np.uint16), tuple(notes)


def _unmatched(path: Path, matches: tuple[ClassMatch, ...], reference: ClassTable) -> tuple[str, ...]:
    """What to say of classes of the map that the reference does not have.

    Raises:
        HsiError: no class of the map is one of the reference.
    """
    new = [match.name for match in matches if match.how == "new"]
    if new and not any(match.how != "new" for match in matches if match.to_number):
        known = [info.name for info in reference]
        raise HsiError(
            f"No class of {path.name} ({_listed(new)}) is one of the reference ({_listed(known)}).",
            f"Say which is which: --match '{new[0]}={known[0] if known else 'NAME'},...'.",
        )
    if not new:
        return ()
    which = f"{new[0]} is a class" if len(new) == 1 else f"{_listed(new)} are classes"
    return (f"{which} of the map that the reference does not have: each test pixel given to it is an error. "
            "If it has another name there, say so with --match.",)  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


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


def _also_asked(text: str | None, other: ClassRaster) -> dict[str, str]:
    """Of the pairs asked for, those that a second map has a class for; its own name says more than the number of one of
    the first."""
    names = {info.name.casefold() for info in other.classes}
    numbers = {str(info.number) for info in other.classes if is_default(info)} | {
        str(number) for number in pixel_counts(other.array) if number not in other.classes
    }
    return {a: b for a, b in _pairs(text).items() if a.casefold() in names or a in numbers}


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


def _context(arguments: argparse.Namespace, draws: Sequence[Draw], measured: Accuracy) -> ReportContext:
    """What the report says besides the figures."""
    first = draws[0]
    several = len(draws) > 1
    notes = tuple(dict.fromkeys(note for draw in draws for note in draw.notes))
    if several:  # added up, the draws hide which of them lacked labels
        told = ((d, about_untrained(d.measured)) for d in draws)
        notes += tuple(f"{d.path.name}, {d.measured.n_test} test pixels: {text}" for d, text in told if text)
    record = first.record or Provenance()
    title = f"Accuracy of {len(draws)} maps" if several else f"Accuracy of {first.path.name}"
    context = record.context(title, legend_rows(first.array, first.classes), ())
    spectra, cube_hash, more = _spectra(arguments, first)
    facts = [splits.facts(d.train, d.test, d.record, d.drawn, d.masked) for d in draws]
    pixel_area = provenance.pixel_area(first.geo) or record.pixel_area_m2
    area = None
    if arguments.design:
        if several:
            raise HsiError("Areas are estimated of one map.", "Leave out --design, or give one map.")
        area = area_estimate(measured, {0: int((first.array == 0).sum())} | pixel_counts(first.array), arguments.design)
    commands = [d.drawn.command for d in draws if d.drawn] + [c for d in draws if d.record for c in d.record.commands]
    return dataclasses.replace(
        context,
        commands=tuple(dict.fromkeys([*filter(None, commands), typed(arguments)])),
        seeds={**context.seeds, **_seeds(draws)},
        rows=first.array.shape[0],
        cols=first.array.shape[1],
        hashes={**context.hashes, **cube_hash, **first.hashes},
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
    names, hashes = [draw.path.name for draw in draws], [draw.hashes for draw in draws]
    return summarised([draw.measured for draw in draws], names, seeds, hashes)


def _seeds(draws: Sequence[Draw]) -> dict[str, object]:
    found = [draw.drawn.seed for draw in draws if draw.drawn is not None and draw.drawn.seed is not None]
    if not found:
        return {}
    return {"draws of labels": found} if len(draws) > 1 else {"draw of labels": found[0]}


def _common(facts: Sequence[SplitFacts]) -> SplitFacts:
    """What holds for all draws: the smallest gap and guard, the widest reach, all test pixels seen; what is not known
    of one of them is not known of all."""
    known = {name: [getattr(fact, name) for fact in facts] for name in ("gap", "guard", "reach", "seen")}
    whole = {name: values for name, values in known.items() if None not in values}
    smallest = {name: min(whole[name]) for name in ("gap", "guard") if name in whole}
    fades = [fact.edge_reach for fact in facts if fact.edge_reach is not None]
    return dataclasses.replace(
        facts[0],
        kind="; ".join(dict.fromkeys(fact.kind for fact in facts)) if all(fact.kind for fact in facts) else "",
        gap=smallest.get("gap"),
        guard=smallest.get("guard"),
        reach=max(whole["reach"]) if "reach" in whole else None,
        seen=sum(whole["seen"]) if "seen" in whole else None,
        not_tested=tuple(dict.fromkeys(name for fact in facts for name in fact.not_tested)),
        edge_reach=max(fades, default=None),
    )


def _comparison(arguments: argparse.Namespace, draws: Sequence[Draw]) -> Comparison:
    """The other maps on the test pixels of these, the training pixels of both left out."""
    others = _spread(arguments.against, len(draws), "maps to compare with")
    arrays, tests, table = [], [], draws[0].classes
    for draw, path in zip(draws, others, strict=True):
        other = read_classes(path)
        on = ClassRaster(draw.truth, draw.classes, draw.geo)
        placed = _placed(other, on, f"classes of {path.name}", arguments.resample)
        matched, matches = match_map(placed.array, other.classes, draw.classes, _also_asked(arguments.match, other))
        table = matched.classes
        record = provenance.load(path, other.array)
        labels, _, notes = _training_labels(None, record, Grid(other.array.shape[0], other.array.shape[1], other.geo))
        if labels is not None:
            labels = _trained(labels, on, f"training labels of {path.name}", arguments.resample)
        for note in (*notes, *_unmatched(path, matches, draw.classes)):
            tell(f"{path.name}: {note}")
        test = draw.test
        if placed is not other:
            test, more = _covered(test, other, Grid(test.shape[0], test.shape[1], draw.geo))
            for note in more:
                tell(f"{path.name}: {note}")
        arrays.append(matched.array)
        tests.append(test if labels is None else np.where(labels.array != 0, 0, test).astype(np.uint16))
    several = f" and {len(draws) - 1} more" if len(draws) > 1 else ""
    names = draws[0].path.name + several, others[0].name + several
    if names[0] == names[1]:
        names = str(draws[0].path) + several, str(others[0]) + several
    return compare([draw.array for draw in draws], arrays, tests, table, names)


def _spectra(arguments: argparse.Namespace, draw: Draw) -> tuple[Spectra | None, dict[str, str], tuple[str, ...]]:
    """The spectra of the reference classes, from the cube that is named or that the map was made of; the hash of the
    one that is named; and what to say."""
    named = {}
    if arguments.cube is not None:
        cube = open_cube(arguments.cube, variable=arguments.variable)
        require_same_size(draw.truth.shape, (cube.rows, cube.cols), "classes of the map")
        named["cube"] = fingerprint(cube)
    elif draw.record is not None and draw.record.cube and Path(draw.record.cube).exists() and arguments.report:
        try:
            cube = open_cube(draw.record.cube)
        except HsiError as error:
            return None, {}, (f"The spectra of the classes are missing: {error.message}",)
        if (cube.rows, cube.cols) != draw.truth.shape:
            return None, {}, ("The scene has other pixels than the reference: no spectra.",)
        if fingerprint(cube) != draw.record.hashes.get("cube"):
            return None, {}, ("The scene has changed, or is read by other options: no spectra. Name it with --cube.",)
    else:
        return None, {}, ()
    return class_spectra(cube, draw.truth, draw.classes), named, ()


def _print(measured: Accuracy, context: ReportContext) -> None:
    draws = context.draws
    if draws is None:
        print(f"OA {100 * measured.oa:.2f} %   AA {100 * measured.aa:.2f} %   kappa {measured.kappa:.4f}")
    else:
        cells = [f"{n} {100 * m.mean:.2f} ± {100 * m.sd:.2f} %" for n, m in (("OA", draws.oa), ("AA", draws.aa))]
        print("   ".join(cells), f"  kappa {draws.kappa.mean:.4f} ± {draws.kappa.sd:.4f}   over {draws.oa.draws} draws")
    print(f"on {measured.n_test} test pixels", end="")
    print("" if measured.overlap is None else f"; {measured.overlap} training pixels left out")
    if untrained := about_untrained(measured):
        print(untrained)
    print(f"{'class':>24} {'PA %':>7} {'UA %':>7} {'F1 %':>7} {'IoU %':>7} {'test':>7}")
    columns = (measured.producers, measured.users, measured.f1, measured.iou)
    for i, name in enumerate(measured.names):
        cells = ["    n/a" if np.isnan(part[i]) else f"{100 * part[i]:7.2f}" for part in columns]
        print(f"{name:>24} {' '.join(cells)} {measured.support[i]:>7}")
    if context.area is not None:
        _print_area(context.area, measured, context.pixel_area_m2)
    for test in context.comparison.draws if context.comparison else ():
        kind = "exact" if test.exact else f"chi-square {test.statistic:.2f}"
        print(f"against {context.comparison.second if context.comparison else ''}: {100 * test.difference:+.2f} % OA; "
              f"McNemar {kind}, p {'< 0.0001' if test.p < 1e-4 else f'{test.p:.4f}'}")  # fmt: skip
    _print_matches(context.matches)


def _print_area(area: AreaEstimate, measured: Accuracy, pixel_area_m2: float | None) -> None:
    """What the designed sample says of the areas, with 95 % intervals (Olofsson et al. 2014)."""
    found, unit, of_pixel = area.figures, "pixels", 1.0
    if pixel_area_m2:
        unit, of_pixel = "ha", pixel_area_m2 / 10_000
    print(f"area-weighted OA {100 * found.overall:.2f} %, standard error {100 * found.overall_se:.2f} %")
    print(f"{'class':>24} {'mapped ' + unit:>14} {'estimated ' + unit:>17} {'95 % ±':>12}")
    for i, name in enumerate(measured.names):
        cells = ["n/a" if np.isnan(value) else f"{value * of_pixel:,.1f}" for value in area.pixels(i)]
        print(f"{name:>24} {area.mapped[i] * of_pixel:>14,.1f} {cells[0]:>17} {cells[1]:>12}")


def _print_matches(matches: Sequence[ClassMatch]) -> None:
    """Which class was taken for which, where that is not plain from number and name."""
    told = [m for m in matches if m.how in ("asked", "new") or (m.number, m.name) != (m.to_number, m.to_name)]
    for match in told:
        to = "left out" if not match.to_number else "not in the reference"
        if match.to_number and match.how != "new":
            how = "as asked" if match.how == "asked" else f"by {match.how}"
            to = f"{_called(match.to_number, match.to_name)} of the reference, {how}"
        print(f"{_called(match.number, match.name)} of the map: {to}")


def _called(number: int, name: str) -> str:
    return name if name == f"Class {number}" else f"{number} {name}"
