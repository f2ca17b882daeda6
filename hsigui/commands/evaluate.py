"""`hsigui evaluate`: one map, several draws, or two maps against each other, on labelled pixels."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import numpy as np

from hsigui import api
from hsigui.commands.console import tell, typed
from hsigui.commands.outputs import check_folder
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext
from hsigui.report.area import AreaEstimate
from hsigui.report.context import ClassMatch, ReportContext
from hsigui.report.document import evidence
from hsigui.report.metrics import Accuracy, about_untrained, to_json


def evaluate(arguments: argparse.Namespace) -> None:
    """Scores maps on the labelled pixels of a truth that were not trained on."""
    if arguments.report:
        check_folder(arguments.report)
    cube = None if arguments.cube is None else api.open(arguments.cube, variable=arguments.variable)
    found = api.evaluate(
        arguments.map, arguments.truth, labels=arguments.labels, match=_pairs(arguments.match),
        resample=arguments.resample, against=arguments.against or (), design=arguments.design or "", cube=cube,
        spectra=arguments.report is not None, map_variable=arguments.map_variable,
        truth_variable=arguments.truth_variable, command=typed(arguments), ctx=CallbackContext(warn=tell),
    )  # fmt: skip
    measured, context = found.accuracy, found.context
    for note in context.notes:
        tell(note)
    page = None
    if arguments.report:  # before anything is printed: a reader that goes away (`| head`) must not cost the report
        page = api.save(found, arguments.report)[0]
    if arguments.json:
        told = {**to_json(measured, intervals=context.draws is None), **evidence(context), "notes": [*context.notes]}
        print(json.dumps(told, indent=1))
    else:
        _print(measured, context)
    if page is not None:
        print(f"Report: {page}", file=sys.stderr if arguments.json else sys.stdout)


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
