"""Features and maps under a limit of memory: the same as without one, held in smaller pieces."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.edge_filter import find_edges
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.sampling import draw
from hsigui.memory import resident
from hsigui.methods import loop
from hsigui.methods.scene import SceneValues
from hsigui.pipeline import classify as classify_module
from hsigui.pipeline import disk, edge_pooling, embed_tiles, map_parts, mapped
from hsigui.pipeline import features as features_module
from hsigui.pipeline.classify import classify
from hsigui.pipeline.edge_pooling import Pooling, pool
from hsigui.pipeline.embed import embed
from hsigui.pipeline.embed_tiles import tile_side
from hsigui.pipeline.feature_file import FeatureFile
from hsigui.pipeline.features import finished
from hsigui.pipeline.levels import superpixel_means
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec
from tests.limits import leave
from tests.pipeline.conftest import make_cube

MB = 10**6
Usage = namedtuple("Usage", "total used free")


class Told(SilentContext):
    def __init__(self):
        self.warnings: list[str] = []

    def warn(self, message):
        self.warnings.append(message)


# Tiles and features


@pytest.mark.parametrize("bands", [4, 60, 400])
@pytest.mark.parametrize("halo", [0, 8])
def test_the_tile_of_features_is_the_largest_that_fits_into_half_of_the_room(bands, halo, monkeypatch):
    assert tile_side(bands, 160, halo) == 256
    for room in (2 * MB, 20 * MB, 200 * MB, 2_000 * MB):
        leave(monkeypatch, room)
        side = tile_side(bands, 160, halo)
        each = bands * embed_tiles.BAND_BYTES + 160 * embed_tiles.FEATURE_BYTES
        assert side == 16 or (side + 2 * halo) ** 2 * each <= room / 2
        assert side == 256 or (2 * side + 2 * halo) ** 2 * each > room / 2
        assert 16 <= side <= 256


def test_features_under_a_limit_are_read_in_small_windows_and_are_the_same(cube, encoder, monkeypatch):
    whole = embed(cube, encoder, SilentContext())
    leave(monkeypatch, 4 * MB)
    seen = []
    read = Cube.read
    monkeypatch.setattr(Cube, "read", lambda self, *at: seen.append(read(self, *at)) or seen[-1])
    few = embed(cube, encoder, SilentContext())
    halo = encoder.network.halo + 32
    assert max(each.shape[0] * each.shape[1] for each in seen) < (tile_side(12, 160, 0) + 2 * halo) ** 2
    assert len(seen) > 4
    assert np.array_equal(whole.valid, few.valid)
    assert np.allclose(np.asarray(whole.array, np.float32), np.asarray(few.array, np.float32), atol=2e-3)
    assert np.array_equal(whole.edges.down, few.edges.down)


def test_features_that_nobody_keeps_lie_in_a_folder_that_goes_with_them(cube, encoder, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    leave(monkeypatch, MB)
    found = embed(cube, encoder, SilentContext())
    assert isinstance(found.array, FeatureFile)
    assert found.at(found.valid).shape[0] == np.count_nonzero(found.valid)
    del found
    assert list(tmp_path.iterdir()) == []


def test_features_that_fit_nowhere_are_refused_before_they_are_made(cube, encoder, monkeypatch, tmp_path):
    monkeypatch.setattr(disk, "free", lambda _folder: 1_000)
    monkeypatch.setattr(disk.working_memory, "room", lambda: 1_000)
    assert not disk.holds_features(tmp_path, cube, encoder)
    with pytest.raises(HsiError, match=r"The features of fields would take 493 kB, which neither the disk nor"):
        embed(cube, encoder, SilentContext(), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    said = disk.require_room(tmp_path, 10, disk.FeatureRoom(50_000), must=True)
    assert "the encoder is trained, and they are not made" in said


# What is mapped


def mapped_file(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)


def test_what_is_let_go_of_leaves_memory_and_stays_in_the_file(tmp_path, monkeypatch):
    if not hasattr(mapped.mmap, "MADV_DONTNEED"):
        pytest.skip("this system keeps the pages")
    monkeypatch.setattr(mapped, "KEPT_BYTES", MB)
    array = mapped_file(tmp_path / "a.npy", (1000, 1000, 32))  # 64 MB
    array[...] = 1.5
    before = resident()
    mapped.let_go(array)
    assert before - resident() > 50 * MB
    assert float(array[999, 999, 31]) == 1.5
    assert np.load(tmp_path / "a.npy", mmap_mode="r")[500, 500, 5] == 1.5


@pytest.mark.parametrize("kept", [10**9, 1_000])
def test_smoothing_in_a_mapped_file_is_that_in_memory_bit_for_bit(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(mapped, "KEPT_BYTES", kept)
    rng = np.random.default_rng(0)
    values = rng.normal(size=(50, 40, 9)).astype(np.float16)
    edges = find_edges(values[..., :4], rng.random((50, 40)) > 0.1)
    poolings = [Pooling(slice(0, 5), 60.0, 3.0), Pooling(slice(6, 9), 20.0, 1.0)]
    one, two = values.copy(), mapped_file(tmp_path / "a.npy", values.shape)
    two[...] = values
    pool(one, edges, poolings, SilentContext())
    leave(monkeypatch, 100_000)
    pool(two, edges, poolings, SilentContext())
    assert not np.array_equal(one, values)
    assert np.array_equal(one, two)


def test_smoothing_holds_some_columns_and_not_the_features(tmp_path, monkeypatch):
    leave(monkeypatch, MB)
    monkeypatch.setattr(edge_pooling.cores, "count", lambda: 1)
    array = mapped_file(tmp_path / "a.npy", (200, 200, 100))  # 8 MB; a column 0.16 MB in 32 bits
    edges = find_edges(np.random.default_rng(0).normal(size=(200, 200, 2)), np.ones((200, 200), bool))
    tracemalloc.start()
    pool(array, edges, [Pooling(slice(0, 16), 20.0, 3.0)], SilentContext())
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 2 * MB


def test_scratch_is_in_memory_without_a_limit_and_in_a_file_under_one(tmp_path, monkeypatch):
    assert mapped._map_of(mapped.scratch((1000, 1000), np.float32)) is None
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    leave(monkeypatch, MB)
    array = mapped.scratch((1000, 1000), np.float32)
    assert mapped._map_of(array) is not None
    assert not array.any()
    array[5] = 7
    mapped.let_go(array)
    assert array[5].sum() == 7000
    assert list(tmp_path.iterdir()) == []  # it has no name, and goes with the array
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(HsiError, match="cannot be held beside a memory limit") as caught:
        mapped.scratch((1000, 1000), np.float32)
    assert "TMPDIR" in caught.value.hint


# Maps


@pytest.mark.parametrize("spec", [MapSpec(), MapSpec(1.0, 0.0), MapSpec(0.0, 3.0)])
def test_a_map_under_a_limit_is_drawn_by_parts_and_is_the_same(cube, encoder, truth, spec, monkeypatch):
    features = embed(cube, encoder, SilentContext())
    probe = fit_probe(features, draw(truth, 5, seed=0, valid=features.valid).train, ProbeSpec(), SilentContext())
    whole = classify(features, probe, spec, SilentContext(), keep=True)
    monkeypatch.setattr(map_parts, "EDGE_HALO", 10)
    leave(monkeypatch, 60_000)
    boxes = []
    mixed = classify_module.mixed
    monkeypatch.setattr(classify_module, "mixed", lambda parts, box, ctx: boxes.append(box) or mixed(parts, box, ctx))
    few = classify(features, probe, spec, SilentContext(), keep=True)
    assert len(boxes) > 1
    assert len({box[1] for box in boxes}) > 1  # columns are parted, too
    assert mapped._map_of(few.classes) is None or few.classes.nbytes > mapped.kept_bytes()
    assert (few.classes == whole.classes).mean() > 0.995
    assert np.array_equal(np.isnan(few.confidence), np.isnan(whole.confidence))
    off = 1e-5 if not spec.edges else 0.2  # its halo is cut down for this small scene
    assert np.nanmax(np.abs(few.probabilities - whole.probabilities)) < off


# Training


def test_a_limit_that_leaves_enough_changes_no_number_of_a_training(cube, monkeypatch):
    spec = PretrainSpec(epochs=3, device="cpu")
    free = pretrain(cube, spec, SilentContext())
    leave(monkeypatch, 500 * MB)
    told = Told()
    bound = pretrain(cube, spec, told)
    assert free.losses == bound.losses
    assert not told.warnings


def test_a_training_by_windows_is_said_and_goes_on_only_under_the_same_limit(tmp_path, monkeypatch):
    cube = make_cube()
    spec = PretrainSpec(epochs=6, device="cpu")
    leave(monkeypatch, 20_000)
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    told = Told()

    class Stopped(Told):
        def metric(self, name, value, step):
            if step == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        pretrain(cube, spec, Stopped(), tmp_path)
    leave(monkeypatch, 500 * MB)
    with pytest.raises(HsiError, match="begun with memory limit"):
        pretrain(cube, spec, told, tmp_path, resume=True)
    leave(monkeypatch, 20_000)
    pretrain(cube, spec, told, tmp_path, resume=True)
    assert any("the training reads windows of it from the file" in each for each in told.warnings)


def test_what_is_held_of_a_scene_follows_the_limit(monkeypatch):
    from hsigui.cube.transform import fit_transform
    from hsigui.methods import scene as module

    array = np.random.default_rng(0).random((300, 280, 6)).astype(np.float32)
    cube = Cube(ArraySource(array))
    transform = fit_transform(cube)
    leave(monkeypatch, 25 * MB)
    assert SceneValues(cube, transform).whole is not None  # 2 MB, thrice
    leave(monkeypatch, 10 * MB)
    scene = SceneValues(cube, transform)
    assert scene.whole is None
    rng = np.random.default_rng(0)
    windows = scene.excerpt(lambda limit: int(rng.integers(limit)), lambda: None)
    assert module.FEWEST_WINDOWS <= len(windows) < module.MOST_WINDOWS
    held = sum(values.nbytes for values, _ in windows)
    assert held * module.COPIES <= 0.3 * 10 * MB or len(windows) == module.FEWEST_WINDOWS


@pytest.mark.parametrize("shape", [(30, 40, 7), (900, 500, 3), (1, 50, 4), (700, 700, 1), (512, 600, 33)])
def test_mean_and_deviation_by_rows_are_those_of_numpy_for_all_at_once(shape, monkeypatch):
    monkeypatch.setattr(features_module, "SAMPLED_VALUES", 5_000)
    rng = np.random.default_rng(shape[0])
    array = (100 * rng.normal(size=shape) + 3).astype(np.float16)
    valid = rng.random(shape[:2]) > 0.3
    found = finished(array, valid, "")
    step = max(1, int(np.sqrt(valid.size / 200_000)))
    sample = array[::step, ::step][valid[::step, ::step]].astype(np.float32)
    assert np.array_equal(found.mean, sample.mean(axis=0))
    assert np.array_equal(found.sd, sample.std(axis=0))
    assert found.mean.dtype == found.sd.dtype == np.float32


def test_means_of_superpixels_hold_the_sums_of_a_few_blocks_alone(monkeypatch):
    rng = np.random.default_rng(0)
    array = rng.normal(size=(400, 100, 50)).astype(np.float16)
    labels = (np.arange(400)[:, None] // 4 * 20 + np.arange(100)[None] // 5).astype(np.int32)  # 2,000 of 20 pixels
    features = finished(array, np.ones((400, 100), bool), "")
    whole = superpixel_means(features, labels, SilentContext())
    leave(monkeypatch, MB)  # blocks of one row, whose sums take 0.8 MB each
    tracemalloc.start()
    few = superpixel_means(features, labels, SilentContext())
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 10 * MB
    assert np.allclose(whole, few, atol=1e-5)
