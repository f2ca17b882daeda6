from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine

from hsigui.cube.formats import geotiff
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError

SAMPLES = np.arange(5 * 6 * 4, dtype=np.uint16).reshape(5, 6, 4)


def write(path: Path, samples: np.ndarray = SAMPLES, tags: list[dict[str, Any]] | None = None, **profile: Any) -> Path:
    rows, cols, bands = samples.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", height=rows, width=cols, count=bands, dtype=samples.dtype, **profile
        ) as dataset:
            dataset.write(samples.transpose(2, 0, 1))
            for number, entry in enumerate(tags or [], start=1):
                dataset.update_tags(number, **entry)
    return path


def test_a_geotiff_opens_with_its_place_and_windows(tmp_path: Path) -> None:
    transform = Affine(5.0, 0, 468200, 0, -5.0, 5541300)
    cube = open_cube(write(tmp_path / "x.tif", crs="EPSG:32633", transform=transform, nodata=7))
    assert cube.shape == (5, 6, 4)
    assert cube.dtype == np.uint16
    assert cube.geo.transform == tuple(transform)[:6]
    assert "32633" in (cube.geo.crs_wkt or "")
    assert cube.info.nodata == 7
    assert np.array_equal(cube.read(slice(1, 5, 2), slice(0, 6, 3), [3, 1]), SAMPLES[1:5:2, ::3][:, :, [3, 1]])
    assert np.isnan(cube.spectrum(0, 1)[3])


@pytest.mark.parametrize(("lies", "named", "bands"), [("pixel", "bip", SAMPLES.shape[2]), ("band", "bsq", 1)])
def test_how_the_bands_of_a_raster_lie_is_told_and_counted(tmp_path: Path, lies: str, named: str, bands: int) -> None:
    path = write(tmp_path / "c.tif", interleave=lies, tiled=True, blockxsize=16, blockysize=16,
                 transform=Affine.translation(500_000, 5_000_000))  # fmt: skip
    assert open_cube(path).info.interleave == named
    with rasterio.open(path) as dataset:
        assert geotiff.largest_block(dataset) == 16 * 16 * bands * SAMPLES.itemsize


def test_a_tiff_without_a_place_opens_without_a_warning(tmp_path: Path) -> None:
    cube = open_cube(write(tmp_path / "x.tif"))
    assert cube.geo.transform is None
    assert cube.geo.crs_wkt is None
    assert np.array_equal(cube.read(), SAMPLES)


def test_wavelengths_come_from_the_tags_of_the_bands(tmp_path: Path) -> None:
    tags = [{"wavelength": str(w), "wavelength_units": "Nanometers"} for w in (450, 550, 650, 860)]
    assert open_cube(write(tmp_path / "x.tif", tags=tags)).info.wavelengths == (450.0, 550.0, 650.0, 860.0)
    imagery = [{"ns": "IMAGERY", "CENTRAL_WAVELENGTH_UM": w, "FWHM_UM": "0.01"} for w in ("0.4", "0.5", "0.6", "0.7")]
    info = open_cube(write(tmp_path / "y.tif", tags=imagery)).info
    assert info.wavelengths == (400.0, 500.0, 600.0, 700.0)
    assert info.fwhm == (10.0,) * 4


def test_every_thread_reads_through_a_handle_of_its_own(tmp_path: Path) -> None:
    cube = open_cube(write(tmp_path / "x.tif", compress="deflate"))
    right: list[bool] = []
    threads = [
        threading.Thread(target=lambda: right.append(bool(np.array_equal(cube.read(), SAMPLES)))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 6


def test_a_raster_with_a_palette_is_no_scene(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=2, count=1, dtype="uint8", transform=Affine(1, 0, 5, 0, -1, 5)
    ) as dataset:
        dataset.write(np.ones((1, 2, 2), np.uint8))
        dataset.write_colormap(1, {1: (255, 0, 0, 255)})
    with pytest.raises(HsiError, match="class map") as caught:
        open_cube(path)
    assert "labels" in caught.value.hint


def test_a_file_that_is_no_tiff_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_bytes(b"no tiff")
    with pytest.raises(HsiError, match=r"x\.tif cannot be read"):
        open_cube(tmp_path / "x.tif")


@pytest.mark.parametrize("profile", [{}, {"compress": "deflate"}, {"tiled": True}, {"interleave": "pixel"}])
def test_a_truncated_tiff_is_refused_when_it_is_opened(tmp_path: Path, profile: dict[str, Any]) -> None:
    path = write(tmp_path / "x.tif", np.random.default_rng(0).random((200, 200, 4)), **profile)
    size = path.stat().st_size
    for kept in (size - 1, size // 2, 5000):
        path.write_bytes(path.read_bytes()[:kept])
        with pytest.raises(
            HsiError, match=rf"x\.tif is too short: it has {kept} bytes|x\.tif cannot be read"
        ) as caught:
            open_cube(path)
        assert caught.value.hint


@pytest.mark.parametrize(
    "profile", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16}, {"compress": "deflate", "interleave": "pixel"}]
)
def test_reads_with_steps_are_exact_without_overviews(
    tmp_path: Path, profile: dict[str, Any], monkeypatch: Any
) -> None:
    samples = np.random.default_rng(1).integers(0, 999, (90, 70, 3)).astype(np.uint16)
    for block in (2**25, 500):
        monkeypatch.setattr(geotiff, "_BLOCK_BYTES", block)
        cube = open_cube(write(tmp_path / "x.tif", samples, **profile))
        for rows, cols, bands in (
            (slice(None, None, 7), slice(None, None, 5), [2, 0]),
            (slice(3, 80, 40), slice(9, 60), slice(None)),
            (slice(None), slice(None), [1, 1]),
            (slice(5, 5), slice(None), [1]),
        ):
            assert np.array_equal(cube.read(rows, cols, bands), samples[rows, cols][:, :, bands])


def test_coarse_reads_use_the_overviews(tmp_path: Path) -> None:
    samples = np.zeros((256, 256, 2), np.uint16)
    samples[128:] = 1000
    path = write(tmp_path / "x.tif", samples, tiled=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([4, 8], Resampling.average)
    cube = open_cube(path)
    coarse = cube.band(1, step=8)
    assert coarse.shape == (32, 32)
    assert (coarse[:15] == 0).all()
    assert (coarse[17:] == 1000).all()
    assert np.array_equal(cube.read(slice(None, None, 2))[:, :, 0], samples[::2, :, 0])


@pytest.mark.parametrize(
    ("bands", "whole", "names"),
    [
        ([{"central_wavelength": w} for w in ("0.45", "0.55", "0.65", "0.86")], {"wavelength_units": "um"}, None),
        ([{"wavelength_um": w} for w in ("0.45", "0.55", "0.65", "0.86")], {}, None),
        ([], {"wavelength": "{450, 550, 650, 860}", "wavelength units": "nm"}, None),
        ([], {}, ("443 (450.0 nm)", "550.0 Nanometers", "x 650 nm", "860nm")),
        ([], {}, ("450", "550", "650", "860")),
    ],
)
def test_wavelengths_are_found_wherever_programs_write_them(
    tmp_path: Path, bands: list[dict[str, Any]], whole: dict[str, str], names: tuple[str, ...] | None
) -> None:
    path = write(tmp_path / "x.tif", tags=bands)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "r+") as dataset:
            dataset.update_tags(**whole)
            if names:
                dataset.descriptions = names
    assert open_cube(path).info.wavelengths == (450.0, 550.0, 650.0, 860.0)


def test_names_and_numbers_that_are_no_wavelengths_are_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions = ("1", "2", "3", "4")
    cube = open_cube(path)
    assert cube.wavelengths is None
    assert cube.info.band_names == ("1", "2", "3", "4")


def test_an_enmap_product_takes_its_wavelengths_from_the_file_beside(tmp_path: Path) -> None:
    path = write(tmp_path / "ENMAP01-____L2A-DT01-SPECTRAL_IMAGE.TIF", nodata=-32768, samples=SAMPLES.astype(np.int16))
    bands = "".join(
        f'<bandID number="{n}"><wavelengthCenterOfBand>{w}</wavelengthCenterOfBand>'
        "<FWHMOfBand>6.5</FWHMOfBand></bandID>"
        for n, w in enumerate((418.4, 424.0, 429.5, 434.7), start=1)
    )
    beside = tmp_path / "ENMAP01-____L2A-DT01-METADATA.XML"
    beside.write_text(f"<level_X><specific><bandCharacterisation>{bands}</bandCharacterisation></specific></level_X>")
    info = open_cube(path).info
    assert info.wavelengths == (418.4, 424.0, 429.5, 434.7)
    assert info.fwhm == (6.5,) * 4
    beside.write_text("<broken")
    assert "cannot be read" in open_cube(path).notes[-1]


def test_bad_bands_scales_and_offsets_are_met(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", tags=[{"bbl": str(good)} for good in (1, 0, 1, 1)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "r+") as dataset:
            dataset.scales = (0.0001,) * 4
    cube = open_cube(path)
    assert cube.good_bands.tolist() == [0, 2, 3]
    assert cube.read()[1, 1, 1] == pytest.approx(SAMPLES[1, 1, 1] / 10_000)
    assert "multiplied by 0.0001" in cube.notes[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "r+") as dataset:
            dataset.offsets = (1.0, 2.0, 3.0, 4.0)
    cube = open_cube(path)
    assert cube.info.offsets == (1.0, 2.0, 3.0, 4.0)
    assert cube.read()[1, 1, 1] == SAMPLES[1, 1, 1]
    assert "listed, not applied" in cube.notes[0]


def test_one_scale_and_one_offset_of_all_bands_are_applied(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", nodata=7, transform=Affine(5.0, 0, 468200, 0, -5.0, 5541300))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.01,) * 4, (-0.1,) * 4
    cube = open_cube(path)
    assert (cube.info.scale, cube.info.offset, cube.info.gains) == (100.0, -0.1, ())
    assert np.allclose(cube.read(), np.where(SAMPLES == 7, np.nan, SAMPLES * 0.01 - 0.1), equal_nan=True, atol=1e-6)
    assert any("-0.1 is added" in note for note in cube.notes)


def test_complex_and_single_bands_open_with_a_note(tmp_path: Path) -> None:
    samples = (SAMPLES + 1j * SAMPLES[::-1]).astype(np.complex64)
    cube = open_cube(write(tmp_path / "c.tif", samples))
    assert np.allclose(cube.read(), np.abs(samples), rtol=1e-5)
    assert "complex" in cube.notes[0]
    grey = open_cube(write(tmp_path / "g.tif", SAMPLES[:, :, :1]))
    assert grey.shape == (5, 6, 1)
    assert "load it as labels" in grey.notes[0]


def test_a_virtual_raster_and_one_that_lost_its_file(tmp_path: Path) -> None:
    write(tmp_path / "x.tif")
    source = "<SimpleSource><SourceFilename relativeToVRT='1'>x.tif</SourceFilename><SourceBand>{}</SourceBand>"
    bands = "".join(
        f"<VRTRasterBand dataType='UInt16' band='{n}'>{source.format(n)}</SimpleSource></VRTRasterBand>"
        for n in (1, 2, 3, 4)
    )
    (tmp_path / "x.vrt").write_text(f"<VRTDataset rasterXSize='6' rasterYSize='5'>{bands}</VRTDataset>")
    assert np.array_equal(open_cube(tmp_path / "x.vrt").read(), SAMPLES)
    (tmp_path / "x.tif").unlink()
    with pytest.raises(HsiError):
        open_cube(tmp_path / "x.vrt").read()
