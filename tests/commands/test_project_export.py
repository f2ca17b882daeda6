"""`hsigui project export`: what a project holds, as files that other programs read."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS

from hsigui.__main__ import main
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.open import open_cube
from hsigui.labels.formats.class_tables import read_table
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline import split
from hsigui.storage.kept_scene import SceneFacts, Surroundings
from hsigui.storage.project_content import read_content
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.schema import ENTRIES, Rows
from tests.commands.projects import CHECKS, CLASSES, DRAWN, GEO, SAMPLE, TRUTH, change, everything, facts, write_project

UTM = CRS.from_epsg(32632)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "fields.hsigui", Geo(GEO.transform, UTM.to_wkt()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "export"


def export(project: Path, folder: Path, *more: str) -> int:
    return main(["project", "export", str(project), "--to", str(folder), *more])


def values(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_every_part_is_written_and_listed(project, folder, capsys):
    assert export(project, folder, "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["folder"] == str(folder)
    assert len(listed["files"]) == len(set(listed["files"]))
    assert set(listed["files"]) == files(folder)
    rasters = [f"field/{name}.tif" for name in ("labels", "labels-validation", "ground-truth", "map-labels")]
    tables = ["field/labels.tif.hsigui.json", "field/classes.csv", "field/spectra.csv", "field/scene.json"]
    of_nothing = ["field-2/labels.tif", "field-2/labels.tif.aux.xml", "field-2/scene.json"]
    assert files(folder) == {
        *rasters,
        *(f"{raster}.aux.xml" for raster in rasters),
        *tables,
        *of_nothing,
        "project.json",
    }


def test_rasters_have_names_colours_and_place(project, folder):
    assert export(project, folder) == 0
    arrays = {"labels": DRAWN.train, "labels-validation": CHECKS, "ground-truth": TRUTH, "map-labels": DRAWN.train}
    for name, array in arrays.items():
        path = folder / "field" / f"{name}.tif"
        with rasterio.open(path) as dataset:
            assert np.array_equal(dataset.read(1), array)
            assert dataset.crs == UTM
            assert dataset.transform == rasterio.Affine(*GEO.transform)
            assert dataset.colormap(1)[1] == (200, 30, 10, 255)
        assert read_classes(path).classes.content == CLASSES.content


def test_a_scene_without_a_place_has_rasters_without_one(tmp_path, folder):
    assert export(write_project(tmp_path / "fields.hsigui", Geo()), folder) == 0
    raster = read_classes(folder / "field" / "labels.tif")
    assert (raster.geo.transform, raster.geo.crs_wkt) == (None, None)


def test_tables_of_classes_and_spectra_are_those_of_the_window(project, folder):
    assert export(project, folder) == 0
    assert read_table(folder / "field" / "classes.csv").content == CLASSES.content
    with (folder / "field" / "spectra.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["band", "wavelength_nm", "row 0, col 1", "mean"],
            ["1", "400", "0.5", "1"], ["2", "500.5", "", "2"], ["3", "600", "0.25", "3"],
        ]  # fmt: skip


def test_labels_that_are_still_as_drawn_have_the_record_of_the_draw_beside_them(project, folder, tmp_path):
    assert export(project, folder) == 0
    assert split.load(folder / "field" / "labels.tif", DRAWN.train) == SAMPLE.record
    with closing(ProjectFile(project)) as file:
        painted = np.where(DRAWN.train == 0, np.uint16(1), DRAWN.train)
        file.write(facts(1), change(painted))
    assert export(project, tmp_path / "painted") == 0
    assert not (tmp_path / "painted" / "field" / "labels.tif.hsigui.json").exists()


def test_the_rest_of_a_scene_is_told(project, folder):
    assert export(project, folder) == 0
    about = json.loads((folder / "field" / "scene.json").read_text("utf-8"), parse_constant=refuse_constant)
    assert (about["format"], about["version"], about["crs"]) == ("hsigui-project-scene", 1, "EPSG:32632")
    assert about["history"] == [{"text": "Draw sample", "done": True}, {"text": "Stroke", "done": False}]
    assert about["view"].items() >= {"red": 2, "green": 1, "blue": 0, "low": 2.0, "high": 98.0, "single": None}.items()
    assert about["view"]["stretch"]["kind"] == "percentiles"
    assert about["map_wanted"]["context"] == "mid"
    assert [(Path(run["folder"]).name, run["in_use"], run["sha256"][:1]) for run in about["runs"]] == [
        ("old", False, "a"), ("new", True, ""),
    ]  # fmt: skip
    made = about["map"]
    assert (made["spec"]["smooth"], made["sha256"], made["measured_on"]) == (1.5, "b" * 64, "ground truth gt.mat")
    assert made["labels"] == np.count_nonzero(DRAWN.train)
    assert about["samples"][0]["record"]["kind"] == "as drawn"
    assert about["read_as"]["choice"]["variable"] == "cube"
    assert [(c["number"], c["name"], c["locked"]) for c in about["classes"]] == [
        (1, "Weizen, früh", False), (7, "Water", True),
    ]  # fmt: skip
    assert {*about["files"]} == {path.name for path in (folder / "field").iterdir()}


def test_the_whole_is_in_one_list_with_paths_from_there(project, folder):
    assert export(project, folder) == 0
    about = values(folder / "project.json")
    assert (folder / about["project"]).resolve() == project.resolve()
    assert about["shown"] == "field"
    assert about["window"] == {"tool": "tool_brush", "export": {"title": "Fields"}}
    assert [(scene["folder"], scene["name"], scene["bands"]) for scene in about["scenes"]] == [
        ("field", "field", 3), ("field-2", "field", 3),
    ]  # fmt: skip
    assert {file for scene in about["scenes"] for file in scene["files"]} == files(folder) - {"project.json"}


@pytest.mark.parametrize(("name", "folders"), [("field", ["field", "field-2"]), ("field-2", ["field-2"])])
def test_scenes_of_a_name_are_written_alone(project, folder, name, folders):
    assert export(project, folder, "--scene", name) == 0
    assert sorted(path.name for path in folder.iterdir()) == [*folders, "project.json"]


def test_a_scene_that_is_not_there_is_refused_with_those_that_are(project, folder, capsys):
    assert export(project, folder, "--scene", "forest") == 1
    assert "Its scenes are field, field-2." in capsys.readouterr().err
    assert not folder.exists()


def test_a_folder_that_holds_files_is_left_as_it_is_without_a_wish(project, folder, capsys):
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine")
    assert export(project, folder) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert files(folder) == {"mine.txt"}


def test_on_request_it_is_written_into_and_what_is_of_before_is_told(project, folder, capsys):
    assert export(project, folder) == 0
    (folder / "field" / "labels.tif").write_bytes(b"old")
    (folder / "field" / "older.tif").write_bytes(b"older")
    assert export(project, folder, "--overwrite") == 0
    said = capsys.readouterr().err
    assert "labels.tif is there already, and will be written over" in said
    assert "also holds older.tif" in said
    assert np.array_equal(read_classes(folder / "field" / "labels.tif").array, DRAWN.train)
    assert (folder / "field" / "older.tif").read_bytes() == b"older"


def test_the_file_of_a_scene_is_never_written_over(tmp_path, folder, capsys):
    cube = folder / "field" / "labels.tif"
    cube.parent.mkdir(parents=True)
    cube.write_bytes(b"a scene")
    project = tmp_path / "fields.hsigui"
    with closing(ProjectFile(project)) as file:
        file.write(facts(path=str(cube)), change())
    assert export(project, folder, "--overwrite") == 1
    assert "would overwrite" in capsys.readouterr().err
    assert files(folder) == {"field/labels.tif"}
    assert cube.read_bytes() == b"a scene"


def test_a_file_in_place_of_the_folder_is_refused(project, capsys):
    assert export(project, project, "--overwrite") == 1
    assert "Choose another folder." in capsys.readouterr().err
    assert len(read_content(project).scenes) == 2


def test_a_damaged_project_is_refused_with_what_finds_a_whole_copy(project, folder, capsys):
    project.write_bytes(project.read_bytes()[:6000])
    assert export(project, folder) == 1
    said = capsys.readouterr().err
    assert "is damaged" in said
    assert "project check" in said
    assert not folder.exists()


def test_a_part_that_is_not_understood_is_told_and_the_rest_is_written(project, folder, capsys):
    with closing(ProjectFile(project)) as file:
        rows: Rows = file._rows
        with rows.transaction():
            rows.put(ENTRIES, (1, "spectra", "kept"), ('[{"of": "tomorrow"}]',))
    assert export(project, folder) == 0
    assert "another version of hsigui wrote the spectra" in capsys.readouterr().err
    assert not (folder / "field" / "spectra.csv").exists()
    assert (folder / "field" / "ground-truth.tif").exists()
    assert values(folder / "field" / "scene.json")["not_understood"] == ["spectra"]


def test_the_project_is_only_read(project, folder):
    before = project.read_bytes()
    assert export(project, folder) == 0
    assert project.read_bytes() == before


def test_a_project_without_scenes_is_a_list_of_none(tmp_path, folder):
    ProjectFile(tmp_path / "empty.hsigui").close()
    assert export(tmp_path / "empty.hsigui", folder) == 0
    assert files(folder) == {"project.json"}
    assert values(folder / "project.json")["scenes"] == []


def project_of(path: Path, about: SceneFacts) -> Path:
    """A project of a scene whose wavelengths the user did not give."""
    with closing(ProjectFile(path)) as file:
        file.write(about, change(), Surroundings(everything(path.parent).state))
    return path


def test_spectra_of_unknown_wavelengths_have_numbers_of_bands_alone_which_is_told(tmp_path, folder, capsys):
    assert export(project_of(tmp_path / "fields.hsigui", facts()), folder) == 0
    assert "without wavelengths" in capsys.readouterr().err
    written = (folder / "field" / "spectra.csv").read_text(encoding="utf-8")
    assert written.startswith('band,"row 0, col 1",mean\n1,0.5,1')


def test_where_the_file_of_the_scene_is_its_wavelengths_stand_beside_the_spectra(tmp_path, folder, capsys):
    info = CubeInfo(wavelengths=(410.0, 520.0, 630.0))
    write_cube(tmp_path / "field.hdr", np.arange(60, dtype=np.float32).reshape(4, 5, 3), info)
    project = project_of(tmp_path / "fields.hsigui", SceneFacts.of(open_cube(tmp_path / "field.hdr")))
    assert export(project, folder) == 0
    assert "without wavelengths" not in capsys.readouterr().err
    written = (folder / "field" / "spectra.csv").read_text(encoding="utf-8")
    assert written.startswith('band,wavelength_nm,"row 0, col 1",mean\n1,410,0.5,1\n2,520,,2\n')
