"""Small products of GeoTIFFs with the XML file and the quality layers that lie beside the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio import Affine

ROWS, COLS = 12, 9
CENTERS = {"VNIR": (418.4, 500.0, 700.0, 993.0), "SWIR": (902.3, 1200.0, 1650.0, 2200.0, 2445.5)}


def write(path: Path, array: np.ndarray, nodata: float | None = None) -> Path:
    """A GeoTIFF of bands x rows x cols, in UTM zone 33."""
    with rasterio.open(
        path, "w", driver="GTiff", width=array.shape[2], height=array.shape[1], count=array.shape[0], nodata=nodata,
        dtype=array.dtype, crs="EPSG:32633", transform=Affine(30, 0, 500_000, 0, -30, 4_500_000),
    ) as dataset:  # fmt: skip
        dataset.write(array)
    return path


def samples(bands: int) -> np.ndarray:
    """Bands x rows x cols int16; -32768 in the first pixels."""
    found = (np.random.default_rng(bands).random((bands, ROWS, COLS)) * 9000).astype(np.int16)
    found[:, 0, :3] = -32768
    return found


def enmap(folder: Path, level: str = "L2A", cog: bool = False) -> Path:
    """EnMAP's spectral image, its metadata, and layers of clouds, cirrus and classes; the file to open."""
    stem = f"ENMAP01-____{level}-DT0000004950_20221103T162438Z_001_V010110_20221118T145147Z"
    tail = "_COG.TIF" if cog else ".TIF"
    bands = [*CENTERS["VNIR"], *CENTERS["SWIR"]]
    gains = [1e-4 if level == "L2A" else 1e-5 * (1 + n) for n in range(len(bands))]
    entries = "".join(
        f'<bandID number="{n}"><wavelengthCenterOfBand>{w}</wavelengthCenterOfBand><FWHMOfBand>6.5</FWHMOfBand>'
        f"<GainOfBand>{g}</GainOfBand><OffsetOfBand>0</OffsetOfBand></bandID>"
        for n, (w, g) in enumerate(zip(bands, gains, strict=True), start=1)
    )
    described = f"<level_X><specific><bandCharacterisation>{entries}</bandCharacterisation></specific></level_X>"
    (folder / f"{stem}-METADATA.XML").write_text(described)
    nodata = -32768 if level == "L2A" else None
    if level == "L1B":
        for detector, centers in CENTERS.items():
            image = write(folder / f"{stem}-SPECTRAL_IMAGE_{detector}{tail}", samples(len(centers)))
    else:
        image = write(folder / f"{stem}-SPECTRAL_IMAGE{tail}", samples(len(bands)), nodata)
    cloud, classes = np.zeros((1, ROWS, COLS), np.uint8), np.ones((1, ROWS, COLS), np.uint8)
    cloud[0, 4:6, 2:5], classes[0, 0, :3], classes[0, 9, 7] = 1, 3, 2
    cirrus = np.zeros((1, ROWS, COLS), np.uint8)
    cirrus[0, 8, 8] = 3
    for layer, array in (("CLOUD", cloud), ("CLASSES", classes), ("CIRRUS", cirrus)):
        write(folder / f"{stem}-QL_QUALITY_{layer}{tail}", array)
    return image


def desis(folder: Path, level: str = "L2A") -> Path:
    """DESIS' spectral image, its metadata and its quality layers; the file to open."""
    stem = f"DESIS-HSI-{level}-DT0380132796_001-20190901T102051-V0210"
    bands = np.linspace(402, 999, 8)
    entries = "".join(
        f"<band><bandNumber>{n}</bandNumber><gainOfBand>{1e-4 if level == 'L2A' else 1e-5 * (1 + n)}</gainOfBand>"
        f"<offsetOfBand>{0 if level == 'L2A' else n}</offsetOfBand><wavelengthCenterOfBand>{w}</wavelengthCenterOfBand>"
        "<wavelengthWidthOfBand>3.5</wavelengthWidthOfBand></band>"
        for n, w in enumerate(bands)
    )
    (folder / f"{stem}-METADATA.xml").write_text(
        "<hsi_doc><specific>"
        "<interiorOrientation><band><bandNumber>1</bandNumber></band></interiorOrientation>"
        f"<bandCharacterisation>{entries}</bandCharacterisation></specific></hsi_doc>"
    )
    layers = np.zeros((10, ROWS, COLS), np.uint8)
    layers[0, 3, 3], layers[5, 4:6, 2:5], layers[7, 9, :4] = 1, 1, 1
    write(folder / f"{stem}-QL_QUALITY-2.tif", layers)
    return write(folder / f"{stem}-SPECTRAL_IMAGE.tif", samples(8), -32768)


def hyperion(folder: Path, numbers: tuple[int, ...] = (5, 8, 30, 57, 70, 71, 77, 150, 224)) -> Path:
    """Some of Hyperion's 242 files of one band each; that of the third to open."""
    array = (samples(len(numbers)) * 1.0).clip(1).astype(np.int16)
    array[:, 0, :3] = 0
    paths = [
        write(folder / f"EO1H0420342016268110PF_B{number:03d}_L1T.TIF", plane[None])
        for number, plane in zip(numbers, array, strict=True)
    ]
    return paths[min(2, len(paths) - 1)]
