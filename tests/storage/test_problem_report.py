"""A report of a problem: its parts, and what is in none of them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from hsigui import log
from hsigui.errors import HsiError
from hsigui.settings import Settings
from hsigui.storage import problem_report

SETTINGS = Settings(
    recent=("/data/secret/a.hdr",), last_folder="/data/secret", geometry="AB/C", layout="D/EF", theme="dark"
)


@pytest.fixture
def folder(tmp_path):
    log.start(tmp_path)
    log.Log("test").caution("Said: %s", Path.home() / "secret" / "a.hdr")
    log.stop()
    (tmp_path / problem_report.CRASHES).write_text('Segmentation fault\n  File "/data/secret/x.py", line 3')
    return tmp_path


def test_it_holds_log_versions_settings_and_crashes(folder):
    parts = problem_report.parts(SETTINGS, folder)
    assert list(parts) == [problem_report.ABOUT, "versions.txt", "settings.json", log.FILE, problem_report.CRASHES]
    for name in ("hsigui:", "Python:", "torch:", "PySide6-Essentials:", "GDAL:", "system:"):
        assert name in parts["versions.txt"]
    told = json.loads(parts["settings.json"])
    assert told["theme"] == "dark"
    assert set(told).isdisjoint(problem_report.NOT_TOLD)
    assert "a.hdr" in parts[log.FILE]
    assert "Segmentation fault" in parts[problem_report.CRASHES]


def test_no_part_holds_a_path(folder):
    for text in problem_report.parts(SETTINGS, folder).values():
        assert "secret" not in text
        assert str(Path.home()) not in text


def test_without_a_log_the_rest_is_told(tmp_path):
    assert list(problem_report.parts(Settings(), tmp_path / "nothing")) == [
        problem_report.ABOUT, "versions.txt", "settings.json",
    ]  # fmt: skip


def test_the_file_holds_the_parts_as_they_were_shown(folder, tmp_path):
    parts = problem_report.parts(SETTINGS, folder)
    (path,) = problem_report.write(tmp_path / "report.zip", parts)
    with zipfile.ZipFile(path) as file:
        assert {name: file.read(name).decode().rstrip("\n") for name in file.namelist()} == {
            name: text.rstrip("\n") for name, text in parts.items()
        }


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HsiError, match="cannot be written"):
        problem_report.write(tmp_path / "file" / "report.zip", {"a.txt": "x"})
