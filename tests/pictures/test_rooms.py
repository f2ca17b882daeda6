"""The picture of the rooms is that of the imports, in both colours."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from hsigui.assets import resource
from tests.pictures.rooms import ABOUT, SCHEMES, Rooms, _shortest, drawn, laid_out, rooms_of


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return rooms_of()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.suffix or "light")
def test_the_kept_picture_is_that_of_the_imports(rooms, scheme):
    path = resource("help") / f"rooms{scheme.suffix}.svg"
    told = "Rooms or what they import have changed: python -m tests.pictures.rooms draws it anew."
    assert path.read_text(encoding="utf-8") == drawn(rooms, scheme), told
    image = QImage(str(path))
    assert image.width() > 800
    assert image.pixelColor(2, 2).name() == scheme.paper


def test_the_rooms_are_those_of_the_rules(rooms):
    assert rooms.qt == {"ui"}
    assert rooms.torch == {"methods", "pipeline"}
    assert set(ABOUT) <= {name for floor in rooms.floors for name in floor}


def test_no_two_rooms_stand_in_one_place_and_all_are_in_the_picture(rooms):
    boxes = list(laid_out(rooms).values())
    assert all(box.left >= 0 and box.left + box.width <= 860 for box in boxes)
    beside = [(a, b) for a in boxes for b in boxes if a is not b and a.top == b.top]
    assert all(a.left + a.width < b.left or b.left + b.width < a.left for a, b in beside)


def test_an_arrow_that_others_make_up_is_left_out_and_one_that_leads_up_is_refused():
    names = ("roof", "middle", "ground")
    imports = {"roof": {"middle", "ground"}, "middle": {"ground"}, "ground": set()}
    assert list(_shortest(imports, names)) == [("roof", "middle"), ("middle", "ground")]
    with pytest.raises(ValueError, match="ground imports roof"):
        list(_shortest({**imports, "ground": {"roof"}}, names))
