"""Addresses in commands: opened where they are named, and nothing of their secrets in what is written."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyogrio
import pytest

pytest.importorskip("aiohttp")

from hsigui import cli
from hsigui.cube.cube import CubeInfo
from hsigui.cube.open import open_cube
from hsigui.cube.remote import http, stand_ins
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.python_lines import python_of
from tests.cube.remote.conftest import write_cog
from tests.cube.remote.servers import FileServer, file_server

ROWS, COLS, BANDS = 40, 50, 12


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HSIGUI_CACHE_DIR", str(tmp_path / "cache"))
    stand_ins.forget_secrets()
    (tmp_path / "web").mkdir()
    values = np.random.default_rng(1).integers(1, 5000, (ROWS, COLS, BANDS), dtype=np.int16)
    write_cog(tmp_path / "web" / "scene.tif", values)
    with file_server(tmp_path / "web") as server:
        yield server
        http.close_sessions()


def test_info_tells_of_a_scene_at_an_address(web: FileServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["info", f"{web.url}/scene.tif?token=hush", "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["path"] == f"{web.url}/scene.tif"
    assert (about["rows"], about["cols"], about["bands"]) == (ROWS, COLS, BANDS)
    assert about["name"] == "scene"


def test_info_says_what_a_server_says(web: FileServer, capsys: pytest.CaptureFixture[str]) -> None:
    for status, code in ((403, "403"), (404, "404")):
        web.status = status
        assert cli.run(["info", f"{web.url}/scene.tif?token=hush"]) == 1
        said = capsys.readouterr().err
        assert code in said
        assert "hush" not in said


def test_a_run_a_map_and_their_records_name_the_address_without_its_secrets(
    web: FileServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = web.url.replace("//", "//anna:hush@") + "/scene.tif?X-Amz-Signature=quiet"
    labels = np.zeros((ROWS, COLS), np.uint16)
    labels[:5, :5], labels[20:25, 20:25] = 1, 2
    write_classes(tmp_path / "labels.tif", labels, ClassTable.for_numbers([1, 2]), CubeInfo().geo)
    out = tmp_path / "out"
    made = ["--labels", str(tmp_path / "labels.tif"), "--out", str(out / "map.tif")]
    assert cli.run(["pretrain", secret, "--epochs", "0", "--out", str(out / "run")]) == 0
    assert cli.run(["classify", secret, "--run", str(out / "run"), *made]) == 0
    written = {path: path.read_bytes().decode("latin-1") for path in out.rglob("*") if path.is_file()}
    for path, text in written.items():
        assert not any(word in text for word in ("anna:", "hush", "Signature=quiet")), path
    records = [text for path, text in written.items() if path.suffix == ".json"]
    assert any(f"{web.url}/scene.tif" in text for text in records)
    assert not any("scene.address" in text for path, text in written.items() if path.parent == out)
    web.asked.clear()
    tested = np.where(labels == 0, 1, 0).astype(np.uint16)
    write_classes(tmp_path / "test.tif", tested, ClassTable.for_numbers([1, 2]), CubeInfo().geo)
    report = ["--truth", str(tmp_path / "test.tif"), "--report", str(out / "report")]
    assert cli.run(["evaluate", str(out / "map.tif"), *report]) == 0
    assert "ERROR" not in capfd.readouterr().err  # of GDAL
    assert not web.asked  # a record names an address, and is a file


def test_the_record_of_a_map_from_one_of_several_layers_names_the_address_and_makes_the_map_again(
    web: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, both = f"{web.url}/scene.tif", tmp_path / "both.gpkg"
    labels = np.zeros((ROWS, COLS), np.uint16)
    labels[:5, :5], labels[20:25, 20:25] = 1, 2
    geo = open_cube(tmp_path / "web" / "scene.tif").geo
    for name, array in (("mine", labels), ("theirs", labels[::-1])):
        write_classes(tmp_path / f"{name}.gpkg", array, ClassTable.for_numbers([1, 2]), geo)
        about, _, shapes, fields = pyogrio.raw.read(tmp_path / f"{name}.gpkg", layer="labels")
        pyogrio.raw.write(both, shapes, fields, about["fields"], layer=name, driver="GPKG", crs=about["crs"],
                          geometry_type=about["geometry_type"], append=name == "theirs")  # fmt: skip
    given = ["--labels", str(both), "--labels-variable", "mine"]
    assert cli.run(["pretrain", address, "--method", "spatial-only", "--out", str(tmp_path / "run")]) == 0
    made = tmp_path / "map.tif"
    assert cli.run(["classify", address, "--run", str(tmp_path / "run"), *given, "--out", str(made)]) == 0
    array = read_classes(made).array
    record = provenance.load(made, array)
    assert record is not None
    assert (record.cube, record.labels_variable) == (address, "mine")
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    for line in record.commands:
        assert cli.run(shlex.split(line)[1:]) == 0, line
    assert np.array_equal(read_classes("map.tif").array, array)
    held: dict[str, object] = {}
    exec(compile(python_of(record.commands), "script.py", "exec"), held)
    assert np.array_equal(held["result"].array, array)  # type: ignore[attr-defined]


def test_a_layer_of_a_scene_at_an_address_names_it_in_its_record(web: FileServer, tmp_path: Path) -> None:
    address, out = f"{web.url}/scene.tif", tmp_path / "pca.tif"
    assert cli.run(["derive", f"{address}?token=hush", "pca", "--set", "components=2", "--out", str(out)]) == 0
    text = out.with_name("pca.tif.hsigui.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert record["cube"] == address
    assert shlex.split(record["commands"][0])[2] == address
    assert "hush" not in text


def test_an_address_alone_is_for_the_window() -> None:
    wanted = cli.window_request(["https://server.org/a.tif"])
    assert wanted is not None
    assert (wanted.address, wanted.path) == ("https://server.org/a.tif", None)
