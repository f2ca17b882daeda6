"""A prepared scene: the same windows from memory and from the file, and large scenes that stay on disk."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.transform import fit_transform
from hsigui.errors import HsiError
from hsigui.methods.lscosa import training as lscosa
from hsigui.methods.patches import PATCH, patches_of
from hsigui.methods.scene import SceneValues
from tests.methods.presets import settings


@pytest.fixture
def cube() -> Cube:
    array = np.random.default_rng(0).random((60, 70, 6)).astype(np.float32)
    array[10:20, 30:45] = np.nan
    return Cube(ArraySource(array), name="field")


def test_windows_from_the_file_are_those_from_memory(cube):
    transform = fit_transform(cube, 4)
    resident, streamed = SceneValues(cube, transform), SceneValues(cube, transform, resident_values=0)
    assert resident.whole is not None
    assert streamed.whole is None
    for one, two in zip(resident.window(5, 20, 30, 40), streamed.window(5, 20, 30, 40), strict=True):
        assert np.allclose(one, two, atol=1e-5)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_a_scene_that_stays_on_disk_can_be_pretrained(cube, preset):
    plan = lscosa.plan(settings("lscosa", preset))
    scene = SceneValues(cube, fit_transform(cube, plan.components, pixel_range=plan.pixel_range), resident_values=0)
    network = plan.network(scene.channels)
    training = lscosa.training(settings("lscosa", preset), network, scene, 1, torch.device("cpu"), 0)
    assert np.isfinite(float(training.step(0, lambda: None).detach()))


def test_patches_of_windows_hold_no_pixel_of_another_window(cube, monkeypatch):
    monkeypatch.setattr("hsigui.methods.scene.WINDOW_SIDE", 24)
    monkeypatch.setattr("hsigui.methods.scene.MOST_WINDOWS", 5)
    transform = fit_transform(cube)
    scene = SceneValues(cube, transform, resident_values=0)
    generator = torch.Generator().manual_seed(1)
    found = patches_of(scene, torch.device("cpu"), generator)
    bank, pixels = found.bank, found.pixels
    values = transform.apply_to_cube(cube)
    half = PATCH // 2
    padded = np.pad(values, ((half, half), (half, half), (0, 0)))
    known = {padded[r : r + PATCH, c : c + PATCH].round(4).tobytes() for r in range(60) for c in range(70)}
    assert len(pixels) > 100
    for flat in pixels[::7].tolist():
        row, col = divmod(flat, bank.cols)
        patch = bank.gather(torch.tensor([row]), torch.tensor([col]))[0].permute(1, 2, 0).numpy()
        assert np.ascontiguousarray(patch).round(4).tobytes() in known


def test_a_scene_on_disk_without_data_is_refused():
    cube = Cube(ArraySource(np.full((60, 60, 3), np.nan, dtype=np.float32)), name="empty")
    transform = fit_transform(Cube(ArraySource(np.random.default_rng(0).random((20, 20, 3)))))
    scene = SceneValues(cube, transform, resident_values=0)
    with pytest.raises(HsiError, match="almost no data"):
        scene.excerpt(lambda limit: 0, lambda: None)


@pytest.fixture
def narrow_strip() -> Cube:
    """A large scene, nearly all of it without data: one pixel of 100 lies in a diagonal strip."""
    array = np.full((600, 600, 6), np.nan, dtype=np.float32)
    rows, cols = np.mgrid[:600, :600]
    inside = abs(rows - cols) <= 3
    array[inside] = np.random.default_rng(0).random((int(inside.sum()), 6))
    return Cube(ArraySource(array), name="strip")


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_a_mostly_empty_scene_on_disk_is_learned_from_where_it_has_data(narrow_strip, preset):
    plan = lscosa.plan(settings("lscosa", preset))
    transform = fit_transform(narrow_strip, plan.components, pixel_range=plan.pixel_range)
    scene = SceneValues(narrow_strip, transform, resident_values=0)
    assert len(scene.filled) > 100
    assert all(abs(row - col) <= 3 for row, col in scene.filled.tolist())
    training = lscosa.training(
        settings("lscosa", preset), plan.network(scene.channels), scene, 3, torch.device("cpu"), 0
    )
    assert np.isfinite(float(training.step(0, lambda: None).detach()))


def test_a_tile_with_a_single_pixel_of_data_can_still_be_stepped_on():
    values, valid = np.zeros((300, 300, 4), dtype=np.float32), np.zeros((300, 300), dtype=bool)
    values[150, 150], valid[150, 150] = 1.0, True
    plan = lscosa.plan(settings("lscosa", "quick"))
    training = lscosa.training(
        settings("lscosa", "quick"), plan.network(4), SceneValues.of(values, valid), 3, torch.device("cpu"), 0
    )
    assert np.isfinite(float(training.step(0, lambda: None).detach()))
