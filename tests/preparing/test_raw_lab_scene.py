"""Counts of a lab camera become the reflectance that they were made of."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from tests.preparing.raw_lab_scene import FULL, write_raw_lab_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return write_raw_lab_scene(tmp_path_factory.mktemp("lab") / "Straße 7")


def test_white_and_dark_give_back_the_reflectance_that_the_counts_were_made_of(scene, tmp_path):
    out = tmp_path / "out.hdr"
    words = ["prepare", scene.raw, out, "--white", scene.white, "--dark", scene.dark, "--panel", scene.panel]
    assert main([str(word) for word in words]) == 0
    found, known = hsigui.open(out).read(), scene.known
    assert np.abs(found[known] - scene.reflectance[known]).max() < 0.005
    assert hsigui.open(out).info.wavelengths == scene.wavelengths
    assert np.isnan(found[:, scene.dead_column]).all()


def test_without_noise_only_the_rounding_to_counts_is_left(tmp_path):
    scene = write_raw_lab_scene(tmp_path, "still", 20, 18, 12, noise=0.0)
    step = hsigui.WhiteDark(hsigui.open(scene.white), hsigui.open(scene.dark), scene.panel)
    found = hsigui.prepare(hsigui.open(scene.raw), step).read()
    bright = scene.known & (scene.reflectance > 0.1)
    np.testing.assert_allclose(found[bright], scene.reflectance[bright], rtol=0.005)


def test_the_files_are_those_of_a_camera_with_all_its_faults(scene):
    raw, white, dark = map(hsigui.open, (scene.raw, scene.white, scene.dark))
    assert (raw.info.product, raw.info.interleave, raw.dtype) == ("Specim", "bil", np.uint16)
    assert sorted(p.name for p in scene.raw.parent.glob("*.raw")) == [
        "DARKREF_lab_01.raw", "WHITEREF_lab_01.raw", "lab_01.raw",
    ]  # fmt: skip
    counts, panel, closed = raw.read(), white.read().mean(axis=0), dark.read().mean(axis=0)
    live = np.delete(np.arange(raw.cols), scene.dead_column)
    assert (counts == FULL).any()
    assert np.ptp(counts[:, scene.dead_column]) == 0
    assert np.abs(panel - closed)[live, scene.dead_band].max() < 5
    across = np.delete((panel - closed)[live], scene.dead_band, axis=1)
    steps = np.diff(across / across.mean(axis=0), axis=0)
    assert (np.abs(steps).max(axis=0) > 0.05).all(), "columns differ from their neighbours"
    again = write_raw_lab_scene(scene.raw.parents[1] / "again")
    assert again.raw.with_suffix(".raw").read_bytes() == scene.raw.with_suffix(".raw").read_bytes()


def test_a_band_without_light_is_told_and_no_other(scene):
    made = hsigui.prepare(hsigui.open(scene.raw), hsigui.WhiteDark.beside(scene.raw))
    (note,) = [note for note in made.notes if "no brighter" in note]
    assert note == (
        f"In 1 band the white reference is no brighter than the dark one, but for noise: {scene.dead_band + 1}. "
        "Mark it bad (--mark-bad)."
    )


def test_references_that_are_swapped_or_both_dark_are_told(scene):
    raw, white, dark = map(hsigui.open, (scene.raw, scene.white, scene.dark))
    for step in (hsigui.WhiteDark(dark, white), hsigui.WhiteDark(dark, dark)):
        assert any("may be swapped" in note for note in hsigui.prepare(raw, step).notes)
    assert not any("swapped" in note for note in hsigui.prepare(raw, hsigui.WhiteDark(white, dark)).notes)
