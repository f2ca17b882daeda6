"""How quickly a map and a file of parcels become a table, beside a loop over the parcels by rasterio.

    python tests/benchmarks/zones.py --json [--side 5000] [--zones 5000] [--corners 60]

Prints one JSON object; seconds of processor time. The parcels overlap, are in degrees, and the map in UTM.

- `read_s`: from the file to the pixels of zones, by centres, and by the shares that they cover.
- `count_s`: areas of 12 classes in these zones, in hectares of each pixel's own size.
- `loop_s`: the same pixels by `rasterio.features.rasterize` of each parcel in its box and `numpy.bincount`, of polygons
  that were read and brought to the map before; `equal`: whether all counts are the same.
- `save_s`: the tables in each format. `statistics_s`: of four bands of the map's size, with percentiles.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyogrio.raw import write
from pyproj import CRS, Transformer
from rasterio.features import rasterize

from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.measured import LayerValues
from hsigui.cube.cube import Geo
from hsigui.jobs import quiet
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats import wkb
from hsigui.pipeline.zone_measures import Named, statistics_tables
from hsigui.pipeline.zone_tables import CountedMap, ZonesAsked, area_tables

UTM = 32633
TRANSFORM = (10.0, 0.0, 500_000.0, 0.0, -10.0, 5_300_000.0)
CLASSES = 12


def parcels(path: Path, side: int, count: int, corners: int) -> list[NDArray[np.float64]]:
    """Writes parcels in degrees; gives them in pixels of the map."""
    rng, degrees = np.random.default_rng(0), Transformer.from_crs(UTM, 4326, always_xy=True)
    found = []
    for _ in range(count):
        angle = (np.arange(corners) + 0.8 * rng.random(corners)) * 2 * np.pi / corners
        reach = 35 * (0.6 + 0.4 * rng.random(corners))
        ring = rng.random(2) * side + np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
        found.append(np.concatenate([ring, ring[:1]]))
    placed = [degrees.transform(500_000 + 10 * ring[:, 0], 5_300_000 - 10 * ring[:, 1]) for ring in found]
    geometries = np.array([wkb.encoded([np.stack(pair, axis=1)]) for pair in placed], dtype=object)
    names = np.array([f"P{n:05d}" for n in range(count)], dtype=object)
    write(path, geometries, [names], ["parcel"], driver="GPKG", geometry_type="Polygon", crs="EPSG:4326")
    return found


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of a work, and what it gave."""
    begun = time.process_time()
    found = work()
    return round(time.process_time() - begun, 3), found


def by_loop(numbers: NDArray[np.uint16], rings: list[NDArray[np.float64]]) -> NDArray[np.int64]:
    """Pixels of each class in each parcel, parcels x classes."""
    counts = np.zeros((len(rings), CLASSES + 1), dtype=np.int64)
    for n, ring in enumerate(rings):
        left, top = np.clip(np.floor(ring.min(axis=0)), 0, numbers.shape[::-1]).astype(int)
        right, bottom = np.clip(np.ceil(ring.max(axis=0)), 0, numbers.shape[::-1]).astype(int)
        if left < right and top < bottom:
            moved = {"type": "Polygon", "coordinates": [(ring - (left, top)).tolist()]}
            inside = rasterize([(moved, 1)], out_shape=(bottom - top, right - left)) > 0
            counts[n] = np.bincount(numbers[top:bottom, left:right][inside], minlength=CLASSES + 1)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON, which it does anyway")
    parser.add_argument("--side", type=int, default=5000)
    parser.add_argument("--zones", type=int, default=5000)
    parser.add_argument("--corners", type=int, default=60)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    numbers = rng.integers(1, CLASSES + 1, (asked.side, asked.side)).astype(np.uint16)
    geo = Geo(TRANSFORM, CRS.from_epsg(UTM).to_wkt())
    of = CountedMap("map", numbers, ClassTable.for_numbers(range(1, CLASSES + 1)), geo, numbers > 0)
    with tempfile.TemporaryDirectory() as folder:
        rings = parcels(Path(folder) / "parcels.gpkg", asked.side, asked.zones, asked.corners)
        told: dict[str, Any] = {"read_s": {}, "count_s": {}, "save_s": {}}
        tables, zones = None, None
        for rule, by_share in (("share", True), ("centre", False)):
            file = ZonesAsked(Path(folder) / "parcels.gpkg", "parcel", by_share=by_share)
            told["read_s"][rule], zones = seconds(lambda file=file: file.read(of.grid))
            told["count_s"][rule], tables = seconds(lambda zones=zones: area_tables(of, zones, quiet()))
        assert tables is not None
        assert zones is not None
        told["loop_s"], counts = seconds(lambda: by_loop(numbers, rings))
        told["equal"] = bool((counts[:, 1:] == tables.areas.by_zone.pixels[:, :CLASSES]).all())
        for suffix in ("csv", "xlsx", "gpkg", "json"):
            path = Path(folder) / f"out.{suffix}"
            told["save_s"][suffix] = seconds(lambda path=path: tables.save(path))[0]
        stack = rng.random((asked.side, asked.side, 4), dtype=np.float32)
        layer = Layer("bands", LayerRecipe("pca"), stack, ("1", "2", "3", "4"))
        measured = (Named("bands", LayerValues(layer)),)
        told["statistics_s"] = seconds(lambda: statistics_tables(measured, zones, quiet()))[0]
    print(json.dumps({**vars(asked), **told}))


if __name__ == "__main__":
    main()
