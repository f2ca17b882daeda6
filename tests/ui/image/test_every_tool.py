"""What holds for all tools and for all that changes labels or classes, undo included; with real mouse and keys."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QMenu

from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.class_tables import write_table
from hsigui.labels.formats.files import write_classes
from hsigui.labels.history import STEPS
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit
from hsigui.labels.selection import flood, likeness
from hsigui.specs import SplitSpec
from hsigui.ui.image.tools_table import TOOLS
from hsigui.ui.labels.class_chooser import ClassChooser
from hsigui.ui.labels.classes_panel import COLOUR, EYE, LOCK
from tests.ui.windows import click, idle, labels, paint, press, texts

NONE, LEFT, RIGHT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def use(qtbot, window, name: str) -> None:
    """Draws with a tool over the rows 62 to 66 and the columns 50 to 80."""
    press(window, window.actions_[f"tool_{name}"].shortcut().toString())
    if name == "rectangle":
        paint(window, (62, 50), (66, 80))
    elif name == "lasso":
        paint(window, (62, 50), (62, 80), (66, 80), (66, 50))
    elif name == "polygon":
        for pixel in ((62, 50), (62, 80), (66, 80), (66, 50)):
            click(window, *pixel)
        press(window, Qt.Key.Key_Return)
    elif name == "fill":
        window.labels.options.tolerance.setValue(45)
        click(window, 64, 50)
        idle(qtbot, window)
        qtbot.waitUntil(lambda: window.labels.fill.area is not None)
        press(window, Qt.Key.Key_Return)
    elif name == "superpixel":
        idle(qtbot, window)
        qtbot.waitUntil(lambda: window.superpixels.area_at(64, 65) is not None)
        paint(window, (64, 50), (64, 80))
    else:
        paint(window, (64, 50), (64, 80))


DRAWING = [name for name in TOOLS if name not in ("navigate", "pick", "measure")]


def test_every_tool_draws_and_is_one_step(qtbot, demo):
    press(demo, "3")
    place = demo.session.history.place
    for name in DRAWING:
        if name == "eraser":
            use(qtbot, demo, "rectangle")
        before = labels(demo).copy()
        steps = demo.session.history.place
        use(qtbot, demo, name)
        changed = labels(demo) != before
        assert changed[64, 51:80].sum() > 20, name
        assert set(np.unique(labels(demo)[changed])) == ({0} if name == "eraser" else {3}), name
        assert demo.session.history.place == steps + 1, name
        press(demo, Qt.Key.Key_Z, CTRL)
        np.testing.assert_array_equal(labels(demo), before, err_msg=name)
        press(demo, Qt.Key.Key_Y, CTRL)
        assert (labels(demo) != before).sum() == changed.sum(), name
        demo.session.go_to(place)


@pytest.mark.parametrize("layer", [TRAINING, VALIDATION])
def test_a_locked_class_stays_under_every_tool(qtbot, demo, layer):
    if layer == VALIDATION:
        press(demo, "V")
    press(demo, "2")
    press(demo, "R")
    paint(demo, (60, 60), (68, 70))
    press(demo, "K")
    assert demo.session.classes.get(2).locked
    press(demo, "3")
    place, found = demo.session.history.place, demo.session.labels.layer(layer)
    for name in DRAWING:
        demo.messages.clear()
        use(qtbot, demo, name)
        assert (found[60:69, 60:71] == 2).all(), name
        assert (found == 2).sum() == 99, name
        if name != "eraser":
            assert (found[64, 51:58] == 3).any(), f"{name} draws beside it"
            assert not (found[60:69, 60:71] == 3).any()
        demo.session.go_to(place)


def test_no_tool_paints_over_the_other_layer(qtbot, demo):
    press(demo, "2")
    press(demo, "V")
    press(demo, "R")
    paint(demo, (60, 60), (68, 70))
    press(demo, "V")
    place = demo.session.history.place
    for name in DRAWING:
        use(qtbot, demo, name)
        assert (demo.session.labels.validation[60:69, 60:71] == 2).all(), name
        assert not ((labels(demo) > 0) & (demo.session.labels.validation > 0)).any(), name
        demo.session.go_to(place)


def test_the_keys_in_brackets_size_the_brush(demo):
    press(demo, "B")
    sizes = [demo.image.brush_size]
    for key in ("]", "]", "[", ".", ","):
        press(demo, key)
        sizes.append(demo.image.brush_size)
    assert [b - a for a, b in itertools.pairwise(sizes)] == [1, 1, -1, 1, -1]
    assert demo.labels.options.brush.value() == sizes[-1]
    click(demo, 60, 60)
    assert np.ptp(np.nonzero(labels(demo))[0]) + 1 == sizes[-1]


def test_painting_while_labels_are_not_shown_says_so(demo):
    press(demo, "L", Qt.KeyboardModifier.ShiftModifier)
    press(demo, "X")
    click(demo, 60, 60)
    assert labels(demo)[60, 60]
    assert "Shift+L shows them" in texts(demo)


def test_the_selection_is_shown_anew_while_the_slider_of_the_tolerance_is_moved(qtbot, demo):
    press(demo, "F")
    click(demo, 60, 60)
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.labels.fill.area is not None)
    slider, like = demo.labels.options.slider, likeness(demo.session.cube, 60, 60)

    def shown() -> int:
        top, left, mask = flood(like, demo.labels.options.tolerance.value())
        assert demo.image._selection.box == (top, left, top + mask.shape[0], left + mask.shape[1])
        assert (demo.image._selection._buffer > 0).sum() == mask.sum()
        return int(mask.sum())

    QTest.mouseClick(slider, LEFT, NONE, QPoint(2, slider.height() // 2))
    slider.setValue(0)
    sizes = [shown()]
    handle = QPoint(6, slider.height() // 2)
    QTest.mousePress(slider, LEFT, NONE, handle)
    for x in (30, 60, 100):
        QTest.mouseMove(slider, QPoint(x, handle.y()))
        sizes.append(shown())
    QTest.mouseRelease(slider, LEFT, NONE, QPoint(100, handle.y()))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]
    assert demo.session.history.undo_text != "Flood fill"
    for _ in range(30):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    assert shown() < sizes[-1]
    assert not labels(demo).any(), "only shown so far"


def test_a_polygon_is_dropped_by_escape_and_closed_by_a_right_click(demo):
    press(demo, "G")
    for pixel in ((60, 60), (60, 80), (80, 70)):
        click(demo, *pixel)
    press(demo, Qt.Key.Key_Escape)
    press(demo, Qt.Key.Key_Return)
    assert not labels(demo).any()
    for pixel in ((60, 60), (60, 80), (80, 70)):
        click(demo, *pixel)
    QTest.mouseClick(demo.image.viewport(), RIGHT, NONE, demo.image.position_of(100, 100))
    assert labels(demo)[65, 70]
    assert not labels(demo)[90, 90]


# Undo


def drop(window, start: int, end: int) -> None:
    """A row of the classes dropped on the lower half of another, as the end of a drag."""
    table = window.classes.table
    table.selectRow(start)
    rect = table.visualItemRect(table.item(end, 2))
    at = QPointF(rect.center().x(), rect.bottom() - 2)
    # Qt delivers drops inside a table only within a real drag, which offscreen windows do not have.
    table.dropEvent(QDropEvent(at, Qt.DropAction.MoveAction, QMimeData(), LEFT, NONE))


def rename(qtbot, window) -> None:
    press(window, Qt.Key.Key_F2)
    (editor,) = (e for e in window.classes.table.findChildren(QLineEdit) if e.isVisible())
    QTest.keyClicks(editor, "Barley")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.classes.get(2).name == "Barley")


def merge(window) -> None:
    press(window, "2")
    window.actions_["merge_class"].trigger()
    (dialog,) = (d for d in window.findChildren(ClassChooser) if d.isVisible())
    dialog.choice.setCurrentIndex(dialog.choice.findData(5))
    QTest.mouseClick(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok), LEFT)


def cell(window, row: int, column: int) -> None:
    table = window.classes.table
    QTest.mouseClick(table.viewport(), LEFT, NONE, table.visualItemRect(table.item(row, column)).center())


def recolour(window, answers) -> None:
    answers.colour = (1, 2, 3)
    cell(window, 1, COLOUR)


def read(qtbot, window, answers, path, action: str) -> None:
    answers.path = path
    window.actions_[action].trigger()
    idle(qtbot, window)


def test_everything_that_changes_labels_or_classes_is_one_step_back_and_forth(qtbot, demo, answers, tmp_path):
    session = demo.session
    press(demo, "R")
    press(demo, "2")
    paint(demo, (60, 60), (64, 64))
    paint(demo, (60, 70), (64, 74))
    press(demo, "V")
    paint(demo, (80, 60), (84, 64))
    press(demo, "V")
    idle(qtbot, demo)
    other = np.zeros_like(labels(demo))
    other[10:20, 10:20] = 5
    write_classes(tmp_path / "other.tif", other, session.classes, session.cube.geo)
    write_table(tmp_path / "classes.csv", ClassTable((ClassInfo(77, "Moss", (7, 7, 7)),)))
    demo.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: len(demo.explorer.model.entries) == 3)
    region = demo.explorer.model.entries[0]
    demo.docks["Classes"].raise_()
    deeds = {
        "paint": lambda: paint(demo, (30, 30), (34, 34)),
        "add class": lambda: press(demo, "N", CTRL),
        "delete class": lambda: demo.actions_["delete_class"].trigger(),
        "rename": lambda: rename(qtbot, demo),
        "recolour": lambda: recolour(demo, answers),
        "merge": lambda: merge(demo),
        "move": lambda: press(demo, Qt.Key.Key_Down, ALT),
        "drag": lambda: drop(demo, 0, 3),
        "lock": lambda: cell(demo, 3, LOCK),
        "hide": lambda: cell(demo, 3, EYE),
        "palette": lambda: demo.actions_["palette_okabe_ito"].trigger(),
        "import classes": lambda: read(qtbot, demo, answers, tmp_path / "classes.csv", "import_classes"),
        "open labels": lambda: read(qtbot, demo, answers, tmp_path / "other.tif", "open_labels"),
        "add labels": lambda: read(qtbot, demo, answers, tmp_path / "other.tif", "add_labels"),
        "sample": lambda: (demo.sampler.sample(SplitSpec(3, 0, "block")), idle(qtbot, demo)),
        "reassign region": lambda: demo.regions.reassign([region], 5),
        "delete region": lambda: demo.regions.delete([region]),
    }

    def state():
        return labels(demo).copy(), session.labels.validation.copy(), session.classes, session.history.place

    def same(one, two) -> bool:
        return all(np.array_equal(a, b) for a, b in zip(one[:2], two[:2], strict=True)) and one[2:] == two[2:]

    for name, deed in deeds.items():
        press(demo, "2")
        before = state()
        deed()
        after = state()
        assert after[3] == before[3] + 1, f"{name} is one step"
        assert not same(before, after), f"{name} does something"
        press(demo, Qt.Key.Key_Z, CTRL)
        assert same(state(), before), f"{name} is taken back"
        press(demo, Qt.Key.Key_Y, CTRL)
        assert same(state(), after), f"{name} is done again"
        press(demo, Qt.Key.Key_Z, CTRL)
        counted = {n: int((labels(demo) == n).sum()) for n in session.classes.numbers}
        assert session.labels.counts() == counted, name


def test_five_hundred_steps_are_kept_and_the_list_says_how_many_were_forgotten(demo):
    session, dot = demo.session, np.ones((1, 1), dtype=bool)
    session.go_to(0)
    for number in range(STEPS + 7):
        session.edit(Edit(number // 100, number % 100, dot, 1), f"Step {number}")
    assert STEPS == 500
    rows = demo.history.list
    assert rows.count() == STEPS + 1
    assert rows.item(0).text() == "7 earlier steps"
    assert rows.item(STEPS).text() == f"Step {STEPS + 6}"
    at = rows.item(0)
    demo.docks["History"].raise_()
    rows.scrollToItem(at)
    QTest.mouseClick(rows.viewport(), LEFT, NONE, rows.visualItemRect(at).center())
    assert np.count_nonzero(labels(demo)) == 7


# The list of regions


def test_a_region_is_reassigned_from_the_menu_and_deleted_by_the_button(qtbot, demo):
    press(demo, "R")
    press(demo, "2")
    paint(demo, (60, 60), (64, 64))
    paint(demo, (80, 60), (84, 64))
    panel = demo.explorer
    demo.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: len(panel.model.entries) == 2)
    row = panel.table.visualRect(panel.model.index(1, 0)).center()
    QTest.mouseClick(panel.table.viewport(), LEFT, NONE, row)
    menu: QMenu = panel.reassign.menu()
    menu.aboutToShow.emit()
    (action,) = (a for a in menu.actions() if a.text() == demo.session.classes.get(5).name)
    action.trigger()
    assert (labels(demo)[80:85, 60:65] == 5).all()
    assert (labels(demo)[60:65, 60:65] == 2).all()
    qtbot.waitUntil(lambda: [e.region.number for e in panel.model.entries] == [2, 5])
    QTest.mouseClick(panel.table.viewport(), LEFT, NONE, panel.table.visualRect(panel.model.index(0, 0)).center())
    QTest.mouseClick(panel.delete, LEFT)
    assert not labels(demo)[60:65, 60:65].any()
    assert (labels(demo)[80:85, 60:65] == 5).all()


def test_regions_are_not_looked_for_behind_another_tab_and_are_there_when_it_is_opened(qtbot, demo):
    panel = demo.explorer
    press(demo, "R")
    paint(demo, (60, 60), (64, 64))
    qtbot.wait(400)
    idle(qtbot, demo)
    assert panel.model.entries == []
    demo.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: len(panel.model.entries) == 1)
    demo.docks["Classes"].raise_()
    paint(demo, (80, 60), (84, 64))
    qtbot.wait(400)
    assert len(panel.model.entries) == 1
    demo.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: len(panel.model.entries) == 2)


def test_the_mean_spectrum_is_of_all_pixels_of_a_region_and_follows_the_bad_bands(qtbot, demo):
    press(demo, "O")
    paint(demo, (50, 50), (50, 90), (90, 90), (90, 50), (60, 50))
    panel, cube = demo.explorer, demo.session.cube
    demo.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: len(panel.model.spectra) == 1)
    (entry,) = panel.model.entries
    assert entry.region.size > 1000
    mean = cube.read()[labels(demo) > 0].mean(axis=0)
    good = cube.good_bands
    np.testing.assert_allclose(panel.model.spectra[entry.key][good], mean[good], rtol=1e-4)
    tip = panel.model.data(panel.model.index(0, 3), Qt.ItemDataRole.ToolTipRole)
    assert f"{entry.region.size:,} of {entry.region.size:,} pixels" in tip
    bad = tuple(number < 10 for number in range(cube.bands))
    demo.session.replace_cube(cube.with_info(replace(cube.info, bad_bands=bad)), new_input=False)
    assert panel.model.spectra == {}
    qtbot.waitUntil(lambda: len(panel.model.spectra) == 1)
    assert np.isnan(panel.model.spectra[entry.key][:10]).all()
