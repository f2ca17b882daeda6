"""The table of results of a scene: what comes into it by itself, what is asked for, and what is the same."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from hsigui.document.events import ResultsChanged
from hsigui.document.raster import Raster
from hsigui.document.results import NOW, KeptResult, result_of
from hsigui.labels.classes import ClassTable
from hsigui.report.metrics import accuracy
from hsigui.specs import MapSpec
from tests.document.scenes import class_map, encoder, features, make_scene, square

TABLE = ClassTable.for_numbers([1, 2])


def mapped(seed: int = 0):
    """A scene with a map that is measured, and what the map says."""
    scene = make_scene()
    scene.edit(square(), "Square")
    scene.set_run(encoder(seed), features(), None)
    made = np.ones(scene.labels.shape, dtype=np.uint16)
    made[2:] = 2
    truth = np.ones_like(made)
    scene.set_truth(truth, TABLE, "truth.tif")
    trained_on = scene.labels.snapshot()
    found = accuracy(made, truth, TABLE, trained_on)
    scene.set_map("probe", class_map(made), trained_on, found, measured_on="truth.tif", seconds={"map": 0.5})
    return scene, made


def test_a_map_is_kept_once_and_again_when_anything_of_it_is_another():
    scene, made = mapped()
    told: list = []
    scene.events.subscribe(ResultsChanged, told.append)
    assert scene.keep_map()
    assert not scene.keep_map()
    assert len(told) == 1
    scene.set_map("probe", class_map(made), scene.labels.snapshot(), scene.map.accuracy, spec=MapSpec(2.0))
    assert scene.keep_map()
    assert [row.number for row in scene.results] == [1, 2]


def test_what_it_was_tested_on_leaves_out_what_it_was_made_from_and_stays_as_it_was():
    scene, made = mapped()
    row = result_of(scene)
    assert row.number == NOW
    tested = row.tested.array()
    np.testing.assert_array_equal(tested == 0, scene.map.trained_on != 0)
    assert np.count_nonzero(tested) == scene.map.accuracy.n_test
    assert (row.labels, row.train_seconds, row.map_seconds) == (4, 1.5, 0.5)
    np.testing.assert_array_equal(row.map.array(), made)
    before = row.map.packed
    assert Raster(row.map.shape, packed=before).array().tolist() == made.tolist()
    assert row.map.array().tolist() == made.tolist()  # and after its array was let go of


def test_a_map_of_another_kind_does_not_put_out_the_one_that_a_training_made():
    scene, made = mapped()
    near = SimpleNamespace(matching=SimpleNamespace(by="sam"), valid=np.ones(made.shape, dtype=bool))
    scene.set_map("probe", class_map(made), np.zeros_like(made), None, nearest=near)
    assert [row.spec is None for row in scene.results] == [False]
    scene.keep_map()
    by_spectra = scene.results.all[-1]
    assert (by_spectra.spec, by_spectra.folder) == (None, None)
    assert by_spectra.made_by


def test_rows_are_named_noted_taken_away_and_put_back_in_their_place():
    scene, _ = mapped()
    scene.keep_map()
    scene.results.add(KeptResult(NOW, "training"))
    scene.results.rename(1, "First")
    scene.results.annotate(1, "dry")
    first = scene.results.get(1)
    assert (first.name, first.note) == ("First", "dry")
    scene.results.remove(1)
    scene.results.add(first)
    assert [row.number for row in scene.results] == [1, 2]
    scene.results.take_up(scene.results.all, (99, 99))
    assert [row.kind for row in scene.results] == ["training"]


def test_a_run_that_is_forgotten_is_on_no_list_but_the_one_in_use_stays(tmp_path):
    scene = make_scene()
    for name in ("a", "b"):
        scene.set_run(encoder(), features(), tmp_path / name)
    scene.forget_run(tmp_path / "a")
    scene.forget_run(tmp_path / "b")
    assert [run.folder for run in scene.runs] == [tmp_path / "b"]
