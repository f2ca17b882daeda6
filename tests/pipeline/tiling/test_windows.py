"""The surroundings of labels as a scene of their own, and the classifier that is fitted on them."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui import api
from hsigui.cube.masked import SetAside
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.pipeline import disk
from hsigui.pipeline.tiling import by_labels
from hsigui.pipeline.tiling.by_labels import classifier_by_windows
from hsigui.pipeline.tiling.grid import Grid
from hsigui.pipeline.tiling.overview import Overview
from hsigui.pipeline.tiling.windows import CELLS, Labelled, Windows

CTX = SilentContext()


def some_labels(rows: int = 300, cols: int = 400) -> np.ndarray:
    labels = np.zeros((rows, cols), dtype=np.uint16)
    labels[10:14, 20:25], labels[200, 390:400], labels[CELLS[0] - 1 : CELLS[0] + 2, 100] = 1, 2, 3
    return labels


@pytest.mark.parametrize("side", [0, *CELLS])
def test_each_label_counts_in_one_window_and_none_is_lost(side):
    labels = some_labels()
    found = Labelled.of(labels, CTX)
    windows = Windows._in_cells(found, 20, labels.shape, side) if side else Windows.around(found, 20, labels.shape)
    inside = windows.labels(found)
    assert inside.shape == windows.shape
    assert np.bincount(inside.ravel())[1:].tolist() == np.bincount(labels.ravel())[1:].tolist()
    if side == CELLS[0]:
        assert len(windows.boxes) == 4, "the third class lies on both sides of the border of two cells"
    elif not side:
        others = [Windows._in_cells(found, 20, labels.shape, each).shape for each in CELLS]
        assert np.prod(windows.shape) == min(map(np.prod, others)), "what is read is the least"


def test_windows_hold_the_pixels_of_the_scene_and_nothing_where_it_has_none(ground):
    cube = api.open(ground.scene)
    out = np.zeros((cube.rows, cube.cols), dtype=bool)
    out[30:32, 10:12] = True
    labels = np.zeros(out.shape, dtype=np.uint16)
    labels[31, 8], labels[40, 80] = 1, 2
    windows = Windows.around(Labelled.of(labels, CTX), 4, labels.shape)
    stacked = windows.of(SetAside(cube, out))
    values = stacked.read()
    (top, left, bottom, right), *_ = windows.boxes
    expected = cube.read(slice(top, bottom), slice(left, right))
    expected[out[top:bottom, left:right]] = np.nan
    np.testing.assert_array_equal(values[: bottom - top, : right - left], expected)
    some = stacked.read(slice(1, None, 3), slice(2, 7), [0, 5])
    np.testing.assert_array_equal(some, values[1::3, 2:7][..., [0, 5]])
    assert np.isfinite(stacked.valid_mask()).all()


def test_a_classifier_of_the_surroundings_of_labels_draws_nearly_the_map_of_all_features(ground, tmp_path):
    cube, encoder = api.open(ground.scene), api.load_encoder(ground.run)
    labels = np.zeros((cube.rows, cube.cols), dtype=np.uint16)
    truth = ground.in_one_piece().array
    for number in np.unique(truth[truth > 0]):
        rows, cols = np.nonzero(truth == number)
        labels[rows[:6], cols[:6]] = number
    classes = ClassTable.for_numbers(np.unique(labels[labels > 0]).tolist())
    kept = classifier_by_windows(
        cube, encoder, labels, classes, encoder.recipe.map, tmp_path / "map.tif.run", "cpu", CTX
    )
    assert kept.about["counts"] == {str(n): 6 for n in np.unique(labels[labels > 0])}
    assert not list(tmp_path.iterdir()), "what was worked with is gone"
    api.save(encoder, tmp_path / "run")
    from hsigui.pipeline import kept_probe

    kept_probe.save(kept, tmp_path / "run")
    by_windows = api.classify(cube, api.load_classifier(tmp_path / "run"))
    features = api.embed(cube, encoder)
    whole = api.classify(features, api.fit(features, api.Labels(labels, classes)))
    assert (by_windows.array == whole.array).mean() > 0.97


def test_labels_of_too_many_places_are_refused_with_a_way_out(ground, tmp_path, monkeypatch):
    cube, encoder = api.open(ground.scene), api.load_encoder(ground.run)
    labels = np.zeros((cube.rows, cube.cols), dtype=np.uint16)
    labels[30, 3], labels[50, 80] = 1, 2
    monkeypatch.setattr(disk, "holds", lambda _folder, _size: False)
    with pytest.raises(HsiError, match="neither the disk") as refused:
        classifier_by_windows(
            cube, encoder, labels, ClassTable.for_numbers([1, 2]), encoder.recipe.map, tmp_path / "run", "cpu", CTX
        )
    assert "label fewer places" in refused.value.hint
    labels[labels == 2] = 1
    with pytest.raises(HsiError, match="two classes"):
        classifier_by_windows(
            cube, encoder, labels, ClassTable.for_numbers([1]), encoder.recipe.map, tmp_path / "run", "cpu", CTX
        )


def test_the_sum_of_labels_is_that_of_the_whole_raster(monkeypatch):
    from hsigui.pipeline.provenance import raster_hash

    monkeypatch.setattr(by_labels, "SCANNED", 1_000)
    assert by_labels._sum_of(some_labels(), CTX) == raster_hash(some_labels())


@pytest.mark.parametrize("side", [16, 30, 64])
def test_an_overview_filled_by_tiles_is_every_so_many_th_pixel_of_the_map(side):
    whole = np.arange(1, 70 * 90 + 1, dtype=np.uint16).reshape(70, 90)
    overview = Overview(70, 90, most=40)
    for tile in Grid(70, 90, side, 5):
        top, left, bottom, right = tile.box
        overview.put(overview.part_of(tile, whole[top:bottom, left:right]))
    assert overview.step == 3
    np.testing.assert_array_equal(overview.classes, whole[::3, ::3])
    np.testing.assert_array_equal(overview.at((3, 6, 60, 90), 6), whole[3:60:6, 6:90:6])
    np.testing.assert_array_equal(overview.at((4, 6, 8, 9), 1), whole[3:9:3, 6:9:3][[0, 0, 1, 1]][:, [0, 0, 0]])
