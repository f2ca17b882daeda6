"""A study of a crop of the demo scene by the command, stopped by Ctrl-C in the middle and taken up again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import CubeInfo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")


def start(words: list[str]) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-m", "hsigui", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=environment)  # fmt: skip


def scores(folder: Path) -> int:
    path = folder / "results.jsonl"
    return path.read_text(encoding="utf-8").count('"kind": "score"') if path.exists() else 0


@pytest.mark.slow
def test_a_study_that_is_stopped_goes_on_and_its_report_tells_all(tmp_path):
    scene = demo_scene()
    crop = slice(20, 84)
    write_cube(tmp_path / "crop.hdr", scene.cube.read()[crop, crop, ::3], CubeInfo())
    classes = ClassTable(tuple(ClassInfo(*entry) for entry in scene.classes))
    write_classes(tmp_path / "truth.tif", scene.truth[crop, crop], classes)
    out = tmp_path / "study"
    words = ["study", str(tmp_path / "crop.hdr"), "--truth", str(tmp_path / "truth.tif"), "--out", str(out),
             "--methods", "lscosa,svm-pca-smooth,rf-raw", "--epochs", "10", "--labels", "5", "--draws", "2",
             "--split", "random,block", "--block", "10", "--device", "cpu", "--no-untrained"]  # fmt: skip
    first = start(words)
    deadline = time.monotonic() + 120
    while scores(out) < 2 and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=30)
    assert first.returncode == 130, said
    assert "goes on from there" in said
    assert "Traceback" not in said
    kept = scores(out)
    assert 2 <= kept < 12
    assert not (out / "study.html").exists()
    encoder = (out / "runs" / "lscosa-quick" / "run.json").read_bytes()

    second = start(words)
    printed, said = second.communicate(timeout=240)
    assert second.returncode == 0, said
    assert scores(out) == 12, "what was there is not computed again"
    assert (out / "runs" / "lscosa-quick" / "run.json").read_bytes() == encoder
    told = json.loads((out / "study.json").read_text(encoding="utf-8"))
    assert [r["draws"] for r in told["rows"]] == [2] * 6
    assert told["transductive"] is True
    assert {s["overlap"] for s in told["samplings"]} == {0}
    assert told["samplings"][1]["nearest"] > 7
    smooth = [r["oa_mean"] for r in told["rows"] if r["method"] == "svm-pca-smooth"]
    plain = [r["oa_mean"] for r in told["rows"] if r["method"] == "rf-raw"]
    assert np.all(np.array(smooth) > plain), "the surroundings help on this scene"
    assert "SVM on smoothed components" in printed
    assert (out / "study.html").exists()
