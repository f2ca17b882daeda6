"""Statistics of zones against numpy, zone by zone, pixels without data left out of each measurement on its own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import hsigui
from hsigui.analysis import measured, zone_statistics
from hsigui.analysis.measured import BandValues
from hsigui.analysis.zone_statistics import ZoneStatistics
from hsigui.jobs import quiet
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import Shape
from hsigui.labels.zones import PolygonZones, polygon_zones
from tests.analysis.scenes import cube_of, spectra

ROWS, COLS, BANDS = 60, 50, 5


def box(x: float, y: float, width: float, height: float) -> Shape:
    ring = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], dtype=float)
    return Shape(1, "polygon", (ring,))


def zones() -> PolygonZones:
    """Two that overlap, one of two parts, one beside the scene."""
    parts = [[box(3, 4, 30, 25)], [box(20, 10, 20, 40)], [box(0, 50, 5, 5), box(44, 0, 6, 6)], [box(200, 0, 5, 5)]]
    return polygon_zones(["a", "b", "c", "far"], parts, Grid(ROWS, COLS))


def masks() -> list[NDArray[np.bool_]]:
    found = [np.zeros((ROWS, COLS), dtype=bool) for _ in range(4)]
    found[0][4:29, 3:33] = found[1][10:50, 20:40] = found[2][50:55, :5] = found[2][:6, 44:] = True
    return found


@pytest.fixture(scope="module")
def values() -> NDArray[np.float32]:
    found = spectra(ROWS, COLS, BANDS, seed=3) * 1000 + 1e4  # far from 0: sums of squares would lose the spread
    found[10:20, 10:25, 2] = np.nan
    found[50:55, :5, 4] = found[:6, 44:, 4] = np.nan
    return found


def of(
    values: NDArray[np.float32], numbers: NDArray[np.uint16] | None = None, **more: object
) -> ZoneStatistics:  # fmt: skip
    found = BandValues(cube_of(values))
    return zone_statistics.zone_statistics(found, zones(), quiet(), numbers=numbers, table=ClassTable(), **more)


def require_same(found: ZoneStatistics, group: int, own: NDArray[np.float32]) -> None:
    """The figures of a group against numpy; `own` holds its pixels x measurements."""
    own = own.astype(float)
    assert found.pixels[group] == len(own)
    np.testing.assert_array_equal(found.count[group], np.isfinite(own).sum(axis=0))
    for n in range(own.shape[1]):
        column = own[np.isfinite(own[:, n]), n]
        if not len(column):
            assert np.isnan(found.mean[group, n])
            continue
        wanted = (column.mean(), column.std(ddof=1), column.min(), column.max(), np.percentile(column, 50))
        got = (found.mean[group, n], found.deviation[group, n], found.least[group, n], found.most[group, n],
               found.percentiles[2, group, n])  # fmt: skip
        np.testing.assert_allclose(got, wanted, rtol=1e-6)


def test_each_zone_has_the_figures_of_numpy_however_the_scene_is_read(values, monkeypatch):
    monkeypatch.setattr(measured, "TILE_VALUES", 7 * COLS * BANDS)  # seven rows at a time
    found = of(values)
    for zone, mask in enumerate(masks()):
        require_same(found, zone, values[mask])
    assert found.pixels.tolist() == [750, 800, 61, 0]
    assert found.count[2, 4] == 0
    assert any("lack data" in note for note in found.notes)
    np.testing.assert_array_equal(found.drawn, found.pixels)


def test_zones_are_parted_by_class(values):
    numbers = np.random.default_rng(0).choice(np.array([0, 3, 9], dtype=np.uint16), (ROWS, COLS))
    found = of(values, numbers)
    assert found.classes is not None
    assert [(int(zone), info.number) for zone, info in zip(found.zones, found.classes, strict=True)] == [
        (0, 3), (0, 9), (1, 3), (1, 9), (2, 3), (2, 9)
    ]  # fmt: skip
    for group, (zone, info) in enumerate(zip(found.zones, found.classes, strict=True)):
        require_same(found, group, values[masks()[zone] & (numbers == info.number)])


def test_percentiles_of_many_pixels_are_of_a_draw_and_that_is_said(values, monkeypatch):
    monkeypatch.setattr(zone_statistics, "KEPT_VALUES", 0)
    found = of(values)
    assert 400 < found.drawn[0] < 600 < found.pixels[0]
    assert any("approximate" in note for note in found.notes)
    whole = values[masks()[0]][:, 0]
    np.testing.assert_allclose(found.mean[0, 0], whole.mean(dtype=float), rtol=1e-6)
    np.testing.assert_allclose(found.percentiles[2, 0, 0], np.median(whole), atol=0.2 * whole.std())


def test_the_api_takes_several_layers_of_one_grid_and_writes_tables(values, tmp_path):
    path = tmp_path / "zones.tif"
    write_classes(path, masks()[0].astype(np.uint16), ClassTable((ClassInfo(1, "a", (0, 0, 0)),)))
    cube = cube_of(values)
    layer = hsigui.derive(cube, "formula", formula="b2450 / b400")
    found = hsigui.statistics([cube, layer], zones=path, percentiles=[50])
    (line,) = [row for row in found.table() if row["measurement"] == layer.names[0]]
    assert line["mean"] == pytest.approx(np.nanmean((values[..., 4] / values[..., 0])[masks()[0]]), rel=1e-5)
    assert (line["pixels"], line["without_data"]) == (750, 0)
    assert found.table("zones")[0]["Band 1 p50"] == pytest.approx(np.median(values[..., 0][masks()[0]]))
    for ending in ("csv", "xlsx", "gpkg", "json"):
        assert found.save(tmp_path / f"out.{ending}")[0].exists()
    with pytest.raises(hsigui.HsiError, match="pixels"):
        hsigui.statistics([cube, cube_of(values[:10])], zones=path)
    with pytest.raises(hsigui.HsiError, match="of classes of one scene or layer, or of zones"):
        hsigui.statistics([cube, layer])  # type: ignore[call-overload]
