"""The record beside a map."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, Geo
from hsigui.pipeline import provenance
from hsigui.specs import MapSpec, ProbeSpec


def _record(cube, encoder, tmp_path):
    labels = tmp_path / "labels.tif", np.eye(4, dtype=np.uint16)
    seconds = {"features": 2.0}
    return provenance.describe_run(
        cube, encoder, ProbeSpec(), MapSpec(1.5), seconds=seconds, labels=labels, command="hsigui b"
    )


MAP = np.arange(12, dtype=np.uint16).reshape(3, 4)


@pytest.mark.parametrize(("written", "read"), [("map.tif", "map.tif"), ("map.hdr", "map.img"), ("map.img", "map.hdr")])
def test_a_record_is_read_as_it_was_written(cube, encoder, tmp_path, written, read):
    record = _record(cube, encoder, tmp_path)
    path = provenance.save(record, tmp_path / written, MAP)
    assert path.name == f"{written}.hsigui.json"
    assert provenance.load(tmp_path / read, MAP) == record


def test_a_record_is_not_taken_for_another_map_of_its_name(cube, encoder, tmp_path):
    provenance.save(_record(cube, encoder, tmp_path), tmp_path / "map.tif", MAP)
    assert provenance.load(tmp_path / "map.tif", MAP + 1) is None
    assert provenance.load(tmp_path / "map.mat", MAP) is None


def test_rasters_have_one_hash_whatever_their_type_but_not_whatever_their_shape():
    assert provenance.raster_hash(MAP) == provenance.raster_hash(MAP.astype(np.int64))
    assert provenance.raster_hash(MAP) != provenance.raster_hash(MAP.reshape(4, 3))


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', "{"])
def test_a_map_of_another_program_has_no_record(tmp_path, text):
    assert provenance.load(tmp_path / "map.tif", MAP) is None
    (tmp_path / "map.tif.hsigui.json").write_text(text, encoding="utf-8")
    assert provenance.load(tmp_path / "map.tif", MAP) is None


def test_the_report_is_told_that_the_encoder_saw_the_test_pixels(cube, encoder, tmp_path):
    context = _record(cube, encoder, tmp_path).context("title", ())
    assert context.transductive
    assert context.seeds == {"pretraining": 0}
    assert context.commands == ("hsigui b",)
    assert context.versions["torch"]
    assert (context.rows, context.cols, context.bands) == (40, 44, 12)
    assert not provenance.Provenance().context("title", ()).transductive
    other = Cube(ArraySource(cube.read() * 2), name="other")
    assert not provenance.describe_run(other, encoder, ProbeSpec(), MapSpec()).transductive


def test_the_area_of_a_pixel_is_known_where_the_system_is_of_the_earth():
    from rasterio.crs import CRS

    def area(epsg: int | None, x: float, y: float, size: float = 5.0) -> float | None:
        wkt = CRS.from_epsg(epsg).to_wkt() if epsg else None
        return provenance.pixel_area(Geo((size, 0.0, x, 0.0, -0.8 * size, y), wkt), (10, 10))

    assert area(32633, 500_000, 5_000_000) == pytest.approx(20.0 / 0.9996**2)
    assert area(3035, 4_000_000, 3_000_000) == pytest.approx(20.0)
    assert area(4326, 10, 0, 0.001) == pytest.approx(0.8 * 111.320 * 110.574, rel=1e-4)
    assert area(None, 0, 0) is None
    assert provenance.pixel_area(Geo((5.0, 0.0, 0.0, 0.0, -4.0, 0.0), 'PROJCS["bogus"]'), (10, 10)) is None
    assert area(2263, 980_000, 200_000) == pytest.approx(20.0 * 0.3048006096**2, rel=1e-3)  # US survey feet
