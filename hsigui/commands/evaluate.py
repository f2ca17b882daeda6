"""`hsigui evaluate`: one map, several draws, or two maps against each other, on labelled pixels."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import tell
from hsigui.commands.outputs import check_folder, check_outputs
from hsigui.commands.without_effect import Need, require_effect
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext
from hsigui.labels.classes import default_name
from hsigui.pipeline.evaluation import Evaluation
from hsigui.pipeline.finished_record import measured_after
from hsigui.report.area import AreaEstimate
from hsigui.report.context import ClassMatch, ReportContext
from hsigui.report.document import evidence
from hsigui.report.metrics import Accuracy, about_missing_data, about_untrained, to_json
from hsigui.report.table import map_suffixes
from hsigui.texts import number_text, say


def evaluate(arguments: argparse.Namespace) -> None:
    """Scores maps on the labelled pixels of a truth that were not trained on."""
    require_effect(arguments, [
        Need("variable", arguments.cube is not None, say("--variable is of --cube, and none is given.")),
        Need("labels_variable", bool(arguments.labels), say("--labels-variable is of --labels, and none are given.")),
        Need("labels_background", bool(arguments.labels),
             say("--labels-background is of --labels, and none are given.")),
        Need("labels_buffer", bool(arguments.labels), say("--labels-buffer is of --labels, and none are given.")),
        Need("cube", arguments.report is not None, say("--cube is for the spectra in the report of --report.")),
    ])  # fmt: skip
    if arguments.report:
        check_folder(arguments.report)
    _check_errors(arguments)
    cube = None if arguments.cube is None else api.open(arguments.cube, variable=arguments.variable)
    found = api.evaluate(
        arguments.map, arguments.truth, labels=arguments.labels, match=pairs(arguments.match),
        resample=arguments.resample, against=arguments.against or (), design=arguments.design or "", cube=cube,
        spectra=arguments.report is not None, map_variable=arguments.map_variable,
        truth_variable=arguments.truth_variable, labels_variable=arguments.labels_variable,
        map_background=arguments.map_background, truth_background=arguments.truth_background,
        labels_background=arguments.labels_background, truth_buffer=arguments.truth_buffer,
        labels_buffer=arguments.labels_buffer,
        command=canonical(arguments), ctx=CallbackContext(warn=tell),
    )  # fmt: skip
    measured, context = found.accuracy, found.context
    after = () if context.split is None else measured_after(context.split.after, context.split.painted)
    for note in context.notes:
        if note not in after or arguments.json:  # else it stands beside the figures
            tell(note)
    page, written = None, _write_errors(arguments, found)
    if arguments.report:  # before anything is printed: a reader that goes away (`| head`) must not cost the report
        page = api.save(found, arguments.report)[0]
    if arguments.json:
        told = {**to_json(measured, intervals=context.draws is None), **evidence(context), "notes": [*context.notes]}
        print(json.dumps(told, indent=1))
    else:
        _print(measured, context)
    if page is not None:
        print(say("Report: {page}", page=page), file=sys.stderr if arguments.json else sys.stdout)
    for path in written:
        print(say("Errors: {path}", path=path), file=sys.stderr if arguments.json else sys.stdout)


def _check_errors(arguments: argparse.Namespace) -> None:
    """Refuses, before any work is done, files of errors that would be in vain.

    Raises:
        HsiError: there are several maps, or a file cannot be written.
    """
    outputs = [*(arguments.errors or ()), *(arguments.confused or ())]
    if outputs and len(arguments.map) > 1:
        raise HsiError(
            say("The errors of {count} maps are no map.", count=len(arguments.map)), say("Give one map to write them.")
        )
    inputs = [*arguments.map, *arguments.truth, *(arguments.labels or ())]
    check_outputs(inputs, [(path, map_suffixes()) for path in outputs])


def _write_errors(arguments: argparse.Namespace, found: Evaluation) -> list[Path]:
    """Writes the errors that are asked for, each with the command line for it alone."""
    written = []
    for kind in ("errors", "confused"):
        for path in getattr(arguments, kind) or ():
            others = {"errors": None, "confused": None, "report": None, "cube": None, "variable": None, "json": None}
            line = canonical(arguments, **{**others, kind: [path]})
            written.append(found.write_errors(path, by_pair=kind == "confused", command=line)[0])
    return written


def pairs(text: str | None) -> dict[str, str]:
    """ "corn=Maize,3=Soil" as a mapping.

    Raises:
        HsiError: there is no = in a pair.
    """
    pairs = [word.partition("=") for word in (text or "").split(",") if word.strip()]
    if any(not (a.strip() and sign and b.strip()) for a, sign, b in pairs):
        raise HsiError(
            say("“{text}” names no pairs of classes.", text=text),
            say("Write the map's class = the reference's: corn=Maize,3=7."),
        )
    return {a.strip(): b.strip() for a, _, b in pairs}


def _print(measured: Accuracy, context: ReportContext) -> None:
    draws = context.draws
    if draws is None:
        print(
            say(
                "OA {oa:.2f} %   AA {aa:.2f} %   kappa {kappa:.4f}",
                oa=100 * measured.oa,
                aa=100 * measured.aa,
                kappa=measured.kappa,
            )
        )
    else:
        cells = [f"{n} {100 * m.mean:.2f} ± {100 * m.sd:.2f} %" for n, m in (("OA", draws.oa), ("AA", draws.aa))]
        print(
            "   ".join(cells),
            say(
                "  kappa {mean:.4f} ± {sd:.4f}   over {draws} draws",
                mean=draws.kappa.mean,
                sd=draws.kappa.sd,
                draws=draws.oa.draws,
            ),
        )
    print(say("on {n_test} test pixels", n_test=measured.n_test), end="")
    print("" if measured.overlap is None else say("; {overlap} training pixels left out", overlap=measured.overlap))
    after = () if context.split is None else measured_after(context.split.after, context.split.painted)
    for said in filter(None, (*after, about_missing_data(measured), about_untrained(measured))):
        print(said)
    for one in context.split.chosen_by if context.split is not None else ():
        print(one.words)
    if context.reliability is not None:
        print(context.reliability.words)
    print(
        say(
            "{class_:>24} {pa:>7} {ua:>7} {words:>7} {iou:>7} {test:>7}",
            class_=say("class"),
            pa=say("PA %"),
            ua=say("UA %"),
            words="F1 %",
            iou=say("IoU %"),
            test=say("test"),
        )
    )
    columns = (measured.producers, measured.users, measured.f1, measured.iou)
    for i, name in enumerate(measured.names):
        cells = ["    n/a" if np.isnan(part[i]) else f"{100 * part[i]:7.2f}" for part in columns]
        print(f"{name:>24} {' '.join(cells)} {measured.support[i]:>7}")
    if context.area is not None:
        _print_area(context.area, measured, context)
    for test in context.comparison.draws if context.comparison else ():
        kind = say("exact") if test.exact else say("chi-square {statistic:.2f}", statistic=test.statistic)
        print(say("against {second}: {difference:+.2f} % OA; "
                  "McNemar {kind}, p {words}", second=context.comparison.second if context.comparison else "",
                  difference=100 * test.difference, kind=kind,
                  words="< 0.0001" if test.p < 0.0001 else f"{test.p:.4f}"))  # fmt: skip
    _print_matches(context.matches)


def _print_area(area: AreaEstimate, measured: Accuracy, context: ReportContext) -> None:
    """What the designed sample says of the areas, with 95 % intervals (Olofsson et al. 2014)."""
    found, unit = area.figures, say("pixels") if area.square_metres is None else "ha"
    print(
        say(
            "area-weighted OA {overall:.2f} %, standard error {overall_se:.2f} %",
            overall=100 * found.overall,
            overall_se=100 * found.overall_se,
        )
    )
    print(
        say(
            "{class_:>24} {unit:>14} {unit2:>17} {words:>12}",
            class_=say("class"),
            unit=say("mapped {unit}", unit=unit),
            unit2=say("estimated {unit}", unit=unit),
            words="95 % ±",
        )
    )
    for i, name in enumerate(measured.names):
        estimate, mapped = area.hectares(i), context.hectares(area.classes[i], area.mapped[i])
        cells = ["n/a" if np.isnan(value) else number_text(value, ",.1f") for value in estimate or area.pixels(i)]
        print(
            say(
                "{name:>24} {mapped:>14,.1f} {first_cells:>17} {second_cells:>12}",
                name=name,
                mapped=area.mapped[i] if mapped is None else mapped,
                first_cells=cells[0],
                second_cells=cells[1],
            )
        )
    if context.areas:
        print(context.areas)


def _print_matches(matches: Sequence[ClassMatch]) -> None:
    """Which class was taken for which, where that is not plain from number and name."""
    told = [m for m in matches if m.how in ("asked", "new") or (m.number, m.name) != (m.to_number, m.to_name)]
    for match in told:
        to = say("left out") if not match.to_number else say("not in the reference")
        if match.to_number and match.how != "new":
            ways = {"asked": say("as asked"), "name": say("by name"), "number": say("by number")}
            how = ways[match.how]
            to = say("{called} of the reference, {how}", called=_called(match.to_number, match.to_name), how=how)
        print(say("{called} of the map: {to}", called=_called(match.number, match.name), to=to))


def _called(number: int, name: str) -> str:
    return name if name == default_name(number) else f"{number} {name}"
