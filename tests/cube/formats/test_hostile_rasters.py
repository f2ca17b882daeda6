"""Rasters and shapes that lead elsewhere, run code or announce more than the machine holds are refused in words."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from hsigui.__main__ import main
from hsigui.cube import limits
from hsigui.cube.cube import Geo
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import Grid, read_classes

SAMPLES = np.arange(5 * 6, dtype=np.uint8).reshape(5, 6)
SOURCE = "<SimpleSource><SourceFilename relativeToVRT='{}'>{}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>"


PLACE = Affine(2, 0, 100, 0, -2, 100)


def tiff(path: Path, samples: np.ndarray = SAMPLES) -> Path:
    rows, cols = samples.shape
    profile = {"height": rows, "width": cols, "count": 1, "dtype": samples.dtype, "transform": PLACE}
    with rasterio.open(path, "w", driver="GTiff", **profile) as dataset:
        dataset.write(samples, 1)
    return path


def sparse(path: Path, rows: int, cols: int, bands: int = 1, side: int = 32768) -> Path:
    """A file of some kilobytes that announces any size."""
    profile = {"tiled": True, "blockxsize": side, "blockysize": side, "SPARSE_OK": True, "BIGTIFF": "YES"}
    size = {"height": rows, "width": cols, "count": bands, "dtype": "uint8", "transform": PLACE}
    with rasterio.open(path, "w", driver="GTiff", **size, **profile):
        pass
    return path


def vrt(path: Path, inside: str, *, attributes: str = "", more: str = "", size: tuple[int, int] = (5, 6)) -> Path:
    band = f"<VRTRasterBand dataType='Byte' band='1' {attributes}>{inside}</VRTRasterBand>"
    path.write_text(f"<VRTDataset rasterXSize='{size[1]}' rasterYSize='{size[0]}'>{more}{band}</VRTDataset>")
    return path


def of(source: str, relative: str = "1") -> str:
    return SOURCE.format(relative, source)


def refused(path: Path, words: str, *, by: Callable[[Path], object] = open_cube) -> HsiError:
    with pytest.raises(HsiError) as caught:
        by(path)
    assert words in caught.value.message
    assert caught.value.hint
    return caught.value


class Listener:
    """A server on this machine that counts who comes; it answers nobody."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    @property
    def asked(self) -> bool:
        return bool(select.select([self._socket], [], [], 0.2)[0])

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setenv("GDAL_HTTP_TIMEOUT", "2")  # a reader that does ask must not wait for ever
    monkeypatch.setenv("GDAL_HTTP_CONNECTTIMEOUT", "2")
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a raster, beside which lies another that does not belong to it."""
    (tmp_path / "scene").mkdir()
    tiff(tmp_path / "scene" / "x.tif")
    tiff(tmp_path / "secret.tif")
    return tmp_path / "scene"


# The cases as they were reported


def test_a_huge_virtual_raster_is_refused_at_once(cases, capsys):
    path = cases / "hostile" / "t05_huge.vrt"
    refused(path, "announces 2147483647 x 2147483647 pixels: more than this machine can hold")
    refused(path, "announces 2147483647 x 2147483647 pixels", by=describe_file)
    assert main(["info", str(path)]) == 1
    assert "announces 2147483647 x 2147483647 pixels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"), [("t02_curl.vrt", "nothing is read from servers"), ("t02b_curl_as.tif", "is a virtual raster")]
)
def test_no_server_is_asked_by_a_case(cases, listener, tmp_path, name, words):
    path = tmp_path / name
    text = (cases / "hostile" / name).read_text()
    assert "127.0.0.1:8899" in text
    path.write_text(text.replace("127.0.0.1:8899", f"127.0.0.1:{listener.port}"))
    refused(path, words)
    refused(path, words, by=describe_file)
    assert not listener.asked


def test_a_tiff_that_is_really_a_virtual_raster_is_refused_in_words(cases):
    path = cases / "hostile" / "t01_vrt_raw_as.tif"
    error = refused(path, "t01_vrt_raw_as.tif is no TIF file: it is a virtual raster, which names other files")
    assert ".vrt" in error.hint
    refused(path, "it is a virtual raster", by=read_classes)
    refused(path, "it is a virtual raster", by=describe_file)


# Servers, other places, code


@pytest.mark.parametrize(
    "named",
    [
        "/vsicurl/http://127.0.0.1:{port}/a.tif", "http://127.0.0.1:{port}/b.tif", "/vsicurl_streaming/http://127.0.0.1:{port}/c.tif",
        "vrt://http://127.0.0.1:{port}/d.tif", "&lt;GDAL_WMS&gt;http://127.0.0.1:{port}/e", "WMS:http://127.0.0.1:{port}/f",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["element", "attribute", "mask", "overview", "nested", "wrapped"])
def test_no_server_is_asked_by_whatever_names_it(folder, listener, named, how):
    url = named.format(port=listener.port)
    path = folder / "a.vrt"
    if how == "element":
        vrt(path, of(url, "0"))
    elif how == "attribute":
        vrt(path, f"<simplesource sourcefilename='{url}'><SourceBand>1</SourceBand></simplesource>")
    elif how == "mask":
        vrt(
            path,
            of("x.tif"),
            more=f"<MaskBand><VRTRasterBand dataType='Byte'>{of(url, '0')}</VRTRasterBand></MaskBand>",
        )
    elif how == "overview":
        vrt(path, of("x.tif") + f"<Overview><SourceFilename>{url}</SourceFilename></Overview>")
    elif how == "nested":
        vrt(folder / "b.tif", of(url, "0"))  # whatever its suffix
        vrt(path, of("b.tif"))
    else:
        warped = f"<SourceDataset>{url}</SourceDataset>"
        path.write_text(
            f"<VRTDataset rasterXSize='6' rasterYSize='5' subClass='VRTWarpedDataset'>{warped}</VRTDataset>"
        )
    with pytest.raises(HsiError):
        open_cube(path).read()
    assert not listener.asked


def test_no_server_is_asked_for_the_overviews_of_a_tiff(folder, listener):
    url = f"http://127.0.0.1:{listener.port}/o.tif"
    inner = tiff(folder / "y.tif")
    with rasterio.open(inner, "r+") as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=url)
    refused(inner, "nothing is read from servers")
    refused(inner, "nothing is read from servers", by=read_classes)
    refused(vrt(folder / "y.vrt", of("y.tif")), "nothing is read from servers")
    aux = tiff(folder / "z.tif").with_name("z.tif.aux.xml")
    item = f"<MDI key='OVERVIEW_FILE'>/vsicurl/{url}</MDI>"
    aux.write_text(f"<PAMDataset><Metadata domain='OVERVIEWS'>{item}</Metadata></PAMDataset>")
    refused(folder / "z.tif", "nothing is read from servers")
    for ending in (".ovr", ".msk"):
        plain = tiff(folder / f"{ending[1:]}.tif")
        vrt(plain.with_name(plain.name + ending), of(url, "0"))
        refused(plain, "beside it, which is no TIFF")
    assert not listener.asked


def test_no_server_is_asked_by_a_header_of_er_mapper(folder, listener):
    def header(name: str, file: str) -> Path:
        path = folder / name
        path.write_text(
            f'DatasetHeader Begin\n\tDataSetType = Translated\n\tDataType = Raster\n\tDataFile = "{file}"\n'
            "\tByteOrder = LSBFirst\n\tRasterInfo Begin\n\t\tCellType = Unsigned8BitInteger\n\t\tNrOfLines = 5\n"
            "\t\tNrOfCellsPerLine = 6\n\t\tNrOfBands = 1\n\tRasterInfo End\nDatasetHeader End\n"
        )
        return path

    refused(header("a.ers", f"http://127.0.0.1:{listener.port}/a.tif"), "nothing is read from servers")
    vrt(folder / "samples", of(f"http://127.0.0.1:{listener.port}/b.tif", "0"))
    refused(header("b.ers", "samples"), "names samples, which is no file of samples")
    refused(header("c.ers", "../secret.tif"), "a file outside its folder")
    assert not listener.asked
    (folder / "raw").write_bytes(SAMPLES.tobytes())
    good = header("d.ers", "raw")
    good.write_text(good.read_text().replace("Translated", "ERStorage"))
    assert np.array_equal(open_cube(good).read()[:, :, 0], SAMPLES)


@pytest.mark.parametrize("suffix", [".kml", ".gpkg", ".shp", ".fgb"])
def test_no_server_is_asked_by_shapes_that_are_really_virtual(tmp_path, listener, suffix):
    path = tmp_path / f"shapes{suffix}"
    url = f"http://127.0.0.1:{listener.port}/a.geojson"
    layer = f"<OGRVRTLayer name='kml'><SrcDataSource>{url}</SrcDataSource><SrcLayer>a</SrcLayer></OGRVRTLayer>"
    path.write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
    refused(
        path, f"shapes{suffix} is no {suffix[1:].upper()} file", by=lambda p: read_classes(p, grid=Grid(5, 6, Geo()))
    )
    assert not listener.asked


@pytest.mark.parametrize("how", ["above", "in full", "by a link", "from where the program was started", "below a link"])
def test_a_file_outside_the_folder_is_not_read(folder, monkeypatch, how):
    secret = folder.parent / "secret.tif"
    monkeypatch.chdir(folder.parent)
    if how == "by a link":
        (folder / "link.tif").symlink_to(secret)
    if how == "below a link":
        (folder / "down").symlink_to(folder.parent)
    named = {
        "above": ("../secret.tif", "1"), "in full": (str(secret), "0"), "by a link": ("link.tif", "1"),
        "from where the program was started": ("secret.tif", "0"), "below a link": ("down/secret.tif", "1"),
    }[how]  # fmt: skip
    refused(vrt(folder / "a.vrt", of(*named)), "a file outside its folder")


def test_a_raw_band_and_a_program_are_refused(folder):
    raw = "<SourceFilename relativeToVRT='1'>x.tif</SourceFilename><ImageOffset>0</ImageOffset>"
    refused(vrt(folder / "a.vrt", raw, attributes="subClass='VRTRawRasterBand'"), "reads the bytes of another file")
    refused(vrt(folder / "b.vrt", "<subclass>vrtrawrasterband</subclass>" + raw), "reads the bytes of another file")
    derived = "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"
    code = "<PixelFunctionCode>import os</PixelFunctionCode>"
    refused(vrt(folder / "c.vrt", derived, attributes="subClass='VRTDerivedRasterBand'"), "holds a program")
    refused(vrt(folder / "d.vrt", code, attributes="subClass='VRTDerivedRasterBand'"), "holds a program")
    refused(vrt(folder / "e.vrt", of("x.tif"), attributes="subClass='VRTUnheardOf'"), "of a kind that is not read here")


def test_virtual_rasters_that_are_no_xml_or_hide_what_they_name_are_refused(folder):
    for text in ("", "<VRTDataset", "plain words", "<VRTDataset/>" * 2, "<Other/>"):
        (folder / "a.vrt").write_text(text)
        refused(folder / "a.vrt", "a.vrt")
    (folder / "b.vrt").write_text("<!DOCTYPE a [<!ENTITY b 'bb'>]><VRTDataset>&b;</VRTDataset>")
    refused(folder / "b.vrt", "declares entities")
    refused(vrt(folder / "c.vrt", of("x.tif<!-- -->y")), "in several pieces")
    twice = "<SimpleSource><SourceFilename relativeToVRT='1' relativetovrt='0'>x.tif</SourceFilename></SimpleSource>"
    refused(vrt(folder / "d.vrt", twice), "says the same thing twice")


def test_virtual_rasters_of_virtual_rasters_end(folder):
    vrt(folder / "0.vrt", of("x.tif"))
    for depth in range(1, 8):
        vrt(folder / f"{depth}.vrt", of(f"{depth - 1}.vrt"))
    assert np.array_equal(open_cube(folder / "3.vrt").read()[:, :, 0], SAMPLES)
    refused(folder / "7.vrt", "without end")
    vrt(folder / "a.vrt", of("b.vrt"))
    vrt(folder / "b.vrt", of("a.vrt"))
    with pytest.raises(HsiError):
        open_cube(folder / "a.vrt").read()


def test_a_source_of_a_kind_that_leads_elsewhere_is_refused(folder):
    for name, head in (
        ("a.json", b"{}"),
        ("b.gpkg", b"SQLite format 3\0"),
        ("c.zip", b"PK\x03\x04"),
        ("d.xml", b"<GDAL_WMS/>"),
    ):
        (folder / name).write_bytes(head)
        refused(vrt(folder / "a.vrt", of(name)), f"names {name}, of a kind")


# What stays readable


def test_virtual_rasters_of_files_in_their_folder_and_below_are_read(folder, monkeypatch):
    (folder / "below").mkdir()
    tiff(folder / "below" / "y.tif", SAMPLES + 1)
    assert np.array_equal(open_cube(vrt(folder / "a.vrt", of("x.tif"))).read()[:, :, 0], SAMPLES)
    assert np.array_equal(open_cube(vrt(folder / "b.vrt", of("below/y.tif"))).read()[:, :, 0], SAMPLES + 1)
    assert np.array_equal(open_cube(vrt(folder / "c.vrt", of(str(folder / "x.tif"), "0"))).read()[:, :, 0], SAMPLES)
    monkeypatch.chdir(folder)
    assert np.array_equal(open_cube(Path(vrt(folder / "d.vrt", of("x.tif", "0")).name)).read()[:, :, 0], SAMPLES)
    described = "<Metadata><MDI key='source'>https://example.org/x</MDI></Metadata><!-- by hand -->"
    assert np.array_equal(open_cube(vrt(folder / "e.vrt", of("x.tif"), more=described)).read()[:, :, 0], SAMPLES)
    summed = "<PixelFunctionType>sum</PixelFunctionType>" + of("x.tif") * 2
    cube = open_cube(vrt(folder / "f.vrt", summed, attributes="subClass='VRTDerivedRasterBand'"))
    assert np.array_equal(cube.read()[:, :, 0], SAMPLES * 2)


def test_overviews_beside_a_tiff_are_read_still(tmp_path):
    large = np.arange(512 * 512, dtype=np.uint16).reshape(512, 512)
    path = tiff(tmp_path / "x.tif", large)
    with rasterio.Env(TIFF_USE_OVR=True), rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4])
    assert path.with_name("x.tif.ovr").is_file()
    assert open_cube(path).read(slice(0, 512, 4), slice(0, 512, 4), [0]).shape == (128, 128, 1)


# More than the machine holds


def test_tiffs_that_announce_more_than_the_machine_holds_are_refused(tmp_path, monkeypatch):
    path = sparse(tmp_path / "x.tif", 1_000_000, 1_000_000)
    assert path.stat().st_size < 100_000
    for by in (open_cube, read_classes, describe_file):
        refused(path, "x.tif announces 1000000 x 1000000 pixels: more than this machine can hold", by=by)
    monkeypatch.setattr(limits, "machine_memory", lambda: 2**30)
    wide = sparse(tmp_path / "wide.tif", 100, 2_000_000, 64)
    refused(wide, "announces rows of 2000000 pixels in 64 bands")
    assert open_cube(sparse(tmp_path / "fits.tif", 10_000, 10_000, side=512)).shape == (10_000, 10_000, 1)
    refused(sparse(tmp_path / "one.tif", 10_000, 10_000), "one.tif is stored in pieces of 1 GiB")


def test_every_kind_of_scene_is_held_against_the_memory(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", np.zeros((4000, 5, 30), np.float32))
    assert open_cube(tmp_path / "x.npy").shape == (4000, 5, 30)
    monkeypatch.setattr(limits, "machine_memory", lambda: 4000 * 5 * limits.PIXEL_BYTES - 1)
    refused(tmp_path / "x.npy", "announces 4000 x 5 pixels")
    monkeypatch.setattr(limits, "machine_memory", lambda: 4000 * 5 * limits.PIXEL_BYTES)
    assert open_cube(tmp_path / "x.npy").shape == (4000, 5, 30)


def test_the_memory_of_this_machine_is_known():
    assert 2**28 < limits.machine_memory() < 2**50


def test_an_imagine_file_does_not_take_its_samples_from_elsewhere(folder, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))
    large = folder / "x.img"
    profile = {"height": 5, "width": 6, "count": 1, "dtype": "uint8", "USE_SPILL": "YES", "transform": PLACE}
    with rasterio.open(large, "w", driver="HFA", **profile) as dataset:
        dataset.write(SAMPLES, 1)
    assert (folder / "x.ige").is_file()
    assert np.array_equal(open_cube(large).read()[:, :, 0], SAMPLES)
    (folder / "x.ige").replace(folder.parent / "y.ige")
    (folder / "x.ige").symlink_to(folder.parent / "y.ige")
    refused(large, "a file outside its folder")
