"""The view and what a scene can show, copied and saved from the window."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from hsigui.document.derived import BANDS
from hsigui.ui.image.pictures.body import TRANSPARENT
from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.image.pictures.dialog import PictureDialog
from hsigui.ui.image.pictures.wish import CM, FACTOR, SEEN, PictureWish
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.layers.asked import make
from tests.ui.windows import Answers, idle, paint, press, texts

LEFT = Qt.MouseButton.LeftButton


def _asked(qtbot, window: MainWindow) -> PictureDialog:
    press(window, "E", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (dialog,) = window.findChildren(PictureDialog)
    idle(qtbot, window)
    return dialog


def _choose(box, data) -> None:
    box.setCurrentIndex(box.findData(data))


def _saved(qtbot, window: MainWindow, answers: Answers, dialog: PictureDialog, path: Path) -> Path:
    answers.save = path
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(path.exists, timeout=10_000)
    idle(qtbot, window)
    return path


def test_the_view_is_copied_as_it_is_seen(qtbot, demo: MainWindow) -> None:
    press(demo, "B")
    paint(demo, (60, 60))
    at = demo.image.position_of(60, 60)
    seen = demo.image.viewport().grab().toImage()  # a message makes the view smaller
    press(demo, "C", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    image = QGuiApplication.clipboard().image()
    assert image.size() == seen.size()
    assert image.pixelColor(at) == seen.pixelColor(at)
    assert "Copied the view" in texts(demo)


def test_the_view_is_drawn_more_finely_than_the_screen(qtbot, demo: MainWindow) -> None:
    port = demo.findChild(Pictures).port
    fine = port.seen(3.0)
    assert fine.size() == port.size() * 3
    # Each pixel of the scene has its own colour, in the middle of its place.
    for pixel in ((5, 9), (64, 64), (100, 31)):
        at = demo.image.position_of(*pixel)
        assert fine.pixelColor(at.x() * 3 + 1, at.y() * 3 + 1) == port.seen(1.0).pixelColor(at)


def test_a_map_is_saved_with_the_shares_and_hectares_of_its_classes(qtbot, mapped, answers, tmp_path) -> None:
    dialog = _asked(qtbot, mapped)
    _choose(dialog.subject, "map")
    _choose(dialog.sizing, FACTOR)
    dialog.width_.setValue(4)
    _choose(dialog.kind, ".svg")
    idle(qtbot, mapped)
    assert "pixels" in dialog.note.text()
    assert dialog.preview.image is not None
    path = _saved(qtbot, mapped, answers, dialog, tmp_path / "map.svg")
    words = re.findall(r">([^<>]+)</text>", path.read_text(encoding="utf-8"))
    table, numbers = mapped.session.classes, mapped.session.class_map.classes
    counts = {info.name: int((numbers == info.number).sum()) for info in table}
    there = {name: count for name, count in counts.items() if count}
    assert words[0] == "demo-mixed: Map"
    assert words[1 : 1 + 3 * len(there) : 3] == list(there)
    assert words[1 + 3 * len(there) :] == ["200 m", "N"]  # of 640 m across
    for place, (name, count) in enumerate(there.items()):
        share, hectares = words[2 + 3 * place : 4 + 3 * place]
        assert share == f"{100 * count / sum(there.values()):.1f} %", name
        # Pixels of the demo scene are 5 m wide, but for what the projection does.
        assert float(hectares.split()[0].replace(",", "")) == pytest.approx(count * 25 / 10_000, rel=0.01, abs=0.01)


def test_what_has_no_class_is_a_hole_in_the_picture_of_the_labels(qtbot, demo, answers, tmp_path) -> None:
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    dialog = _asked(qtbot, demo)
    _choose(dialog.subject, "labels")
    _choose(dialog.sizing, FACTOR)
    dialog.width_.setValue(2)
    _choose(dialog.holes, TRANSPARENT)
    for check in (dialog.titled, dialog.legend):
        check.setChecked(False)
    path = _saved(qtbot, demo, answers, dialog, tmp_path / "labels.png")
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (256, 256, 4)
    array = demo.session.labels.array
    np.testing.assert_array_equal(pixels[::2, ::2, 3] > 0, array > 0)
    assert tuple(pixels[121, 131, :3]) == demo.session.classes.get(int(array[60, 65])).color


def test_the_seen_view_is_saved_at_any_size_and_the_dialog_remembers(qtbot, demo, answers, tmp_path) -> None:
    dialog = _asked(qtbot, demo)
    assert dialog.wish.subject == SEEN
    assert not dialog.part.isEnabled()
    dialog.titled.setChecked(False)
    dialog.legend.setChecked(False)
    dialog.width_.setValue(2000)
    port = demo.image.viewport().size()
    path = _saved(qtbot, demo, answers, dialog, tmp_path / "seen.png")
    image = QImage(str(path))
    assert image.width() == 2000
    assert image.height() == pytest.approx(2000 * port.height() / port.width(), abs=1)
    assert "The picture was saved" in texts(demo)
    assert answers.proposed[-1].endswith("demo-mixed-seen.png")
    again = _asked(qtbot, demo)
    assert again.width_.value() == 2000
    assert not again.titled.isChecked()
    again.reject()


def test_a_view_is_explained_by_the_topmost_thing_that_it_shows(qtbot, mapped) -> None:
    made, pictures = make(qtbot, mapped, "index", "ndvi"), mapped._part(Pictures)
    seen = []
    for name in ("show_errors", "show_errors", "show_map"):
        mapped.actions_[name].trigger()
        idle(qtbot, mapped)
        seen.append(pictures.material().explained)
    mapped.session.scene.derived.show(BANDS)
    assert [*seen, pictures.material().explained] == ["error", "map", f"layer {made.number}", "labels"]


def test_fields_that_mean_nothing_rest_and_the_title_follows_until_it_is_typed(qtbot, mapped) -> None:
    dialog = _asked(qtbot, mapped)
    assert dialog.title == "demo-mixed: Map"  # what explains the view
    _choose(dialog.subject, "confidence")
    assert dialog.title == "demo-mixed: Confidence"
    assert not dialog.legend.isEnabled()
    assert dialog.key.isEnabled()
    dialog.words.setFocus()
    dialog.words.selectAll()
    QTest.keyClicks(dialog.words, "My title")
    _choose(dialog.subject, "map")
    assert dialog.title == "My title"
    dialog.sizing.setFocus()
    _choose(dialog.sizing, CM)
    dialog.width_.setValue(25.4)
    dialog.dpi.setValue(100)
    assert dialog.wish.width(128) == 1000
    dialog.reject()


def test_a_picture_goes_to_the_clipboard_from_the_dialog(qtbot, mapped) -> None:
    dialog = _asked(qtbot, mapped)
    _choose(dialog.subject, "composite")
    dialog.width_.setValue(256)
    dialog.titled.setChecked(False)
    QTest.mouseClick(dialog.copy, LEFT)
    idle(qtbot, mapped)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (256, 256)
    shown = mapped.scene._picture.rgb
    assert image.pixelColor(21, 11).getRgb()[:3] == tuple(shown[5, 10])
    dialog.reject()


def test_too_large_a_picture_is_said_in_the_dialog(qtbot, demo) -> None:
    dialog = _asked(qtbot, demo)
    _choose(dialog.subject, "composite")
    _choose(dialog.kind, ".pdf")
    dialog.width_.setValue(20_000)
    idle(qtbot, demo)
    assert "too large for PDF" in dialog.note.text()
    assert not dialog.save.isEnabled()
    dialog.width_.setValue(800)
    idle(qtbot, demo)
    assert dialog.save.isEnabled()
    dialog.reject()


def test_how_the_last_picture_was_is_kept_with_the_window(qtbot, make_window) -> None:
    first, second = make_window(), make_window()
    first.findChild(Pictures).wish = PictureWish(subject="map", dpi=600, kind=".pdf")
    second.projects._window.restore(first.projects._window.now())
    assert second.findChild(Pictures).wish == PictureWish(subject="map", dpi=600, kind=".pdf")


def test_a_wish_is_read_back_and_odd_values_are_left_out() -> None:
    wish = PictureWish(subject="map", pixels=900, kind=".pdf", dark=True)
    assert PictureWish.from_json(wish.to_json()) == wish
    assert PictureWish.from_json({"kind": ".exe", "dpi": "x", "cm": 3, "new": 1}) == PictureWish(cm=3.0)
