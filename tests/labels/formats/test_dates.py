"""Files of shapes with fields of dates, as those of field books are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest

from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.formats.vector_files import table_of

GRID = Grid(2, 4)
pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """Four polygons, a column of pixels each: what grew there, day and time of the visit; one was not visited."""
    path = tmp_path / "visits.gpkg"
    rings = [np.array([(c, 0), (c + 1, 0), (c + 1, 1), (c, 1), (c, 0)], dtype=np.float64) for c in range(4)]
    days = np.array(["2024-05-02", "2024-05-01", "NaT", "2024-05-01"], dtype="datetime64[D]")
    stamps = ["2024-05-02T10:00:00", "2024-05-01T09:30:00.5", "NaT", "2024-05-01T09:45"]
    times = np.array(stamps, dtype="datetime64[ms]")
    grew = np.array(["maize", "rye", "rye", "maize"], dtype=object)
    shapes = np.array([wkb.encoded([ring]) for ring in rings], dtype=object)
    pyogrio.raw.write(path, shapes, [grew, days, times], ["grew", "day", "visited"], driver="GPKG",
                      geometry_type="Polygon", crs=None, layer="visits")  # fmt: skip
    return path


def test_a_date_is_no_class_where_a_field_of_text_is_one(visits):
    found = read_classes(visits, grid=GRID)
    assert [found.classes.get(int(n)).name for n in found.array[0]] == ["maize", "rye", "rye", "maize"]


def test_a_field_of_dates_is_the_class_where_it_is_chosen_and_none_is_unlabelled(visits):
    found = read_classes(visits, grid=GRID, variable="day")
    assert found.array[0].tolist() == [2, 1, 0, 1]
    assert [each.name for each in found.classes] == ["2024-05-01", "2024-05-02"]


def test_times_are_text_as_iso_8601_writes_them_and_empty_where_there_is_none(visits):
    table = table_of(visits, "visits")
    assert table.values[table.fields.index("visited")].tolist() == [
        "2024-05-02T10:00:00", "2024-05-01T09:30:00.500", "", "2024-05-01T09:45:00",
    ]  # fmt: skip
