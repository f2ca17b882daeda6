"""What can be asked for is answered by what the session has: menus rest where the answer is no."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.document import conditions
from hsigui.document.session import Session
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import VALIDATION
from tests.document.scenes import VIEW, make_cube, square

ALL = {
    name: ask for name, ask in vars(conditions).items()
    if getattr(ask, "__module__", "") == conditions.__name__ and not name.startswith("_")
}  # fmt: skip
PLACE = (2.0, 0.0, 100.0, 0.0, -2.0, 100.0)
TURNED = (2.0, 1.0, 100.0, 1.0, -2.0, 100.0)


def session_of(**info: object) -> Session:
    session = Session()
    session.set_scene(make_cube(**info), VIEW)
    return session


def answers(session: Session) -> set[str]:
    return {name for name, ask in ALL.items() if ask(session)}


def test_without_a_scene_nothing_can_be_asked_for_but_what_always_can() -> None:
    assert len(ALL) > 25
    assert answers(Session()) == {"always"}


def test_a_plain_scene_can_be_trained_on_and_has_nothing_else() -> None:
    assert answers(session_of()) == {"always", "has_scene", "is_not_trained_on"}


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ({"wavelengths": (400.0, 500.0, 600.0, 700.0)}, "has_wavelengths"),
        ({"default_bands": (2, 1, 0)}, "has_default_bands"),
        ({"quality_offered": ("cloud",)}, "has_quality_masks"),
        ({"geo": Geo(PLACE)}, "has_place"),
    ],
)
def test_what_a_file_says_can_be_asked_for(info: dict, name: str) -> None:
    assert answers(session_of(**info)) - answers(session_of()) == {name}


def test_a_map_lies_askew_only_where_it_is_turned() -> None:
    system = utm_wkt(33)
    assert {"has_place", "has_system"} <= answers(session_of(geo=Geo(PLACE, system)))
    assert "lies_askew" not in answers(session_of(geo=Geo(PLACE, system)))
    assert "lies_askew" in answers(session_of(geo=Geo(TURNED, system)))


def test_labels_can_be_saved_after_the_last_one_was_erased_too() -> None:
    session = session_of()
    session.set_classes(ClassTable.for_numbers([1, 2]), "two classes")
    assert {"has_classes", "has_several_classes"} <= answers(session)
    session.edit(square(1), "Brush stroke")
    assert {"has_labels", "can_undo"} <= answers(session)
    session.edit(square(0), "Eraser")
    assert "has_labels" in answers(session)
    session.undo()
    assert "can_redo" in answers(session)


def test_validation_labels_are_labels() -> None:
    session = session_of()
    session.set_classes(ClassTable.for_numbers([1]), "a class")
    session.edit(square(1, layer=VALIDATION), "Brush stroke")
    assert conditions.has_labels(session)


def test_hidden_classes_and_ground_truth_are_seen() -> None:
    session = session_of()
    session.set_classes(ClassTable.for_numbers([1, 2]).with_hidden(2, True), "one hidden")
    assert conditions.has_hidden_classes(session)
    session.set_truth(np.ones((5, 6), np.uint16), ClassTable.for_numbers([1]), "truth")
    assert conditions.has_truth(session)
