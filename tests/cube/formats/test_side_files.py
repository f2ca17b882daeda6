"""Headers and items beside rasters, TIFFs of many pages, and data files that have a header of their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tifffile

from hsigui.cube.formats.envi import GAINS_LISTED, find_pair
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.formats.files import files_of_scene, read_classes

VALUES = np.arange(5 * 4 * 3, dtype=np.uint16).reshape(5, 4, 3)
PLACE = {"transform": rasterio.Affine(20, 0, 500_000, 0, -20, 4_480_000), "crs": rasterio.CRS.from_epsg(32616)}
HEADER = """ENVI
samples = 4
lines = 5
bands = {bands}
header offset = 0
file type = {kind}
data type = 12
interleave = bsq
byte order = 0
wavelength units = nm
wavelength = {{400, 500, 600}}
fwhm = {{5, 6, 7}}
bbl = {{1, 0, 1}}
"""


def tiff(path: Path, **about: object) -> Path:
    with rasterio.open(path, "w", "GTiff", 4, 5, 3, dtype="uint16", **PLACE) as file:
        file.write(VALUES.transpose(2, 0, 1))
        for band, tags in enumerate(about.get("tags", ()), 1):
            file.update_tags(band, **tags)
    return path


def beside(path: Path, kind: str = "TIFF", bands: int = 3) -> Path:
    path.write_text(HEADER.format(kind=kind, bands=bands))
    return path


@pytest.mark.parametrize("name", ["a.hdr", "a.tif.hdr", "A.HDR"])
@pytest.mark.parametrize("kind", ["TIFF", "ENVI Standard"])
def test_a_tiff_has_the_wavelengths_of_the_header_beside_it(name, kind, tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    beside(tmp_path / name, kind)
    for picked in ("a.tif", name):
        cube = open_cube(tmp_path / picked)
        assert cube.info.wavelengths == (400, 500, 600)
        assert cube.info.fwhm == (5, 6, 7)
        assert cube.good_bands.tolist() == [0, 2]
        assert (cube.read() == VALUES).all()
        assert cube.geo.transform == tuple(PLACE["transform"])[:6]
        assert f"From {name} beside it: wavelengths, bad bands." in cube.notes
        assert not any("file type" in note for note in cube.notes)
    assert set(files_of_scene(tmp_path / name)) == {tmp_path / name, tmp_path / "a.tif"}


def test_what_the_tiff_says_itself_counts(tmp_path) -> None:
    tiff(tmp_path / "a.tif", tags=[{"wavelength": w, "wavelength_units": "nm"} for w in (700, 710, 720)])
    beside(tmp_path / "a.hdr")
    cube = open_cube(tmp_path / "a.tif")
    assert cube.info.wavelengths == (700, 710, 720)
    assert "From a.hdr beside it: bad bands." in cube.notes


def test_a_header_of_other_pixels_or_of_another_file_is_not_used(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    beside(tmp_path / "a.hdr", bands=4)
    cube = open_cube(tmp_path / "a.tif")
    assert cube.wavelengths is None
    assert "a.hdr beside it is of 5 x 4 x 4 samples: not of this file." in cube.notes
    beside(tmp_path / "a.hdr", "ENVI Standard")
    (tmp_path / "a.img").write_bytes((VALUES + 1).transpose(2, 0, 1).tobytes())
    assert open_cube(tmp_path / "a.tif").wavelengths is None
    assert (open_cube(tmp_path / "a.hdr").read() == VALUES + 1).all()


def test_a_header_that_says_so_is_of_the_tiff_though_a_flat_file_has_its_name_too(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    beside(tmp_path / "a.hdr")
    (tmp_path / "a.img").write_bytes((VALUES + 1).transpose(2, 0, 1).tobytes())
    for picked in ("a.tif", "a.hdr"):
        cube = open_cube(tmp_path / picked)
        assert cube.info.wavelengths == (400, 500, 600)
        assert (cube.read() == VALUES).all()


def test_where_one_header_is_of_other_pixels_the_other_is_used(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    beside(tmp_path / "a.tif.hdr", bands=4)
    beside(tmp_path / "a.hdr")
    cube = open_cube(tmp_path / "a.tif")
    assert cube.info.wavelengths == (400, 500, 600)
    assert "a.tif.hdr beside it is of 5 x 4 x 4 samples: not of this file." in cube.notes


def test_one_gain_for_all_bands_is_a_scale_and_several_are_listed(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    header = beside(tmp_path / "a.hdr")
    bare = header.read_text()
    header.write_text(f"{bare}data gain values = {{0.01, 0.01, 0.01}}\ndata offset values = {{0, 0, 0}}\n")
    cube = open_cube(tmp_path / "a.tif")
    assert (cube.info.scale, cube.info.gains, cube.info.offsets) == (100, (), ())
    assert np.allclose(cube.read(), VALUES / 100)
    assert "From a.hdr beside it: wavelengths, bad bands, scale." in cube.notes
    assert GAINS_LISTED not in cube.notes
    header.write_text(f"{bare}data gain values = {{0.01, 0.02, 0.01}}\n")
    cube = open_cube(tmp_path / "a.tif")
    assert (cube.info.scale, cube.info.gains) == (1, (0.01, 0.02, 0.01))
    assert (cube.read() == VALUES).all()
    assert GAINS_LISTED in cube.notes


def test_a_header_does_not_scale_a_second_time_what_the_tiff_scales(tmp_path) -> None:
    with rasterio.open(tiff(tmp_path / "a.tif"), "r+") as file:
        file.scales = (0.1,) * 3
    header = beside(tmp_path / "a.hdr")
    header.write_text(f"{header.read_text()}data gain values = {{0.01, 0.02, 0.01}}\n")
    cube = open_cube(tmp_path / "a.tif")
    assert (cube.info.scale, cube.info.gains) == (10, ())


def test_a_header_of_a_class_map_in_a_tiff_is_no_scene(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    beside(tmp_path / "a.hdr", "ENVI Classification", bands=1)
    with pytest.raises(HsiError, match=r"a\.hdr is a class map"):
        open_cube(tmp_path / "a.hdr")


def test_a_header_that_cannot_be_read_is_told_and_the_tiff_opens(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    (tmp_path / "a.tif.hdr").write_text("nothing of the kind")
    cube = open_cube(tmp_path / "a.tif")
    assert any("a.tif.hdr beside it cannot be read" in note for note in cube.notes)


def test_labels_are_never_read_out_of_the_bytes_of_a_tiff(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    beside(tmp_path / "a.hdr", bands=1)
    with pytest.raises(HsiError, match=r"data file of a\.hdr is missing"):
        read_classes(tmp_path / "a.hdr")


def test_wavelengths_of_an_aux_xml_are_those_of_gdal(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    bands = "".join(
        f'<PAMRasterBand band="{n}"><Metadata><MDI key="wavelength">{400 + n}</MDI>'
        '<MDI key="wavelength_units">nm</MDI></Metadata></PAMRasterBand>'
        for n in (1, 2, 3)
    )
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{bands}</PAMDataset>")
    assert open_cube(tmp_path / "a.tif").info.wavelengths == (401, 402, 403)


def item(keys: tuple[str, str, str], where: str = "assets", href: str = "./a.tif") -> dict:
    listed, centre, width = keys
    bands = [{"name": f"B{n}", centre: 0.4 + n / 10, width: 0.01} for n in range(3)]
    asset = {"href": href, "type": "image/tiff"}
    if where == "assets":
        asset[listed] = bands
    about = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "assets": {"data": asset}, "properties": {}}
    if where == "properties":
        about["properties"] = {listed: bands}
    return about


@pytest.mark.parametrize(
    "keys",
    [
        ("eo:bands", "center_wavelength", "full_width_half_max"),
        ("bands", "eo:center_wavelength", "eo:full_width_half_max"),
    ],
)
@pytest.mark.parametrize("where", ["assets", "properties"])
@pytest.mark.parametrize("name", ["a.json", "a.tif.json", "a.stac.json", "item.json"])
def test_an_item_of_a_catalogue_says_wavelengths_and_names(keys, where, name, tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    (tmp_path / name).write_text(json.dumps(item(keys, where)))
    cube = open_cube(tmp_path / "a.tif")
    assert cube.info.wavelengths == pytest.approx((400, 500, 600))
    assert cube.info.fwhm == pytest.approx((10, 10, 10))
    assert cube.info.band_names == ("B0", "B1", "B2")
    assert f"From {name} beside it: wavelengths, band names." in cube.notes


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(item(("eo:bands", "center_wavelength", "fwhm"), href="other.tif")),
        json.dumps({"type": "FeatureCollection", "features": []}),
        json.dumps([1, 2]),
        json.dumps(item(("eo:bands", "center", "fwhm")) | {"stac_version": None, "assets": {"data": 3}}),
    ],
)
def test_other_files_of_that_name_are_left_alone(text, tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    (tmp_path / "a.json").write_text(text)
    assert open_cube(tmp_path / "a.tif").wavelengths is None


def test_a_broken_item_is_told(tmp_path) -> None:
    tiff(tmp_path / "a.tif")
    (tmp_path / "a.json").write_text('{"type": "Feature",')
    assert any("a.json beside it cannot be read" in note for note in open_cube(tmp_path / "a.tif").notes)


@pytest.mark.parametrize("imagej", [False, True])
def test_pages_of_one_kind_are_bands(imagej, tmp_path) -> None:
    pages = VALUES.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "a.tif", pages, imagej=imagej, photometric="minisblack", metadata={"axes": "ZYX"})
    cube = open_cube(tmp_path / "a.tif")
    assert cube.shape == (5, 4, 3)
    assert (cube.read() == VALUES).all()
    assert (cube.read(slice(1, 3), slice(0, 4, 2), [2, 0]) == VALUES[1:3, 0:4:2][:, :, [2, 0]]).all()
    assert cube.notes[0] == "a.tif has 3 pages: each is a band."
    with pytest.raises(HsiError, match="3 bands, not one"):
        read_classes(tmp_path / "a.tif")


def test_pages_of_different_kinds_are_refused_and_overviews_are_no_pages(tmp_path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(VALUES[:, :, 0], photometric="minisblack")
        file.write(VALUES[:3, :, 0], photometric="minisblack")
    with pytest.raises(HsiError, match="2 pages of different kinds"):
        open_cube(tmp_path / "a.tif")
    tiff(tmp_path / "b.tif")
    with rasterio.open(tmp_path / "b.tif", "r+") as file:
        file.build_overviews([2])
    assert open_cube(tmp_path / "b.tif").shape == (5, 4, 3)
    with tifffile.TiffWriter(tmp_path / "c.tif") as file:
        for _ in range(2):
            file.write(VALUES.transpose(2, 0, 1), photometric="minisblack", planarconfig="separate")
    cube = open_cube(tmp_path / "c.tif")
    assert cube.shape == (5, 4, 3)
    assert "c.tif has 2 pages: the first is read." in cube.notes


def test_cases_of_side_files(cases) -> None:
    files = cases / "files"
    for picked in ("ortho.tif", "ortho.hdr"):
        cube = open_cube(files / "17_tif_hdr_sidecar" / picked)
        assert (cube.info.wavelengths[0], cube.info.wavelengths[-1]) == (400, 2450)
        assert np.flatnonzero(cube.info.bad_bands).tolist() == [3, 4]
        assert cube.read()[5, 7].tolist() == [5350 + band for band in range(20)]
    desis = next((files / "46_desis_hdr").glob("*.hdr"))
    for picked in (desis, desis.with_suffix(".tif")):
        cube = open_cube(picked)
        assert (cube.info.wavelengths[0], cube.info.wavelengths[-1]) == (402, 999)
        assert cube.info.nodata == -32768
    for name in ("stack.tif", "stack_ij.tif", "bip.tif"):
        assert open_cube(files / "62_multipage" / name).read()[5, 7].tolist() == [5350 + b for b in range(20)]


def test_case_of_two_headers(cases) -> None:
    folder = cases / "files" / "16_two_headers"
    for picked in ("s.hdr", "s.dat", "s.img.hdr", "s.img"):
        assert open_cube(folder / picked).read()[5, 7].tolist() == [5350 + band for band in range(20)]
    assert find_pair(folder / "s.hdr")[1].name == "s.dat"


def test_a_data_file_that_has_a_header_of_its_own_is_never_taken(tmp_path) -> None:
    for name in ("s.hdr", "s.img.hdr", "s.raw.HDR"):
        beside(tmp_path / name, "ENVI Standard")
    for name in ("s.img", "s.raw"):
        (tmp_path / name).write_bytes(VALUES.tobytes())
    with pytest.raises(HsiError, match=r"data file of s\.hdr is missing"):
        open_cube(tmp_path / "s.hdr")
    (tmp_path / "s.bsq").write_bytes(VALUES.transpose(2, 0, 1).tobytes())
    assert find_pair(tmp_path / "s.hdr")[1].name == "s.bsq"
