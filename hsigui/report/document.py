"""A report as JSON; `resources/help/report-json.md` describes every key."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from hsigui.labels.formats.attributes import color_text
from hsigui.report import reliability
from hsigui.report.area import AreaEstimate
from hsigui.report.compare import McNemar
from hsigui.report.context import Comparison, ReportContext, Spectra, SplitFacts
from hsigui.report.draws import Draws
from hsigui.report.intervals import Mean
from hsigui.report.metrics import Accuracy, bounds, to_json

VERSION = 2


def as_json(accuracy: Accuracy, context: ReportContext, created: str) -> dict[str, Any]:
    """The whole report; JSON-ready."""
    return {
        "format": "hsigui-report",
        "version": VERSION,
        "title": context.title,
        "created": created,
        "accuracy": to_json(accuracy, intervals=context.draws is None),
        **evidence(context),
        "scene": {"name": context.cube_name, "rows": context.rows, "cols": context.cols, "bands": context.bands},
        "settings": dict(context.settings),
        "seeds": dict(context.seeds),
        "versions": dict(context.versions),
        "hashes": dict(context.hashes),
        "device": context.device or None,
        "seconds": dict(context.seconds),
        "commands": list(context.commands),
        "transductive": context.transductive,
        "map": [
            {
                "number": row.number,
                "name": row.name,
                "color": color_text(row.color),
                "pixels": row.pixels,
                "share": row.share,
                "hectares": context.hectares(row.number, row.pixels),
            }
            for row in context.legend
        ],
        "pixel_area_m2": context.pixel_area_m2,
        "areas": context.areas or None,
        "spectra": _spectra(context.spectra),
        "notes": list(context.notes),
    }


def evidence(context: ReportContext) -> dict[str, Any]:
    """What stands beside the accuracy; null where there is none of it."""
    split = context.split
    return {
        "draws": None if context.draws is None else _draws(context.draws),
        "comparison": None if context.comparison is None else _comparison(context.comparison),
        "area": None if context.area is None else _area(context.area),
        "split": None if split is None else _split(split),
        "matches": [asdict(match) for match in context.matches],
        "reliability": None if context.reliability is None else reliability.to_json(context.reliability),
    }  # fmt: skip


def _split(split: SplitFacts) -> dict[str, Any]:
    seen = {name or "map": pixels for name, pixels in split.influence.items()}
    chosen = [asdict(one) for one in split.chosen_by]
    lists = {"not_tested": [*split.not_tested], "after": [*split.after], "chosen_by": chosen}
    return asdict(split) | lists | {"influence": seen}


def _draws(draws: Draws) -> dict[str, Any]:
    runs = zip(draws.names, draws.seeds, draws.figures, draws.hashes, strict=True)
    return {
        "count": len(draws.figures),
        "oa": mean_json(draws.oa),
        "aa": mean_json(draws.aa),
        "kappa": mean_json(draws.kappa),
        "classes": [
            {
                "number": c.number,
                "name": c.name,
                "producers_accuracy": mean_json(c.producers),
                "users_accuracy": mean_json(c.users),
                "f1": mean_json(c.f1),
                "iou": mean_json(c.iou),
            }
            for c in draws.classes
        ],
        "runs": [
            {"map": name, "seed": seed, "hashes": dict(hashes), "accuracy": to_json(figures)}
            for name, seed, figures, hashes in runs
        ],
    }


def mean_json(found: Mean) -> dict[str, Any]:
    """A figure over draws; null for what is not defined."""
    return {
        "mean": _or_null(found.mean),
        "sd": _or_null(found.sd),
        "interval": bounds(found.interval),
        "draws": found.draws,
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "first": found.first,
        "second": found.second,
        "draws": [
            {**_mcnemar(test), **{name: [_or_null(v) for v in pair] for name, pair in figures.items()}}
            for test, figures in zip(found.draws, found.figures, strict=True)
        ],
        "paired": {
            name: {"difference": mean_json(p.difference), "t": _or_null(p.t), "p": _or_null(p.p),
                   "wilcoxon_p": _or_null(p.wilcoxon_p)}
            for name, p in found.paired.items()
        },
    }  # fmt: skip


def _mcnemar(test: McNemar) -> dict[str, Any]:
    return {
        "both": test.both,
        "only_first": test.only_first,
        "only_second": test.only_second,
        "neither": test.neither,
        "chi_square": _or_null(test.statistic),
        "p": test.p,
        "difference": test.difference,
        "interval": bounds(test.interval),
    }


def _area(found: AreaEstimate) -> dict[str, Any]:
    figures = found.figures
    classes = []
    for i, number in enumerate(found.classes):
        (pixels, half), hectares = found.pixels(i), found.hectares(i)
        classes.append(
            {
                "number": number,
                "mapped_pixels": found.mapped[i],
                "pixels": _or_null(pixels),
                "pixels_half_interval": _or_null(half),
                "hectares": hectares and _or_null(hectares[0]),
                "hectares_half_interval": hectares and _or_null(hectares[1]),
                "share": _or_null(figures.share[i]),
                "share_se": _or_null(figures.share_se[i]),
                "users_accuracy": _or_null(figures.users[i]),
                "users_se": _or_null(figures.users_se[i]),
                "producers_accuracy": _or_null(figures.producers[i]),
                "producers_se": _or_null(figures.producers_se[i]),
            }
        )
    return {
        "design": found.design,
        "total_pixels": found.total,
        "outside_pixels": found.outside,
        "oa": figures.overall,
        "oa_se": figures.overall_se,
        "classes": classes,
    }


def _spectra(spectra: Spectra | None) -> dict[str, Any] | None:
    if spectra is None:
        return None
    return {
        "wavelengths_nm": list(spectra.wavelengths),
        "classes": [
            {
                "number": c.number,
                "name": c.name,
                "pixels": c.pixels,
                "mean": [_or_null(v) for v in c.mean],
                "sd": [_or_null(v) for v in c.sd],
            }
            for c in spectra.classes
        ],
    }


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value
