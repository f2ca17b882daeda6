"""Files of lines over the image, from the question to the project and back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyogrio.raw import write
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from hsigui.cube.demo import write_demo
from hsigui.labels.formats import wkb
from hsigui.labels.on_scene import grid_of
from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.image.pictures.wish import FACTOR, PictureWish
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.line_files import LayersChooser
from hsigui.ui.views.overlays_panel import OverlaysPanel
from tests.ui.windows import idle, open_scene, texts

SQUARE = np.array([(20.5, 30.5), (60.5, 30.5), (60.5, 70.5), (20.5, 70.5), (20.5, 30.5)])
YELLOW = (255, 221, 51)


def _parcels(window: MainWindow, path: Path, *, layer: str = "parcels", far: float = 0.0) -> Path:
    """A GeoPackage with one square of the scene, in the scene's system."""
    grid = grid_of(window.session.cube)
    data = np.array([wkb.encoded([grid.to_map(SQUARE + far)])], dtype=object)
    names = np.array(["Home field"], dtype=object)
    write(
        path, data, [names], ["name"], layer=layer, driver="GPKG", geometry_type="Polygon", crs=grid.geo.crs_wkt,
        append=path.exists(),
    )  # fmt: skip
    return path


def _add(qtbot, window: MainWindow, answers, path: Path) -> None:
    answers.path = path
    window.actions_["add_lines"].trigger()
    idle(qtbot, window)


@pytest.fixture
def panel(demo: MainWindow) -> OverlaysPanel:
    demo.docks["Overlays"].raise_()
    return demo._part(OverlaysPanel)


@pytest.fixture
def lined(qtbot, demo: MainWindow, panel: OverlaysPanel, answers, tmp_path: Path) -> MainWindow:
    """A window with a square over the demo scene, whose row is the current one."""
    _add(qtbot, demo, answers, _parcels(demo, tmp_path / "fields.gpkg"))
    panel.list.setCurrentRow(0)
    panel.width_box.setValue(4.0)  # so that a pixel of the screen is all line
    return demo


def test_pictures_of_the_scene_have_the_lines_and_name_them_in_the_legend(
    qtbot, lined, panel, answers, tmp_path
) -> None:
    pictures = lined._part(Pictures)
    wish = PictureWish("composite", sizing=FACTOR, factor=4.0, dpi=96)
    for kind in (".png", ".svg", ".pdf"):
        pictures.save(replace(wish, kind=kind), pictures.material(), "A title", tmp_path / f"lines{kind}")
    idle(qtbot, lined)
    image = QImage(str(tmp_path / "lines.png"))
    left = next(x for x in range(image.width()) if image.pixelColor(x, 200).getRgb()[:3] == YELLOW)
    right = next(x for x in range(image.width() - 140, 0, -1) if image.pixelColor(x, 200).getRgb()[:3] == YELLOW)
    assert right - left == pytest.approx(4 * 40 + 4, abs=2), "the square, and a line of four pixels"
    text = (tmp_path / "lines.svg").read_text(encoding="utf-8")
    assert ">fields</text>" in text
    assert re.search(r'<path [^>]*d="M20.5,30.5 L60.5,30.5 L60.5,70.5 L20.5,70.5', text), "its corners are its corners"
    dialog_wish = replace(wish, lines=False)
    pictures.save(dialog_wish, pictures.material(), "", tmp_path / "without.svg")
    panel.visible_changed.emit(panel.current.id, False)
    pictures.save(wish, pictures.material(), "", tmp_path / "hidden.svg")
    idle(qtbot, lined)
    for name in ("without", "hidden"):
        plain = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert "fields" not in plain
        assert "M20.5,30.5" not in plain


def test_a_chosen_file_is_drawn_and_stands_uppermost_in_the_list(lined, panel, grabbed) -> None:
    assert panel.current.title == "fields"
    assert panel.current.color == YELLOW
    assert grabbed(lined.image.viewport(), lined.image.position_of(30, 40)) == YELLOW
    assert not panel.up.isEnabled()


def test_its_colour_and_width_are_the_users_own(lined, panel, answers, grabbed) -> None:
    answers.colour = (1, 2, 250)
    panel.color.click()
    panel.width_box.setValue(6.0)
    assert grabbed(lined.image.viewport(), lined.image.position_of(30, 40)) == (1, 2, 250)
    (overlay,) = (o for o in lined.session.scene.overlays if o.path is not None)
    assert (overlay.color, overlay.width) == ((1, 2, 250), 6.0)


def test_the_mouse_near_a_line_tells_its_name_and_beside_the_scene_no_more(qtbot, lined) -> None:
    layer = lined.image.stack.entries[-1].layer
    QTest.mouseMove(lined.image.viewport(), lined.image.position_of(30, 40))
    assert layer.named == ("Home field", 30, 40)
    QTest.mouseMove(lined.image.viewport(), lined.image.position_of(50, 40))
    assert layer.named is None


def test_a_view_beside_the_image_shows_the_lines_too(qtbot, lined, grabbed) -> None:
    lined.actions_["views_beside"].trigger()
    (view,) = lined.views.shown
    assert grabbed(view.viewport(), view.position_of(30, 40)) == YELLOW


def test_removing_it_leaves_the_image_as_it_was(lined, panel, grabbed) -> None:
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert grabbed(lined.image.viewport(), lined.image.position_of(30, 40)) != YELLOW
    assert lined.session.scene.overlays == ()


def test_of_several_layers_those_that_are_chosen_are_shown(qtbot, demo, panel, answers, tmp_path) -> None:
    path = _parcels(demo, tmp_path / "fields.gpkg")
    _parcels(demo, path, layer="roads")
    _add(qtbot, demo, answers, path)
    dialog = demo.findChild(LayersChooser)
    dialog.list.selectAll()
    dialog.accept()
    idle(qtbot, demo)
    rows = [row for row in panel._rows if row.own]
    assert {row.title for row in rows} == {"fields: parcels", "fields: roads"}
    assert len({row.color for row in rows}) == 2


def test_lines_beside_the_scene_are_refused_in_words(qtbot, demo, panel, answers, tmp_path) -> None:
    _add(qtbot, demo, answers, _parcels(demo, tmp_path / "far.gpkg", far=5000.0))
    assert "lie outside the scene" in texts(demo)
    assert not any(row.own for row in panel._rows)


def test_a_project_and_the_next_opening_have_them_again_and_say_which_file_is_gone(
    qtbot, make_window, answers, tmp_path
) -> None:
    scene = write_demo(tmp_path / "scene")[0]
    first = make_window()
    open_scene(qtbot, first, scene)
    _add(qtbot, first, answers, _parcels(first, tmp_path / "fields.gpkg"))
    answers.save = tmp_path / "work.hsigui"
    first.actions_["save_project_as"].trigger()
    idle(qtbot, first)
    first.close()
    second = make_window()
    second.open_path(answers.save)
    qtbot.waitUntil(lambda: second.session.cube is not None and bool(second.session.scene.overlays), timeout=10_000)
    idle(qtbot, second)
    (row,) = (row for row in second._part(OverlaysPanel)._rows if row.own)
    assert (row.title, row.color, row.empty) == ("fields", YELLOW, False)
    second.close()
    (tmp_path / "fields.gpkg").unlink()
    third = make_window()
    third.open_path(answers.save)
    qtbot.waitUntil(lambda: "is not shown" in texts(third), timeout=10_000)
    idle(qtbot, third)
    assert "The overlay fields is not shown: fields.gpkg cannot be read" in texts(third)
    assert any(overlay.path is not None for overlay in third.session.scene.overlays)
