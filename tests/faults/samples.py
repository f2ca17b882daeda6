"""Small sound files of every kind that the program reads, to be damaged."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pyogrio.raw
import rasterio
import scipy.io
import scipy.sparse
from rasterio.transform import Affine

from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.cube.formats.rows import raster_drivers, vector_drivers
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.class_tables import write_table
from hsigui.labels.formats.files import write_classes
from hsigui.labels.formats.table import class_table_suffixes, usual_suffixes

STATE = Path(__file__).parents[1] / "state" / "v0"
SAMPLES = np.random.default_rng(0).integers(1, 4000, (6, 5, 8)).astype(np.int16)
LABELS = np.random.default_rng(1).integers(0, 4, (6, 5)).astype(np.uint16)
WAVES = tuple(np.linspace(400.0, 900.0, 8).tolist())
TILES = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}
GEO = Geo((30.0, 0.0, 400_000.0, 0.0, -30.0, 5_000_000.0), utm_wkt(33))
_AXES = json.dumps({"axes": [{"key": key} for key in "yxc"]})
# Of 2 x 2 pixels.
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGP4z8DA8B8ABgAB/3hctoEAAAAASUVORK5CYII="
CLASSES = ClassTable(
    (ClassInfo(1, "Corn", (255, 0, 10)), ClassInfo(2, "=1+1", (1, 2, 3)), ClassInfo(3, "Größe", (9, 9, 9)))
)


@dataclass(frozen=True)
class Sample:
    """A folder of files; `opened` is the one to open, all may be damaged.

    Attributes:
        kind: "scene", "labels", "library", "classes" or "run".
    """

    name: str
    kind: str
    opened: str
    make: Callable[[Path], object]


def samples() -> list[Sample]:
    """All kinds that can be made with the drivers that are here."""
    found = [
        Sample("envi", "scene", "x.hdr", _envi),
        Sample("mat4", "scene", "x.mat", _mat4),
        Sample("mat5", "scene", "x.mat", lambda f: _mat5(f, False)),
        Sample("mat5 packed", "scene", "x.mat", lambda f: _mat5(f, True)),
        Sample("mat7.3", "scene", "x.mat", _mat73),
        Sample("hdf5", "scene", "x.h5", _hdf5),
        Sample("npy", "scene", "x.npy", lambda f: np.save(f / "x.npy", SAMPLES)),
        Sample("npz", "scene", "x.npz", lambda f: np.savez_compressed(f / "x.npz", cube=SAMPLES, wl=np.array(WAVES))),
        Sample("npz plain", "scene", "x.npz", lambda f: np.savez(f / "x.npz", cube=SAMPLES, gt=LABELS)),
        Sample("tiff", "scene", "x.tif", lambda f: _raster(f / "x.tif", "GTiff", **TILES)),
        Sample("vrt", "scene", "x.vrt", _vrt),
        Sample("library", "library", "x.sli", _library),
        Sample("truth", "scene", "x.mat", lambda f: scipy.io.savemat(f / "x.mat", {"x": SAMPLES, "gt": LABELS})),
        Sample("npy labels", "labels", "x.npy", lambda f: np.save(f / "x.npy", LABELS)),
        Sample("run", "run", "run", lambda f: _run(f, "random-encoder")),
        Sample("baseline", "run", "run", lambda f: _run(f, "svm-raw")),
    ]  # fmt: skip
    found += [
        Sample(driver, "scene", f"x{suffix}", lambda f, s=suffix, d=driver: _raster(f / f"x{s}", d))
        for driver, suffix in (("HFA", ".img"), ("PCIDSK", ".pix"), ("ERS", ".ers"))
        if driver in raster_drivers()
    ]
    found += [
        Sample(f"labels{end}", "labels", f"x{end}", lambda f, e=end: write_classes(f / f"x{e}", LABELS, CLASSES, GEO))
        for end in usual_suffixes()
    ]  # fmt: skip
    found += [
        Sample(driver, "labels", f"x{suffix}", lambda f, s=suffix, d=driver: _shapes(f / f"x{s}", d))
        for driver, suffix in (("ESRI Shapefile", ".shp"), ("LIBKML", ".kml"), ("FlatGeobuf", ".fgb"))
        if driver in vector_drivers()
    ]
    found += [
        Sample("labelme", "labels", "x.json", _labelme), Sample("coco", "labels", "x.json", _coco),
        Sample("cvat", "labels", "x.xml", _cvat), Sample("ilastik", "labels", "x.ilp", _ilastik),
        Sample("hdf5 labels", "labels", "x.h5", _exported), Sample("beside", "labels", "x.tif", _beside),
        Sample("sparse and cell", "labels", "x.mat", _sparse),
        Sample("style", "labels", "x.geojson", _styled), Sample("scpx", "labels", "x.scpx", _scpx),
    ]  # fmt: skip
    found += [
        Sample(f"classes{suffix}", "classes", f"x{suffix}", lambda f, s=suffix: write_table(f / f"x{s}", CLASSES))
        for suffix in class_table_suffixes()
    ]
    return found


def _mat4(folder: Path) -> None:
    scipy.io.savemat(folder / "x.mat", {"Y": np.ones((8, 30)), "nRow": 6.0, "nCol": 5.0}, format="4")


def _envi(folder: Path) -> None:
    info = CubeInfo(wavelengths=WAVES, fwhm=(9.0,) * 8, bad_bands=(False,) * 7 + (True,), nodata=-1.0, scale=100.0,
                    band_names=tuple("abcdefgh"), default_bands=(3, 2, 1), geo=GEO)  # fmt: skip
    write_cube(folder / "x.hdr", SAMPLES, info)


def _library(folder: Path) -> None:
    write_cube(folder / "x.sli", SAMPLES[:, :1].transpose(0, 2, 1), CubeInfo())
    header = folder / "x.hdr"
    text = header.read_text(encoding="utf-8").replace("ENVI Standard", "ENVI Spectral Library")
    names = "spectra names = {a, b, c, d, e, f}\nwavelength = {1, 2, 3, 4, 5, 6, 7, 8}\n"
    header.write_text(text + names, encoding="utf-8")


def _mat5(folder: Path, packed: bool) -> None:
    inner = {"data": SAMPLES, "names": np.array(["a", "b"], dtype=object), "text": "words"}
    content = {"params": inner, "wl": np.array(WAVES), "gt": LABELS, "z": np.array([[1 + 2j]])}
    scipy.io.savemat(folder / "x.mat", content, do_compression=packed)


def _mat73(folder: Path) -> None:
    with h5py.File(folder / "x.mat", "w", userblock_size=512) as file:
        scene = file.create_dataset("scene", data=SAMPLES.T, chunks=(4, 5, 6), compression="gzip")
        scene.attrs["MATLAB_class"] = np.bytes_(b"int16")
        file["wl"] = np.array(WAVES).reshape(8, 1)
        file.create_group("params")["gt"] = LABELS.T


def _hdf5(folder: Path) -> None:
    with h5py.File(folder / "x.h5", "w") as file:
        cube = file.create_dataset("group/cube", data=SAMPLES, chunks=(3, 3, 8), compression="gzip", shuffle=True)
        cube.attrs["_FillValue"], cube.attrs["scale_factor"], cube.attrs["units"] = -1.0, 0.01, "reflectance"
        file["group/wavelengths"] = np.array(WAVES)
        file["link"] = h5py.SoftLink("/group/cube")
        file.attrs["title"] = "a title"


def _labelme(folder: Path) -> None:
    shapes = [
        {"label": "Corn", "points": [[0, 0], [3, 0], [3, 2]], "shape_type": "polygon"},
        {"label": "Größe", "points": [[4, 4], [5, 4]], "shape_type": "circle"},
        {"label": "x", "points": [[1, 4], [2, 4]], "shape_type": "mask", "mask": _PNG},
    ]
    content = {"version": "5.5.0", "shapes": shapes, "imagePath": "a.png", "imageHeight": 6, "imageWidth": 5}
    (folder / "x.json").write_text(json.dumps(content), encoding="utf-8")


def _coco(folder: Path) -> None:
    listed = [
        {"image_id": 1, "category_id": 1, "segmentation": [[0, 0, 3, 0, 3, 2]], "bbox": [0, 0, 3, 2]},
        {"image_id": 1, "category_id": 2, "segmentation": {"size": [6, 5], "counts": "74c0"}},
        {"image_id": 1, "category_id": 2, "segmentation": {"size": [6, 5], "counts": [7, 4, 19]}},
        {"image_id": 1, "category_id": 0, "bbox": [1, 1, 2, 2]},
    ]
    content = {
        "images": [{"id": 1, "file_name": "a.png", "height": 6, "width": 5}], "annotations": listed,
        "categories": [{"id": n, "name": name} for n, name in enumerate(("a", "b", "c"))],
    }  # fmt: skip
    (folder / "x.json").write_text(json.dumps(content), encoding="utf-8")


def _cvat(folder: Path) -> None:
    (folder / "x.xml").write_text(
        "<annotations><meta><task><labels><label><name>a</name><color>#0a0b0c</color></label></labels></task></meta>"
        '<image id="0" name="a.png" width="5" height="6"><polygon label="a" points="0,0;3,0;3,2" z_order="1"/>'
        '<mask label="b" rle="1, 2, 1" left="1" top="1" width="2" height="2"/><box label="a" xtl="0" ytl="0" xbr="2" '
        'ybr="2"/><ellipse label="a" cx="3" cy="3" rx="1" ry="2"/></image></annotations>'
    )


def _ilastik(folder: Path) -> None:
    with h5py.File(folder / "x.ilp", "w") as file:
        lane = file.create_group("Input Data/infos/lane0000/Raw Data")
        lane["filePath"], lane["shape"], lane["axistags"] = "a.tif", np.array([6, 5, 8]), _AXES
        block = file.create_dataset("PixelClassification/LabelSets/labels000/block0000", data=LABELS[1:4, 2:5, None])
        block.attrs["blockSlice"] = b"[1:4,2:5,0:1]"
        file["PixelClassification/LabelNames"] = np.array([b"a", b"b", b"c"])
        file["PixelClassification/LabelColors"] = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255)])


def _exported(folder: Path) -> None:
    with h5py.File(folder / "x.h5", "w") as file:
        file["exported_data"] = LABELS[:, :, None]
        file["exported_data"].attrs["axistags"] = _AXES


def _beside(folder: Path) -> None:
    write_classes(folder / "x.tif", LABELS, CLASSES, GEO)
    write_table(folder / "x.qml", CLASSES)
    write_table(folder / "x.clr", CLASSES)
    (folder / "x.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><ColorTable><Entry c1="1" c2="2" c3="3" c4="255"/></ColorTable>'
        '<GDALRasterAttributeTable Row0Min="0" BinSize="1"><FieldDefn index="0"><Name>Value</Name><Type>0</Type>'
        "<Usage>5</Usage></FieldDefn><FieldDefn index='1'><Name>Class</Name><Type>2</Type><Usage>2</Usage></FieldDefn>"
        "<Row index='0'><F>1</F><F>Corn</F></Row></GDALRasterAttributeTable></PAMRasterBand></PAMDataset>"
    )
    pyogrio.raw.write(folder / "t.dbf", None, [np.array([1, 2]), np.array(["a", "b"], dtype=object)],
                      ["Value", "Class"], driver="ESRI Shapefile", geometry_type=None)  # fmt: skip
    (folder / "t.dbf").rename(folder / "x.tif.vat.dbf")
    (folder / "t.cpg").unlink(missing_ok=True)


def _sparse(folder: Path) -> None:
    cell = np.empty((1, 2), dtype=object)
    cell[0] = [SAMPLES, "words"]
    scipy.io.savemat(folder / "x.mat", {"cell": cell, "gt": scipy.sparse.csc_matrix(LABELS.astype(float))})


def _styled(folder: Path) -> None:
    write_classes(folder / "x.geojson", LABELS, CLASSES, GEO)
    (folder / "x.qml").write_text(
        '<qgis><renderer-v2 type="categorizedSymbol" attr="class_id"><categories><category value="1" label="a" '
        'symbol="0"/></categories><symbols><symbol name="0"><layer><Option name="color" value="1,2,3,255"/></layer>'
        "</symbol></symbols></renderer-v2></qgis>"
    )


def _scpx(folder: Path) -> None:
    write_classes(folder / "g.gpkg", LABELS, CLASSES, GEO)
    with zipfile.ZipFile(folder / "x.scpx", "w") as archive:
        archive.write(folder / "g.gpkg", "geometry.gpkg")
        archive.writestr("macroclasses.xml", '<macroclasses version="1" macroclass_field="class_id"><macroclass id="1" '
                         'name="Veg" color="#00ff00"/></macroclasses>')  # fmt: skip
    (folder / "g.gpkg").unlink()


def _raster(path: Path, driver: str, **how: object) -> None:
    profile = {"height": 6, "width": 5, "count": 8, "dtype": "int16", "transform": Affine(*GEO.transform or ())}
    with rasterio.open(path, "w", driver=driver, **profile, **how) as dataset:
        dataset.write(SAMPLES.transpose(2, 0, 1))
        dataset.descriptions = tuple(f"Band {n} ({w:.1f} nm)" for n, w in enumerate(WAVES, 1))
        dataset.update_tags(wavelength=",".join(map(str, WAVES)), wavelength_units="nm")


def _vrt(folder: Path) -> None:
    _raster(folder / "y.tif", "GTiff")
    source = "<SourceFilename relativeToVRT='1'>y.tif</SourceFilename><SourceBand>{0}</SourceBand>"
    band = f"<VRTRasterBand dataType='Int16' band='{{0}}'><SimpleSource>{source}</SimpleSource></VRTRasterBand>"
    bands = "".join(band.format(number) for number in range(1, 9))
    (folder / "x.vrt").write_text(f"<VRTDataset rasterXSize='5' rasterYSize='6'>{bands}</VRTDataset>")


def _shapes(path: Path, driver: str) -> None:
    write_classes(path.with_name("s.gpkg"), LABELS, CLASSES, Geo())
    with closing(sqlite3.connect(path.with_name("s.gpkg"))) as base:
        rows = base.execute("SELECT geom, class_id, class_name FROM labels").fetchall()
    path.with_name("s.gpkg").unlink()
    shapes = np.array([_plain(geometry) for geometry, *_ in rows], dtype=object)
    fields = [np.array([row[1] for row in rows]), np.array([row[2] for row in rows], dtype=object)]
    pyogrio.raw.write(path, shapes, fields, ["class_id", "class_name"], driver=driver, geometry_type="Polygon",
                      crs="EPSG:4326", layer=None if driver == "ESRI Shapefile" else "labels")  # fmt: skip


def _plain(geometry: bytes) -> bytes:
    """The well-known binary in a geometry of GeoPackage: after a head, whose length its flags tell."""
    return geometry[8 + (0, 32, 48, 48, 64)[geometry[3] >> 1 & 7] :]


def _run(folder: Path, name: str) -> None:
    (folder / "run").mkdir()
    for path in (STATE / "runs" / name).iterdir():
        if path.suffix in (".json", ".safetensors", ".npy", ".npz"):
            shutil.copy(path, folder / "run" / path.name)
    packed = STATE / "runs" / name / "weights.safetensors.xz"
    if packed.is_file():
        import lzma

        (folder / "run" / "weights.safetensors").write_bytes(lzma.decompress(packed.read_bytes()))
    json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
