"""Each product in HDF5 and NetCDF 4: values, wavelengths, masks and place against what h5py and GDAL read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS

from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.products.hdf_rows import HDF_PRODUCTS
from hsigui.cube.formats.products.rows import DOCUMENT, REAL_LISTING
from hsigui.cube.open import list_arrays, open_cube, quality_layers, suggestions
from hsigui.errors import HsiError
from tests.cube.formats.products import miniatures
from tests.cube.formats.products.miniatures import COLS, FILL, ROWS

EVERY = slice(None)


def apart(path: Path) -> h5py.File:
    """The file once more: HDF5 shares what one process has open."""
    return h5py.File(BytesIO(path.read_bytes()), "r")


def stored(path: Path, name: str) -> np.ndarray:
    with apart(path) as file:
        return np.asarray(file[name])


def code_of(cube) -> int | None:
    return CRS.from_wkt(cube.geo.crs_wkt).to_epsg()


@pytest.mark.parametrize(
    ("write", "product", "variable"),
    [
        (miniatures.emit, "EMIT L2A", "reflectance"),
        (lambda folder: miniatures.emit(folder, "L1B"), "EMIT L1B", "radiance"),
        (miniatures.prisma, "PRISMA L2D", "VNIR+SWIR"),
        (lambda folder: miniatures.prisma(folder, "L2C"), "PRISMA L2C", "VNIR+SWIR"),
        (lambda folder: miniatures.prisma(folder, "L2B"), "PRISMA L2B", "VNIR+SWIR"),
        (lambda folder: miniatures.prisma(folder, "L1"), "PRISMA L1", "VNIR+SWIR"),
        (miniatures.neon, "NEON DP3.30006", "SERC/Reflectance/Reflectance_Data"),
        (miniatures.aviris, "AVIRIS L2A", "reflectance/reflectance"),
        (lambda folder: miniatures.aviris(folder, "radiance"), "AVIRIS L1B", "radiance/radiance"),
        (miniatures.pace_l2, "PACE OCI L2 AOP", "geophysical_data/Rrs"),
        (lambda folder: miniatures.pace_l2(folder, "SFREFL", "rhos"), "PACE OCI L2 SFREFL", "geophysical_data/rhos"),
        (miniatures.pace_l1b, "PACE OCI L1B", "blue+red+SWIR"),
        (miniatures.tanager, "Tanager surface reflectance", "HDFEOS/GRIDS/HYP/Data Fields/surface_reflectance"),
        (lambda folder: miniatures.tanager(folder, quantity="toa_radiance"), "Tanager radiance",
         "HDFEOS/GRIDS/HYP/Data Fields/toa_radiance"),
    ],
)  # fmt: skip
def test_a_product_is_known_and_opens_with_its_scene_unasked(tmp_path: Path, write, product: str, variable: str):
    path = write(tmp_path)
    cube = open_cube(path)
    assert (cube.info.product, cube.info.variable, cube.shape[:2]) == (product, variable, (ROWS, COLS))
    assert not cube.info.units_guessed
    assert len(cube.info.wavelengths) == cube.bands
    title = next(row.title for row in HDF_PRODUCTS if row.name == product)
    assert any(title in note for note in cube.notes)
    first = suggestions(path)[0]
    assert first.variable == variable
    assert np.array_equal(open_cube(path, choice=first).read(), cube.read(), equal_nan=True)


def test_emit_has_the_values_bands_and_no_data_of_its_file(tmp_path: Path):
    path = miniatures.emit(tmp_path)
    cube, right = open_cube(path), stored(path, "reflectance")
    assert np.array_equal(np.isnan(cube.read()), right == FILL)
    assert np.array_equal(cube.read()[right != FILL], right[right != FILL])
    assert cube.info.wavelengths == pytest.approx(stored(path, "sensor_band_parameters/wavelengths"))
    assert cube.info.fwhm == (8.5,) * 20
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [9, 10]
    assert cube.geo.transform is None
    assert any("swath" in note for note in cube.notes)


def test_emit_is_put_on_the_map_by_its_lookup_table_when_asked(tmp_path: Path):
    path = miniatures.emit(tmp_path)
    cube = open_cube(path, variable="reflectance on the map")
    right, (row, col) = stored(path, "reflectance"), miniatures.lookup()
    wanted = np.full((14, 13, 20), np.nan, np.float32)
    for r, c in np.argwhere(row > 0):
        wanted[r, c] = right[row[r, c] - 1, col[r, c] - 1]
    wanted[wanted == FILL] = np.nan
    assert np.array_equal(cube.read(), wanted, equal_nan=True)
    assert np.array_equal(
        cube.read(slice(3, 12, 2), slice(2, 13, 3), [19, 4]), wanted[3:12:2, 2:13:3][:, :, [19, 4]], equal_nan=True
    )
    assert cube.geo.transform == pytest.approx((5.4e-4, 0, -115.9, 0, -5.4e-4, 33.4))
    assert code_of(cube) == 4326
    assert cube.info.wavelengths == open_cube(path).info.wavelengths
    assert np.array_equal(cube.valid_mask(), ~np.isnan(wanted[:, :, 0]))


def test_masks_of_emit_beside_it_take_pixels_out_in_the_swath_and_on_the_map(tmp_path: Path):
    path = miniatures.emit(tmp_path)
    mask = stored(tmp_path / "EMIT_L2A_MASK_001_20241006T165200_2428011_004.nc", "mask")
    clouds, cirrus = mask[:, :, 0] == 1, mask[:, :, 1] == 1
    whole = open_cube(path).valid_mask()
    for names, gone in (
        (("cloud",), clouds),
        (("cloud", "cirrus"), clouds | cirrus),
        (("aggregate",), clouds | cirrus),
    ):
        cube = open_cube(path, quality=names)
        assert np.array_equal(cube.valid_mask(), whole & ~gone)
        assert np.isnan(cube.read()[gone]).all()
        assert cube.info.quality == names
    on_map = open_cube(path, variable="reflectance on the map", quality=("cloud",))
    row, col = miniatures.lookup()
    known = row > 0
    gone = np.zeros(row.shape, bool)
    gone[known] = clouds[row[known] - 1, col[known] - 1]
    assert gone.sum() > 3
    assert not on_map.valid_mask()[gone].any()
    assert np.isnan(on_map.spectrum(*map(int, np.argwhere(gone)[0]))).all()


def test_masks_of_other_versions_are_found_by_their_labels(tmp_path: Path):
    path = miniatures.newer_masks(miniatures.emit(tmp_path))
    names = [layer.name for layer in quality_layers(path)]
    assert names == ["cloud", "cirrus", "water", "dilated-cloud", "spectf-cloud"]
    mask = stored(tmp_path / "EMIT_L2A_MASK_003_20241006T165200.nc", "mask")
    whole = open_cube(path).valid_mask()
    for name, plane in (("cloud", 0), ("dilated-cloud", 3), ("spectf-cloud", 5)):
        assert mask[:, :, plane].any()
        assert np.array_equal(open_cube(path, quality=(name,)).valid_mask(), whole & (mask[:, :, plane] != 1))
    with pytest.raises(HsiError, match="no quality mask “aggregate”"):
        open_cube(path, quality=("aggregate",))


def test_masks_that_are_not_there_are_refused_with_those_that_are(tmp_path: Path):
    path = miniatures.emit(tmp_path, masks=False)
    assert quality_layers(path) == ()
    with pytest.raises(HsiError, match="no quality mask “cloud”"):
        open_cube(path, quality=("cloud",))
    with pytest.raises(HsiError, match="no quality mask “rain”") as caught:
        open_cube(miniatures.tanager(tmp_path), quality=("rain",))
    assert "cloud, cirrus, no-data" in caught.value.hint


def test_a_mask_of_another_size_is_refused(tmp_path: Path):
    path = miniatures.emit(tmp_path)
    with h5py.File(tmp_path / "EMIT_L2A_MASK_001_20241006T165200_2428011_004.nc", "r+") as file:
        del file["mask"]
        file["mask"] = np.zeros((5, 9, 8))
    with pytest.raises(HsiError, match="5 x 9, the scene is 12 x 9"):
        open_cube(path, quality=("cloud",))


@pytest.mark.parametrize(
    ("level", "unit"),
    [("L2D", "reflectance"), ("L2C", "reflectance"), ("L2B", "radiance of level 2"), ("L1", "radiance")],
)
def test_prisma_joins_its_detectors_by_wavelength(tmp_path: Path, level: str, unit: str):
    path = miniatures.prisma(tmp_path, level)
    cube = open_cube(path)
    with apart(path) as file:
        waves = np.concatenate([file.attrs["List_Cw_Vnir"], file.attrs["List_Cw_Swir"]])
        parts = [
            file[f"HDFEOS/SWATHS/PRS_{level}_HCO/Data Fields/{p}_Cube"][()].transpose(0, 2, 1) for p in ("VNIR", "SWIR")
        ]
    values = [
        p.astype(float) / 100 - 0.5 if unit == "radiance" else p * top / 65535
        for p, top in zip(parts, (1.2, 0.9), strict=True)
    ]
    both = np.where(np.concatenate(parts, 2) == 0, 0, np.concatenate(values, 2))
    # Of 943 to 977 nm, which both detectors cover, those of the first are kept.
    swir = np.arange(18) >= 8
    kept = [n for n in np.argsort(waves) if waves[n] > 0 and not (swir[n] and waves[n] <= 972.6)]
    assert cube.info.wavelengths == pytest.approx(waves[kept])
    assert list(cube.info.wavelengths) == sorted(cube.info.wavelengths)
    right = both[:, :, kept].astype(np.float32)
    gone = (right == 0).all(axis=2)
    assert gone.sum() == 2
    assert np.isnan(cube.read()[gone]).all()
    assert np.allclose(cube.read()[~gone], right[~gone], rtol=1e-6)
    assert cube.valid_mask()[3, 3], "a retrieval that failed in one band costs no pixel"
    whole = open_cube(path, variable="VNIR+SWIR with overlap")
    assert whole.bands == 16
    assert list(whole.info.wavelengths) == sorted(waves[waves > 0])
    alone = open_cube(path, variable="SWIR")
    assert (alone.bands, alone.info.fwhm) == (9, (10.5,) * 9)
    assert np.allclose(alone.read()[4:], both[4:, :, 8:][:, :, [8, 7, 6, 5, 4, 3, 2, 1, 0]], rtol=1e-6)


@pytest.mark.parametrize(("centres", "corner"), [(True, (499_985.0, 4_500_015.0)), (False, (500_000.0, 4_500_000.0))])
def test_prisma_lies_where_its_corners_say(tmp_path: Path, centres: bool, corner: tuple[float, float]):
    cube = open_cube(miniatures.prisma(tmp_path, centres=centres))
    assert cube.geo.transform == (30.0, 0.0, corner[0], 0.0, -30.0, corner[1])
    assert code_of(cube) == 32633


def test_stored_cubes_of_prisma_open_by_their_path_as_before(tmp_path: Path):
    path = miniatures.prisma(tmp_path)
    name = "HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/VNIR_Cube"
    cube = open_cube(path, variable=name)
    assert (cube.shape, cube.info.axis_order) == ((ROWS, COLS, 8), "rows,bands,cols")
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [0]
    assert cube.stored(4, 5).tolist() == stored(path, name)[4, :, 5].tolist()
    assert np.allclose(cube.read()[4, 5], stored(path, name)[4, :, 5] * 1.2 / 65535)
    assert cube.geo.transform == open_cube(path).geo.transform
    assert any("a guess" in note for note in cube.notes)


def test_error_matrices_of_prisma_are_masks_and_no_scenes(tmp_path: Path):
    path = miniatures.prisma(tmp_path)
    whole, cube = open_cube(path), open_cube(path, quality=("vnir-errors",))
    gone = whole.valid_mask() & ~cube.valid_mask()
    assert np.argwhere(gone).tolist() == [[4, 5]], "2 says that a value is negative, which is no error of the sensor"
    assert all("ERR" not in choice.variable for choice in suggestions(path)[:6])


def test_neon_is_scaled_placed_and_without_its_windows_of_water(tmp_path: Path):
    path = miniatures.neon(tmp_path)
    cube, right = open_cube(path), stored(path, "SERC/Reflectance/Reflectance_Data")
    assert (cube.info.nodata, cube.info.scale) == (-9999.0, 10_000.0)
    assert np.array_equal(~cube.valid_mask(), (right == -9999).any(axis=2))
    assert np.allclose(cube.read()[4:], right[4:] / 10_000)
    assert cube.geo.transform == (1.0, 0.0, 368_000.0, 0.0, -1.0, 4_307_000.0)
    assert code_of(cube) == 32618
    waves = np.array(cube.info.wavelengths)
    bad = ((waves >= 1340) & (waves <= 1445)) | ((waves >= 1790) & (waves <= 1955))
    assert np.array_equal(cube.info.bad_bands, bad)
    assert cube.info.fwhm == pytest.approx([5.8] * 20)
    weather = stored(path, "SERC/Reflectance/Metadata/Ancillary_Imagery/Weather_Quality_Indicator")
    masked = open_cube(path, quality=("cloud",))
    assert np.array_equal(masked.valid_mask(), cube.valid_mask() & (weather != 3))


def test_aviris_is_what_gdal_reads_of_it(tmp_path: Path):
    path = miniatures.aviris(tmp_path)
    cube = open_cube(path)
    with rasterio.open(f'NETCDF:"{path}":/reflectance/reflectance') as dataset:
        right = dataset.read().transpose(1, 2, 0)
        assert cube.geo.transform == tuple(dataset.transform)[:6]
        assert code_of(cube) == dataset.crs.to_epsg() == 32611
        assert cube.info.nodata == dataset.nodata
    assert np.array_equal(np.isnan(cube.read()), right == FILL)
    assert np.array_equal(cube.read()[right != FILL], right[right != FILL])
    assert cube.info.wavelengths[-1] == 2450.0


def test_radiance_of_aviris_along_the_track_is_put_on_the_map_when_asked(tmp_path: Path):
    path = miniatures.aviris_swath(tmp_path)
    swath = open_cube(path)
    assert (swath.info.product, swath.shape) == ("AVIRIS L1B", (ROWS, COLS, 20))
    assert swath.geo.transform is None
    assert any("swath" in note and "radiance on the map" in note for note in swath.notes)
    cube, right = open_cube(path, variable="radiance on the map"), stored(path, "radiance/radiance").transpose(1, 2, 0)
    row, col = (np.abs(stored(path, f"geolocation_lookup_table/{name}")) for name in ("line", "sample"))
    assert np.array_equal(cube.valid_mask(), row > 0)
    assert np.array_equal(cube.read()[row > 0], right[row[row > 0] - 1, col[row > 0] - 1])
    assert cube.geo.transform == (5.0, 0.0, 400_000.0, 0.0, -5.0, 4_100_000.0)
    assert code_of(cube) == 32612


def test_pace_is_unpacked_masked_by_its_valid_range_and_has_flags(tmp_path: Path):
    path = miniatures.pace_l2(tmp_path)
    cube, right = open_cube(path), stored(path, "geophysical_data/Rrs")
    gone = (right == -32767) | (right > 25_000) | (right < -30_000)
    assert np.array_equal(np.isnan(cube.read()), gone)
    assert np.allclose(cube.read()[~gone], right[~gone] * 2e-6 + 0.05, atol=1e-7)
    assert cube.info.wavelengths == pytest.approx(np.linspace(350, 719, 8))
    flags = stored(path, "geophysical_data/l2_flags")
    for name, bit in (("LAND", 2), ("CLDICE", 512)):
        masked = open_cube(path, quality=(name,))
        assert np.array_equal(masked.valid_mask(), cube.valid_mask() & (flags & bit == 0))


def test_pace_joins_the_bands_of_its_detectors(tmp_path: Path):
    path = miniatures.pace_l1b(tmp_path)
    cube = open_cube(path)
    assert cube.info.wavelengths == (350, 450, 550, 605, 650, 750, 890, 940, 1250, 1615, 2258)
    red, swir = stored(path, "observation_data/rhot_red"), stored(path, "observation_data/rhot_SWIR")
    assert np.array_equal(cube.read()[1:, :, 4], red[1, 1:])
    assert np.array_equal(cube.read()[1:, :, 10], swir[3, 1:])
    assert not cube.valid_mask()[0, 0]
    assert cube.valid_mask().sum() == ROWS * COLS - 1
    whole = open_cube(path, variable="blue+red+SWIR with overlap")
    assert whole.info.wavelengths[3:5] == (600, 605)


def test_tanager_lies_where_its_structure_says_and_swaths_say_that_they_have_no_grid(tmp_path: Path):
    path = miniatures.tanager(tmp_path)
    cube, right = open_cube(path), stored(path, "HDFEOS/GRIDS/HYP/Data Fields/surface_reflectance").transpose(1, 2, 0)
    assert cube.geo.transform == (30.0, 0.0, 570_300.0, 0.0, -30.0, 3_555_450.0)
    assert code_of(cube) == 32613
    assert np.array_equal(cube.read()[3:], right[3:])
    assert np.array_equal(~cube.valid_mask(), right[:, :, 0] == FILL)
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [9, 13]
    assert cube.info.fwhm == (5.5,) * 20
    masked = open_cube(path, quality=("cloud", "cirrus"))
    assert (cube.valid_mask() & ~masked.valid_mask()).sum() == 12
    (tmp_path / "zone").mkdir()
    assert code_of(open_cube(miniatures.tanager(tmp_path / "zone", code=False))) == 32613, "by the zone"
    basic = open_cube(miniatures.tanager(tmp_path, basic=True))
    assert basic.geo.transform is None
    assert any("swath" in note for note in basic.notes)


@pytest.mark.parametrize(
    ("write", "array", "bands_first", "unpacked"),
    [
        (lambda folder: miniatures.emit(folder, "L1B"), "radiance", False, lambda v: np.where(v == FILL, np.nan, v)),
        (lambda folder: miniatures.aviris(folder, "radiance"), "radiance/radiance", True,
         lambda v: np.where(v == FILL, np.nan, v)),
        (lambda folder: miniatures.pace_l2(folder, "SFREFL", "rhos"), "geophysical_data/rhos", False,
         lambda v: np.where((v < -30_000) | (v > 25_000), np.nan, v * 2e-6 + 0.05)),
        (lambda folder: miniatures.tanager(folder, quantity="toa_radiance"),
         "HDFEOS/GRIDS/HYP/Data Fields/toa_radiance", True, lambda v: np.where(v == FILL, np.nan, v)),
    ],
    ids=["EMIT L1B", "AVIRIS L1B on a map", "PACE SFREFL", "Tanager radiance"],
)  # fmt: skip
def test_products_that_are_read_as_others_have_the_values_of_their_files(
    tmp_path: Path, write, array: str, bands_first: bool, unpacked
):
    path = write(tmp_path)
    right = stored(path, array).astype(np.float64)
    cube, right = open_cube(path), unpacked(right.transpose(1, 2, 0) if bands_first else right)
    assert np.allclose(cube.read(), right, atol=1e-7, equal_nan=True)
    assert np.array_equal(cube.valid_mask(), ~np.isnan(right[:, :, cube.good_bands]).any(axis=2))
    if "AVIRIS" in cube.info.product:
        with rasterio.open(f'NETCDF:"{path}":/{array}') as dataset:
            assert cube.geo.transform == tuple(dataset.transform)[:6]
            assert code_of(cube) == dataset.crs.to_epsg()
    elif "Tanager" in cube.info.product:
        assert cube.geo.transform == (30.0, 0.0, 570_300.0, 0.0, -30.0, 3_555_450.0)
    else:
        assert cube.geo.transform is None
        assert any("swath" in note for note in cube.notes)


def test_made_scenes_are_listed_and_only_read_with_their_own_axes(tmp_path: Path):
    path = miniatures.prisma(tmp_path)
    listed = {array.name: array.shape for array in list_arrays(path)}
    assert listed["VNIR+SWIR"] == (ROWS, COLS, 14)
    assert listed["HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/VNIR_Cube"] == (ROWS, 8, COLS)
    with pytest.raises(HsiError, match="rows x columns x bands"):
        open_cube(path, choice=ImportChoice("VNIR+SWIR", "bands,rows,cols"))


def test_a_product_without_its_band_lists_still_opens_or_is_refused_in_words(tmp_path: Path):
    path = miniatures.prisma(tmp_path)
    with h5py.File(path, "r+") as file:
        del file.attrs["List_Cw_Vnir"]
    with pytest.raises(HsiError) as caught:
        open_cube(path)
    assert caught.value.hint


def test_no_row_is_without_a_miniature(tmp_path: Path):
    assert {open_cube(path).info.product for path in miniatures.write_all(tmp_path)} | {"PRISMA L2B"} == {
        row.name for row in HDF_PRODUCTS
    }


@pytest.mark.parametrize(
    ("key", "value", "placed"),
    [("Epsg_Code", np.nan, True), ("Epsg_Code", 1e18, True), ("Product_ULcorner_easting", np.inf, False)],
)
def test_a_place_that_makes_no_sense_costs_the_place_and_not_the_scene(tmp_path: Path, key: str, value, placed: bool):
    path = miniatures.prisma(tmp_path)
    with h5py.File(path, "r+") as file:
        file.attrs[key] = np.float64(value)
    cube = open_cube(path)
    assert (cube.geo.transform is not None) == placed
    assert cube.geo.crs_wkt is None


@pytest.mark.parametrize("top", [np.inf, np.nan, -1.0, 1e30])
def test_a_scale_that_makes_no_sense_leaves_stored_numbers(tmp_path: Path, top: float):
    path = miniatures.prisma(tmp_path)
    with h5py.File(path, "r+") as file:
        file.attrs["L2ScaleVnirMax"] = np.float32(top)
    cube = open_cube(path, variable="VNIR")
    right = stored(path, "HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/VNIR_Cube")[4, :, 5]
    assert sorted(cube.read()[4, 5].tolist()) == sorted(right[1:].tolist())


def test_every_row_names_its_sources_and_what_it_rests_on():
    assert len({row.name for row in HDF_PRODUCTS}) == len(HDF_PRODUCTS)
    for row in HDF_PRODUCTS:
        assert row.sources, row.name
        assert row.rests_on in (DOCUMENT, REAL_LISTING), row.name
