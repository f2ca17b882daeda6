"""Small files with the layout of products in HDF5 and NetCDF 4, after listings and documents of the real ones.

`python -m tests.cube.formats.products.miniatures FOLDER` writes all of them. Sizes are 12 x 9 pixels unless a name says
otherwise; samples are random, so that no two of a file are alike.
"""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np

from hsigui.cube.formats.envi_geo import geographic_wkt, utm_wkt

ROWS, COLS = 12, 9
FILL = -9999.0


def samples(bands: int, seed: int = 0) -> np.ndarray:
    """Rows x cols x bands float32 from 0 to 1."""
    return np.random.default_rng(seed).random((ROWS, COLS, bands), dtype=np.float32)


def emit(folder: Path, level: str = "L2A", masks: bool = True) -> Path:
    """EMIT's reflectance or radiance, and its masks beside it: a lookup table to a map of 14 x 13 pixels."""
    quantity, product = ("reflectance", "RFL") if level == "L2A" else ("radiance", "RAD")
    path = folder / f"EMIT_{level}_{product}_001_20241006T165200_2428011_004.nc"
    cube = samples(20)
    cube[0, 0] = FILL
    with h5py.File(path, "w") as file:
        array = file.create_dataset(quantity, data=cube, chunks=(4, 9, 20), compression="gzip")
        array.attrs["_FillValue"] = np.array([FILL], np.float32)
        array.attrs["units"] = "unitless" if level == "L2A" else "uW/cm^2/SR/nm"
        bands = file.create_group("sensor_band_parameters")
        bands["wavelengths"] = np.linspace(381, 2492, 20).astype(np.float32)
        bands["wavelengths"].attrs["units"] = "nm"
        bands["fwhm"] = np.full(20, 8.5, np.float32)
        if level == "L2A":
            good = np.ones(20, np.uint8)
            good[[9, 10]] = 0
            bands["good_wavelengths"] = good
        row, col = lookup()
        for name, values in (("glt_x", col), ("glt_y", row)):
            file[f"location/{name}"] = values
        for name, start in (("lat", 33.0), ("lon", -115.0)):
            file[f"location/{name}"] = start + np.arange(ROWS * COLS, dtype=float).reshape(ROWS, COLS) * 1e-4
        file.attrs["title"] = f"EMIT {level} 60 m V001"
        file.attrs["spatial_ref"] = geographic_wkt()
        file.attrs["geotransform"] = np.array([-115.9, 5.4e-4, -0.0, 33.4, -0.0, -5.4e-4])
    if masks:
        _emit_masks(folder)
    return path


def lookup() -> tuple[np.ndarray, np.ndarray]:
    """Row and column tables of 14 x 13 pixels that turn the swath a little; 0 where there is none."""
    row, col = np.mgrid[0:14, 0:13]
    at_row, at_col = row - (col // 4), col + (row // 5) - 2
    inside = (at_row >= 0) & (at_row < ROWS) & (at_col >= 0) & (at_col < COLS)
    return np.where(inside, at_row + 1, 0).astype(np.int32), np.where(inside, at_col + 1, 0).astype(np.int32)


def newer_masks(path: Path) -> Path:
    """A granule of version 002 with its masks of version 003, which have other layers; the granule's file."""
    renamed = path.rename(path.with_name("EMIT_L2A_RFL_002_20241006T165200.nc"))
    old = renamed.with_name("EMIT_L2A_MASK_001_20241006T165200_2428011_004.nc")
    with h5py.File(old, "r+") as file:
        names = ["Cloud Flag", "Cirrus Flag", "Water  Flag", "Dilated Cloud Flag", "SpecTf-Cloud Probability",
                 "SpecTf-Cloud Flag", "SpecTf-Buffer Distance"]  # fmt: skip
        mask = file["mask"][:, :, :7]
        mask[:, :, 3:] = 0
        mask[7, :4, 3], mask[8, :3, 5] = 1, 1
        del file["mask"], file["sensor_band_parameters/mask_bands"]
        file["mask"], file["sensor_band_parameters/mask_bands"] = mask, np.array(names, dtype=object)
    old.rename(old.with_name("EMIT_L2A_MASK_003_20241006T165200.nc"))
    return renamed


def _emit_masks(folder: Path) -> None:
    mask = np.zeros((ROWS, COLS, 8), np.float32)
    mask[2:4, 3:6, 0] = 1
    mask[5, 5, 1] = 1
    mask[:, :, 5] = 0.3
    mask[2:4, 3:6, 7] = mask[5, 5, 7] = 1
    with h5py.File(folder / "EMIT_L2A_MASK_001_20241006T165200_2428011_004.nc", "w") as file:
        file["mask"] = mask
        names = ["Cloud flag", "Cirrus flag", "Water flag", "Spacecraft Flag", "Dilated Cloud Flag", "AOD550",
                 "H2O (g cm-2)", "Aggregate Flag"]  # fmt: skip
        file["sensor_band_parameters/mask_bands"] = np.array(names, dtype=object)


def prisma(folder: Path, level: str = "L2D", centres: bool = True) -> Path:
    """PRISMA's two detectors, bands in the middle and from long to short waves, which overlap from 943 to 977 nm."""
    path = folder / f"PRS_{level}_STD_20200627102334_20200627102339_0001.he5"
    vnir = (samples(8) * 60_000 + 1).astype(np.uint16)
    swir = (samples(10, 1) * 60_000 + 1).astype(np.uint16)
    vnir[0, :2] = swir[0, :2] = 0  # beside the strip
    swir[3, 3, 4] = 0  # a retrieval that failed in one band
    with h5py.File(path, "w") as file:
        fields = file.create_group(f"HDFEOS/SWATHS/PRS_{level}_HCO/Data Fields")
        fields["VNIR_Cube"], fields["SWIR_Cube"] = vnir.transpose(0, 2, 1), swir.transpose(0, 2, 1)
        kind = "PIXEL_SAT_ERR_MATRIX" if level == "L1" else "PIXEL_L2_ERR_MATRIX"
        for name, bands in (("VNIR", 8), ("SWIR", 10)):
            errors = np.zeros((ROWS, bands, COLS), np.uint8)
            errors[4, 2, 5] = 1
            errors[6, 3, 1] = 2
            fields[f"{name}_{kind}"] = errors
        file[f"HDFEOS/SWATHS/PRS_{level}_PCO/Data Fields/Cube"] = np.ones((72, 54), np.uint16)
        places = file.create_group(f"HDFEOS/SWATHS/PRS_{level}_HCO/Geolocation Fields")
        for name in ("Latitude", "Longitude") if level != "L1" else ("Latitude_VNIR", "Longitude_VNIR"):
            places[name] = np.ones((ROWS, COLS), np.float32)
        said = file.attrs
        said["Processing_Level"] = level.removeprefix("L")
        said["List_Cw_Vnir"] = np.array([0, 972.6, 951.4, 908.7, 812.6, 679.5, 546.5, 402.5], np.float32)
        said["List_Cw_Vnir_Flags"] = np.array([0, *[1] * 7], np.uint8)
        said["List_Fwhm_Vnir"] = np.array([0, *[12.5] * 7], np.float32)
        said["List_Cw_Swir"] = np.array(
            [2496.9, 2290.6, 2044.4, 1793.7, 1533.6, 1284.3, 1037.8, 959.5, 943.0, 0], np.float32
        )
        said["List_Cw_Swir_Flags"] = np.array([*[1] * 9, 0], np.uint8)
        said["List_Fwhm_Swir"] = np.array([*[10.5] * 9, 0], np.float32)
        _prisma_scale_and_place(said, level, centres)
    return path


def _prisma_scale_and_place(said: h5py.AttributeManager, level: str, centres: bool) -> None:
    for part, low, high in (("Vnir", 0.0, 1.2), ("Swir", 0.0, 0.9)):
        if level == "L1":
            said[f"ScaleFactor_{part}"], said[f"Offset_{part}"] = np.float32(100), np.float32(0.5)
        else:
            said[f"L2Scale{part}Min"], said[f"L2Scale{part}Max"] = np.float32(low), np.float32(high)
    if level == "L2D":
        said["Epsg_Code"] = np.int64(32633)
        last = 1 if centres else 0
        said["Product_ULcorner_easting"], said["Product_ULcorner_northing"] = np.float32(500_000), np.float32(4.5e6)
        said["Product_LRcorner_easting"] = np.float32(500_000 + 30 * (COLS - last))
        said["Product_LRcorner_northing"] = np.float32(4.5e6 - 30 * (ROWS - last))


def neon(folder: Path) -> Path:
    """A tile of NEON's airborne spectrometer: attributes of its own spelling, place and wavelengths in groups."""
    path = folder / "NEON_D02_SERC_DP3_368000_4306000_reflectance.h5"
    cube = (samples(20) * 12_000).astype(np.int16)
    cube[:2, :3] = -9999
    with h5py.File(path, "w") as file:
        group = file.create_group("SERC/Reflectance")
        group.attrs["Band_Window_1_Nanometers"] = np.array([1340, 1445])
        group.attrs["Band_Window_2_Nanometers"] = np.array([1790, 1955])
        array = group.create_dataset("Reflectance_Data", data=cube)
        array.attrs["Data_Ignore_Value"], array.attrs["Scale_Factor"] = -9999.0, 10_000.0
        array.attrs["Dimension_Labels"] = "Line, Sample, Wavelength"
        group["Metadata/Spectral_Data/Wavelength"] = np.linspace(400, 2450, 20).astype(np.float32)
        group["Metadata/Spectral_Data/Wavelength"].attrs["Units"] = "nanometers"
        group["Metadata/Spectral_Data/FWHM"] = np.full(20, 5.8, np.float32)
        place = group.create_group("Metadata/Coordinate_System")
        place["EPSG Code"] = "32618"
        place["Coordinate_System_String"] = utm_wkt(18)
        place["Map_Info"] = (
            "UTM,  1.000,  1.000,       368000.00,       4307000.0,       1.0000000,       1.0000000,  18,  North,  "
            "WGS-84,  units=Meters, 0"
        )
        layers = group.create_group("Metadata/Ancillary_Imagery")
        weather = np.ones((ROWS, COLS), np.uint8)
        weather[8:, 4:] = 3
        weather[0, 8] = 2
        layers["Weather_Quality_Indicator"], layers["Slope"] = weather, np.zeros((ROWS, COLS), np.float32)
    return path


def aviris(folder: Path, quantity: str = "reflectance") -> Path:
    """AVIRIS in NetCDF: bands first, a grid mapping with GDAL's words, coordinates of pixel centres. Radiance is on a
    map already, as some versions have it; `aviris_swath` is not."""
    path = folder / f"AV320231008t160521_{'L2A_OE_RFL' if quantity == 'reflectance' else 'L1B_RDN'}_ORT.nc"
    cube = samples(20).transpose(2, 0, 1).copy()
    cube[:, 0, 0] = FILL
    with h5py.File(path, "w") as file:
        file.attrs["Conventions"] = "CF-1.6"
        x = file.create_dataset("easting", data=400_002.5 + 5.0 * np.arange(COLS))
        y = file.create_dataset("northing", data=4_099_997.5 - 5.0 * np.arange(ROWS))
        x.attrs["standard_name"], y.attrs["standard_name"] = "projection_x_coordinate", "projection_y_coordinate"
        array = file.create_dataset(f"{quantity}/{quantity}", data=cube)
        array.attrs["_FillValue"], array.attrs["grid_mapping"] = np.float32(FILL), "transverse_mercator"
        waves = file.create_dataset(f"{quantity}/wavelength", data=np.linspace(400, 2450, 20).astype(np.float32))
        waves.attrs["units"] = "nanometers"
        file[f"{quantity}/fwhm"] = np.full(20, 7.4, np.float32)
        for scale, name in ((x, "easting"), (y, "northing"), (waves, "wavelength")):
            scale.make_scale(name)
        for axis, scale in enumerate((waves, y, x)):
            array.dims[axis].attach_scale(scale)
        mapping = file.create_dataset("transverse_mercator", data=np.bytes_(b""))
        mapping.attrs["GeoTransform"] = "400000.0 5.0 0.0 4100000.0 0.0 -5.0"
        mapping.attrs["spatial_ref"] = utm_wkt(11)
    return path


def aviris_swath(folder: Path) -> Path:
    """AVIRIS-5 level 1B: radiance along the track, a lookup table with filled pixels below 0, the grid of the map."""
    path = folder / "AV520250508t173511_000_L1B_RDN_1032338f_RDN.nc"
    row, col = lookup()
    filled = (row > 0) & (np.indices(row.shape).sum(axis=0) % 5 == 0)
    with h5py.File(path, "w") as file:
        array = file.create_dataset("radiance/radiance", data=samples(20).transpose(2, 0, 1))
        array.attrs["_FillValue"], array.attrs["grid_mapping"] = np.float32(FILL), "transverse_mercator"
        file["radiance/wavelength"] = np.linspace(381.8, 2499.7, 20)
        file["radiance/fwhm"] = np.full(20, 5.6, np.float32)
        file["geolocation_lookup_table/sample"] = np.where(filled, -col, col)
        file["geolocation_lookup_table/line"] = np.where(filled, -row, row)
        file["easting"] = 400_002.5 + 5.0 * np.arange(row.shape[1])
        file["northing"] = 4_099_997.5 - 5.0 * np.arange(row.shape[0])
        mapping = file.create_dataset("transverse_mercator", data=np.bytes_(b""))
        mapping.attrs["GeoTransform"], mapping.attrs["spatial_ref"] = "400000.0 5.0 0.0 4100000.0 0.0 -5.0", utm_wkt(12)
    return path


def pace_l2(folder: Path, suite: str = "AOP", quantity: str = "Rrs") -> Path:
    """PACE OCI level 2, such as remote sensing reflectance: packed, with flags of many bits."""
    path = folder / f"PACE_OCI.20240801T180000.L2.{suite}.V3_0.nc"
    stored = (samples(8) * 20_000 - 5_000).astype(np.int16)
    stored[0, 0], stored[1, 1, 3] = -32767, 25_001
    with h5py.File(path, "w") as file:
        file.attrs["title"], file.attrs["instrument"] = f"OCI Level-2 Data {suite}", "OCI"
        for name in (quantity, f"{quantity}_unc"):
            array = file.create_dataset(f"geophysical_data/{name}", data=stored)
            array.attrs["_FillValue"] = np.int16(-32767)
            array.attrs["scale_factor"], array.attrs["add_offset"] = np.float32(2e-6), np.float32(0.05)
            array.attrs["valid_min"], array.attrs["valid_max"] = np.int16(-30_000), np.int16(25_000)
        flags = np.zeros((ROWS, COLS), np.int32)
        flags[3, :4], flags[7, 7] = 2, 512 + 2
        layer = file.create_dataset("geophysical_data/l2_flags", data=flags)
        layer.attrs["flag_masks"] = np.array([1, 2, 512], np.int32)
        layer.attrs["flag_meanings"] = "ATMFAIL LAND CLDICE"
        file["sensor_band_parameters/wavelength_3d"] = np.linspace(350, 719, 8)
        file["sensor_band_parameters/wavelength"] = np.linspace(315, 2258, 30)
        file["navigation_data/latitude"] = np.ones((ROWS, COLS), np.float32)
        file["navigation_data/longitude"] = np.ones((ROWS, COLS), np.float32)
    return path


def pace_l1b(folder: Path) -> Path:
    """PACE OCI level 1B: three arrays of bands, which overlap from 590 to 610 nm."""
    path = folder / "PACE_OCI.20240801T180000.L1B.V3.nc"
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "PACE OCI Level-1B Data"
        waves = {
            "blue": [350, 450, 550, 605], "red": [600, 650, 750, 890], "SWIR": [940, 1250, 1615, 2258],
        }  # fmt: skip
        for seed, (colour, centers) in enumerate(waves.items()):
            cube = samples(4, seed).transpose(2, 0, 1).copy()
            cube[:, 0, 0] = -32767
            array = file.create_dataset(f"observation_data/rhot_{colour}", data=cube)
            array.attrs["_FillValue"] = np.float32(-32767)
            file[f"sensor_band_parameters/{colour}_wavelength"] = np.array(centers, np.float32)
        file["geolocation_data/latitude"] = np.ones((ROWS, COLS), np.float32)
    return path


def tanager(folder: Path, basic: bool = False, code: bool = True, quantity: str = "surface_reflectance") -> Path:
    """Tanager: band lists are attributes of the array, the grid is in the structure metadata of HDF-EOS."""
    kind = "sr" if quantity == "surface_reflectance" else "radiance"
    path = folder / f"20250516_164837_16_4001_{'basic' if basic else 'ortho'}_{kind}_hdf5.h5"
    kind = "SWATHS" if basic else "GRIDS"
    cube = samples(20).transpose(2, 0, 1).copy()
    cube[:, :2, 0] = FILL
    with h5py.File(path, "w") as file:
        fields = file.create_group(f"HDFEOS/{kind}/HYP/Data Fields")
        array = fields.create_dataset(quantity, data=cube)
        array.attrs["_FillValue"], array.attrs["Unit"] = np.float32(FILL), "unitless"
        array.attrs["wavelengths"], array.attrs["fwhm"] = np.linspace(376.4, 2499, 20), np.full(20, 5.5)
        good = np.ones(20, np.int64)
        good[[9, 13]] = 0
        array.attrs["good_wavelengths"] = good
        fields[f"{quantity}_uncertainty"] = cube
        for name, rows in (
            ("beta_cloud_mask", slice(4, 6)),
            ("beta_cirrus_mask", slice(5, 8)),
            ("nodata_pixels", slice(2)),
        ):
            mask = np.zeros((ROWS, COLS), np.uint32)
            mask[rows, :3] = 1
            fields[name] = mask
        if basic:
            file["HDFEOS/SWATHS/HYP/Geolocation Fields/Latitude"] = np.ones((ROWS, COLS))
        else:
            file["HDFEOS/GRIDS/HYP"].attrs["strip_id"] = "20250516_164837_00"
            if code:
                file["HDFEOS/GRIDS/HYP"].attrs["epsg_code"] = 32613
            file["HDFEOS INFORMATION/StructMetadata.0"] = np.bytes_(_STRUCTURE)
    return path


_STRUCTURE = f"""GROUP=SwathStructure
END_GROUP=SwathStructure
GROUP=GridStructure
\tGROUP=GRID_1
\t\tGridName="HYP"
\t\tXDim={COLS}
\t\tYDim={ROWS}
\t\tUpperLeftPointMtrs=(570300.00,3555450.00)
\t\tLowerRightMtrs=({570300 + 30 * COLS}.00,{3555450 - 30 * ROWS}.00)
\t\tProjection=HE5_GCTP_UTM
\t\tZoneCode=13
\t\tSphereCode=12
\t\tPixelRegistration=HE5_HDFE_CORNER
\t\tGridOrigin=HE5_HDFE_GD_UL
\tEND_GROUP=GRID_1
END_GROUP=GridStructure
""".encode()


def write_all(folder: Path) -> list[Path]:
    """All of them, each level of a product once."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        emit(folder), emit(folder, "L1B"), prisma(folder), prisma(folder, "L2C"), prisma(folder, "L1"), neon(folder),
        aviris(folder), aviris(folder, "radiance"), aviris_swath(folder), pace_l2(folder),
        pace_l2(folder, "SFREFL", "rhos"), pace_l1b(folder), tanager(folder), tanager(folder, basic=True),
        tanager(folder, quantity="toa_radiance"),
    ]  # fmt: skip


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
