"""Features: equal by tiles, kept on disk, never for the wrong cube."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.transform import fit_transform
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.plan import Plan
from hsigui.pipeline import embed_tiles as module
from hsigui.pipeline.embed import embed
from hsigui.pipeline.feature_file import FeatureFile
from hsigui.pipeline.features import ENCODER
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import FIRST_RECIPE, PretrainSpec, Recipe
from tests.pipeline.conftest import make_cube


def test_tiles_give_the_features_of_one_pass(cube, encoder, monkeypatch):
    whole = embed(cube, encoder, SilentContext())
    monkeypatch.setattr(module, "TILE", 16)
    tiled = embed(cube, encoder, SilentContext())
    assert np.allclose(whole.array.astype(np.float32), tiled.array.astype(np.float32), atol=2e-3)


def test_every_pixel_has_the_encoders_features_and_the_smoothed_components(cube, encoder):
    features = embed(cube, encoder, SilentContext())
    assert features.array.shape == (40, 44, encoder.width + encoder.transform.channels)
    assert np.isfinite(features.array).all()
    assert not features.valid[3, 4]
    standard = features.at(features.valid)
    assert np.allclose(standard.mean(axis=0), 0, atol=0.01)
    assert np.allclose(standard.std(axis=0), 1, atol=0.01)


def test_pixels_without_data_do_not_leak_into_their_neighbours_spectra(encoder):
    with_hole, without = (embed(make_cube(hole), encoder, SilentContext()) for hole in (True, False))
    context = slice(encoder.width, None)
    one = with_hole.array[10:, 12:, context].astype(np.float32)
    two = without.array[10:, 12:, context].astype(np.float32)
    assert np.allclose(one, two, atol=0.01)
    near = with_hole.array[5, 4, context].astype(np.float32)
    far = without.array[5, 4, context].astype(np.float32)
    assert np.abs(near - far).max() < 1.0  # zeros leaking in would pull the leading component by several


def test_kept_features_are_read_again_and_not_computed(cube, encoder, tmp_path, monkeypatch):
    first = embed(cube, encoder, SilentContext(), tmp_path)

    def fail(*_args, **_kwargs):
        raise AssertionError("computed again")

    monkeypatch.setattr(module, "_vectors", fail)
    second = embed(cube, encoder, SilentContext(), tmp_path)
    assert isinstance(second.array, FeatureFile)
    assert np.array_equal(first.array, second.array)
    assert np.array_equal(first.mean, second.mean)


def test_kept_features_of_another_scene_or_half_written_ones_are_not_used(cube, encoder, tmp_path):
    first = np.array(embed(cube, encoder, SilentContext(), tmp_path).array)
    other = Cube(ArraySource(make_cube().read() * 1.5), name="other")
    assert not np.array_equal(first, embed(other, encoder, SilentContext(), tmp_path).array)
    again = np.array(embed(cube, encoder, SilentContext(), tmp_path).array)
    assert np.array_equal(first, again)
    assert len(list(tmp_path.glob("features-*.json"))) == 2
    for path in tmp_path.glob("features-*[0-9a-f].npy"):
        whole = path.read_bytes()
        path.unlink()
        path.write_bytes(whole[: len(whole) // 2])
    assert np.array_equal(first, embed(cube, encoder, SilentContext(), tmp_path).array)


def test_a_cube_of_other_bands_is_refused_with_both_numbers(encoder):
    other = Cube(ArraySource(np.ones((20, 20, 7), dtype=np.float32)), name="other")
    with pytest.raises(HsiError, match=r"7 bands.*12"):
        embed(other, encoder, SilentContext())


def test_a_patch_encoder_maps_by_patches(cube, encoder):
    patch = _patch_encoder(cube, encoder)
    features = embed(cube, patch, SilentContext())
    values = patch.transform.apply_to_cube(cube)
    padded = np.pad(values, ((7, 7), (7, 7), (0, 0)), mode="reflect")
    with torch.no_grad():
        one = patch.network(torch.from_numpy(padded[20:35, 9:24].transpose(2, 0, 1).copy())[None])[0]
    assert np.allclose(features.array[20, 9, :8].astype(np.float32), one.numpy(), atol=2e-3)


def _patch_encoder(cube, encoder) -> Encoder:
    plan = Plan(None, True, "patch", {"width": 8})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = plan.network(12).eval()
    return Encoder(network, fit_transform(cube, pixel_range=True), plan, encoder.spec, 1, encoder.scene)


@pytest.mark.parametrize("tile", [9, 16, 39])
def test_a_patch_encoder_by_tiles_gives_the_features_of_one_pass(cube, encoder, monkeypatch, tile):
    patch = _patch_encoder(cube, encoder)
    whole = embed(cube, patch, SilentContext())
    monkeypatch.setattr(module, "TILE", tile)
    tiled = embed(cube, patch, SilentContext())
    assert np.allclose(whole.array.astype(np.float32), tiled.array.astype(np.float32), atol=2e-3)
    assert np.array_equal(whole.valid, tiled.valid)


class Listening(SilentContext):
    """Keeps warnings, and cancels after some calls when asked."""

    def __init__(self, cancel_after: int = 10**9) -> None:
        self.warnings: list[str] = []
        self._left = cancel_after

    def warn(self, message):
        self.warnings.append(message)

    def progress(self, done, total, text=""):
        self._left -= 1
        if self._left < 0:
            raise Cancelled


def test_a_cancelled_embedding_leaves_nothing_behind(cube, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TILE", 16)
    with pytest.raises(Cancelled):
        embed(cube, encoder, Listening(cancel_after=3), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_features_in_use_stay_whole_while_they_are_made_again(cube, encoder, tmp_path):
    first = embed(cube, encoder, SilentContext(), tmp_path)
    values = np.array(first.array)
    for about in tmp_path.glob("*.json"):
        about.unlink()
    embed(cube, encoder, SilentContext(), tmp_path)
    assert np.array_equal(first.array, values)


def test_a_folder_that_cannot_be_written_keeps_the_features_in_memory_and_says_so(cube, encoder, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    ctx = Listening()
    features = embed(cube, encoder, ctx, tmp_path / "file" / "run")
    assert not isinstance(features.array, FeatureFile)
    assert "memory" in ctx.warnings[0]


def test_another_scene_is_said_and_other_wavelengths_are_refused(encoder):
    ctx = Listening()
    embed(Cube(ArraySource(make_cube().read() * 1.5), name="other"), encoder, ctx)
    assert "another scene (fields)" in ctx.warnings[0]
    centres = tuple(np.linspace(400.0, 900.0, 12).tolist())
    trained = replace(encoder, scene={**encoder.scene, "wavelengths_nm": [w * 1.3 for w in centres]})
    shifted = Cube(ArraySource(make_cube().read()), CubeInfo(wavelengths=centres), name="shifted")
    with pytest.raises(HsiError, match="no band within"):
        embed(shifted, trained, SilentContext())
    same = replace(encoder, scene={**encoder.scene, "wavelengths_nm": list(centres)})
    embed(shifted, same, SilentContext())


def test_one_wild_pixel_does_not_spoil_the_features_of_the_scene(encoder):
    values = make_cube().read()
    values[30, 30, 3] = 3e9
    features = embed(Cube(ArraySource(values), name="wild"), encoder, SilentContext())
    assert np.isfinite(features.array).all()
    assert np.isfinite(features.mean).all()


def test_scenes_too_small_or_without_data_are_refused(encoder):
    tiny = Cube(ArraySource(np.ones((3, 3, 12), dtype=np.float32)), name="tiny")
    with pytest.raises(HsiError, match="3 x 3"):
        embed(tiny, encoder, SilentContext())
    empty = Cube(ArraySource(np.full((20, 20, 12), np.nan, dtype=np.float32)), name="empty")
    with pytest.raises(HsiError, match="have data"):
        embed(empty, encoder, SilentContext())


def test_a_recipe_that_asks_for_it_gives_evened_out_features(cube):
    made = pretrain(cube, PretrainSpec(epochs=3, device="cpu"), SilentContext())
    assert made.balance is not None
    plain, even = (
        embed(cube, replace(made, recipe=Recipe(replace(FIRST_RECIPE.features, balanced=wanted))), SilentContext())
        for wanted in (False, True)
    )
    encoder = plain.columns[ENCODER]
    wanted = made.balance.apply(plain.array[plain.valid][:, encoder].astype(np.float32))
    np.testing.assert_allclose(even.array[even.valid][:, encoder].astype(np.float32), wanted, rtol=0.02, atol=0.02)
    assert np.array_equal(even.array[..., encoder.stop :], plain.array[..., encoder.stop :])


class _Small:
    """Runs out of memory for pieces of more than so many pixels."""

    def __init__(self, whole, most: int, error: Exception) -> None:
        self.whole, self.most, self.error, self.sides = whole, most, error, []

    def __call__(self, network, values, tile, device, told):
        if tile.pixels > self.most:
            raise self.error
        self.sides.append(tile.side)
        return self.whole(network, values, tile, device, told)


NO_MEMORY = [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")]


@pytest.mark.parametrize("error", NO_MEMORY, ids=["MemoryError", "torch"])
def test_features_are_made_in_smaller_pieces_where_memory_runs_out(cube, encoder, monkeypatch, error):
    class Told(SilentContext):
        said: tuple[str, ...] = ()

        def warn(self, message):
            self.said += (message,)

    wanted, ctx = embed(cube, encoder, SilentContext()), Told()
    small = _Small(module._vectors, 300, error)
    monkeypatch.setattr(module, "_vectors", small)
    found = embed(cube, encoder, ctx)
    assert {16} <= set(small.sides) <= {16, 32}  # those at the border have fewer pixels
    assert np.allclose(found.array.astype(np.float32), wanted.array.astype(np.float32), atol=2e-3)
    assert np.array_equal(found.valid, wanted.valid)
    assert [said for said in ctx.said if "smaller pieces" in said] == list(ctx.said)
    assert len(ctx.said) == 1


@pytest.mark.parametrize("error", NO_MEMORY, ids=["MemoryError", "torch"])
def test_features_for_which_no_piece_is_small_enough_are_refused_with_what_to_do(cube, encoder, monkeypatch, error):
    monkeypatch.setattr(module, "_vectors", _Small(module._vectors, 10, error))
    with pytest.raises(HsiError, match="more memory than there is") as raised:
        embed(cube, encoder, SilentContext())
    assert "smaller part" in raised.value.hint


def test_another_fault_while_features_are_made_is_no_want_of_memory(cube, encoder, monkeypatch):
    monkeypatch.setattr(module, "_vectors", _Small(module._vectors, 10, RuntimeError("wrong")))
    with pytest.raises(RuntimeError, match="wrong"):
        embed(cube, encoder, SilentContext())
