from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import scipy.io
import spectral
from rasterio.crs import CRS

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi import read_header
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import AmbiguousLabels, find_truth_in_cube_file, read_classes, write_classes

TABLE = ClassTable(
    (ClassInfo(1, "Corn, no till", (255, 0, 10)), ClassInfo(2, "Größe", (1, 2, 3)), ClassInfo(5, "Water", (0, 0, 255)))
)
GEO = Geo((5.0, 0.0, 468200.0, 0.0, -5.0, 5541300.0), utm_wkt(33))
ARRAY = np.array([[0, 1, 1, 2], [5, 5, 0, 0], [1, 2, 5, 0]], dtype=np.uint16)


@pytest.mark.parametrize("name", ["map.tif", "map.tiff", "map.hdr", "map.img", "map.dat", "map.mat"])
def test_a_map_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    written = write_classes(tmp_path / name, ARRAY, TABLE, GEO)
    assert sorted(written) == sorted(tmp_path.iterdir())
    for picked in [p for p in written if p.suffix != ".xml"]:
        raster = read_classes(picked)
        assert np.array_equal(raster.array, ARRAY)
        assert raster.classes.get(1).name == "Corn, no till"
        assert raster.classes.numbers == (1, 2, 5)
        assert [c.color for c in raster.classes] == [c.color for c in TABLE]
        assert raster.classes.get(2).name == "Größe"
        if not name.endswith(".mat"):
            assert raster.geo.transform == GEO.transform
            assert CRS.from_wkt(raster.geo.crs_wkt) == CRS.from_wkt(GEO.crs_wkt)


def test_the_geotiff_shows_palette_place_and_no_data_to_other_programs(tmp_path: Path) -> None:
    write_classes(tmp_path / "map.tif", ARRAY, TABLE, GEO)
    with rasterio.open(tmp_path / "map.tif") as dataset:
        assert dataset.dtypes == ("uint8",)
        assert dataset.nodata == 0
        assert dataset.crs.to_epsg() == 32633
        assert tuple(dataset.transform)[:6] == GEO.transform
        assert dataset.colormap(1)[5] == (0, 0, 255, 255)
        assert dataset.tags(1) == {}


def test_gdal_finds_the_names_beside_the_geotiff(tmp_path: Path) -> None:
    # rasterio does not tell names of classes; yet GDAL reads them only where it understands the whole side file.
    aux = write_classes(tmp_path / "map.tif", ARRAY, TABLE, GEO)[1]
    text = aux.read_text(encoding="utf-8")
    assert text.startswith("<PAMDataset>")
    aux.write_text(text.replace("</PAMDataset>", "<Metadata><MDI key='seen'>yes</MDI></Metadata></PAMDataset>"))
    with rasterio.open(tmp_path / "map.tif") as dataset:
        assert dataset.tags()["seen"] == "yes"


def test_the_envi_file_shows_names_and_colours_to_spectral(tmp_path: Path) -> None:
    header, _ = write_classes(tmp_path / "map.hdr", ARRAY, TABLE, GEO)
    image = spectral.open_image(str(header))
    assert image.metadata["class names"] == ["Unclassified", "Corn no till", "Größe", "unused", "unused", "Water"]
    assert image.metadata["class lookup"][3:6] == ["255", "0", "10"]
    assert image.metadata["file type"] == "ENVI Classification"
    assert np.array_equal(image.read_band(0), ARRAY)
    assert read_header(header).items("map info")[0] == "UTM"


@pytest.mark.parametrize("name", ["map.tif", "map.hdr", "map.mat"])
def test_numbers_above_255_are_kept_as_16_bits(tmp_path: Path, name: str) -> None:
    array = np.array([[0, 255], [256, 40_000]])
    raster = read_classes(write_classes(tmp_path / name, array, ClassTable.for_numbers([255, 256, 40_000]))[0])
    assert raster.array.tolist() == array.tolist()
    assert raster.classes == ClassTable.for_numbers([255, 256, 40_000])


@pytest.mark.parametrize("name", ["map.tif", "map.hdr", "map.mat"])
def test_an_empty_map_without_classes_is_written_and_read(tmp_path: Path, name: str) -> None:
    raster = read_classes(write_classes(tmp_path / name, np.zeros((3, 1), int), ClassTable())[0])
    assert raster.array.shape == (3, 1)
    assert len(raster.classes) == 0
    assert raster.geo.transform is None


def test_classes_that_the_table_lacks_get_default_names(tmp_path: Path) -> None:
    for name in ("map.tif", "map.hdr", "map.mat"):
        raster = read_classes(write_classes(tmp_path / name, ARRAY, ClassTable())[0])
        assert [c.name for c in raster.classes] == ["Class 1", "Class 2", "Class 5"]


def test_a_damaged_side_file_costs_the_names_and_not_the_labels(tmp_path: Path) -> None:
    path, aux = write_classes(tmp_path / "map.tif", ARRAY, TABLE)
    aux.write_bytes(b"<PAMDataset>")
    raster = read_classes(path)
    assert np.array_equal(raster.array, ARRAY)
    assert raster.classes.get(5) == ClassInfo(5, "Class 5", (0, 0, 255))


def test_the_no_data_value_of_a_raster_becomes_unlabelled(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "x.tif", "w", driver="GTiff", height=1, width=3, count=1, dtype="int16", nodata=-1,
        transform=rasterio.Affine(1, 0, 9, 0, -1, 9),
    ) as dataset:  # fmt: skip
        dataset.write(np.array([[[-1, 0, 4]]], np.int16))
    raster = read_classes(tmp_path / "x.tif")
    assert raster.array.tolist() == [[0, 1, 5]]  # 0 then is a class
    assert [(c.number, c.name) for c in raster.classes] == [(1, "Class 0"), (5, "Class 4")]
    assert read_classes(tmp_path / "x.tif", background="0").array.tolist() == [[0, 0, 4]]


def test_whole_numbers_stored_as_floats_are_accepted_and_gaps_are_kept(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "gt.mat", {"gt": np.array([[0.0, 1.0], [10.0, 14.0]])})
    np.save(tmp_path / "gt.npy", np.array([[0.0, 1.0], [10.0, 14.0]]))
    for name in ("gt.mat", "gt.npy"):
        raster = read_classes(tmp_path / name)
        assert raster.array.tolist() == [[0, 1], [10, 14]]
        assert raster.classes.numbers == (1, 10, 14)


@pytest.mark.parametrize(("value", "shown"), [(2.5, "2.5"), (-2.5, "-2.5"), (70_000.0, "70000.0"), (np.inf, "inf")])
def test_a_value_that_is_no_class_is_refused_with_its_place(tmp_path: Path, value: float, shown: str) -> None:
    scipy.io.savemat(tmp_path / "gt.mat", {"gt": np.array([[0.0, 1.0, 2.0], [3.0, value, 1.0]])})
    with pytest.raises(HsiError, match=f"{shown} at row 1, column 1 is no class number") as caught:
        read_classes(tmp_path / "gt.mat")
    assert "65535" in caught.value.hint


def test_labels_beside_a_scene_are_found_by_their_shape(tmp_path: Path) -> None:
    path = tmp_path / "both.mat"
    scipy.io.savemat(
        path,
        {
            "scene": np.ones((4, 5, 6)),
            "truth": np.eye(4, 5),
            "mean": np.full((4, 5), 0.5),
            "ones": np.ones((4, 5)),
            "valid_mask": np.eye(4, 5),
            "wl": np.ones((1, 6)),
        },
    )
    assert [a.name for a in find_truth_in_cube_file(path, (4, 5))] == ["truth"]
    assert [a.name for a in find_truth_in_cube_file(path, (5, 4))] == ["truth"], "it fits turned"
    assert find_truth_in_cube_file(path, (5, 5)) == ()
    assert find_truth_in_cube_file(tmp_path / "scene.hdr", (4, 5)) == ()
    assert read_classes(path).array.shape == (4, 5)


def test_several_label_arrays_are_left_to_the_user(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "x.mat", {"train": np.ones((4, 5)), "test": np.full((4, 5), 2)})
    with pytest.raises(AmbiguousLabels) as caught:
        read_classes(tmp_path / "x.mat")
    assert {c.name for c in caught.value.candidates} == {"train", "test"}
    assert read_classes(tmp_path / "x.mat", variable="test").classes.numbers == (2,)
    with pytest.raises(HsiError, match="no numeric array “other”"):
        read_classes(tmp_path / "x.mat", variable="other")


def test_a_scene_is_refused_as_labels(tmp_path: Path, data_dir: Path) -> None:
    for name, words in (
        ("indian_pines/IP_200_M.mat", "holds no labels"),
        ("envi/hyperspec/toy.hdr", "no label raster: 4 bands"),
        ("envi/qgispluginsupport/library_berlin.hdr", "spectral library"),
        ("envi/qgispluginsupport/envi/speclib.csv", "no label file|no table"),
    ):
        with pytest.raises(HsiError, match=words) as caught:
            read_classes(data_dir / name)
        assert caught.value.hint


@pytest.mark.parametrize("name", ["x.tif", "x.mat", "x.npy", "x.hdr", "x.txt", "absent.tif"])
def test_a_file_that_holds_no_labels_is_refused_in_words(tmp_path: Path, name: str) -> None:
    if name != "absent.tif":
        (tmp_path / name).write_bytes(b"just some words")
    with pytest.raises(HsiError, match=name) as caught:
        read_classes(tmp_path / name)
    assert caught.value.hint


def test_a_class_map_that_is_cut_off_is_refused_with_both_sizes(tmp_path: Path) -> None:
    header, data = write_classes(tmp_path / "map.hdr", ARRAY, TABLE)
    data.write_bytes(bytes(5))
    with pytest.raises(HsiError, match="5 bytes found, 12 needed"):
        read_classes(header)


def test_writing_refuses_unknown_suffixes_and_numbers_and_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match=r"“\.jpg”"):
        write_classes(tmp_path / "map.jpg", ARRAY, TABLE)
    for name in ("map.tif", "map.hdr", "map.mat"):
        with pytest.raises(HsiError, match="no class number"):
            write_classes(tmp_path / name, np.array([[70_000]]), TABLE)
    with pytest.raises(HsiError, match="coordinate system"):
        write_classes(tmp_path / "map.tif", ARRAY, TABLE, Geo(GEO.transform, "nonsense"))
    assert list(tmp_path.iterdir()) == []


def test_writing_over_an_older_map_replaces_its_names(tmp_path: Path) -> None:
    write_classes(tmp_path / "map.tif", ARRAY, TABLE)
    write_classes(tmp_path / "map.tif", np.array([[1, 2]]), ClassTable())
    assert [c.name for c in read_classes(tmp_path / "map.tif").classes] == ["Class 1", "Class 2"]
