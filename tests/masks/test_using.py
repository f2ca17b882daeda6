"""What masks govern, and that they govern nothing else: pixels that are masked out cannot change a bit elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import hsigui
from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.fingerprint import fingerprint, scene_fingerprint
from hsigui.cube.masked import SetAside, masks_told, scene_of
from hsigui.errors import HsiError
from hsigui.masks.using import MAP, without
from tests.pipeline.conftest import COLS, ROWS, make_cube


def altered(cube: Cube, masked: np.ndarray) -> Cube:
    """The scene with other values where the mask is."""
    values = cube.read()
    values[masked] = values[masked] * 3 + 50
    return Cube(ArraySource(values), cube.info, name=cube.name)


@pytest.fixture
def masked() -> np.ndarray:
    found = np.zeros((ROWS, COLS), dtype=bool)
    found[8:20, 10:24] = True
    return found


@pytest.fixture
def labels() -> np.ndarray:
    """Three classes in strips, also under the mask."""
    found = np.zeros((ROWS, COLS), dtype=np.uint16)
    found[::4] = 1 + (np.arange(COLS) // 7 % 3)
    return found


def test_pixels_masked_out_change_nothing_elsewhere(masked, labels):
    cube = make_cube()
    encoder = hsigui.pretrain(cube, device="cpu", epochs=3, mask=masked)
    again = hsigui.pretrain(altered(cube, masked), device="cpu", epochs=3, mask=masked)
    for a, b in zip(encoder.network.state_dict().values(), again.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    maps = []
    for scene in (cube, altered(cube, masked)):
        features = hsigui.embed(scene, encoder, device="cpu", mask=masked)
        probe = hsigui.fit(features, labels)
        maps.append(hsigui.classify(features, probe))
    one, other = maps
    np.testing.assert_array_equal(one.array, other.array)
    np.testing.assert_array_equal(one.confidence, other.confidence)
    assert not one.array[masked].any()
    assert (one.array[cube.valid_mask() & ~masked] > 0).all()
    assert not one.tested[masked].any()


def test_the_mask_of_the_map_is_not_the_encoders_affair(masked, labels, tmp_path):
    cube = make_cube()
    encoder = hsigui.pretrain(cube, device="cpu", epochs=2, folder=tmp_path / "run")
    before = (tmp_path / "run" / "weights.safetensors").read_bytes()
    warned: list[str] = []
    ctx = hsigui.CallbackContext(warn=warned.append)
    features = hsigui.embed(cube, encoder, folder=tmp_path / "run", device="cpu", mask=masked, ctx=ctx)
    assert not warned, "it is the encoder's own scene, with less of it"
    whole = hsigui.embed(cube, encoder, folder=tmp_path / "run", device="cpu")
    assert features.features.key != whole.features.key
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == before
    record = hsigui.classify(features, hsigui.fit(features, labels)).record()
    assert record.transductive
    (told,) = record.masks
    assert (told["use"], told["pixels"]) == ("map", int(masked.sum()))
    assert record.hashes["cube"] == encoder.scene["fingerprint"]
    assert not hsigui.classify(whole, hsigui.fit(whole, labels)).record().masks


def test_statistics_and_layers_do_not_count_what_is_masked_out(masked, labels):
    cube = make_cube()
    other = altered(cube, masked)
    for kind in ("pca", "mnf"):
        one, two = (hsigui.derive(each, kind, mask=masked) for each in (cube, other))
        np.testing.assert_array_equal(one.array, two.array)
        assert np.isnan(one.stack[masked]).all()
    one, two = (hsigui.statistics(each, labels, mask=masked) for each in (cube, other))
    for number, (a, b) in enumerate(zip(one.classes, two.classes, strict=True), 1):
        np.testing.assert_array_equal(a.mean, b.mean)
        assert a.pixels == np.count_nonzero((labels == number) & ~masked & cube.valid_mask())
    with pytest.raises(HsiError, match="made with or without"):
        hsigui.separability(one, mask=masked)


def test_a_map_by_spectra_leaves_masked_pixels_out(masked, labels):
    cube = make_cube()
    one, two = (hsigui.classify_by(each, labels=labels, mask=masked) for each in (cube, altered(cube, masked)))
    np.testing.assert_array_equal(one.array, two.array)
    assert not one.array[masked].any()
    assert one.record().masks[0]["name"] == "array"


def test_a_scene_with_pixels_set_aside_is_the_same_scene_and_another_input(masked):
    cube = make_cube()
    one = without(cube, [hsigui.mask(cube, masked, name="a")], MAP)
    assert isinstance(one, SetAside)
    assert isinstance(one.with_info(cube.info), SetAside)
    assert scene_of(one) is cube
    assert scene_fingerprint(one) == fingerprint(cube) != fingerprint(one)
    assert [each["name"] for each in masks_told(one)] == ["a"]
    assert without(cube, [hsigui.mask(cube, np.zeros_like(masked))], MAP) is cube


def test_masks_that_leave_too_little_or_come_too_late_are_refused(masked, tmp_path):
    cube = make_cube()
    all_but_one = np.ones_like(masked)
    all_but_one[0, 0] = False
    with pytest.raises(HsiError, match="leaves 1 pixels"):
        hsigui.pretrain(cube, epochs=2, device="cpu", mask=all_but_one)
    hsigui.pretrain(cube, device="cpu", epochs=1, folder=tmp_path / "run")
    with pytest.raises(HsiError, match="may have seen them"):
        hsigui.pretrain(cube, device="cpu", epochs=1, mask=masked, begin_from=tmp_path / "run")
    encoder = hsigui.load_encoder(tmp_path / "run")
    with pytest.raises(HsiError):
        hsigui.embed(cube, encoder, device="cpu", mask=np.ones_like(masked))
    with pytest.raises(HsiError, match="one scene only"):
        hsigui.pretrain([cube, cube], device="cpu", mask=masked)
