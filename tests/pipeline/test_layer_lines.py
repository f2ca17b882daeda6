"""Commands and Python that make derived layers again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.analysis.layer import Between, LayerRecipe, Target
from hsigui.analysis.making import recipe_of
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.errors import HsiError
from hsigui.pipeline.layer_lines import layer_lines, layer_script
from hsigui.pipeline.python_lines import python_of


@pytest.fixture
def cube(tmp_path) -> Cube:
    made = Cube(ArraySource(np.ones((4, 5, 3), dtype=np.float32)), CubeInfo(), name="a scene")
    made.path = tmp_path / "a b.hdr"
    return made


def test_only_what_is_not_usual_stands_in_the_line(cube):
    path = f"'{cube.path.resolve()}'"
    (line,) = layer_lines(cube, recipe_of("pca", {}))
    assert line == f"hsigui derive {path} pca --out repeated-layer.tif"
    (line,) = layer_lines(cube, recipe_of("kmeans", {"clusters": 12, "standardised": False}))
    assert line.endswith("kmeans --set clusters=12 --set standardised=no --out repeated-layer.tif")
    (line,) = layer_lines(cube, recipe_of("evi", {"tolerance": 20.0}))
    assert line.endswith("evi --set tolerance=20 --out repeated-layer.tif")


def test_a_formula_is_quoted_and_comes_back_from_python(cube):
    recipe = recipe_of("formula", {"formula": "(b850 - b670) / 2"})
    (line,) = layer_lines(cube, recipe)
    assert "--set 'formula=(b850 - b670) / 2'" in line
    assert "hsigui.derive(cube, 'formula', formula='(b850 - b670) / 2')" in layer_script(cube, recipe)


def test_a_mask_names_its_limits_and_its_measurement(cube):
    recipe = replace(recipe_of("pca", {}), between=Between(None, 0.5, 2))
    (line,) = layer_lines(cube, recipe)
    assert line.endswith("pca --out repeated-layer.tif --mask repeated-mask.tif --below 0.5 --measure 3")
    assert "mask = layer.masked(high=0.5, measure=2)" in layer_script(cube, recipe)


def test_spectra_are_named_where_they_are_of_pixels(cube):
    recipe = LayerRecipe("sam", {}, (Target("x", (1.0, 2.0, 3.0)),))
    (line,) = layer_lines(cube, recipe, [(2, 3)])
    assert line.endswith("sam --pixel 2,3 --out repeated-layer.tif")
    with pytest.raises(HsiError, match="not those of single pixels"):
        layer_lines(cube, recipe)


def test_a_scene_in_no_file_has_no_lines():
    cube = Cube(ArraySource(np.ones((4, 5, 3), dtype=np.float32)), CubeInfo(), name="made in memory")
    with pytest.raises(HsiError, match="in no file"):
        layer_lines(cube, recipe_of("pca", {}))


def test_pixels_left_out_of_the_background_have_no_command_but_a_python_from_one(cube):
    mask = np.eye(4, 5, dtype=bool)
    recipe = recipe_of("ace", {}, [Target("x", (1.0, 2.0, 3.0), place=(2, 3))], mask)
    with pytest.raises(HsiError, match="left out of the background"):
        layer_lines(cube, recipe, [(2, 3)])
    script = python_of(["hsigui derive s.hdr ace --pixel 2,3 --left-out l.tif --out a.tif"])
    assert "labels = hsigui.read_labels('l.tif', cube)" in script
    assert "left_out=labels.array > 0)" in script
