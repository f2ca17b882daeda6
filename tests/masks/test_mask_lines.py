"""Masks as command lines: what makes them again, and what is said where no command does."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.masked import masks_told
from hsigui.masks.asked import step_of
from hsigui.masks.recipe import MaskRecipe
from hsigui.masks.shaping import COMMON, Together
from hsigui.masks.using import MAP, PRETRAIN, without
from hsigui.pipeline.command_lines import CubeArgument
from hsigui.pipeline.mask_lines import UnwrittenMask, mask_lines
from tests.pipeline.conftest import make_cube


def test_masks_of_masks_are_made_again_by_their_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cube = make_cube()
    path = hsigui.save_cube(cube, tmp_path / "a ü.hdr")[0]
    cube, scene = hsigui.open(path), CubeArgument(path, quality=("cloud",))
    other = MaskRecipe((step_of("formula", "band(2) > 0.3"), step_of("grow", "1")))
    steps = ("formula", "band(1) > 0.2"), Together(COMMON, "the other", other), "invert"
    made = hsigui.mask(cube, *steps, name="böse/ name")
    found = mask_lines(masks_told(without(cube, [made], MAP)), scene)
    assert len(found.lines) == 2
    assert "--quality" not in " ".join(found.lines)
    for line in found.lines:
        assert main(shlex.split(line)[1:]) == 0
    option, text = found.words
    assert (option, text.rpartition(":")[2]) == ("--masked", "map")
    assert hsigui.read_mask(text.rpartition(":")[0], cube).sha256 == made.sha256
    assert found.after("hsigui classify x").endswith(shlex.join(found.words))


def test_a_mask_that_was_drawn_is_read_from_its_file_or_there_is_no_command(tmp_path):
    cube = make_cube()
    drawn = hsigui.mask(cube, np.eye(cube.rows, cube.cols, dtype=bool), name="drawn")
    scene = CubeArgument(tmp_path / "x.hdr")
    with pytest.raises(UnwrittenMask, match="drawn"):
        mask_lines([drawn.told(PRETRAIN)], scene)
    file = hsigui.save(drawn, tmp_path / "m.tif")[0]
    found = mask_lines([drawn.in_file(file).told(PRETRAIN)], scene)
    assert (found.lines, found.words) == ([], ["--masked", f"{file}:pretrain"])
    assert mask_lines([], scene).after("hsigui x") == "hsigui x"
