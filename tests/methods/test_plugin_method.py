"""A method of another package is offered, trained, kept, opened and compared like the program's own."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from hsigui import plugins
from hsigui.commands.parser import build_parser
from hsigui.cube.cube import ArraySource, Cube
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.methods import checkpoint, registry
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.study import run_study
from hsigui.specs import PretrainSpec
from hsigui.ui.training.method_panel import MethodPanel

SOURCE = Path(__file__).parents[1] / "plugin"
MODULES = ("hsigui_plain_method", "hsigui_plain_training", "hsigui_broken_method")


def _offer(folder: Path, monkeypatch: pytest.MonkeyPatch, points: str) -> None:
    """Entry points of group hsigui.methods, as an installer leaves them in a folder of the path."""
    about = folder / "hsigui_methods-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hsigui-methods\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{plugins.METHODS}]\n{points}\n")
    monkeypatch.syspath_prepend(SOURCE)
    monkeypatch.syspath_prepend(folder)
    plugins.forget()


@pytest.fixture(autouse=True)
def _anew():
    plugins.forget()
    yield
    plugins.forget()
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def plain(installed) -> registry.MethodInfo:
    return registry.method("plain")


@pytest.fixture
def scene() -> Cube:
    rng = np.random.default_rng(0)
    return Cube(ArraySource(rng.random((20, 22, 8), dtype=np.float32)), name="noise")


def test_it_stands_behind_the_programs_own_in_panel_and_commands(qtbot, plain):
    assert registry.names()[-1] == "plain"
    panel = MethodPanel(())
    qtbot.addWidget(panel)
    panel.method.setCurrentIndex(panel.method.findData("plain"))
    panel.advanced.editor("width").widget.setValue(4)
    assert panel.spec() == PretrainSpec("plain", settings={"width": 4})
    parser = build_parser()._subparsers._group_actions[0].choices["pretrain"]
    assert "plain" in parser.format_help()
    assert "plain" in StudySpec(registry.names("method")).methods


def test_it_is_trained_kept_opened_and_compared(plain, scene, tmp_path):
    spec = PretrainSpec("plain", epochs=30, device="cpu", settings={"width": 3})
    made = pretrain(scene, spec, SilentContext(), tmp_path / "run")
    assert made.losses[-1] < made.losses[0]
    found = checkpoint.load(tmp_path / "run")
    assert (found.network.width, found.settings["width"], found.spec) == (3, 3, spec)
    assert embed(scene, found, SilentContext(), device="cpu").shape == (20, 22)
    truth = np.ones((20, 22), dtype=np.uint16)
    truth[:, 11:] = 2
    study = StudySpec(("plain", "svm-raw"), labels=(5,), draws=1, device="cpu", epochs=3, settings=("plain.width=3",))
    reference = StudyTruth(truth, ClassTable.for_numbers([1, 2]), scene.valid_mask())
    rows = run_study(scene, reference, study, tmp_path / "study", SilentContext()).rows
    assert [row.title for row in rows] == ["Plain reconstruction", "Plain reconstruction, untrained", "SVM on spectra"]


def test_its_row_loads_no_torch(tmp_path):
    import subprocess

    program = "import sys, hsigui_plain_method; sys.exit('torch' in sys.modules)"
    folders = {"PYTHONPATH": f"{SOURCE}:{Path(__file__).parents[2]}"}
    assert subprocess.run([sys.executable, "-c", program], check=False, env=folders).returncode == 0


def test_a_name_that_is_taken_is_told_and_left_out(tmp_path, monkeypatch):
    code = "import dataclasses\nfrom hsigui_plain_method import ROW\nROW = dataclasses.replace(ROW, name='lscosa')\n"
    (tmp_path / "hsigui_broken_method.py").write_text(code)
    _offer(tmp_path, monkeypatch, "a = hsigui_broken_method:ROW\nb = hsigui_broken_method:MISSING")
    assert registry.method("lscosa").title == "LSCoSa"
    assert len(registry.names()) == len(registry.built_in())
    told = plugins.problems()
    assert any("“lscosa”" in text and "there is a method of that name" in text for text in told)
    assert any("MISSING" in text for text in told)
