from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from scipy import ndimage
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from hsigui.cube.demo import DemoScene, demo_scene, write_demo
from hsigui.cube.demo_spectra import COVERS
from hsigui.cube.formats.envi import read_header
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError


@pytest.fixture(scope="module")
def scene() -> DemoScene:
    return demo_scene()


def band(nm: np.ndarray, wanted: float) -> int:
    return int(np.abs(nm - wanted).argmin())


def test_the_scene_has_what_a_real_one_has(scene: DemoScene) -> None:
    cube = scene.cube
    assert cube.shape == (128, 128, 120)
    assert cube.dtype == np.int16
    assert cube.wavelengths is not None
    assert (cube.wavelengths[0], cube.wavelengths[-1]) == (400.0, 2450.0)
    bad = cube.wavelengths[np.array(cube.info.bad_bands)]
    assert ((bad > 1340) & (bad < 1455) | (bad > 1790) & (bad < 1970)).all()
    assert 10 <= len(bad) <= 20
    assert cube.info.scale == 10_000
    assert CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == 32633
    assert cube.valid_mask().all()


def test_every_class_is_large_enough_and_borders_are_unlabelled(scene: DemoScene) -> None:
    counts = np.bincount(scene.truth.ravel(), minlength=10)
    assert len(scene.classes) == 9
    assert counts[1:].min() >= 200
    assert 0.05 < counts[0] / scene.truth.size < 0.3
    # Two different classes never touch: the pixels between them are mixed.
    for one, other in ((scene.truth[1:], scene.truth[:-1]), (scene.truth[:, 1:], scene.truth[:, :-1])):
        assert not ((one != other) & (one > 0) & (other > 0)).any()


def test_the_same_seed_gives_the_same_scene_and_another_seed_another(scene: DemoScene) -> None:
    again, other = demo_scene(), demo_scene(seed=1)
    assert np.array_equal(again.cube.read(), scene.cube.read())
    assert np.array_equal(again.truth, scene.truth)
    assert not np.array_equal(other.truth, scene.truth)
    assert demo_scene(3, rows=40, cols=56, bands=30).cube.shape == (40, 56, 30)


def test_farmland_stays_what_it_was_so_that_what_was_made_on_it_can_be_made_again() -> None:
    for size, counts, mean, deviation in (
        ((0, 128, 128, 120), [2646, 3787, 1828, 2442, 1021, 1393, 1443, 250, 1053, 521], 0.1925703, 0.1314305),
        ((1, 48, 40, 30), [813, 314, 55, 92, 100, 202, 235, 11, 46, 52], 0.1858970, 0.1242777),
    ):
        made = demo_scene(*size, fields="farmland")
        np.testing.assert_allclose(np.bincount(made.truth.ravel()), counts, atol=2)
        values = made.cube.read().astype(float)
        assert (values.mean(), values.std()) == pytest.approx((mean, deviation), abs=1e-6)
    first = demo_scene(bands=120, fields="farmland").cube.read()[17, 23, ::20]
    np.testing.assert_allclose(first, [0.0719, 0.2764, 0.3462, 0.0801, 0.3006, 0.3158], atol=2e-4)


def test_the_surfaces_have_the_features_that_they_are_known_by() -> None:
    nm = np.arange(400.0, 2451.0, 5.0)
    zero = np.zeros((1, 1))
    spectrum = {name: surface(nm, zero, zero)[0] for name, _, surface in COVERS}
    for values in spectrum.values():
        assert values.min() > 0
        assert values.max() < 0.8
    for name in ("Meadow", "Maize", "Woodland"):
        plant = spectrum[name]
        assert plant[band(nm, 800)] > 5 * plant[band(nm, 670)]
        assert plant[band(nm, 555)] > 1.5 * plant[band(nm, 670)]
        assert plant[band(nm, 1450)] < 0.6 * plant[band(nm, 1650)]
    assert spectrum["Water"][band(nm, 1600)] < 0.01
    kaolinite = spectrum["Kaolinite"]
    assert kaolinite[band(nm, 2207)] < 0.8 * kaolinite[band(nm, 2120)]
    assert spectrum["Roof tile"][band(nm, 650)] > 3 * spectrum["Roof tile"][band(nm, 480)]


def draws(truth: np.ndarray, per_class: int, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Train and test pixel numbers, disjoint."""
    flat = truth.ravel()
    for seed in range(count):
        rng = np.random.default_rng(seed)
        train = np.concatenate([rng.permutation(np.flatnonzero(flat == c))[:per_class] for c in range(1, 10)])
        test = np.setdiff1d(np.flatnonzero(flat), train)
        assert not np.intersect1d(train, test).size
        yield train, test


def svm_accuracy(features: np.ndarray, truth: np.ndarray) -> float:
    """Overall accuracy of an RBF support vector machine with 5 labels a class, mean of 5 draws."""
    flat, found = truth.ravel(), []
    for train, test in draws(truth, 5, 5):
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        model = GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1, 10, 100]}, cv=folds)
        model.fit(features[train], flat[train])
        found.append(float((model.predict(features[test]) == flat[test]).mean()))
    return float(np.mean(found))


def test_few_labels_are_hard_on_single_spectra_and_easier_with_the_neighbourhood(scene: DemoScene) -> None:
    spectra = scene.cube.read(bands=scene.cube.good_bands.tolist()).reshape(128 * 128, -1)
    components = PCA(20, random_state=0).fit_transform(StandardScaler().fit_transform(spectra)).reshape(128, 128, 20)
    alone = svm_accuracy(spectra, scene.truth)
    smoothed = ndimage.gaussian_filter(components, (1.5, 1.5, 0)).reshape(-1, 20)
    assert 0.6 < alone < 0.85
    assert svm_accuracy(smoothed, scene.truth) > alone + 0.1


def test_the_written_scene_opens_as_it_was_simulated(scene: DemoScene, tmp_path: Path) -> None:
    cube_path, truth_path = write_demo(tmp_path / "demo")
    cube, info = open_cube(cube_path), scene.cube.info
    assert np.array_equal(cube.read(), scene.cube.read())
    assert cube.info.wavelengths == info.wavelengths
    assert cube.info.bad_bands == info.bad_bands
    assert cube.geo.transform == info.geo.transform
    assert cube.info.default_bands == info.default_bands
    header = read_header(truth_path)
    assert header.items("class names")[1:] == tuple(name for _, name, _ in scene.classes)
    assert np.array_equal(np.fromfile(truth_path.with_suffix(".img"), np.uint8).reshape(128, 128), scene.truth)
    assert {p.name for p in (tmp_path / "demo").iterdir()} == {
        "demo-scene.hdr", "demo-scene.img", "demo-truth.hdr", "demo-truth.img",
    }  # fmt: skip


def test_another_scene_is_written_under_the_same_names(tmp_path: Path) -> None:
    cube_path, truth_path = write_demo(tmp_path, 2, 64, 80, fields="plots", noise=0.0)
    made = demo_scene(2, 64, 80, fields="plots", noise=0.0)
    assert np.array_equal(open_cube(cube_path).read(), made.cube.read())
    assert np.array_equal(np.fromfile(truth_path.with_suffix(".img"), np.uint8).reshape(64, 80), made.truth)
    for header in (cube_path, truth_path):
        assert made.cube.name == "demo-plots-noise0-seed2-64x80px"
        assert made.cube.name in header.read_text(), "the files are named alike, the headers tell them apart"


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HsiError, match="cannot be written"):
        write_demo(tmp_path / "file")
