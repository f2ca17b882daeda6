import io
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import rasterio
import spectral
from PIL import Image

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.labels.formats.class_tables import qgis_style
from hsigui.labels.formats.files import read_classes
from hsigui.report.maps import (
    LegendRow,
    export_map,
    legend_rows,
    map_rgb,
    png_bytes,
)
from hsigui.report.rasters import write_layers

CLASSES = ClassTable(
    (
        ClassInfo(1, "Bare soil", (170, 119, 68)),
        ClassInfo(2, "Grass & <trees>", (0, 158, 115)),
        ClassInfo(4, "Water", (0, 114, 178)),
    )
)
UTM = rasterio.CRS.from_epsg(32616)
GEO = Geo(transform=(20.0, 0.0, 500_000.0, 0.0, -20.0, 4_480_000.0), crs_wkt=UTM.to_wkt())


@pytest.fixture
def array() -> np.ndarray:
    """12 x 17 pixels with classes 0, 1, 2 and 4 in blocks of different sizes."""
    numbers = np.ones((12, 17), dtype=np.uint16)
    numbers[:5, :6] = 2
    numbers[7:, 9:] = 4
    numbers[11, :3] = 0
    return numbers


def picture_of(content: bytes | Path) -> np.ndarray:
    with Image.open(io.BytesIO(content) if isinstance(content, bytes) else content) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def test_the_legend_counts_the_pixels_of_every_class(array):
    assert legend_rows(array, CLASSES) == (
        LegendRow(1, "Bare soil", (170, 119, 68), 131, 131 / 204),
        LegendRow(2, "Grass & <trees>", (0, 158, 115), 30, 30 / 204),
        LegendRow(4, "Water", (0, 114, 178), 40, 40 / 204),
        LegendRow(0, "Unclassified", (0, 0, 0), 3, 3 / 204),
    )


def test_the_legend_lists_classes_without_pixels_and_pixels_without_a_class():
    rows = legend_rows(np.array([[4, 9]]), CLASSES)
    assert [(row.number, row.name, row.pixels) for row in rows] == [
        (1, "Bare soil", 0),
        (2, "Grass & <trees>", 0),
        (4, "Water", 1),
        (9, "Class 9", 1),
    ]


def test_a_map_in_colours(array):
    array[0, 0] = 300
    rgb = map_rgb(array, CLASSES)
    assert rgb.shape == (12, 17, 3)
    assert rgb.dtype == np.uint8
    assert tuple(rgb[0, 0]) == color_for(300)
    assert tuple(rgb[1, 1]) == (0, 158, 115)
    assert tuple(rgb[8, 10]) == (0, 114, 178)
    assert tuple(rgb[11, 0]) == (0, 0, 0)


def test_a_report_picture_is_the_map_enlarged_by_a_whole_number(array):
    picture = picture_of(png_bytes(array, CLASSES))
    assert picture.shape == (600, 850, 3)
    np.testing.assert_array_equal(picture[25::50, 25::50], map_rgb(array, CLASSES))


def test_a_report_picture_of_a_large_scene_is_thinned():
    large = np.ones((5000, 300), dtype=np.uint16)
    assert picture_of(png_bytes(large, CLASSES)).shape == (1250, 75, 3)


def test_a_geotiff_has_palette_names_style_and_the_place_of_the_scene(array, tmp_path):
    path = tmp_path / "map.tif"
    written = export_map(path, array, CLASSES, GEO)
    assert [p.name for p in written] == ["map.tif", "map.tif.aux.xml", "map.qml"]
    assert all(p.is_file() for p in written)
    with rasterio.open(path) as file:
        np.testing.assert_array_equal(file.read(1), array)
        assert file.dtypes == ("uint8",)
        assert file.crs == UTM
        assert file.transform == rasterio.Affine(*GEO.transform)
        palette = file.colormap(1)
    for info in CLASSES:
        assert palette[info.number][:3] == info.color
    again = read_classes(path)
    assert again.classes == CLASSES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["map.qml", "map.tif", "map.tif.aux.xml"], "no scratch files"


def test_a_geotiff_of_many_classes_keeps_their_numbers(tmp_path):
    numbers = np.array([[1, 300], [2, 299]], dtype=np.uint16)
    export_map(tmp_path / "map.tiff", numbers, CLASSES, GEO)
    with rasterio.open(tmp_path / "map.tiff") as file:
        np.testing.assert_array_equal(file.read(1), numbers)
        assert file.colormap(1)[300][:3] == color_for(300)


def test_the_qgis_style_is_well_formed_and_names_and_colours_every_class():
    content = qgis_style(ClassTable((*CLASSES, ClassInfo(7, "Schnee\x07 “Süd” 雪", (1, 2, 3)))))
    root = ET.fromstring(content)
    renderer = root.find("pipe/rasterrenderer")
    assert renderer is not None
    assert renderer.get("type") == "paletted"
    assert renderer.get("band") == "1"
    entries = [(e.get("value"), e.get("label"), e.get("color"), e.get("alpha")) for e in root.iter("paletteEntry")]
    assert entries == [
        ("0", "Unclassified", "#000000", "0"),
        ("1", "Bare soil", "#aa7744", "255"),
        ("2", "Grass & <trees>", "#009e73", "255"),
        ("4", "Water", "#0072b2", "255"),
        ("7", "Schnee  “Süd” 雪", "#010203", "255"),
    ]


def test_an_envi_classification_opens_in_spectral_with_names_and_colours(array, tmp_path):
    written = export_map(tmp_path / "map.hdr", array, CLASSES, GEO)
    assert (tmp_path / "map.hdr") in written
    assert len(written) == 2
    image = spectral.envi.open(str(tmp_path / "map.hdr"))
    np.testing.assert_array_equal(np.asarray(image.read_band(0)), array)
    names = image.metadata["class names"]
    assert names[0] == "Unclassified"
    assert [names[1], names[4]] == ["Bare soil", "Water"]
    lookup = np.array(image.metadata["class lookup"], dtype=int).reshape(-1, 3)
    assert lookup[[0, 1, 2, 4]].tolist() == [[0, 0, 0], *(list(info.color) for info in CLASSES)]
    assert image.metadata["file type"] == "ENVI Classification"
    assert "map info" in image.metadata


def test_a_matlab_file_holds_the_numbers(array, tmp_path):
    assert export_map(tmp_path / "map.mat", array, CLASSES) == [tmp_path / "map.mat"]
    np.testing.assert_array_equal(read_classes(tmp_path / "map.mat").array, array)


@pytest.mark.parametrize("name", ["map.webp", "map", "map.tif.zip"])
def test_a_name_without_a_known_suffix_is_refused_before_anything_is_written(array, tmp_path, name):
    with pytest.raises(HsiError, match="does not say in which format") as caught:
        export_map(tmp_path / name, array, CLASSES)
    assert ".png" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_picture_shows_the_whole_map_and_a_legend_at_its_right(array, tmp_path):
    assert export_map(tmp_path / "map.PNG", array, CLASSES) == [tmp_path / "map.PNG"]
    picture = picture_of(tmp_path / "map.PNG")
    height, width = 600, 850  # 50 times 12 x 17
    assert picture.shape[0] >= height
    assert picture.shape[1] > width + 100
    # The map lies in it, each pixel as a square.
    top, left = (np.argwhere((picture == (0, 158, 115)).all(axis=2)).min(axis=0)).tolist()
    np.testing.assert_array_equal(
        picture[top + 25 : top + height : 50, left + 25 : left + width : 50], map_rgb(array, CLASSES)
    )
    legend = picture[:, left + width + 1 :]
    for info in CLASSES:
        assert (legend == info.color).all(axis=2).sum() > 100, f"a square in the colour of {info.name}"
    dark = (legend.max(axis=2) < 90) & (legend.min(axis=2) > 0)
    assert dark.sum() > 200, "text"


def test_a_title_makes_room_above_the_map(array, tmp_path):
    export_map(tmp_path / "plain.png", array, CLASSES)
    export_map(tmp_path / "titled.png", array, CLASSES, title="Indian Pines")
    plain, titled = picture_of(tmp_path / "plain.png"), picture_of(tmp_path / "titled.png")
    assert titled.shape[0] > plain.shape[0]
    assert titled.shape[1] == plain.shape[1]
    assert (titled[: titled.shape[0] - plain.shape[0] + 10].max(axis=2) < 90).any()


def test_a_legend_of_many_classes_is_set_in_columns(tmp_path):
    numbers = np.arange(100, dtype=np.uint16).reshape(10, 10)
    export_map(tmp_path / "map.png", numbers, ClassTable.for_numbers(range(100)))
    picture = picture_of(tmp_path / "map.png")
    assert picture.shape[0] < 800, "not taller than the map needs"
    legend = picture[:, 660:]
    shown = {tuple(color) for color in legend.reshape(-1, 3).tolist()}
    assert {color_for(n) for n in range(1, 100)} <= shown


def test_an_export_replaces_the_earlier_file_as_a_whole(array, tmp_path):
    path = tmp_path / "map.png"
    path.write_bytes(b"old")
    export_map(path, array, CLASSES)
    assert picture_of(path).size
    assert [p.name for p in tmp_path.iterdir()] == ["map.png"]


def test_a_picture_of_a_large_scene_is_made_at_full_size_in_seconds(tmp_path):
    numbers = np.random.default_rng(0).integers(1, 5, (40, 40)).astype(np.uint16)
    large = numbers.repeat(50, axis=0).repeat(50, axis=1)
    start = time.thread_time()
    export_map(tmp_path / "map.png", large, CLASSES)
    assert time.thread_time() - start < 10
    assert picture_of(tmp_path / "map.png").shape[0] > 2000


def test_a_confidence_map_keeps_values_gaps_and_place(tmp_path):
    confidence = np.random.default_rng(0).random((9, 11)).astype(np.float32)
    confidence[2, 3] = np.nan
    path = tmp_path / "confidence.tif"
    assert write_layers(path, confidence[:, :, None], ("confidence",), GEO) == [path]
    with rasterio.open(path) as file:
        np.testing.assert_array_equal(file.read(1), confidence)
        assert file.dtypes == ("float32",)
        assert np.isnan(file.nodata)
        assert file.crs == UTM
        assert file.transform == rasterio.Affine(*GEO.transform)
        assert file.descriptions == ("confidence",)
        assert not file.read(1, masked=True).mask[0, 0]
        assert file.read(1, masked=True).mask[2, 3]
    assert [p.name for p in tmp_path.iterdir()] == ["confidence.tif"]


def test_a_confidence_map_of_a_scene_without_place_raises_no_warning(tmp_path):
    path = tmp_path / "confidence.tif"
    write_layers(path, np.zeros((3, 3))[:, :, None], ("confidence",))
    assert path.stat().st_size > 0


def test_confidence_in_another_format_is_refused(tmp_path):
    with pytest.raises(HsiError, match="confidence\\.png"):
        write_layers(tmp_path / "confidence.png", np.zeros((3, 3))[:, :, None], ("confidence",))


def test_a_folder_that_is_a_file_is_reported_plainly(array, tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(HsiError, match="cannot be written"):
        export_map(tmp_path / "taken" / "map.png", array, CLASSES)
    with pytest.raises(HsiError, match="cannot be written"):
        write_layers(tmp_path / "taken" / "map.tif", array.astype(float)[:, :, None], ("confidence",))
