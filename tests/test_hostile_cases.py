"""Files made to do harm, through every door: commands, API and the window's code. Each is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.ui.scene import opening


@pytest.fixture(autouse=True)
def config(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))


@pytest.fixture
def hostile(cases: Path) -> list[Path]:
    found = sorted((cases / "hostile").iterdir())
    assert len(found) >= 10
    return found


def test_commands_refuse_them_in_words(hostile, tmp_path, capsys):
    scene = write_cube(tmp_path / "scene.hdr", np.ones((5, 6, 3), np.uint8), CubeInfo())[0]
    out = str(tmp_path / "out.tif")
    for path in hostile:
        for words in (
            ["info", str(path)],
            ["info", str(path), "--json"],
            ["labels", str(path), out],
            ["labels", str(path), out, "--scene", str(scene)],
            ["classify", str(scene), "--run", str(tmp_path), "--labels", str(path), "--out", out],
            ["sample", str(path), "--out", out, "--rest", str(tmp_path / "rest.tif")],
            ["evaluate", str(path), "--truth", str(path)],
        ):
            assert main(words) == 1, words
            said = capsys.readouterr().err
            assert said.startswith("hsigui: "), words
            assert "Traceback" not in said
            assert all(line.isprintable() for line in said.splitlines())
            assert len(said) < 2500


def test_the_api_refuses_them_in_words(hostile):
    for path in hostile:
        for door in (hsigui.open, hsigui.read_labels):
            with pytest.raises(HsiError) as caught:
                door(path)
            assert path.name in caught.value.message
            assert caught.value.hint


def test_the_window_refuses_them_in_words(hostile):
    context = SilentContext()
    told = opening.sort_files(context, tuple(hostile))
    assert len(told.refused) + len(told.found) == len(hostile)
    assert not told.scenes
    for path in hostile:
        if path not in {found.path for found in told.found}:  # shapes without a scene are told when they are read
            with pytest.raises(HsiError):
                opening.open_scene(context, path)
