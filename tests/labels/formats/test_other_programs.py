"""Label files as the libraries of the field see them: numbers, names, colours and place, written by us and by them."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import rasterio
import scipy.io
import spectral
import spectral.io.envi
from PIL import Image
from pyogrio.raw import read as read_layer
from rasterio.crs import CRS
from rasterio.features import rasterize, shapes
from rasterio.transform import Affine

from hsigui.assets import resource
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from hsigui.labels.formats.table import class_table_suffixes, usual_suffixes, writer_of
from hsigui.labels.shapes import MOST_GROUPS

FEW = ClassTable((ClassInfo(1, "Corn, no till", (255, 0, 10)), ClassInfo(2, "Größe", (1, 2, 3)),
                  ClassInfo(7, "Water", (0, 0, 255))))  # fmt: skip
MANY = ClassTable((*FEW, ClassInfo(300, "水田", (12, 200, 30))))
GEO = Geo((2.5, 0.0, 468_200.0, 0.0, -2.5, 5_541_300.0), utm_wkt(33))
GRID = Grid(24, 31, GEO)
SUFFIXES = list(usual_suffixes())
Seen = tuple[np.ndarray, dict[int, str], dict[int, tuple[int, int, int]]]  # numbers, names, colours


def labels(table: ClassTable, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    picked = rng.choice([0, *table.numbers], (6, 8)).repeat(4, 0).repeat(4, 1)[:24, :31]
    picked[rng.random(picked.shape) < 0.05] = 0  # single pixels and holes
    return picked.astype(np.uint16)


def rgb(text: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(text.lstrip("#"))
    return red, green, blue


def burnt(pairs: list[tuple[dict, int]]) -> np.ndarray:
    """Polygons on the grid, by rasterio alone; pixel centres decide."""
    return rasterize(pairs, GRID.shape, transform=Affine(*GEO.transform), dtype="uint16")


# What each library reads


def by_rasterio(path: Path) -> Seen:
    with rasterio.open(path) as dataset:
        assert dataset.crs.to_epsg() == 32633
        assert tuple(dataset.transform)[:6] == GEO.transform
        array = dataset.read(1)
        try:
            palette = {n: color[:3] for n, color in dataset.colormap(1).items()}
        except ValueError:  # a PNG of 16 bits
            palette = {}
    root = ElementTree.parse(f"{path}.aux.xml").getroot()
    names = [c.text or "" for c in root.findall("./PAMRasterBand/CategoryNames/Category")]
    return array, dict(enumerate(names)), palette


def by_spectral(path: Path) -> Seen:
    image = spectral.open_image(str(path))
    lookup = np.array(image.metadata["class lookup"], dtype=int).reshape(-1, 3)
    assert image.metadata["map info"][0] == "UTM"
    return image.read_band(0), dict(enumerate(image.metadata["class names"])), dict(enumerate(map(tuple, lookup)))


def by_scipy(path: Path) -> Seen:
    content = scipy.io.loadmat(path, squeeze_me=True)
    numbers = content["class_numbers"].tolist()
    colors = [tuple(c) for c in content["class_colors"].tolist()]
    return content["labels"], dict(zip(numbers, content["class_names"].tolist(), strict=True)), dict(
        zip(numbers, colors, strict=True))  # fmt: skip


def by_pyogrio(path: Path) -> Seen:
    meta, _, geometries, columns = read_layer(path, layer="labels")
    assert CRS.from_user_input(meta["crs"]).to_epsg() == 32633
    number, name, color = columns
    pairs = []
    for data, n in zip(geometries, number.tolist(), strict=True):
        ((_, rings),) = wkb.decoded(data)
        pairs.append(({"type": "Polygon", "coordinates": [ring.tolist() for ring in rings]}, n))
    return (burnt(pairs), dict(zip(number.tolist(), name.tolist(), strict=True)),
            {n: rgb(c) for n, c in zip(number.tolist(), color.tolist(), strict=True)})  # fmt: skip


def by_xml(path: Path) -> Seen:
    pairs, names, colors = [], {}, {}
    # A region has no number in ENVI: its place in the file stands for it.
    for n, region in zip(MANY.numbers, ElementTree.parse(path).getroot(), strict=False):
        names[n], colors[n] = region.get("name"), tuple(map(int, region.get("color").split(",")))
        assert CRS.from_wkt(region.findtext("GeometryDef/CoordSysStr")).to_epsg() == 32633
        for polygon in region.iter("Polygon"):
            rings = [np.array(c.text.split(), float).reshape(-1, 2).tolist() for c in polygon.iter("Coordinates")]
            pairs.append(({"type": "Polygon", "coordinates": rings}, n))
    return burnt(pairs), names, colors


def by_lines(path: Path) -> Seen:
    text = path.read_text(encoding="utf-8")
    head = [line[1:].strip() for line in text.splitlines() if line.startswith(";")]
    found = {key: [h.split(":", 1)[1].strip() for h in head if h.startswith(key)] for key in
             ("ROI name", "ROI rgb value", "ROI npts")}  # fmt: skip
    pixels = np.loadtxt(path, comments=";", usecols=(1, 2), dtype=int) - 1
    array, start, names, colors = np.zeros(GRID.shape, np.uint16), 0, {}, {}
    for n, name, color, count in zip(MANY.numbers, *found.values(), strict=False):
        part = pixels[start : start + int(count)]
        array[part[:, 1], part[:, 0]] = n
        names[n], colors[n], start = name, tuple(map(int, color.strip("{}").split(","))), start + int(count)
    return array, names, colors


def by_csv(path: Path) -> Seen:
    array, names, colors = np.zeros(GRID.shape, np.uint16), {}, {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            n = int(row["class_id"])
            array[int(row["row"]), int(row["col"])] = n
            names[n], colors[n] = row["class_name"], rgb(row["color"])
            x, y = GRID.to_map(np.array([(int(row["col"]) + 0.5, int(row["row"]) + 0.5)]))[0]
            assert (float(row["x"]), float(row["y"])) == (x, y)
    return array, names, colors


def by_pillow_and_legend(path: Path) -> Seen:
    array, names, palette = by_rasterio(path)
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), array)
    with path.with_name("labels.legend.csv").open(encoding="utf-8", newline="") as file:
        rows = {int(row["class_id"]): row for row in csv.DictReader(file)}
    assert {n: row["class_name"] for n, row in rows.items()} == {n: names[n] for n in rows}
    legend = {n: rgb(row["color"]) for n, row in rows.items()}
    assert not palette or {n: palette[n] for n in legend} == legend
    return array, names, legend


READERS = {
    ".tif": by_rasterio, ".hdr": by_spectral, ".mat": by_scipy, ".gpkg": by_pyogrio, ".geojson": by_pyogrio,
    ".xml": by_xml, ".txt": by_lines, ".png": by_pillow_and_legend, ".csv": by_csv,
}  # fmt: skip


@pytest.mark.parametrize("table", [FEW, MANY], ids=["few", "above 255"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_numbers_names_and_colours_are_there_for_other_programs(tmp_path: Path, suffix: str, table: ClassTable) -> None:
    array = labels(table)
    path = write_classes(tmp_path / f"labels{suffix}", array, table, GEO)[0]
    seen, names, colors = READERS[suffix](path)
    np.testing.assert_array_equal(seen, array)
    for info in table:
        plain = info.name.replace(",", "") if suffix == ".hdr" else info.name  # no list of a header holds a comma
        assert names[info.number] == plain
        assert tuple(colors[info.number]) == info.color


# What they write is read


def test_a_classification_that_spectral_writes_is_read(tmp_path: Path) -> None:
    array = labels(FEW).astype(np.uint8)
    names = ["Unclassified", *(FEW.get(n).name.replace(",", "") for n in range(1, 8))]
    colors = [(0, 0, 0), *(FEW.get(n).color for n in range(1, 8))]
    spectral.io.envi.save_classification(
        str(tmp_path / "map.hdr"), array, class_names=names, class_colors=colors, force=True
    )
    raster = read_classes(tmp_path / "map.hdr")
    np.testing.assert_array_equal(raster.array, array)
    assert {n: (raster.classes.get(n).name, raster.classes.get(n).color) for n in range(1, 8)} == dict(
        zip(range(1, 8), zip(names[1:], colors[1:], strict=True), strict=True)
    )


def test_a_palette_geotiff_that_rasterio_writes_is_read_in_its_colours(tmp_path: Path) -> None:
    array = labels(FEW).astype(np.uint8)
    profile = {"driver": "GTiff", "height": 24, "width": 31, "count": 1, "dtype": "uint8", "nodata": 255}
    with rasterio.open(tmp_path / "map.tif", "w", transform=Affine(*GEO.transform), crs=GEO.crs_wkt, **profile) as d:
        d.write(np.where(array == 0, 255, array).astype(np.uint8), 1)
        d.write_colormap(1, {c.number: (*c.color, 255) for c in FEW})
    raster = read_classes(tmp_path / "map.tif")
    np.testing.assert_array_equal(raster.array, array)
    assert {c.number: c.color for c in raster.classes} == {c.number: c.color for c in FEW}
    assert raster.geo.transform == GEO.transform


@pytest.mark.parametrize(("suffix", "driver"), [(".gpkg", "GPKG"), (".geojson", "GeoJSON"), (".shp", "ESRI Shapefile")])
@pytest.mark.parametrize("epsg", [32633, 4326])
def test_polygons_that_rasterio_finds_and_pyogrio_writes_are_read(
    tmp_path: Path, suffix: str, driver: str, epsg: int
) -> None:
    array = labels(FEW)
    found = [(shape, int(n)) for shape, n in shapes(array, array > 0, transform=Affine(*GEO.transform))]
    rings = [[np.array(ring) for ring in shape["coordinates"]] for shape, _ in found]
    if epsg != 32633:
        rings = [[np.stack(rasterio.warp.transform("EPSG:32633", "EPSG:4326", *ring.T), axis=1) for ring in r]
                 for r in rings]  # fmt: skip
    geometries = np.array([wkb.encoded(tuple(r)) for r in rings], dtype=object)
    numbers = np.array([n for _, n in found])
    columns = [numbers, np.array([FEW.get(n).name for n in numbers], dtype=object)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        pyogrio.raw.write(tmp_path / f"a{suffix}", geometries, columns, ["class_id", "class_name"], driver=driver,
                          geometry_type="Polygon", crs=f"EPSG:{epsg}")  # fmt: skip
    raster = read_classes(tmp_path / f"a{suffix}", grid=GRID)
    np.testing.assert_array_equal(raster.array, array)
    assert {c.number: c.name for c in raster.classes} == {c.number: c.name for c in FEW}


def test_ground_truth_that_scipy_saves_is_read_whatever_its_name(tmp_path: Path) -> None:
    array = labels(FEW)
    scipy.io.savemat(tmp_path / "gt.mat", {"indian_pines_gt": array.astype(np.float64), "note": "x"})
    np.testing.assert_array_equal(read_classes(tmp_path / "gt.mat").array, array)


# Class numbers above 255


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_three_hundred_classes_keep_numbers_names_and_colours(tmp_path: Path, suffix: str) -> None:
    table = ClassTable.for_numbers(range(1, 301)).renamed(299, "Last but one").recolored(300, (1, 2, 3))
    array = np.arange(330, dtype=np.uint16).reshape(15, 22) % 301
    raster = read_classes(write_classes(tmp_path / f"a{suffix}", array, table)[0], grid=Grid(15, 22))
    np.testing.assert_array_equal(raster.array, array)
    assert {c.number: c for c in raster.classes} == {c.number: c for c in table}


# The help page


def test_the_help_page_is_true_of_every_format(tmp_path: Path) -> None:
    lines = resource("help").joinpath("label-files.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| .")]
    assert [row[0].split()[0] for row in rows] == SUFFIXES
    moved = Grid(24, 31, Geo((2.5, 0.0, 468_205.0, 0.0, -2.5, 5_541_300.0), utm_wkt(33)))  # two columns to the east
    array = labels(MANY)
    table = ClassTable((*MANY, ClassInfo(9, "without pixels", (9, 9, 9))))
    for suffix, (_, _, place, kept, _) in zip(SUFFIXES, rows, strict=True):
        path = write_classes(tmp_path / f"labels{suffix}", array, table, GEO)[0]
        read = read_classes(path, grid=moved)
        if not writer_of(path).onto_scene:
            found = "yes" if read.geo.transform == GEO.transform else "no"
        else:
            stayed = np.array_equal(read.array, array)
            assert stayed or np.array_equal(read.array[:, :-2], array[:, 2:]), suffix
            found = "written, not read" if stayed else "yes"
        assert place == found, suffix
        assert kept == ("kept" if 9 in read.classes else "left out"), suffix
        assert set(np.unique(read.array)) <= {0, *MANY.numbers}, suffix
    assert f"{MOST_GROUPS:,} groups of pixels" in " ".join(lines)
    assert all(suffix in " ".join(lines) for suffix in class_table_suffixes())
