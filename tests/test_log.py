"""The log: what is in it, what is never in it, and that it never stands in the way."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from hsigui import log
from hsigui.errors import HsiError


@pytest.fixture
def folder(tmp_path):
    assert log.start(tmp_path / "log") == ""
    yield tmp_path / "log"
    log.stop()


def written(folder: Path) -> str:
    return (folder / log.FILE).read_text(encoding="utf-8")


def test_it_begins_with_the_versions(folder):
    first = written(folder).splitlines()[0]
    for word in ("Started", "hsigui", "Python", "torch", "PySide6-Essentials", "rasterio"):
        assert word in first


def test_an_error_is_written_with_its_trace_and_without_the_folders_of_files(folder):
    try:
        raise OSError(f"cannot read {Path.home()}/secret project/labels of Anna.tif")
    except OSError as error:
        log.Log("test").fault("Failed\n%s", log.told_of(error))
    text = written(folder)
    assert "Traceback" in text
    assert "labels of Anna.tif" in text
    assert "secret project" not in text
    assert str(Path.home()) not in text
    assert "test_log.py" in text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/me/My data/flight 1.hdr cannot be read", "flight 1.hdr cannot be read"),
        (r"C:\Users\me\x.tif is damaged", "x.tif is damaged"),
        (r"\\server\share\x.tif", "x.tif"),
        ("~/secret/x.npy", "x.npy"),
        ("in (/data/x/y.tif, /data/z.tif)", "in (y.tif, z.tif)"),
        ("/data/a,b/o'neil/x.tif", "x.tif"),
        ("/data/(new)/x.tif", "x.tif"),
        ("km/h and m/s, 3/4, and/or, a / b", "km/h and m/s, 3/4, and/or, a / b"),
        ("labels.tif is a file", "labels.tif is a file"),
        ("/home/me/hsigui/patients/x.tif", "x.tif"),
        ('File "/opt/lib/python3.11/site-packages/hsigui/ui/desk.py", line 3', 'File "hsigui/ui/desk.py", line 3'),
        ('File "/home/me/src/hsigui/cube/cube.py", line 3', 'File "hsigui/cube/cube.py", line 3'),
        ('File "/opt/lib/python3.11/site-packages/numpy/core/x.py"', 'File "numpy/core/x.py"'),
    ],
)
def test_paths_are_reduced_to_names(text, left):
    assert log.without_paths(text) == left


def test_the_files_stay_small_and_few(folder, monkeypatch):
    (handler,) = [h for h in logging.getLogger("hsigui").handlers if isinstance(h, log._Rotating)]
    handler.maxBytes = 2000
    for number in range(200):
        log.Log("test").note("line %d %s", number, "x" * 80)
    files = log.log_files(folder)
    assert len(files) == log.BACKUPS + 1
    assert sorted(folder.iterdir()) == sorted(files)
    assert all(path.stat().st_size <= 2000 for path in files)
    assert "line 199" in written(folder)


def test_a_file_that_cannot_be_rotated_is_gone_on_with(folder, monkeypatch):
    """As where another window holds it open."""
    (handler,) = [h for h in logging.getLogger("hsigui").handlers if isinstance(h, log._Rotating)]
    handler.maxBytes = 500

    def held(*_names):
        raise PermissionError("in use")

    monkeypatch.setattr(handler, "rotate", held)
    for number in range(20):
        log.Log("test").note("line %d", number)
    assert "line 19" in written(folder)


def test_a_disk_that_is_full_disturbs_nobody(folder, monkeypatch, capsys):
    (handler,) = [h for h in logging.getLogger("hsigui").handlers if isinstance(h, log._Rotating)]

    class Full:
        def write(self, _text):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

        flush = close

    handler.stream.close()
    handler.stream = Full()
    log.Log("test").fault("something")
    assert capsys.readouterr().err == ""
    handler.stream = None


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert "No log can be written to" in log.start(tmp_path / "file" / "log")


def test_without_a_log_nothing_is_printed(capsys):
    log.Log("test").fault("something")
    assert capsys.readouterr() == ("", "")


def test_it_lies_in_the_folder_of_the_state_where_that_is_set(monkeypatch, tmp_path):
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path))
    assert log.log_folder() == tmp_path / "log"
    monkeypatch.delenv("HSIGUI_STATE_DIR")
    assert "hsigui" in str(log.log_folder())


def test_errors_of_users_are_errors_too(folder):
    log.Log("test").caution("Job was refused: %s", HsiError("a.tif is damaged.", "Choose another."))
    assert "a.tif is damaged. Choose another." in written(folder)
