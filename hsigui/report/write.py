"""The report of one evaluation: a page to read, tables for a spreadsheet, JSON for a program.

report.json (UTF-8, one object), `"format": "hsigui-report", "version": 1`, and:

- `title`, `created` (ISO 8601 with time zone);
- `accuracy`: as `metrics.to_json` describes it;
- `scene`: `name`, `rows`, `cols`, `bands`;
- `settings`: name -> value, or section -> {name -> value}; `seeds`: name -> number; `versions`: package -> version;
- `device`: text or null; `seconds`: step -> seconds; `commands`: list of command lines that repeat the run;
- `transductive`: true when the encoder saw all pixels of the scene, without labels;
- `map`: list of {`number`, `name`, `color` (#rrggbb), `pixels`, `share`}, and `pixel_area_m2`, a number or null;
- `notes`: list of sentences.

confusion.csv: a header of the predicted names, one line a reference class, and totals; the first cell names the axes.
classes.csv: one line a class; an empty cell is a figure that is not defined.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

from hsigui.assets import resource
from hsigui.cube.saving import written_beside
from hsigui.report.maps import LegendRow
from hsigui.report.metrics import Accuracy, to_json


@dataclass(frozen=True)
class ReportContext:
    """What the figures belong to. Empty fields are left out of the page.

    Attributes:
        title: heading of the report.
        cube_name, rows, cols, bands: the scene.
        settings: name -> value, or section -> {name -> value}; values JSON-ready.
        seeds: what was random -> its seed.
        versions: package -> version.
        device: what it was computed on.
        seconds: step -> how long it took.
        commands: command lines that repeat the run, in order.
        transductive: the encoder was trained on all pixels of this scene, without labels.
        legend: classes of the map with pixel counts (`maps.legend_rows`).
        pixel_area_m2: area of one pixel; None when unknown.
        notes: further sentences that a reader should know.
        created: time of the report, ISO 8601; empty for now.
    """

    title: str = "Classification report"
    cube_name: str = ""
    rows: int = 0
    cols: int = 0
    bands: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    transductive: bool = False
    legend: tuple[LegendRow, ...] = ()
    pixel_area_m2: float | None = None
    notes: tuple[str, ...] = ()
    created: str = ""


def write_report(
    folder: str | Path, accuracy: Accuracy, *, context: ReportContext | None = None, map_png: bytes | Path | None = None
) -> list[Path]:
    """Writes report.html (one self-contained page), report.json, confusion.csv and classes.csv into a folder.

    An earlier report there is replaced, but only once all four files are written.

    Args:
        folder: made when missing.
        accuracy: the figures.
        context: what they belong to.
        map_png: a picture of the map, as PNG bytes or as a file; shown in the page.

    Returns:
        The four paths, report.html first.

    Raises:
        HsiError: the folder cannot be written to.
    """
    context = context or ReportContext()
    created = context.created or datetime.now().astimezone().isoformat(timespec="seconds")
    picture = map_png.read_bytes() if isinstance(map_png, Path) else map_png
    contents = {
        "report.html": page(accuracy, context, created, picture),
        "report.json": json.dumps(_as_json(accuracy, context, created), indent=2, ensure_ascii=False, allow_nan=False)
        + "\n",
        "confusion.csv": confusion_csv(accuracy),
        "classes.csv": classes_csv(accuracy),
    }
    paths = [Path(folder) / name for name in contents]
    with written_beside(*paths) as scratch:
        for path, text in zip(scratch, contents.values(), strict=True):
            path.write_text(text, encoding="utf-8", newline="")
    return paths


def page(accuracy: Accuracy, context: ReportContext, created: str, map_png: bytes | None = None) -> str:
    """The report as one HTML page without any outside part."""
    folder = resource("report")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"percent": _percent, "decimal": _decimal, "count": _count, "hex": _hex}
    return environment.get_template("report.html.j2").render(
        accuracy=accuracy,
        context=context,
        created=created.replace("T", " "),
        heat=_heat(accuracy),
        sections=_sections(context.settings),
        map_uri=None if map_png is None else "data:image/png;base64," + base64.b64encode(map_png).decode(),
    )


def confusion_csv(accuracy: Accuracy) -> str:
    """The confusion matrix, rows reference and columns predicted, with totals."""
    rows = accuracy.matrix.tolist()
    table: list[list[object]] = [["reference \\ predicted", *accuracy.columns, "total"]]
    table += [[name, *row, sum(row)] for name, row in zip(accuracy.names, rows, strict=True)]
    table.append(["total", *accuracy.matrix.sum(axis=0).tolist(), accuracy.n_test])
    return _csv(table)


def classes_csv(accuracy: Accuracy) -> str:
    """One line a class: number, name, producer's and user's accuracy and F1 as fractions, test and training pixels."""
    header = ["number", "name", "producers_accuracy", "users_accuracy", "f1", "test_pixels", "train_pixels"]
    shares = ([_cell(v) for v in part] for part in (accuracy.producers, accuracy.users, accuracy.f1))
    train = accuracy.train_support or [""] * len(accuracy.classes)
    columns = (accuracy.classes, accuracy.names, *shares, accuracy.support, train)
    return _csv([header, *zip(*columns, strict=True)])


def _as_json(accuracy: Accuracy, context: ReportContext, created: str) -> dict[str, Any]:
    legend = [
        {"number": r.number, "name": r.name, "color": _hex(r.color), "pixels": r.pixels, "share": r.share}
        for r in context.legend
    ]
    return {
        "format": "hsigui-report",
        "version": 1,
        "title": context.title,
        "created": created,
        "accuracy": to_json(accuracy),
        "scene": {"name": context.cube_name, "rows": context.rows, "cols": context.cols, "bands": context.bands},
        "settings": dict(context.settings),
        "seeds": dict(context.seeds),
        "versions": dict(context.versions),
        "device": context.device or None,
        "seconds": dict(context.seconds),
        "commands": list(context.commands),
        "transductive": context.transductive,
        "map": legend,
        "pixel_area_m2": context.pixel_area_m2,
        "notes": list(context.notes),
    }


def _sections(settings: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
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


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _cell(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.6f}"


def _csv(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
