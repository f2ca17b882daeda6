"""The report of one evaluation: a page to read, tables for a spreadsheet, JSON for a program.

- report.html: one self-contained page, to be read or printed.
- report.json: the same for a program; `resources/help/report-json.md` describes it.
- confusion.csv, confusion-percent.csv: a header of the predicted names, one line a reference class; the first cell
  names the axes. classes.csv: one line a class; draws.csv: one line a draw, where there are several; area.csv: one
  line a class, where areas were estimated; reliability.csv and reliability-classes.csv: one line a bin of confidence
  and one a class, where the map's confidence is known. An empty cell is a figure that is not defined.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

from hsigui.assets import resource
from hsigui.labels.formats.attributes import color_text
from hsigui.report import reliability
from hsigui.report.context import ReportContext
from hsigui.report.document import as_json
from hsigui.report.intervals import Interval, kappa_interval, wilson
from hsigui.report.metrics import Accuracy, about_missing_data, about_untrained
from hsigui.report.reliability_svg import diagram
from hsigui.report.spectra_svg import drawings
from hsigui.report.split_map import drawn_side
from hsigui.report.tables import area_csv, classes_csv, confusion_csv, csv_text, draws_csv, percent_csv
from hsigui.saving import written_beside

__all__ = ["ReportContext", "csv_text", "page", "sections", "template", "write_report"]


def write_report(
    folder: str | Path, accuracy: Accuracy, *, context: ReportContext | None = None,
    map_png: bytes | Path | None = None, split_png: bytes | None = None,
) -> list[Path]:  # fmt: skip
    """Writes report.html (one self-contained page), report.json and the tables into a folder.

    An earlier report there is replaced, but only once all files are written.

    Args:
        folder: made when missing.
        accuracy: the figures; of several draws, added up.
        context: what they belong to.
        map_png: a picture of the map, as PNG bytes or as a file; shown in the page.
        split_png: a picture of training and test pixels.

    Returns:
        The paths, report.html first.

    Raises:
        HsiError: the folder cannot be written to.
    """
    context = context or ReportContext()
    created = context.created or datetime.now().astimezone().isoformat(timespec="seconds")
    picture = map_png.read_bytes() if isinstance(map_png, Path) else map_png
    document = json.dumps(as_json(accuracy, context, created), indent=2, ensure_ascii=False, allow_nan=False)
    contents = {
        "report.html": page(accuracy, context, created, picture, split_png),
        "report.json": document + "\n",
        "confusion.csv": confusion_csv(accuracy),
        "confusion-percent.csv": percent_csv(accuracy),
        "classes.csv": classes_csv(accuracy, intervals=context.draws is None),
    }
    if context.draws is not None:
        contents["draws.csv"] = draws_csv(context.draws)
    if context.reliability is not None:
        contents["reliability.csv"] = reliability.bins_csv(context.reliability)
        contents["reliability-classes.csv"] = reliability.classes_csv(context.reliability)
    if context.area is not None:
        contents["area.csv"] = area_csv(context.area, accuracy.names)
    paths = [Path(folder) / name for name in contents]
    with written_beside(*paths) as scratch:
        for path, text in zip(scratch, contents.values(), strict=True):
            path.write_text(text, encoding="utf-8", newline="")
    return paths


def page(
    accuracy: Accuracy, context: ReportContext, created: str, map_png: bytes | None = None,
    split_png: bytes | None = None,
) -> str:  # fmt: skip
    """The report as one HTML page without any outside part."""
    single = context.draws is None
    return template("report.html.j2").render(
        accuracy=accuracy,
        untrained=about_untrained(accuracy),
        missing=about_missing_data(accuracy),
        context=context,
        created=created.replace("T", " "),
        heat=_heat(accuracy),
        sections=sections(context.settings),
        seeds=[(k, ", ".join(map(str, v)) if isinstance(v, list | tuple) else v) for k, v in context.seeds.items()],
        oa_interval=wilson(sum(accuracy.right), accuracy.n_test) if single else None,
        kappa_interval=kappa_interval(accuracy.matrix, accuracy.kappa) if single else None,
        spectra=drawings(context.spectra) if context.spectra else [],
        diagram=diagram(context.reliability) if context.reliability else "",
        map_uri=_uri(map_png),
        split_uri=_uri(split_png),
        enlarged=drawn_side((context.rows, context.cols)) > 1,
    )


def _uri(png: bytes | None) -> str | None:
    return None if png is None else "data:image/png;base64," + base64.b64encode(png).decode()


def template(name: str) -> jinja2.Template:
    """A page's template, with filters for shares (percent), figures (decimal), counts and colours (hex)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("report")), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "percent": _percent,
        "decimal": _decimal,
        "count": _count,
        "hex": color_text,
        "pvalue": _pvalue,
    }
    environment.filters["range"] = _range
    return environment.get_template(name)


def sections(settings: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Settings as titled groups: plain values first, under no title."""
    plain = [(k, v) for k, v in settings.items() if not isinstance(v, Mapping)]
    groups = [(k, list(v.items())) for k, v in settings.items() if isinstance(v, Mapping)]
    return [("", plain), *groups] if plain else groups


def _heat(accuracy: Accuracy) -> list[list[int]]:
    """How strongly each cell of the matrix is tinted, 0 to 100, by its share of the row.

    Errors by the square root, because they are shares of a few per cent that should be seen at a glance.
    """
    tints = []
    for i, row in enumerate(accuracy.matrix.tolist()):
        shares = [n / max(1, sum(row)) for n in row]
        tints.append([math.ceil(100 * (share if i == j else math.sqrt(share))) for j, share in enumerate(shares)])
    return tints


def _percent(share: float, digits: int = 1) -> str:
    return "n/a" if math.isnan(share) else f"{100 * share:.{digits}f}"


def _decimal(value: float, digits: int = 3) -> str:
    return "n/a" if math.isnan(value) else f"{value:.{digits}f}".replace("-", "−")


def _count(number: int) -> str:
    return f"{number:,}"


def _range(interval: Interval, digits: int = 1, scale: float = 100) -> str:
    """Lower and upper bound, such as "81.2–84.0"."""
    if not interval.known:
        return "n/a"
    low, high = (f"{scale * value:.{digits}f}".replace("-", "−") for value in (interval.low, interval.high))
    return f"{low} – {high}" if "−" in low + high else f"{low}–{high}"


def _pvalue(p: float) -> str:
    return "n/a" if math.isnan(p) else "< 0.0001" if p < 0.0001 else f"{p:.4f}"
