"""Work on two scenes in a project, a kill -9, and the same window again: picture, map, report and undo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsigui.cube.demo import write_demo
from hsigui.storage.project_content import read_project

SECONDS = 240.0


def screen(folder: Path) -> Path:
    """Has Qt take a screen that the window fits on: it is not brought back larger than its screen."""
    path = folder / "screen.json"
    size = {"name": "screen", "x": 0, "y": 0, "width": 1600, "height": 1000}
    screens = [{**size, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}]
    path.write_text(json.dumps({"synchronousWindowSystemEvents": True, "windowFrameMargins": True, "screens": screens}))
    return path


def shown_by(what: str, folder: Path) -> dict:
    """What a window shows that works, or opens the project; it is killed then."""
    out = folder / f"{what}.json"
    environment = os.environ | {
        "QT_QPA_PLATFORM": f"offscreen:configfile={screen(folder)}",
        "HSIGUI_CONFIG_DIR": str(folder / "config"), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    with (folder / f"{what}.txt").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.paths.project_window", what, str(folder), str(out)],
            cwd=Path(__file__).parents[2], env=environment, stdout=said, stderr=said,
        )  # fmt: skip
        try:
            until = time.monotonic() + SECONDS
            while not out.exists():
                assert process.poll() is None, (folder / f"{what}.txt").read_text()
                assert time.monotonic() < until, (folder / f"{what}.txt").read_text()
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    return json.loads(out.read_text(encoding="utf-8"))


def reported(scene: dict) -> dict | None:
    """Takes the report out of what is shown of a scene, and the day from the report."""
    report = json.loads(scene.pop("report") or "null")
    if report is not None:
        assert report.pop("created")
    return report


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL here")
def test_a_project_comes_back_after_a_kill_as_it_was(tmp_path):
    for seed, name in enumerate(("one", "two")):
        write_demo(tmp_path / name, seed=seed)
    before = shown_by("work", tmp_path)
    assert before["scenes"]["one"]["map"], "there was a map"
    assert json.loads(before["scenes"]["one"]["report"])["accuracy"], "it was measured"
    after = shown_by("look", tmp_path)
    assert not after.pop("said")
    before.pop("said")
    assert {name: reported(scene) for name, scene in after["scenes"].items()} == {
        name: reported(scene) for name, scene in before["scenes"].items()
    }
    assert after == before
    assert [scene.place < len(scene.steps) for scene in read_project(tmp_path / "fields.hsigui")] == [False, False]
