"""Opening a file asks no server, whatever names one: counted by a server on this machine."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import scipy.io

from hsigui.__main__ import main
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.cube.formats.library import open_library
from hsigui.cube.open import list_arrays, open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.class_tables import read_table
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from tests.cube.formats.test_hostile_rasters import of, tiff, vrt

GEO = Geo((2.0, 0.0, 100.0, 0.0, -2.0, 100.0), utm_wkt(33))
LABELS = np.ones((5, 6), np.uint16)
CLASSES = ClassTable.for_numbers([1])
RING = [[[101, 91], [101, 99], [111, 99], [111, 91], [101, 91]]]


class Counter:
    """A server that counts who comes and sends everybody away."""

    def __init__(self) -> None:
        self.asked = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="counter")
        self._thread.start()

    def _serve(self) -> None:
        while True:
            visitor, _ = self._socket.accept()
            with visitor:
                if visitor.getpeername()[1] == self._last:
                    return
                self.asked += 1

    _last = -1

    def close(self) -> None:
        with socket.socket() as last:
            last.bind(("127.0.0.1", 0))
            self._last = last.getsockname()[1]
            last.connect(self._socket.getsockname())
            self._thread.join()
        self._socket.close()


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setenv("GDAL_HTTP_TIMEOUT", "2")
    server = Counter()
    yield server
    server.close()


def look(path: Path) -> int:
    """Opens a file in every way; how often that went well."""
    grid = Grid(5, 6, GEO)
    opened = 0
    for way in (
        describe_file, list_arrays, lambda p: open_cube(p).read(), lambda p: read_classes(p, grid=grid), read_classes,
        open_library, read_table, lambda p: main(["info", str(p)]),
        lambda p: main(["labels", str(p), str(p.with_name("out.tif"))]),
    ):  # fmt: skip
        with contextlib.suppress(HsiError):
            way(path)
            opened += 1
    return opened


def geojson(folder: Path, kind: str, **said: str) -> Path:
    """A polygon whose coordinate system is told in this way."""
    shape = {"type": "Polygon", "coordinates": RING}
    feature = {"type": "Feature", "properties": {"class_id": 1}, "geometry": shape}
    crs = {"type": kind, "properties": said}
    path = folder / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    return path


def linked(folder: Path, url: str) -> Path:
    return geojson(folder, "link", href=f"{url}/crs", type="proj4")


def named(folder: Path, url: str) -> Path:
    return geojson(folder, "name", name=f"{url}/crs")


def regions(folder: Path, url: str) -> Path:
    path = write_classes(folder / "x.xml", LABELS, CLASSES, GEO)[0]
    text = path.read_text(encoding="utf-8")
    start, end = text.index("<CoordSysStr>") + len("<CoordSysStr>"), text.index("</CoordSysStr>")
    path.write_text(text[:start] + f"{url}/crs" + text[end:], encoding="utf-8")
    return path


def kml(folder: Path, url: str) -> Path:
    path = folder / "x.kml"
    link = f"<NetworkLink><Link><href>{url}/n.kml</href></Link></NetworkLink><Schema name='s' schemaUrl='{url}/s'/>"
    point = "<name>a</name><Point><coordinates>1,1</coordinates></Point>"
    place = f"<Placemark><styleUrl>{url}/s.kml#a</styleUrl>{point}</Placemark>"
    path.write_text(f"<kml xmlns='http://www.opengis.net/kml/2.2'><Document>{link}{place}</Document></kml>")
    return path


def gml(folder: Path, url: str) -> Path:
    path = folder / "x.kml"
    where = f"xsi:schemaLocation='http://ogr.maptools.org/ {url}/x.xsd' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
    inner = "<gml:featureMember><ogr:kml><ogr:class_id>1</ogr:class_id></ogr:kml></gml:featureMember>"
    spaces = "xmlns:ogr='http://ogr.maptools.org/' xmlns:gml='http://www.opengis.net/gml'"
    path.write_text(f"<ogr:FeatureCollection {where} {spaces}>{inner}</ogr:FeatureCollection>")
    return path


def shapefile(folder: Path, url: str) -> Path:
    import pyogrio.raw

    from hsigui.labels.formats import wkb

    path = folder / "x.shp"
    ring = np.array([(101, 91), (101, 99), (111, 99), (101, 91)], dtype=float)
    shapes = np.array([wkb.encoded((ring,))], dtype=object)
    pyogrio.raw.write(path, shapes, [np.array([1])], ["class_id"], geometry_type="Polygon", crs="EPSG:32633")
    path.with_suffix(".prj").write_text(f"{url}/crs")
    return path


def geopackage(folder: Path, url: str) -> Path:
    path = write_classes(folder / "x.gpkg", LABELS, CLASSES, GEO)[0]
    with contextlib.closing(sqlite3.connect(path)) as base, base:
        base.execute("PRAGMA writable_schema=ON")
        table = f"CREATE VIRTUAL TABLE evil USING VirtualOGR('/vsicurl/{url}/v.geojson')"
        base.execute("INSERT INTO sqlite_master VALUES('table', 'evil', 'evil', 0, ?)", (table,))
        base.execute(
            "INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES('evil', 'attributes', 'evil')"
        )
        base.execute("UPDATE gpkg_spatial_ref_sys SET definition = ?", (f"{url}/crs",))
    return path


def side_file(folder: Path, url: str) -> Path:
    path = tiff(folder / "x.tif")
    domain = f"<Metadata domain='OVERVIEWS'><MDI key='OVERVIEW_FILE'>{url}/o.tif</MDI></Metadata>"
    path.with_name("x.tif.aux.xml").write_text(f"<PAMDataset><SRS>{url}/crs</SRS>{domain}</PAMDataset>")
    path.with_name("x.prj").write_text(f"{url}/crs")
    return path


def virtual(folder: Path, url: str) -> Path:
    tiff(folder / "y.tif")
    return vrt(
        folder / "x.vrt",
        of("y.tif") + f"<Overview><SourceFilename>{url}/o.tif</SourceFilename></Overview>",
        more=f"<SRS>{url}/crs</SRS>",
    )


def virtual_place(folder: Path, url: str) -> Path:
    tiff(folder / "y.tif")
    return vrt(folder / "x.vrt", of("y.tif"), more=f"<SRS>{url}/crs</SRS>")


def envi(folder: Path, url: str) -> Path:
    header, _ = write_cube(folder / "x.hdr", np.ones((5, 6, 3), np.uint8), CubeInfo())
    header.write_text(header.read_text() + f"coordinate system string = {{{url}/crs}}\ndem file = {url}/dem\n")
    return header


def hdf5_file(folder: Path, url: str) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        file["far"] = h5py.ExternalLink(f"{url}/x.h5", "/x")
        file.create_dataset("cube", shape=(5, 6, 3), dtype=np.uint8, external=[(f"{url}/x.raw", 0, 90)])
        layout = h5py.VirtualLayout(shape=(5, 6, 4), dtype=np.uint8)
        layout[...] = h5py.VirtualSource(f"{url}/x.h5", "x", shape=(5, 6, 4))
        file.create_virtual_dataset("other", layout)
        file.attrs["crs"] = f"{url}/crs"
    return folder / "x.h5"


def matlab(folder: Path, url: str) -> Path:
    scipy.io.savemat(folder / "x.mat", {"x": np.ones((5, 6, 3)), "url": f"{url}/x"})
    return folder / "x.mat"


def style(folder: Path, url: str) -> Path:
    (folder / "x.qml").write_text(f"<!DOCTYPE qgis PUBLIC 'a' '{url}/qgis.dtd'><qgis><a href='{url}/b'/></qgis>")
    return folder / "x.qml"


def entities(folder: Path, url: str) -> Path:
    path = folder / "x.xml"
    path.write_text(
        f"<!DOCTYPE a [<!ENTITY b SYSTEM '{url}/b'>]><RegionsOfInterest><Region name='&b;'/></RegionsOfInterest>"
    )
    return path


NEIGHBOURS = (
    linked, named, regions, kml, gml, shapefile, geopackage, side_file, virtual, virtual_place, envi, hdf5_file, matlab,
    style, entities,
)  # fmt: skip


def test_the_server_counts_who_comes(counter: Counter) -> None:
    with pytest.raises(rasterio.errors.RasterioIOError):
        rasterio.open(f"/vsicurl/{counter.url}/x.tif")
    assert counter.asked > 0


@pytest.mark.parametrize("make", NEIGHBOURS)
def test_no_server_is_asked_by_a_file_that_names_one(
    tmp_path: Path, counter: Counter, make: Callable[[Path, str], Path]
) -> None:
    path = make(tmp_path, counter.url)
    assert path.is_file()
    look(path)
    assert counter.asked == 0


def test_no_server_is_asked_by_any_case(cases: Path, tmp_path: Path, counter: Counter) -> None:
    files = sorted((cases / "hostile").iterdir())
    assert files
    for file in files:
        path = tmp_path / file.name
        path.write_bytes(file.read_bytes().replace(b"http://127.0.0.1:8899", counter.url.encode()))
        look(path)
    assert counter.asked == 0


def test_a_linked_coordinate_system_is_left_out_with_a_note(tmp_path: Path) -> None:
    path = linked(tmp_path, "http://127.0.0.1:9")
    raster = read_classes(path, grid=Grid(5, 6, GEO))
    assert any("nobody was asked" in note for note in raster.notes)
    assert raster.array.any()


@pytest.mark.parametrize(
    "name", ["http://www.opengis.net/def/crs/EPSG/0/32633", "urn:ogc:def:crs:EPSG::32633", "EPSG:32633", utm_wkt(33)]
)
def test_names_of_coordinate_systems_are_understood_without_asking(tmp_path: Path, name: str) -> None:
    path = geojson(tmp_path, "name", name=name)
    raster = read_classes(path, grid=Grid(5, 6, GEO))
    assert raster.array.any()
    assert raster.notes == ()


@pytest.mark.parametrize("name", ["/etc/hostname", "x.prj", "+proj=longlat +nadgrids=/etc/hostname", "/vsimem/x", ""])
def test_a_coordinate_system_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.prj").write_text(utm_wkt(33))
    path = geojson(tmp_path, "name", name=name)
    with pytest.raises(HsiError, match="is not understood"):
        read_classes(path, grid=Grid(5, 6, GEO))
