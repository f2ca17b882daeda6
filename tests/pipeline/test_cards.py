"""What a notebook shows of maps and studies, and maps as datasets of xarray."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.cube.demo import demo_scene
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.raster import ClassRaster

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def scene():
    return demo_scene(seed=1, rows=40, cols=36, bands=16)


@pytest.fixture(scope="module")
def truth(scene) -> ClassRaster:
    names = ClassTable(tuple(ClassInfo(n, EVIL if n == 1 else name, color) for n, name, color in scene.classes))
    return ClassRaster(scene.truth, names, scene.cube.geo)


@pytest.fixture(scope="module")
def result(scene, truth) -> hsigui.Result:
    encoder = hsigui.pretrain(scene.cube, "svm-pca-smooth")
    features = hsigui.embed(scene.cube, encoder)
    labels = hsigui.sample(truth, per_class=3).train
    return hsigui.classify(features, hsigui.fit(features, labels), probabilities=True)


def test_a_map_is_shown_with_its_classes_and_figures(result):
    html = result._repr_html_()
    assert html.count("<img") == 1
    assert "data:image/png;base64," in html
    assert EVIL not in html
    assert "&lt;img src=x" in html
    assert "Water" in html
    assert "mean confidence" in html
    assert len(html) < 60_000


def test_a_map_alone_is_shown_by_numbers(result):
    html = result.class_map._repr_html_()
    assert "Class 2" in html
    assert "data:image/png" in html


def test_a_study_by_the_api_is_shown_as_its_table(scene, truth, tmp_path):
    found = hsigui.study(scene.cube, truth, tmp_path, ["svm-pca-smooth"], labels=[3], draws=2)
    assert isinstance(found, hsigui.Study)
    assert found.rows[0].draws == 2
    html = found._repr_html_()
    assert found.rows[0].title in html
    assert " ± " in html
    assert (tmp_path / "study.html").is_file()


def test_a_study_of_a_truth_of_another_size_is_refused(scene, truth, tmp_path):
    with pytest.raises(hsigui.HsiError, match="ground truth"):
        hsigui.study(scene.cube, truth.array[:, :-1].copy(), tmp_path)


def test_a_map_becomes_a_dataset_with_classes_and_place(scene, result):
    pytest.importorskip("xarray")
    found = result.to_xarray()
    np.testing.assert_array_equal(found["classes"].to_numpy(), result.array)
    np.testing.assert_array_equal(found["confidence"].to_numpy(), result.confidence)
    names = dict(zip(found["class"].to_numpy().tolist(), found["class_name"].to_numpy().tolist(), strict=True))
    assert names == {info.number: info.name for info in result.classes}
    flags = found["classes"].attrs
    assert len(flags["flag_meanings"].split()) == len(flags["flag_values"])
    assert found["classes"].attrs["grid_mapping"] == "spatial_ref"
    assert "GeoTransform" in found["spatial_ref"].attrs
    total = found["probabilities"].sum("class").to_numpy()
    np.testing.assert_allclose(total[result.valid], 1, atol=1e-4)


def test_a_dataset_of_a_map_can_be_saved_and_read(result, tmp_path):
    xr = pytest.importorskip("xarray")
    found = result.to_xarray()
    found.drop_vars(["class_name", "class_color"]).to_netcdf(tmp_path / "map.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "map.nc", engine="scipy", mask_and_scale=False) as again:
        np.testing.assert_array_equal(again["classes"].to_numpy(), result.array)


def test_a_map_without_names_becomes_a_dataset_too(result):
    pytest.importorskip("xarray")
    found = result.class_map.to_xarray()
    assert "class_name" in found
    assert "spatial_ref" not in found.coords
