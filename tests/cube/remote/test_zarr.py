"""zarr in a folder, on a web server and in a bucket, as xarray and zarr write it."""

from __future__ import annotations

import json
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import hsigui
from hsigui import stopping
from hsigui.cube.open import list_arrays, suggestions
from hsigui.errors import HsiError
from tests.cube.remote.servers import FileServer

zarr = pytest.importorskip("zarr")
xarray = pytest.importorskip("xarray")

ROWS, COLS, BANDS = 60, 70, 9
WAVES = 450.0 + 20 * np.arange(BANDS)


@pytest.fixture(scope="module")
def cube() -> NDArray[np.float64]:
    """Reflectances of whole ten-thousandths, rows x cols x bands, with a pixel without data."""
    generator = np.random.default_rng(3)
    values = generator.integers(1, 9000, (ROWS, COLS, BANDS)) / 10_000
    values[5, 6] = np.nan
    return values


def write(
    path: Path, cube: NDArray[np.float64], version: int, *, order: str = "wavelength,y,x", packed: bool = True,
    consolidated: bool = True, **more: Any,
) -> Path:  # fmt: skip
    """As xarray writes a scene on a map."""
    dims = order.split(",")
    axes = {"y": 0, "x": 1, "wavelength": 2}
    data = xarray.DataArray(
        cube.transpose([axes[dim] for dim in dims]), dims=dims,
        coords={
            "wavelength": ("wavelength", WAVES, {"units": "nm"}), "fwhm": ("wavelength", np.full(BANDS, 8.0)),
            "y": 5000.0 - 10 * np.arange(ROWS), "x": 300.0 + 10 * np.arange(COLS),
            "spatial_ref": ((), 0, {"spatial_ref": "EPSG:32632", "grid_mapping_name": "transverse_mercator"}),
        },
        attrs={"grid_mapping": "spatial_ref", "units": "1"},
    )  # fmt: skip
    chunks = tuple({"y": 20, "x": 20, "wavelength": 3}[dim] for dim in dims)
    encoding: dict[str, Any] = {"chunks": chunks, **more}
    if packed:
        encoding |= {"dtype": "int16", "scale_factor": 1e-4, "_FillValue": -9999}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.to_dataset(name="reflectance").to_zarr(
            path, zarr_format=version, encoding={"reflectance": encoding}, consolidated=consolidated
        )
    return path


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("order", ["wavelength,y,x", "y,x,wavelength", "x,wavelength,y"])
@pytest.mark.parametrize("packed", [True, False])
def test_what_xarray_wrote_is_read_as_xarray_reads_it(
    tmp_path: Path, cube: NDArray[np.float64], version: int, order: str, packed: bool
) -> None:
    scene = hsigui.open(write(tmp_path / "scene.zarr", cube, version, order=order, packed=packed))
    assert scene.shape == cube.shape
    np.testing.assert_allclose(scene.read(), cube.astype(np.float32), atol=1e-6)
    np.testing.assert_array_equal(scene.wavelengths, WAVES)
    assert scene.info.fwhm == (8.0,) * BANDS
    assert scene.geo.transform == (10.0, 0.0, 295.0, 0.0, -10.0, 5005.0)
    assert "UTM zone 32N" in (scene.geo.crs_wkt or "")
    assert scene.name == "scene"
    assert not scene.valid_mask()[5, 6]
    assert scene.valid_mask().sum() == ROWS * COLS - 1


@pytest.mark.parametrize("version", [2, 3])
def test_windows_are_those_of_the_array(tmp_path: Path, cube: NDArray[np.float64], version: int) -> None:
    scene = hsigui.open(write(tmp_path / "scene.zarr", cube, version))
    for rows, cols, bands in (
        (slice(3, 9), slice(60, 70), [0, 8, 3]), (slice(None, None, 7), slice(50, 2, -5), slice(1, 9, 2)),
        (slice(0, 0), slice(None), slice(None)),
    ):  # fmt: skip
        expected = cube[rows, cols][:, :, bands].astype(np.float32)
        np.testing.assert_allclose(scene.read(rows, cols, bands), expected, atol=1e-6)


def test_the_metadata_of_a_store_and_a_folder_of_any_name_open_too(
    tmp_path: Path, cube: NDArray[np.float64]
) -> None:  # fmt: skip
    path = write(tmp_path / "scene", cube, 3)
    assert hsigui.open(path).shape == hsigui.open(path / "zarr.json").shape == cube.shape
    old = write(tmp_path / "old.zarr", cube, 2)
    assert hsigui.open(old / ".zgroup").path == old


def test_arrays_can_be_chosen(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    root = zarr.open_group(tmp_path / "two.zarr", mode="w", zarr_format=3)
    for name in ("a", "b"):
        root.create_group("deep").create_array(name, data=cube, chunks=(20, 20, 3)) if name == "a" else None
    root["deep"].create_array("b", data=cube * 2, chunks=(20, 20, 3))
    path = tmp_path / "two.zarr"
    assert {array.name for array in list_arrays(path)} == {"deep/a", "deep/b"}
    with pytest.raises(hsigui.AmbiguousCube):
        hsigui.open(path)
    np.testing.assert_allclose(hsigui.open(path, variable="deep/b").read(), (cube * 2).astype(np.float32))
    assert len(suggestions(path)) >= 2


def test_a_store_that_is_one_array_opens(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    for version in (2, 3):
        path = tmp_path / f"one{version}.zarr"
        zarr.create_array(path, data=cube, chunks=(20, 20, 9), zarr_format=version)
        np.testing.assert_allclose(hsigui.open(path).read(), cube.astype(np.float32))


def test_shards_are_read(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    zarr.create_array(tmp_path / "s.zarr", data=cube, chunks=(10, 10, 9), shards=(30, 30, 9), zarr_format=3)
    scene = hsigui.open(tmp_path / "s.zarr")
    np.testing.assert_allclose(scene.read(slice(5, 40), slice(0, 9)), cube[5:40, 0:9].astype(np.float32))


def test_a_band_coordinate_in_micrometres_is_a_list_of_wavelengths(
    tmp_path: Path, cube: NDArray[np.float64]
) -> None:  # fmt: skip
    data = xarray.DataArray(
        cube, dims=("row", "col", "band"), coords={"band": ("band", WAVES / 1000, {"units": "um"})}
    )  # fmt: skip
    data.to_dataset(name="rad").to_zarr(tmp_path / "b.zarr", zarr_format=2)
    np.testing.assert_allclose(hsigui.open(tmp_path / "b.zarr").wavelengths, WAVES)


@pytest.mark.parametrize("version", [2, 3])
def test_codecs_that_run_programs_are_refused(tmp_path: Path, version: int, cube: NDArray[np.float64]) -> None:
    path = write(tmp_path / "evil.zarr", cube, version)
    for file in path.rglob("*"):
        if file.name in (".zmetadata", ".zarray", "zarr.json"):
            file.write_text(_with_pickle(json.loads(file.read_text())))
    with pytest.raises(HsiError, match=r"is packed by|cannot be read"):
        hsigui.open(path)


def _with_pickle(tree: Any) -> str:
    def changed(node: Any) -> Any:
        if isinstance(node, list):
            return [changed(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {key: changed(value) for key, value in node.items()}
        if "chunk_grid" in node:
            node["codecs"] = [{"name": "numcodecs.pickle", "configuration": {}}]
        if "chunks" in node and "filters" in node:
            node["filters"] = [{"id": "pickle", "protocol": 5}]
        return node

    return json.dumps(changed(tree))


def test_links_out_of_the_folder_are_refused(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    path = write(tmp_path / "scene.zarr", cube, 3)
    secret = tmp_path / "secret"
    chunk = next(file for file in sorted((path / "reflectance" / "c").rglob("*")) if file.is_file())
    secret.write_bytes(chunk.read_bytes())
    chunk.unlink()
    chunk.symlink_to(secret)
    with pytest.raises(HsiError, match="leads out of its folder"):
        hsigui.open(path).read()


@pytest.mark.parametrize("name", ["../other/reflectance", "/etc/x", "a/../../b"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, cube: NDArray[np.float64], name: str) -> None:
    path = write(tmp_path / "scene.zarr", cube, 3)
    file = path / "zarr.json"
    about = json.loads(file.read_text())
    members = about["consolidated_metadata"]["metadata"]
    members[name] = members.pop("reflectance")
    file.write_text(json.dumps(about))
    with pytest.raises(HsiError):
        hsigui.open(path).read()


@pytest.mark.parametrize("damage", ["{", "[]", '{"zarr_format": 9, "node_type": "group"}', "\0"])
def test_damaged_metadata_is_a_sentence(tmp_path: Path, cube: NDArray[np.float64], damage: str) -> None:
    path = write(tmp_path / "scene.zarr", cube, 3)
    (path / "zarr.json").write_text(damage)
    with pytest.raises(HsiError):
        hsigui.open(path)


def test_a_damaged_piece_is_a_sentence(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    path = write(tmp_path / "scene.zarr", cube, 3)
    for file in (path / "reflectance" / "c").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:7])
    with pytest.raises(HsiError, match="cannot be read"):
        hsigui.open(path).read()


def test_a_store_that_announces_too_much_is_refused(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    path = tmp_path / "huge.zarr"
    zarr.create_array(path, shape=(2**24, 2**24, 200), dtype="f4", chunks=(64, 64, 200), zarr_format=3)
    with pytest.raises(HsiError, match="memory"):
        hsigui.open(path)


def test_a_folder_that_is_no_store_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.zarr").mkdir()
    with pytest.raises(HsiError, match="is a folder"):
        hsigui.open(tmp_path / "empty.zarr")


def test_without_the_package_it_is_named(
    tmp_path: Path, cube: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    path = write(tmp_path / "scene.zarr", cube, 3)
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(HsiError) as told:
        hsigui.open(path)
    assert 'pip install "hsigui[cloud]"' in told.value.hint


@pytest.mark.parametrize("version", [2, 3])
def test_a_store_on_a_web_server_is_read_by_its_pieces(
    web: FileServer, cube: NDArray[np.float64], version: int
) -> None:  # fmt: skip
    path = write(web.folder / "scene.zarr", cube, version)
    far = hsigui.open(f"{web.url}/scene.zarr")
    assert far.shape == cube.shape
    assert far.where == f"{web.url}/scene.zarr"
    assert far.name == "scene"
    before = len(web.asked)
    np.testing.assert_allclose(far.read(slice(0, 5), slice(0, 5), [0]), cube[:5, :5, :1].astype(np.float32), atol=1e-6)
    assert len(web.asked) - before == 1
    np.testing.assert_allclose(far.read(), cube.astype(np.float32), atol=1e-6)
    web.asked.clear()
    np.testing.assert_allclose(hsigui.open(f"{web.url}/scene.zarr").read(), cube.astype(np.float32), atol=1e-6)
    assert all(Path(name).name in ("zarr.json", ".zmetadata", ".zgroup", ".zattrs", ".zarray") for name in web.asked)
    assert path.is_dir()


def test_a_store_that_nobody_can_list_says_how_it_can_be(web: FileServer, cube: NDArray[np.float64]) -> None:
    write(web.folder / "scene.zarr", cube, 3, consolidated=False)
    with pytest.raises(HsiError, match="does not list its arrays") as told:
        hsigui.open(f"{web.url}/scene.zarr")
    assert "consolidate_metadata" in told.value.hint
    assert hsigui.open(f"{web.url}/scene.zarr/reflectance").shape[2] in (BANDS, COLS)


def test_no_store_at_an_address_is_told(web: FileServer) -> None:
    with pytest.raises(HsiError, match="nothing at"):
        hsigui.open(f"{web.url}/scene.zarr")


def test_a_changed_store_is_another_one(web: FileServer, cube: NDArray[np.float64]) -> None:
    write(web.folder / "scene.zarr", cube, 3)
    hsigui.open(f"{web.url}/scene.zarr").read()
    import shutil

    shutil.rmtree(web.folder / "scene.zarr")
    write(web.folder / "scene.zarr", cube[::-1], 3, dtype="int16", scale_factor=2e-4, _FillValue=-9999, packed=False)
    again = hsigui.open(f"{web.url}/scene.zarr")
    np.testing.assert_allclose(again.read(), cube[::-1].astype(np.float32), atol=2e-4)


def test_a_store_that_changes_while_it_is_open_is_refused(
    web: FileServer, cube: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hsigui.cube.formats import zarr_store

    monkeypatch.setattr(zarr_store, "LOOK_SECONDS", 0.0)
    path = write(web.folder / "scene.zarr", cube, 3)
    far = hsigui.open(f"{web.url}/scene.zarr")
    far.read(slice(0, 5))
    (path / "zarr.json").write_text((path / "zarr.json").read_text() + " ")
    with pytest.raises(HsiError, match="has changed on the server"):
        far.read()
    with pytest.raises(HsiError, match="has changed on the server"):
        far.read()


def test_a_cancelled_reading_of_a_store_ends_within_a_second(web: FileServer, cube: NDArray[np.float64]) -> None:
    write(web.folder / "scene.zarr", cube, 3)
    far = hsigui.open(f"{web.url}/scene.zarr")
    web.slow = 4.0
    asked = threading.Event()

    class Stop(BaseException):
        pass

    def check() -> None:
        if asked.is_set():
            raise Stop

    threading.Timer(0.3, asked.set).start()
    begin = time.monotonic()
    with pytest.raises(Stop), stopping.checked_by(check):
        far.read()
    assert time.monotonic() - begin < 1.3
    web.slow = 0.0


def test_a_store_has_no_quality_masks(tmp_path: Path, cube: NDArray[np.float64]) -> None:
    assert hsigui.quality_layers(write(tmp_path / "scene.zarr", cube, 3)) == ()
