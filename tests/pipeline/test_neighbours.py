"""What was learned of a sample, laid out in a plane: groups stay groups, the seed decides, and it can be stopped."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled, quiet
from hsigui.pipeline.features import Features, finished
from hsigui.pipeline.neighbours import TSNE, UMAP, has_umap, neighbours_plane, sample_of

ROWS, COLS = 20, 24


@pytest.fixture(scope="module")
def features() -> Features:
    """Two groups of pixels far apart, left and right; some pixels without data."""
    rng = np.random.default_rng(0)
    array = rng.normal(size=(ROWS, COLS, 6))
    array[:, COLS // 2 :] += 8
    valid = np.ones((ROWS, COLS), dtype=bool)
    valid[0, :5] = False
    return finished(array.astype(np.float16), valid, "test")


def first(*places: int) -> np.ndarray:
    mask = np.zeros((ROWS, COLS), dtype=bool)
    mask.ravel()[list(places)] = True
    return mask


def test_groups_stay_groups_and_others_have_no_place(features):
    plane = neighbours_plane(features, TSNE, first(200), quiet(), pixels=60)
    placed = np.isfinite(plane).all(axis=2)
    assert placed.sum() == 60
    assert placed.ravel()[200]
    assert not (placed & ~features.valid).any()
    right = np.nonzero(placed)[1] >= COLS // 2
    found = plane[placed]
    middles = found[right].mean(axis=0), found[~right].mean(axis=0)
    nearer = np.linalg.norm(found - middles[0], axis=1) < np.linalg.norm(found - middles[1], axis=1)
    np.testing.assert_array_equal(nearer, right)
    np.testing.assert_array_equal(plane, neighbours_plane(features, TSNE, first(200), quiet(), pixels=60))


def test_labelled_pixels_are_half_of_the_sample_at_most():
    rng = np.random.default_rng(1)
    valid, labelled = np.ones((10, 10), dtype=bool), np.zeros((10, 10), dtype=bool)
    labelled[:5] = True
    found = sample_of(valid, labelled, 40, rng)
    assert len(set(found.tolist())) == 40
    assert 20 <= (found < 50).sum() < 40
    assert len(sample_of(valid, labelled, 1000, rng)) == 100


def test_too_few_pixels_are_refused(features):
    few = finished(np.asarray(features.array)[:2, :4], np.ones((2, 4), dtype=bool), "test")
    with pytest.raises(HsiError, match="Only 8 pixels"):
        neighbours_plane(few, TSNE, np.zeros((2, 4), dtype=bool), quiet())


def test_it_can_be_stopped(features):
    asked: list[str] = []

    def stop() -> bool:
        return len(asked) > 1

    ctx = CallbackContext(progress=lambda _done, _total, text: asked.append(text), stop=stop)
    with pytest.raises(Cancelled):
        neighbours_plane(features, TSNE, first(), ctx, pixels=120)


def test_umap_is_asked_where_it_is_installed(features, monkeypatch):
    made: dict[str, object] = {}

    class Fake:
        def __init__(self, **settings: object) -> None:
            made.update(settings)

        def fit_transform(self, values: np.ndarray) -> np.ndarray:
            return values[:, :2] * 2

    library = types.ModuleType("umap")
    library.UMAP = Fake
    library.__spec__ = ModuleSpec("umap", None)
    monkeypatch.setitem(sys.modules, "umap", library)
    assert has_umap()
    plane = neighbours_plane(features, UMAP, first(), quiet(), pixels=50, seed=3)
    assert np.isfinite(plane).all(axis=2).sum() == 50
    assert made == {"n_neighbors": 15, "random_state": 3}
