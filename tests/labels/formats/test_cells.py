"""Names that spreadsheets would run as formulas are texts in every table, and are read as they were."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import cells
from hsigui.labels.formats.class_tables import read_table, write_table
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from hsigui.report.tables import csv_text

NAMES = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "'=quoted", "''-twice", "'plain", "'", "-", "=", "-5", "+1e3",
    "Corn", "a=b", 'with "quotes" and, commas; too', "=HYPERLINK(\"http://x\",'y')",
]  # fmt: skip
TABLE = ClassTable(tuple(ClassInfo(n, name, (n, 0, 0)) for n, name in enumerate(NAMES, 1)))


@pytest.mark.parametrize("name", [*NAMES, "", " ", "\t=1", "\r=1"])
def test_a_cell_comes_back_as_it_was_and_is_no_formula(name: str) -> None:
    cell = cells.escaped(name)
    assert cells.as_it_was(cell) == name
    assert cell[:1] not in ("=", "@", "\t", "\r")
    assert cell[:1] not in ("+", "-") or float(cell) is not None
    assert cell in (name, f"'{name}")


def test_figures_stay_figures() -> None:
    assert csv_text([["=x", -0.5, "-0.5", "1e-3", 7, ""]]) == "'=x,-0.5,-0.5,1e-3,7,\n"


def test_tables_of_classes_and_of_pixels_hold_no_formula(tmp_path: Path) -> None:
    array = np.arange(1, len(NAMES) + 1, dtype=np.uint16).reshape(1, -1)
    write_table(tmp_path / "classes.csv", TABLE)
    write_classes(tmp_path / "pixels.csv", array, TABLE, Geo())
    for name in ("classes.csv", "pixels.csv"):
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            found = [row["class_name"] for row in csv.DictReader(file)]
        assert found == [cells.escaped(n) for n in NAMES]
    assert [c.name for c in read_table(tmp_path / "classes.csv")] == NAMES
    raster = read_classes(tmp_path / "pixels.csv", grid=Grid(*array.shape))
    assert {c.number: c.name for c in raster.classes} == dict(enumerate(NAMES, 1))


def test_numbers_of_a_study_of_classes_named_like_formulas_are_read_by_other_programs(tmp_path: Path) -> None:
    text = csv_text([["name", "oa"], *([name, 0.5] for name in NAMES)])
    rows = list(csv.reader(text.splitlines()))[1:]
    assert [cells.as_it_was(name) for name, _ in rows] == NAMES
    assert {oa for _, oa in rows} == {"0.5"}
