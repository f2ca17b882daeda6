"""On a full disk every save leaves the last good files whole and nothing beside them, and says what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from rasterio.crs import CRS

import hsigui
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.labels.formats.table import written_suffixes
from hsigui.methods import checkpoint, resume, snapshot
from hsigui.methods.resume import Course, Unfinished
from hsigui.pipeline import kept_probe
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.report.maps import export_map
from hsigui.report.rasters import write_layers
from hsigui.report.table import LAYERS, map_suffixes
from hsigui.settings import Settings, SettingsStore
from hsigui.specs import MapSpec, PretrainSpec
from hsigui.storage import kept
from tests.faults.full_disk import Disk, contents, disk
from tests.pipeline.conftest import fields, make_cube

ROWS, COLS = 260, 300
GEO = Geo((30.0, 0.0, 400_000.0, 0.0, -30.0, 5_000_000.0), CRS.from_epsg(32633).to_wkt())
TABLE = ClassTable(tuple(ClassInfo(number, f"class {number}", (40 * number, 90, 20)) for number in range(1, 6)))
SPEC = PretrainSpec(epochs=2, device="cpu")


@pytest.fixture
def room(tmp_path) -> Iterator[Disk]:
    with disk(tmp_path / "disk") as made:
        yield made


def _classes(seed: int) -> np.ndarray:
    """Noise, which no format can make small."""
    return np.random.default_rng(seed).integers(1, 6, (ROWS, COLS)).astype(np.uint16)


def _blocks(seed: int) -> np.ndarray:
    """A few hundred fields, for formats of shapes."""
    return np.kron(np.random.default_rng(seed).integers(1, 6, (52, 60)), np.ones((5, 5))).astype(np.uint16)


def _refused_on(room: Disk, save) -> HsiError:
    """What is said on the full disk; the files are those that were there before."""
    save(1)
    before = contents(room.folder)
    assert before
    with room.full(), pytest.raises(HsiError) as raised:
        save(2)
    assert contents(room.folder) == before
    save(3)
    assert contents(room.folder) != before
    return raised.value


def _says_what_to_do(error: HsiError) -> bool:
    return "cannot be written" in error.message and "room" in error.hint


@pytest.mark.parametrize("suffix", map_suffixes())
def test_maps(room, suffix):
    small = suffix in (".gpkg", ".kmz", ".geojson", ".fgb", ".parquet")

    def save(seed: int) -> None:
        export_map(room.folder / f"map{suffix}", (_blocks if small else _classes)(seed), TABLE, GEO)

    assert _says_what_to_do(_refused_on(room, save))


@pytest.mark.parametrize("suffix", written_suffixes())
def test_labels(room, suffix):
    drawn = suffix not in (".tif", ".tiff", ".hdr", ".img", ".mat", ".png", ".npy")

    def save(seed: int) -> None:
        array = _blocks(seed)[:100, :100] if drawn else _classes(seed)
        write_classes(room.folder / f"labels{suffix}", array, TABLE, GEO)

    assert _says_what_to_do(_refused_on(room, save))


@pytest.mark.parametrize("suffix", [suffix for row in LAYERS for suffix in row.suffixes])
def test_layers(room, suffix):
    def save(seed: int) -> None:
        write_layers(room.folder / f"layer{suffix}", np.random.default_rng(seed).random((120, 100, 2)), ["a", "b"], GEO)

    assert _says_what_to_do(_refused_on(room, save))


def test_a_report(room):
    truth, array = fields(), fields()

    def save(seed: int) -> None:
        array[: 2 * seed, :9] = seed
        evaluation = hsigui.evaluate(_map(array, room.folder.parent / f"map{seed}.tif"), truth)
        hsigui.save(evaluation, room.folder / "report")

    assert _says_what_to_do(_refused_on(room, save))


def _map(array: np.ndarray, path: Path) -> Path:
    export_map(path, array, TABLE)
    return path


@pytest.fixture(scope="module")
def encoders():
    cube = make_cube()
    return [pretrain(cube, dataclasses.replace(SPEC, seed=seed), SilentContext()) for seed in range(4)]


def test_a_run(room, encoders):
    assert _says_what_to_do(_refused_on(room, lambda seed: checkpoint.save(encoders[seed], room.folder / "run")))
    assert checkpoint.load(room.folder / "run").spec.seed == 3


def test_a_kept_classifier(room, encoders, tmp_path):
    cube, ctx = make_cube(), SilentContext()
    run = room.folder / "run"
    checkpoint.save(encoders[0], run)
    features = embed(cube, encoders[0], ctx)
    labels = np.where(np.random.default_rng(0).random((40, 44)) < 0.1, fields(), 0).astype(np.uint16)
    probe = fit_probe(features, labels, None, ctx)
    figures = {"oa": 0.5, "aa": 0.5, "kappa": 0.5, "n_test": 10}

    def save(seed: int) -> None:
        found = kept_probe.of_scene(
            cube, encoders[0], features, probe, MapSpec(smooth=float(seed)), labels, TABLE, "labels.tif", ctx
        )
        kept_probe.keep_with_accuracy(found, run, {**figures, "n_test": seed}, "test")

    assert _says_what_to_do(_refused_on(room, save))
    assert kept_probe.load(run).map_spec.smooth == 3.0


def test_features_stay_in_memory_and_those_of_before_stay_whole(room, encoders):
    class Told(SilentContext):
        said = ""

        def warn(self, message: str) -> None:
            self.said += message

    checkpoint.save(encoders[0], room.folder)
    wanted = embed(make_cube(), encoders[0], SilentContext())
    before, ctx = contents(room.folder), Told()
    with room.full():
        found = embed(make_cube(), encoders[0], ctx, room.folder)
    assert "stay in memory" in ctx.said
    assert "No space left" in ctx.said
    assert np.array_equal(found.array, wanted.array)
    assert contents(room.folder) == before


def test_an_unfinished_training(room):
    def save(seed: int) -> None:
        state = snapshot.take({"weights": torch.full((90, 90), float(seed))}, seed)
        resume.write(room.folder, Unfinished(state, None, Course((1.0,) * seed), {"spec": {}}))

    assert _says_what_to_do(_refused_on(room, save))
    assert resume.read(room.folder).now.step == 3


def test_settings_are_left_as_they_were_and_the_problem_is_told(room):
    store = SettingsStore(room.folder)
    assert store.save(Settings(theme="dark"))
    before = contents(room.folder)
    recent = tuple(f"/scene/{number}/" + 200 * "x" for number in range(60))
    with room.full():
        assert not store.save(Settings(theme="light", recent=recent))
    assert "No space left" in store.problem
    assert contents(room.folder) == before
    assert store.load().theme == "dark"


def test_what_is_remembered_of_scenes(room):
    def save(seed: int) -> None:
        kept.save(
            room.folder / "kept.json", "imports", {str(n): {"used": n, "x": seed * 500 * "x"} for n in range(9)}, 9
        )

    assert _says_what_to_do(_refused_on(room, save))
