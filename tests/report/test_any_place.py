"""Any transform in any of ten coordinate systems: every writer puts a map where it is, or refuses it.

HSIGUI_EXAMPLES is how many places are tried; few by default, because each is written in every format.
"""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsigui.cube.areas import pixel_areas
from hsigui.cube.crs import Unplaceable
from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from tests.cube.test_areas import geodesic
from tests.report.places import SYSTEMS, geo_in, pixels_off
from tests.report.test_feature_files import from_degrees, rings_in
from tests.report.test_places import RASTERS, seen

EXAMPLES = int(os.environ.get("HSIGUI_EXAMPLES", "12"))
MOST_OFF = 0.01  # pixels
some = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def places(draw: st.DrawFn) -> Geo:
    """Turned, mirrored, oblong, sheared, large and small pixels."""
    angle = draw(st.one_of(st.sampled_from([0.0, math.pi / 2, math.pi, -math.pi / 2]), st.floats(-math.pi, math.pi)))
    across, down = draw(st.sampled_from([(1.0, 1.0), (1.0, 1.0), (1.0, 0.6), (2.5, 1.0)]))
    shear = draw(st.one_of(st.just(0.0), st.floats(-0.5, 0.5)))
    mirror, size = draw(st.sampled_from([1, -1])), draw(st.sampled_from([0.1, 1.0, 1.0, 30.0]))
    cos, sin = math.cos(angle), math.sin(angle)
    first = np.array([cos, sin]) * across * size
    second = mirror * np.array([sin, -cos]) * down * size + shear * first
    return geo_in(draw(st.sampled_from(sorted(SYSTEMS))), (first[0], second[0], first[1], second[1]))


@given(geo=places(), rows=st.integers(2, 12), cols=st.integers(1, 12))
@some
def test_every_raster_is_within_a_hundredth_of_a_pixel_or_refused(geo: Geo, rows: int, cols: int) -> None:
    array = np.arange(1, rows * cols + 1, dtype=np.uint16).reshape(rows, cols)
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, options) in enumerate(RASTERS):
            path = Path(folder) / f"{number}{name}"
            try:
                export_map(path, array, ClassTable(), geo, options=options)
            except Unplaceable:
                assert name == "m.hdr", "the others can say any place"
                continue
            assert pixels_off(seen(path), array, geo) < MOST_OFF


@given(geo=places(), rows=st.integers(1, 60), cols=st.integers(1, 60))
@some
def test_every_polygon_is_within_a_hundredth_of_a_pixel(geo: Geo, rows: int, cols: int) -> None:
    array = np.ones((rows, cols), np.uint16)
    array[: rows // 2] = 2
    grid = Grid(rows, cols, geo)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("m.gpkg", "m.fgb", "m.geojson", "m.kmz"):
            export_map(Path(folder) / name, array, ClassTable.for_numbers([1, 2]), geo, options=MapOptions())
            rings, crs = rings_in(Path(folder) / name)
            corners = np.concatenate([grid.to_pixels(from_degrees(ring, crs, geo)) for ring in rings])
            assert np.abs(corners - np.rint(corners)).min(axis=1).max() < MOST_OFF
            assert np.abs(corners.min(axis=0)).max() < MOST_OFF
            assert np.abs(corners.max(axis=0) - (cols, rows)).max() < MOST_OFF


@given(geo=places(), rows=st.integers(20, 3000), cols=st.integers(20, 3000), part=st.tuples(*[st.floats(0, 0.9)] * 2))
@some
def test_areas_are_within_a_thousandth_of_what_geodesics_enclose(geo, rows, cols, part) -> None:
    areas = pixel_areas(geo, (rows, cols))
    if areas is None:  # so large that it reaches beside the earth
        return
    top, left = int(part[0] * rows), int(part[1] * cols)
    wanted = geodesic(geo, left, top, cols, rows)
    if wanted < 1e4:  # geodesics are good for a tenth of a square metre
        return
    found = sum(float(areas.rows(slice(row, row + 1))[0, left:].sum()) for row in range(top, rows))
    assert abs(found - wanted) < 1e-3 * wanted
