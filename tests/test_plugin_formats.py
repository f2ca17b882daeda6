"""Formats of another package: offered, read and written like the program's own; a broken one is told and left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsigui import plugins
from hsigui.__main__ import main
from hsigui.cube.formats import table as scenes
from hsigui.cube.open import list_arrays, open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.report import table as maps
from hsigui.report.maps import export_map
from tests.plugins import make_up

ARRAY = np.array([[1, 1, 2], [0, 2, 2]], dtype=np.uint16)
CLASSES = ClassTable.for_numbers([1, 2])
ROWS = """from pathlib import Path
from hsigui.cube.formats.table import Reader
from hsigui.report.table import Exporter
def fails(*given):
    raise RuntimeError("out of luck")
"""


def plain_scene(path: Path) -> Path:
    pixels = "".join(f"{n} {n + 1} {n + 2}\n" for n in range(6))
    path.write_text(f"2 3 3\n450 550 650\n{pixels}", encoding="utf-8")
    return path


@pytest.mark.usefixtures("installed")
def test_a_scene_of_a_plugin_is_opened_and_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = plain_scene(tmp_path / "field.plainscene")
    cube = open_cube(path)
    assert cube.shape == (2, 3, 3)
    assert cube.info.wavelengths == (450, 550, 650)
    assert main(["info", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["kind"], said["rows"], said["cols"], said["bands"]) == ("cube", 2, 3, 3)
    assert plugins.problems() == []


@pytest.mark.usefixtures("installed")
def test_a_format_of_a_plugin_is_named_wherever_formats_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Plain text scene (.plainscene)" in scenes.in_words()
    (tmp_path / "x.docx").write_bytes(bytes(9))
    with pytest.raises(HsiError, match="Plain text scene"):
        open_cube(tmp_path / "x.docx")
    with pytest.raises(HsiError, match=r"\.plaincounts"):
        export_map(tmp_path / "x.docx", ARRAY, CLASSES)
    for command in ("export", "classify"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert ".plaincounts" in capsys.readouterr().out


@pytest.mark.usefixtures("installed")
def test_a_map_is_exported_by_a_plugin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_classes(tmp_path / "map.tif", ARRAY, CLASSES)
    out = tmp_path / "map.plaincounts"
    assert main(["export", str(tmp_path / "map.tif"), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == "Class 1: 2\nClass 2: 3\n"
    assert str(out) in capsys.readouterr().out


def test_an_installed_plugin_is_found_by_the_command_line(plugin_folder: Path, tmp_path: Path) -> None:
    path = plain_scene(tmp_path / "field.plainscene")
    command = [sys.executable, "-m", "hsigui", "info", str(path)]
    around = {**os.environ, "PYTHONPATH": os.pathsep.join([str(plugin_folder), str(Path(__file__).parents[1])])}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=around, cwd=tmp_path)
    assert "450" in said.stdout
    assert said.stderr == ""


@pytest.mark.usefixtures("no_plugins")
@pytest.mark.parametrize(
    ("code", "point", "reason"),
    [
        ("import no_such_library", "readers", "ModuleNotFoundError: No module named 'no_such_library'"),
        (ROWS + "row = 'text'", "readers", "it gives str instead of Reader"),
        (ROWS + "row = Reader('bad', 'Bad', ('bad',), opens=fails)", "readers", "'bad' of bad is no suffix"),
        (ROWS + "row = Reader('bad', 'Bad', ('.tif',), opens=fails)", "readers", "belongs to the format “geotiff”"),
        (ROWS + "row = Reader('envi', 'Bad', ('.bad',), opens=fails)", "readers", "another format has this name"),
        (ROWS + "row = Reader('bad', 'Bad', ('.bad',), opens=fails)", "exporters", "gives Reader instead of Exporter"),
        (ROWS + "row = Exporter('bad', 'Bad', ('.gpkg',), fails)", "exporters", "belongs to the format “polygons”"),
        (ROWS + "row = Exporter('bad', 'Bad', (), fails, ('-report',))", "exporters", "the format “report”"),
    ],
)
def test_a_broken_plugin_is_told_with_its_package_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    code: str, point: str, reason: str,
) -> None:  # fmt: skip
    rows = scenes.readers(), maps.exporters()
    plugins.forget()
    make_up(tmp_path, monkeypatch, "broken_rows", code, f"[hsigui.{point}]\nbad = broken_rows:row\n")
    (tmp_path / "x.npy").write_bytes(b"")
    assert main(["info", str(tmp_path / "x.npy")]) == 1
    told = capsys.readouterr().err.splitlines()[0]
    assert told.startswith("hsigui: ")
    assert "broken_rows" in told
    assert reason in told
    assert (scenes.readers(), maps.exporters()) == rows


@pytest.mark.usefixtures("no_plugins")
def test_what_a_plugin_raises_is_told_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "reader = Reader('odd', 'Odd', ('.odd',), opens=fails)\nwriter = Exporter('odd', 'Odd', ('.odd',), fails)\n"
    points = "[hsigui.readers]\nodd = odd_rows:reader\n[hsigui.exporters]\nodd = odd_rows:writer\n"
    make_up(tmp_path, monkeypatch, "odd_rows", ROWS + rows, points)
    (tmp_path / "x.odd").write_bytes(b"")
    for work in (lambda: open_cube(tmp_path / "x.odd"), lambda: export_map(tmp_path / "y.odd", ARRAY, CLASSES)):
        with pytest.raises(HsiError, match="RuntimeError: out of luck") as caught:
            work()
        assert "odd_rows" in caught.value.message


@pytest.mark.usefixtures("no_plugins")
def test_arrays_of_a_plugin_that_cannot_be_listed_are_told_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "row = Reader('odd', 'Odd', ('.odd',), arrays='odd_arrays:missing')\n"
    make_up(tmp_path, monkeypatch, "odd_arrays", ROWS + row, "[hsigui.readers]\nodd = odd_arrays:row\n")
    (tmp_path / "x.odd").write_bytes(b"")
    for look in (list_arrays, open_cube):
        with pytest.raises(HsiError, match="AttributeError") as caught:
            look(tmp_path / "x.odd")
        assert "odd_arrays" in caught.value.message


@pytest.mark.usefixtures("no_plugins")
def test_a_plugin_that_fails_to_look_into_a_file_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "row = Reader('odd', 'Odd', ('.npy',), opens=fails, sniff=fails)\n"
    make_up(tmp_path, monkeypatch, "failing_sniff", ROWS + row, "[hsigui.readers]\nodd = failing_sniff:row\n")
    np.save(tmp_path / "other.npy", np.ones((4, 5, 6), np.float32))
    assert open_cube(tmp_path / "other.npy").shape == (4, 5, 6)
    assert "failing_sniff" in plugins.problems()[0]


@pytest.mark.usefixtures("no_plugins")
def test_a_plugin_that_looks_into_files_may_share_an_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = "row = Reader('mine', 'Mine', ('.npy',), opens=fails, sniff=lambda path: path.read_bytes()[:4] == b'MINE')\n"
    make_up(tmp_path, monkeypatch, "sniffing_rows", ROWS + row, "[hsigui.readers]\nmine = sniffing_rows:row\n")
    (tmp_path / "mine.npy").write_bytes(b"MINE")
    with pytest.raises(HsiError, match="out of luck"):
        open_cube(tmp_path / "mine.npy")
    np.save(tmp_path / "other.npy", np.ones((4, 5, 6), np.float32))
    assert open_cube(tmp_path / "other.npy").shape == (4, 5, 6)
    assert plugins.problems() == []
