"""The tutorial can be followed to the letter: its steps are the script's, and the script ends with a map."""

from __future__ import annotations

import re

import numpy as np

from hsigui.assets import resource
from hsigui.labels.formats.files import read_classes
from tests.docs.pages import page_text
from tests.pictures.tutorial import BOLD, NAMES, STEPS, Guide, follow, page_steps
from tests.ui.windows import training  # noqa: F401 - a fixture


def test_the_steps_of_the_page_are_those_of_the_script() -> None:
    assert list(page_steps()) == [step.title for step in STEPS]
    assert all(BOLD.findall(text) for text in page_steps().values())


def test_the_pictures_of_the_page_are_those_of_the_script_in_their_order() -> None:
    assert tuple(re.findall(r"\]\(([\w-]+)\.png\)", page_text("tutorial"))) == NAMES
    assert all((resource("help") / f"{name}{dark}.png").is_file() for name in NAMES for dark in ("", "-dark"))


def test_the_tutorial_is_followed_in_the_window_to_the_map_on_the_disk(window, training, tmp_path) -> None:  # noqa: F811
    training.go.set()
    taken = []
    guide = Guide(window, tmp_path / "maps", lambda name, part: taken.append(name))
    follow(guide)
    assert taken == [name.removeprefix("tutorial-") for name in NAMES]
    written = read_classes(tmp_path / "maps" / "map.tif")
    assert np.array_equal(written.array, window.session.class_map.classes)
    assert len(np.unique(written.array)) == len(window.session.classes) == 9
    assert (tmp_path / "maps" / "map-report" / "report.html").is_file()
    assert window.session.accuracy.oa > 0.5
