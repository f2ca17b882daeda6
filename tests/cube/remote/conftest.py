"""Fixtures of scenes on servers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from numpy.typing import NDArray

from hsigui.cube.remote import http, stand_ins, waiting
from tests.cube.remote.servers import FileServer, file_server

# Without the packages of hsigui[cloud] there is nothing to be tested here, but where nothing may be left out.
collect_ignore_glob = [] if find_spec("aiohttp") or os.environ.get("HSIGUI_REQUIRE_DATA") else ["test_*.py"]
ROWS, COLS, BANDS = 480, 500, 12


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings and cache of the test's own; no secret of an earlier one."""
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HSIGUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(waiting, "PAUSES", (0.01, 0.02, 0.03))
    stand_ins.forget_secrets()
    yield
    http.close_sessions()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[FileServer]:
    (folder := tmp_path / "web").mkdir()
    with file_server(folder) as server:
        yield server


@pytest.fixture(scope="session")
def values() -> NDArray[np.int16]:
    """Samples, rows x cols x bands; not to be changed."""
    return np.random.default_rng(5).integers(1, 5000, (ROWS, COLS, BANDS), dtype=np.int16)


@pytest.fixture(scope="session")
def cog_bytes(values: NDArray[np.int16], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_cog(tmp_path_factory.mktemp("cog") / "scene.tif", values).read_bytes()


@pytest.fixture
def cog(web: FileServer, cog_bytes: bytes) -> Path:
    """A Cloud-Optimised GeoTIFF on the server."""
    (path := web.folder / "scene.tif").write_bytes(cog_bytes)
    return path


def write_cog(path: Path, values: NDArray[np.generic]) -> Path:
    rows, cols, bands = values.shape
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": bands, "dtype": values.dtype,
        "crs": "EPSG:32632", "transform": rasterio.Affine(10, 0, 500000, 0, -10, 5300000),
    }  # fmt: skip
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(values.transpose(2, 0, 1))
            for band in range(bands):
                file.set_band_description(band + 1, f"{450 + 10 * band} nm")
                file.update_tags(band + 1, wavelength=str(450 + 10 * band), wavelength_units="nm")
        with memory.open() as file:
            rasterio.shutil.copy(file, path, driver="COG", compress="NONE", blocksize=128)
    return path
