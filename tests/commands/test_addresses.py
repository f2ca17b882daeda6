"""Addresses in commands: opened where they are named, and nothing of their secrets in what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("aiohttp")

from hsigui import cli
from hsigui.cube.cube import CubeInfo
from hsigui.cube.remote import http, stand_ins
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes
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


def test_an_address_alone_is_for_the_window() -> None:
    wanted = cli.window_request(["https://server.org/a.tif"])
    assert wanted is not None
    assert (wanted.address, wanted.path) == ("https://server.org/a.tif", None)
