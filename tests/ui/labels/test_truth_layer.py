"""The ground truth over the scene: shown on request, told from map and labels, of the scene in front."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint

from hsigui.labels.classes import ClassTable
from hsigui.ui.labels.truth_layer import TRUTH
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import open_scene, press


def colours(window: MainWindow, grabbed, row: int, col: int) -> set[tuple[int, int, int]]:
    """All colours that the middle of a pixel of the scene is drawn in, and some of its neighbours."""
    at = window.image.position_of(row, col)
    return {grabbed(window.image.viewport(), at + QPoint(x, y)) for x in range(-6, 7, 2) for y in range(-6, 7, 2)}


def an_inner_pixel(window: MainWindow) -> tuple[int, int]:
    """A pixel of the truth whose neighbours are of its class."""
    truth = window.session.truth.array
    inner = truth > 0
    for shift in (-2, -1, 1, 2):
        for axis in (0, 1):
            inner &= np.roll(truth, shift, axis) == truth
    inner[:4] = inner[-4:] = inner[:, :4] = inner[:, -4:] = False
    row, col = np.argwhere(inner)[0]
    return int(row), int(col)


def test_the_key_shows_the_truth_in_stripes_of_its_colours_and_hides_it_again(qtbot, demo, grabbed):
    row, col = an_inner_pixel(demo)
    demo.image.look_at((row, col, 12.0))
    before = colours(demo, grabbed, row, col)
    press(demo, "Y")
    assert demo.actions_["show_truth"].isChecked()
    shown = colours(demo, grabbed, row, col)
    assert shown != before
    assert shown & before  # between the stripes one sees what lies below
    press(demo, "Y")
    assert colours(demo, grabbed, row, col) == before


def test_its_stripes_slant_against_those_of_validation_labels(demo):
    image, rows, cols = demo.image, demo.session.cube.rows, demo.session.cube.cols
    array, table = np.ones((rows, cols), dtype=np.uint16), ClassTable.for_numbers([1])
    image.fit()

    def drawn() -> np.ndarray:
        picture = image.grab().toImage().convertToFormat(image.grab().toImage().Format.Format_RGB32)
        lines = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), picture.width())
        middle = picture.height() // 2, picture.width() // 2
        return lines[middle[0] - 16 : middle[0] + 16, middle[1] - 16 : middle[1] + 16]

    image.set_image(np.full((rows, cols, 3), 128, dtype=np.uint8))
    image.set_labels_visible(True)
    image.set_validation(array, table)
    rising = drawn().copy()
    image.set_validation(None, table)
    image.set_truth(array, table)
    falling = drawn().copy()

    def same_along(pixels: np.ndarray, step: int) -> float:
        return float((pixels[1:, 1:-1] == np.roll(pixels, step, axis=1)[:-1, 1:-1]).mean())

    assert same_along(rising, -1) > same_along(rising, 1)
    assert same_along(falling, 1) > same_along(falling, -1)


def test_another_scene_shows_its_own_truth_or_none(qtbot, demo, demo_files):
    press(demo, "Y")
    assert not demo.image._truth.empty
    open_scene(qtbot, demo, demo_files[0])
    assert demo.session.truth is None
    assert demo.image._truth.empty
    demo.actions_["next_scene"].trigger()
    assert not demo.image._truth.empty


def test_other_views_are_offered_all_of_it_and_told_of_changes(demo):
    scene = demo.session.scene
    told: list[str] = []
    demo.subjects.changed.connect(told.append)
    array = np.zeros_like(scene.truth.array)
    array[10:20, 10:20] = 2
    demo.session.set_truth(array, demo.session.classes, "another truth")
    assert TRUTH in told
    subject = demo.subjects.named(scene, TRUTH)
    assert subject is not None
    part = subject.draw((8, 8, 12, 12), 1)
    assert (part[2:, 2:] == (*scene.classes.get(2).color, 255)).all()
    assert not part[:2].any()
    assert [name for name, _ in subject.legend] == [info.name for info in scene.classes]


def test_a_recoloured_class_is_drawn_anew(demo):
    press(demo, "Y")
    row, col = an_inner_pixel(demo)
    number = int(demo.session.truth.array[row, col])
    demo.session.set_classes(demo.session.classes.recolored(number, (1, 2, 3)), "Colour")
    assert demo.image._truth.color_at(row, col) == (1, 2, 3, 255)


def test_a_project_keeps_whether_truth_and_errors_are_shown(demo):
    stands = demo.projects._window
    before = stands.now()
    assert before["switches"]["show_truth"] is before["switches"]["show_errors"] is False
    press(demo, "Y")
    demo.actions_["show_errors"].setChecked(True)
    kept = stands.now()
    stands.restore(before)
    assert demo.image._truth.empty
    stands.restore(kept)
    assert demo.actions_["show_errors"].isChecked()
    assert not demo.image._truth.empty
    older = {**kept, "switches": {name: on for name, on in kept["switches"].items() if "_errors" not in name}}
    stands.restore(older)  # a version before did not know of errors
    assert demo.actions_["show_errors"].isChecked()
