from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine

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


def test_a_truncated_tiff_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", np.random.default_rng(0).random((200, 200, 4)))
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(HsiError, match=r"x\.tif cannot be read"):
        open_cube(path).read()
