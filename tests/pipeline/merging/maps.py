"""Small maps with their outcomes, as jobs of an array leave them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.pipeline.outcomes import FAILED, MADE, CubeOutcome, Outcomes
from hsigui.report.class_tiffs import write_class_tiff

CLASSES = ClassTable((ClassInfo(1, "Corn", (200, 180, 0)), ClassInfo(2, "Bare soil", (120, 80, 40)),
                      ClassInfo(4, "Water", (0, 60, 200))))  # fmt: skip


def wkt(code: int = 32633) -> str:
    from rasterio.crs import CRS

    return CRS.from_epsg(code).to_wkt()


def at(left: float, top: float, side: float = 10.0, code: int = 32633) -> Geo:
    """The place of a map whose corner lies so many metres east and south of a point in Bohemia."""
    return Geo((side, 0.0, 468_000.0 + left, 0.0, -side, 5_541_000.0 - top), wkt(code))


def numbers(seed: int, shape: tuple[int, int] = (6, 8)) -> np.ndarray:
    return np.random.default_rng(seed).choice([0, 1, 2, 4], size=shape).astype(np.uint16)


def note(folder: Path, cube: Path, map_path: Path | None, message: str = "", when: float | None = None) -> None:
    """Writes what became of a cube, as `hsigui classify --out-dir` does."""
    outcomes = Outcomes(folder / "outcomes.csv")
    map_path = map_path or folder / f"{cube.stem}-map.tif"
    made = CubeOutcome(str(cube), FAILED if message else MADE, "" if message else str(map_path), message=message)
    outcomes.note(made, map_path)
    outcomes.write_table()
    if when is not None:
        for file, line in outcomes.by_file():
            if line.cube == str(cube):
                os.utime(file, (when, when))


def add(
    folder: Path, name: str, array: np.ndarray, geo: Geo | None, classes: ClassTable = CLASSES, suffix: str = ".tif"
) -> Path:
    """Writes a map and its outcome into a folder; returns the map."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-map{suffix}"
    if suffix == ".tif":
        write_class_tiff(path, array, classes, geo)
    else:
        write_classes(path, array, classes, geo)
    note(folder, folder.parent / f"{name}.hdr", path)
    return path
