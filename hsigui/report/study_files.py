"""The report of a study: a page to read, tables for a spreadsheet, JSON for a program.

study.json (UTF-8, one object), `"format": "hsigui-study", "version": 1`; resources/help/study.md describes its fields.
Shares are fractions of 1, what is not defined is null. study.csv: one line a row, with its differences to what it is
compared with; an empty cell is a figure that is not defined. study-classes.csv: one line a row and class.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.attributes import color_text
from hsigui.report.comparisons import AGAINST, SPATIAL, UNTRAINED, difference_tables
from hsigui.report.study import (
    Candidate,
    ClassRow,
    Comparison,
    Gain,
    Sampling,
    Study,
    StudyRow,
    cell_in_words,
    of_strokes,
    untested,
)
from hsigui.report.write import csv_text, sections, template
from hsigui.saving import written_beside
from hsigui.texts import say

FORMAT, VERSION = "hsigui-study", 1


def write_study(folder: Path, study: Study, classes: ClassTable) -> list[Path]:
    """Writes study.html (one self-contained page), study.csv, study-classes.csv and study.json into a folder.

    Returns:
        The four paths, study.html first.

    Raises:
        HsiError: the folder cannot be written to.
    """
    created = study.context.created or datetime.now().astimezone().isoformat(timespec="seconds")
    contents = {
        "study.html": page(study, classes, created),
        "study.csv": rows_csv(study.rows, study.comparisons),
        "study-classes.csv": classes_csv(study.rows),
        "study.json": json.dumps(to_json(study, created), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }
    paths = [folder / name for name in contents]
    with written_beside(*paths) as scratch:
        for path, text in zip(scratch, contents.values(), strict=True):
            path.write_text(text, encoding="utf-8", newline="")
    return paths


def to_json(study: Study, created: str) -> dict[str, Any]:
    """The study as JSON-ready values."""
    context = study.context
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": context.title,
        "created": created,
        "scene": {"name": context.cube_name, "rows": context.rows, "cols": context.cols, "bands": context.bands},
        "settings": dict(context.settings),
        "seeds": {**context.seeds, "draws": list(study.draw_seeds)},
        "versions": dict(context.versions),
        "device": context.device or None,
        "threads": study.threads,
        "seconds": dict(context.seconds),
        "commands": list(context.commands),
        "transductive": context.transductive,
        "rows": [asdict(row) for row in study.rows],
        "comparisons": [asdict(comparison) for comparison in study.comparisons],
        "gains": [asdict(gain) for gain in study.gains],
        "samplings": [asdict(sampling) for sampling in study.samplings],
        "failures": [asdict(failure) for failure in study.failures],
        "notes": list(context.notes),
    }


@dataclass(frozen=True)
class SavedStudy:
    """What is read of a study's report.

    Attributes:
        title, scene, created: what it is of, and when it was written.
        settings: of the study, as the report names them.
        seed: of the first draw.
        rows, comparisons: its table.
    """

    title: str
    scene: str
    created: str
    settings: Mapping[str, Any]
    seed: int
    rows: tuple[StudyRow, ...]
    comparisons: tuple[Comparison, ...]


def read_study(folder: Path) -> SavedStudy:
    """Reads the report of a study.

    Raises:
        HsiError: there is none, or it cannot be read.
    """
    path = folder / "study.json"
    try:
        found = untrusted.json_of(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError(found["format"])
        rows = tuple(
            StudyRow(**{**row, "classes": tuple(ClassRow(**each) for each in row["classes"])}) for row in found["rows"]
        )
        comparisons = tuple(Comparison(**each) for each in found.get("comparisons") or ())
        settings = found.get("settings", {}).get("Study", {})
        return SavedStudy(
            str(found["title"]), str(found["scene"]["name"]), str(found["created"]), settings,
            int(found["seeds"]["pretraining"]), rows, comparisons,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise HsiError(
            say("There is no finished study in {folder}.", folder=folder),
            say("Choose the folder that has study.json; a study that was stopped goes on when it is run again."),
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HsiError(
            say("{path} cannot be read: {error}.", path=path, error=error), say("Run the study again into that folder.")
        ) from error


COLUMNS = (
    "method", "preset", "untrained", "context", "family", "split", "labels", "draws", "oa_mean", "oa_sd", "aa_mean",
    "aa_sd", "kappa_mean", "kappa_sd", "pretrain_s", "features_s", "map_s", "failed", "confidence_mean", "ece_mean",
    "ece_before_mean",
)  # fmt: skip
_NAMES = {UNTRAINED: "untrained", SPATIAL: "spatial"}
_FIGURES = ("mean", "se", "p", "p_holm")
DIFFERENCES = tuple(f"over_{_NAMES[against]}_{name}" for against in AGAINST for name in _FIGURES)


def rows_csv(rows: Sequence[StudyRow], comparisons: Sequence[Comparison] = ()) -> str:
    """One line a row; shares are fractions of 1."""
    return csv_text([(*COLUMNS, *DIFFERENCES), *(row_cells(row, comparisons) for row in rows)])


def row_cells(row: StudyRow, comparisons: Iterable[Comparison], scene: str = "") -> list[str | int]:
    """The cells of `COLUMNS` and of `DIFFERENCES`; the scene is that of the comparisons."""
    own = [_cell(getattr(row, name)) for name in COLUMNS]
    return [*own, *map(_precise, differences(row, comparisons, scene).values())]


def differences(row: StudyRow, comparisons: Iterable[Comparison], scene: str = "") -> dict[str, float | None]:
    """The values of `DIFFERENCES` by name; None where the row is not compared with that."""
    where = (scene, row.split, row.labels)
    own = {c.against: c for c in comparisons if c.key == row.key and c.cell == where}
    figures = ((own.get(against), name) for against in AGAINST for name in _FIGURES)
    values = (None if found is None else getattr(found, name) for found, name in figures)
    return dict(zip(DIFFERENCES, values, strict=True))


def gain_cells(candidate: Candidate, gains: Iterable[Gain]) -> list[str | int] | None:
    """The cells of `COLUMNS` and `DIFFERENCES` of a row's means over all cells; None where it has none."""
    own = {gain.against: gain for gain in gains if gain.key == candidate.key}
    if not own:
        return None
    known = {name: _cell(getattr(candidate, name, None)) for name in COLUMNS}
    known["draws"] = min(gain.draws for gain in own.values())
    told = (own.get(against) for against in AGAINST)
    means = [(_precise(found.mean), _precise(found.se), "", "") if found else ("",) * len(_FIGURES) for found in told]
    return [*known.values(), *(cell for figures in means for cell in figures)]


def classes_csv(rows: Sequence[StudyRow]) -> str:
    """One line a row and class: producer's accuracy over the draws that test the class, and how many do."""
    header = [
        "method", "preset", "untrained", "context", "split", "labels", "number", "name", "producers_accuracy_mean",
        "producers_accuracy_sd", "draws_tested",
    ]  # fmt: skip
    lines = (
        [row.method, row.preset, _cell(row.untrained), row.context, row.split, row.labels, c.number, c.name,
         _cell(c.recall_mean), _cell(c.recall_sd), c.tested]
        for row in rows
        for c in row.classes
    )  # fmt: skip
    return csv_text([header, *lines])


def _cell(value: str | float | None) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    return f"{value:.6f}" if isinstance(value, float) else value


def _precise(value: float | None) -> str:
    """A difference or a value of p, which may be far below 1."""
    return "" if value is None else f"{value:.6g}"


def page(study: Study, classes: ClassTable, created: str) -> str:
    """The study as one HTML page without any outside part."""
    tables = [_Table(s, [r for r in study.rows if (r.split, r.labels) == (s.split, s.labels)]) for s in study.samplings]
    lowest = min((r.oa_mean - (r.oa_sd or 0) for r in study.rows if r.oa_mean is not None), default=0.0)
    low = min(0.9, max(0.0, math.floor(10 * lowest) / 10))  # where the strips begin
    return template("study.html.j2").render(
        study=study,
        differences=difference_tables(study.comparisons, study.gains),
        cell_in_words=cell_in_words,
        of_strokes=of_strokes,
        context=study.context,
        created=created.replace("T", " "),
        tables=tables,
        colors={c.number: color_text(c.color) for c in classes},
        sections=sections(study.context.settings),
        low=low,
        place=lambda share: round(100 * (share - low) / (1 - low), 2),
    )


class _Table:
    """A table of the page: the rows of one sampling, and the best figure of each column."""

    def __init__(self, sampling: Sampling, rows: Sequence[StudyRow]) -> None:
        self.sampling, self.rows = sampling, rows
        self.best = {name: _best(getattr(row, name) for row in rows) for name in ("oa_mean", "aa_mean", "kappa_mean")}
        per_class = zip(*(row.classes for row in rows), strict=True)
        self.best_of_class = [_best(cell.recall_mean for cell in cells) for cells in per_class]
        self.untested = untested(sampling)
        self.relied = any(row.ece_mean is not None for row in rows)


def _best(values: Iterable[float | None]) -> float | None:
    """The largest value to as many digits as are shown, so that what looks the same is marked alike."""
    return max((round(v, 3) for v in values if v is not None), default=None)
