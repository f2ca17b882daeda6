"""What a notebook shows of a map: see `hsigui.cube.card`. Loads neither Qt nor torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.card import card, thinned
from hsigui.cube.crs import system_of
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.methods import registry
from hsigui.report.maps import legend_rows, map_rgb
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.result import Result


def card_of_map(found: ClassMap) -> str:
    """A map alone: its classes by number, with the colours that numbers have."""
    table = ClassTable.for_numbers(np.unique(found.classes).tolist())
    return _card(say("Map"), found.classes, table, ((say("mean confidence"), _mean(found.confidence)),))


def card_of_result(result: Result) -> str:
    """A map with its classes, how it was made, and how right it is where that is known."""
    rows = [
        (say("scene"), result.cube.name),
        (say("made by"), _made_by(result)),
        (say("labels"), _labels(result)),
        (say("mean confidence"), "" if result.own_confidence is None else _mean(result.own_confidence)),
        (say("pixel"), _pixel(result)),
    ]
    try:
        measured = result.measured()
    except HsiError as error:
        rows.append((say("accuracy"), error.message))
    else:
        if measured is not None:
            rows.append((say("overall accuracy"), say("{oa:.1f} % of {count:,} test pixels", oa=100 * measured.oa,
                                                      count=measured.n_test)))  # fmt: skip
    rows.append((say("notes"), " ".join(result.notes)))
    return _card(say("Map of {name}", name=result.cube.name), result.array, result.classes, tuple(rows))


def _card(title: str, array: NDArray[np.uint16], classes: ClassTable, rows: tuple[tuple[str, str], ...]) -> str:
    legend = [(row.color, row.name, say("{share:.1f} %", share=100 * row.share)) for row in legend_rows(array, classes)]
    size = say("{rows} rows x {cols} columns", rows=array.shape[0], cols=array.shape[1])
    return card(title, ((say("size"), size), *rows), rgb=map_rgb(thinned(array), classes), legend=legend)


def _mean(confidence: NDArray[np.float32]) -> str:
    known = confidence[np.isfinite(confidence)]
    return say("{mean:.1f} %", mean=100 * float(known.mean())) if known.size else ""


def _made_by(result: Result) -> str:
    if result.encoder is None:
        return say("the spectra of a library")
    spec = result.encoder.spec
    try:
        title = registry.method(spec.method).title
    except HsiError:  # of a package that is not there any more
        title = spec.method
    return say("{title} ({preset})", title=title, preset=spec.preset)


def _labels(result: Result) -> str:
    if result.labels is None:
        return ""
    return say("{count:,} pixels", count=int(np.count_nonzero(result.trained_on)))


def _pixel(result: Result) -> str:
    transform, system = result.cube.geo.transform, system_of(result.cube.geo)
    if transform is None or system is None:
        return ""
    a, b, _, d, e, _ = transform
    unit = system.linear_units if system.is_projected else say("degrees")
    return say("{width:g} x {height:g} {unit}", width=float(np.hypot(a, d)), height=float(np.hypot(b, e)), unit=unit)
