"""Scale bar, north arrow and lines of coordinates over an image."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyproj import CRS, Geod, Proj
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QFont, QImage, QPainter

from hsigui.cube.cube import Geo
from hsigui.cube.ground import ground_of
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.color_key import ColorKey, key_box
from hsigui.ui.image.furniture import (
    ALL,
    GRID_LONLAT,
    GRID_MAP,
    LONGEST,
    NORTH_ARROW,
    SCALE_BAR,
    Look,
    north_of,
    paint_furniture,
    scale_bar_of,
)
from hsigui.ui.image.graticule_drawing import graticule_of
from hsigui.ui.image.turning import north_up

SIZE = QSizeF(640, 460)
WKT = {code: CRS.from_user_input(code).to_wkt() for code in ("EPSG:32632", "EPSG:4326", "EPSG:3857", "EPSG:3413")}
GEOS = {
    "rotated": Geo((27.0, 9.0, 650_000.0, 9.0, -27.0, 5_600_000.0), WKT["EPSG:32632"]),
    "geographic": Geo((0.01, 0.0, 8.0, 0.0, -0.01, 60.0), WKT["EPSG:4326"]),
    "mercator": Geo((30.0, 0.0, 1e6, 0.0, -30.0, 8.4e6), WKT["EPSG:3857"]),
    "polar": Geo((5000.0, 0.0, -900_000.0, 0.0, -5000.0, 900_000.0), WKT["EPSG:3413"]),
}


def camera_of(geo: Geo, scale: float = 2.0, turned: bool = True) -> Camera:
    camera = Camera()
    camera.resize(SIZE)
    camera.set_scene(360, 360)
    if turned:
        camera.set_turn(north_up(geo))
    camera.look_at(170.0, 190.0, scale)
    return camera


@pytest.mark.parametrize("name", GEOS)
@pytest.mark.parametrize("scale", [0.9, 11.0])
def test_the_scale_bar_is_as_long_as_it_says_in_the_middle_of_the_view(name, scale):
    ground, camera = ground_of(GEOS[name]), camera_of(GEOS[name], scale)
    bar = scale_bar_of(camera, ground)
    assert LONGEST / 2.6 < bar.width <= LONGEST
    number, unit = bar.text.split()
    ends = [camera.to_scene(camera.center + QPointF(x, 0)) for x in (-bar.width / 2, bar.width / 2)]
    lon, lat = ground.to_lonlat(*zip(*ends, strict=True))
    metres = Geod(ellps="WGS84").line_length(lon, lat)
    assert metres == pytest.approx(float(number) * {"m": 1, "km": 1000}[unit], rel=2e-3)


def test_without_a_place_it_is_in_pixels_and_without_a_system_in_units_of_the_map():
    assert scale_bar_of(camera_of(Geo(), 2.0), None).text == "50 px"
    plain = Geo((2.0, 0.0, 0.0, 0.0, -2.0, 0.0))
    assert scale_bar_of(camera_of(plain, 2.0), ground_of(plain)).text == "100 map units"


def test_north_is_true_north():
    geo = GEOS["rotated"]
    camera, ground = camera_of(geo), ground_of(geo)
    lon, lat = (float(value) for value in ground.to_lonlat(170, 190))
    convergence = Proj("EPSG:32632").get_factors(lon, lat).meridian_convergence
    assert abs(convergence) > 1
    assert north_of(camera, ground) == pytest.approx(-convergence, abs=0.01)
    unturned = north_of(camera_of(geo, turned=False), ground)
    assert unturned == pytest.approx(-convergence + math.degrees(math.atan2(9, 27)), abs=0.01)


@pytest.mark.parametrize("name", ["rotated", "geographic", "polar"])
def test_lines_run_where_their_coordinates_are_and_end_at_the_scene(name):
    geo = GEOS[name]
    camera, ground = camera_of(geo, 0.8), ground_of(geo)
    found = graticule_of(camera, ground, "lonlat", QFont())
    assert len(found.words) >= 3
    bounds = found.path.boundingRect()
    assert camera.outline.boundingRect().adjusted(-1, -1, 1, 1).contains(bounds)
    for number in range(found.path.elementCount()):
        at = found.path.elementAt(number)
        row, col = camera.to_scene(QPointF(at.x, at.y))
        assert -0.01 <= row <= 360.01
        assert -0.01 <= col <= 360.01
    for one in found.words:
        assert camera.view.contains(one[1])
        assert sum(one[1].intersects(other[1]) for other in found.words) == 1


def test_meridians_of_a_polar_scene_meet_and_parallels_bend():
    geo = GEOS["polar"]
    camera, ground = camera_of(geo, 1.2), ground_of(geo)
    row, col = ground.from_lonlat(0.0, 90.0)
    pole = camera.to_view(float(row), float(col))
    path = graticule_of(camera, ground, "lonlat", QFont()).path
    near = [i for i in range(path.elementCount())
            if math.hypot(path.elementAt(i).x - pole.x(), path.elementAt(i).y - pole.y()) < 2]  # fmt: skip
    assert len(near) >= 8
    assert {"90° E", "0°", "180°"} <= {text for text, _ in graticule_of(camera, ground, "lonlat", QFont()).words}


def painted(camera: Camera, ground, names, taken=()) -> np.ndarray:
    picture = QImage(640, 460, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    painter = QPainter(picture)
    paint_furniture(painter, camera, ground, names, Look(), taken)
    painter.end()
    return np.asarray(picture.constBits()).reshape(460, 640, 4)[..., 3] > 0


def test_what_has_no_meaning_is_not_drawn():
    plain, nowhere = ground_of(Geo((2.0, 0.0, 0.0, 0.0, -2.0, 0.0))), None
    camera = camera_of(Geo())
    assert painted(camera, nowhere, (SCALE_BAR,)).any()
    assert not painted(camera, nowhere, (NORTH_ARROW, GRID_MAP, GRID_LONLAT)).any()
    assert painted(camera, plain, (GRID_MAP,)).any()
    assert not painted(camera, plain, (NORTH_ARROW, GRID_LONLAT)).any()
    assert not painted(camera, ground_of(GEOS["rotated"]), ()).any()
    assert not painted(Camera(), nowhere, ALL).any()


def test_nothing_is_written_over_the_colour_key(qapp):
    geo = GEOS["rotated"]
    camera, ground = camera_of(geo, 3.0), ground_of(geo)
    for width in (640, 300):
        box = key_box(QSize(width, 460), QFont())
        camera.resize(QSizeF(width, 460))
        seen = painted(camera, ground, (SCALE_BAR, NORTH_ARROW), (box,))
        inside = seen[int(box.top()) : int(box.bottom()), int(box.left()) : int(box.right())]
        assert seen.any()
        assert not inside.any()
    found = graticule_of(camera, ground, "map", QFont())
    words = [place for _, place in found.words if place.intersects(QRectF(0, 300, 640, 160))]
    assert words or found.words
    assert (
        painted(camera, ground, (GRID_MAP,), tuple(place for _, place in found.words)).sum()
        < painted(camera, ground, (GRID_MAP,)).sum()
    )


def test_a_view_draws_what_is_switched_on_and_finds_its_lines_once(view, monkeypatch):
    from hsigui.ui.image import over_image

    calls = []
    monkeypatch.setattr(over_image, "graticule_of", lambda *args: calls.append(1) or graticule_of(*args))
    before = view.viewport().grab().toImage()
    view.set_ground(ground_of(GEOS["geographic"]))
    assert view.viewport().grab().toImage() == before
    view.show_over(GRID_LONLAT, True)
    view.show_over(SCALE_BAR, True)
    assert view.viewport().grab().toImage() != before
    view.viewport().grab()
    assert len(calls) == 1
    view.zoom_in()
    view.viewport().grab()
    assert len(calls) == 2
    view.fit()
    view.show_over(GRID_LONLAT, False)
    view.show_over(SCALE_BAR, False)
    assert view.viewport().grab().toImage() == before
    view.set_color_key(ColorKey("Band 1", np.zeros((4, 3), np.uint8), ("0", "1", "2")))
    assert view._taken()
