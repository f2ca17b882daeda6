"""GeoPackages with several layers: which one is asked, and its field as well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest

from hsigui.cli import run as main
from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import AmbiguousLabels, Grid, read_classes

GRID = Grid(2, 4)
pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


def layer(path: Path, name: str, col: int, **columns: list[int]) -> None:
    ring = np.array([(col, 0), (col + 1, 0), (col + 1, 1), (col, 1), (col, 0)], dtype=np.float64)
    fields = [np.array(values, dtype=np.int32) for values in columns.values()]
    pyogrio.raw.write(path, np.array([wkb.encoded([ring])], dtype=object), fields, list(columns), driver="GPKG",
                      geometry_type="Polygon", crs=None, layer=name, append=path.exists())  # fmt: skip


@pytest.fixture
def several(tmp_path: Path) -> Path:
    path = tmp_path / "field.gpkg"
    layer(path, "2023", 0, class_id=[1])
    layer(path, "2024", 2, crop=[5], soil=[9])
    return path


def test_layers_are_a_question_and_each_answer_reads_its_own(several: Path):
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(several, grid=GRID)
    assert [info.name for info in asked.value.candidates] == ["2023", "2024"]
    assert read_classes(several, grid=GRID, variable="2023").array[0].tolist() == [1, 0, 0, 0]


def test_fields_of_a_layer_are_a_question_whose_answers_name_both(several: Path):
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(several, grid=GRID, variable="2024")
    names = [info.name for info in asked.value.candidates]
    assert names == ["2024/crop", "2024/soil"]
    assert [int(read_classes(several, grid=GRID, variable=name).array[0, 2]) for name in names] == [5, 9]


def test_fields_of_the_one_layer_are_named_alone(tmp_path: Path):
    layer(tmp_path / "one.gpkg", "x", 2, crop=[5], soil=[9])
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(tmp_path / "one.gpkg", grid=GRID)
    assert [info.name for info in asked.value.candidates] == ["crop", "soil"]


def test_a_command_takes_a_layer_by_name(several: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    np.save(tmp_path / "cube.npy", np.random.default_rng(0).random((2, 4, 5)))
    words = ["labels", str(several), str(tmp_path / "o.tif"), "--scene", str(tmp_path / "cube.npy")]
    assert main(words) == 1
    assert "several layers" in capsys.readouterr().err
    assert main([*words, "--layer", "2024/crop"]) == 0
    assert read_classes(tmp_path / "o.tif").array[0].tolist() == [0, 0, 5, 0]
