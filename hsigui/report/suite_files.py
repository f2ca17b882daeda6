"""The report of a suite: suite.html, a page to read; suite.csv, for a spreadsheet; suite.json, for a program.

suite.json (UTF-8, one object), `"format": "hsigui-suite", "version": 1`; suite.csv: one line for each scene, cell and
row with the columns of study.csv, then the means over all cells of all scenes under the scene "all scenes".
resources/help/study.md describes both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hsigui.report.comparisons import difference_tables
from hsigui.report.study import Candidate, StudyRow, cell_in_words
from hsigui.report.study_files import COLUMNS, DIFFERENCES, gain_cells, row_cells
from hsigui.report.suite import Suite
from hsigui.report.write import csv_text, sections, template
from hsigui.saving import written_beside

VERSION = 1
ALL = "all scenes"


def write_suite(folder: Path, suite: Suite) -> list[Path]:
    """Writes suite.html (one self-contained page), suite.csv and suite.json into a folder.

    Returns:
        The three paths, suite.html first.

    Raises:
        HsiError: the folder cannot be written to.
    """
    contents = {
        "suite.html": page(suite),
        "suite.csv": rows_csv(suite),
        "suite.json": json.dumps(to_json(suite), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }
    paths = [folder / name for name in contents]
    with written_beside(*paths) as scratch:
        for path, text in zip(scratch, contents.values(), strict=True):
            path.write_text(text, encoding="utf-8", newline="")
    return paths


def to_json(suite: Suite) -> dict[str, Any]:
    """The suite as JSON-ready values."""
    return {
        "format": "hsigui-suite",
        "version": VERSION,
        "title": suite.title,
        "created": suite.created,
        "settings": dict(suite.settings),
        "versions": dict(suite.versions),
        "commands": list(suite.commands),
        "scenes": [
            {
                "name": scene.name,
                "failed": scene.failed,
                "draws": [] if scene.study is None else list(scene.study.draw_seeds),
                "rows": [{name: getattr(row, name) for name in ("title", *COLUMNS)} for row in scene.rows],
                "failures": [] if scene.study is None else [asdict(failure) for failure in scene.study.failures],
            }
            for scene in suite.scenes
        ],
        "comparisons": [asdict(comparison) for comparison in suite.comparisons],
        "gains": [asdict(gain) for gain in suite.gains],
    }


def rows_csv(suite: Suite) -> str:
    """One line for each scene, cell and row; shares are fractions of 1."""
    lines = [
        [scene.name, *row_cells(row, suite.comparisons, scene.name)] for scene in suite.scenes for row in scene.rows
    ]
    means = [
        [ALL, *cells] for candidate in suite.candidates if (cells := gain_cells(candidate, suite.gains)) is not None
    ]
    return csv_text([("scene", *COLUMNS, *DIFFERENCES), *lines, *means])


@dataclass(frozen=True)
class _Column:
    """A cell of a scene, what each candidate reached there, and the best of them to as many digits as are shown."""

    scene: str
    title: str
    rows: tuple[StudyRow | None, ...]
    best: float | None


def page(suite: Suite) -> str:
    """The suite as one HTML page without any outside part."""
    return template("suite.html.j2").render(
        suite=suite,
        candidates=suite.candidates,
        columns=_columns(suite),
        differences=difference_tables(suite.comparisons, suite.gains),
        cell_in_words=cell_in_words,
        sections=sections(suite.settings),
    )


def _columns(suite: Suite) -> list[_Column]:
    return [
        _column(scene.name, cell_in_words(sampling.split, sampling.labels), suite.candidates,
                [row for row in scene.rows if (row.split, row.labels) == (sampling.split, sampling.labels)])
        for scene in suite.scenes
        for sampling in scene.samplings
    ]  # fmt: skip


def _column(scene: str, title: str, candidates: Iterable[Candidate], rows: list[StudyRow]) -> _Column:
    by_key = {row.key: row for row in rows}
    best = max((round(row.oa_mean, 3) for row in rows if row.oa_mean is not None), default=None)
    return _Column(scene, title, tuple(by_key.get(candidate.key) for candidate in candidates), best)
