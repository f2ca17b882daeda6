"""Derived layers in the window: made, listed, shown in place of bands, looked at otherwise."""

from __future__ import annotations

import threading

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from hsigui.analysis import looks
from hsigui.cube.color_maps import colors_of
from hsigui.document.derived import BANDS, DerivedView, Measure
from hsigui.ui.layers import making
from hsigui.ui.layers.about_dialog import AboutLayer
from hsigui.ui.layers.controller import LayersController
from tests.ui.layers.asked import choose, dialog, layers, make, new_dialog, panel, part, settle
from tests.ui.windows import button, idle, opened, texts


def cover(window) -> np.ndarray:
    """What is drawn in place of the composite, rows x cols x 3."""
    packed = window.image._cover._buffer
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=2).astype(np.uint8)


def test_an_index_is_made_shown_with_its_key_and_listed_with_a_small_picture(qtbot, demo):
    found = make(qtbot, demo, "index", "ndvi")
    assert (found.name, found.kept.recipe.parameters["name"]) == ("NDVI", "ndvi")
    assert "NDVI is ready" in texts(demo)
    assert "b800: band" in texts(demo)
    values = found.layer.array
    cube = demo.session.cube
    near, red = (int(np.abs(cube.wavelengths - nm).argmin()) for nm in (800, 670))
    pixel = cube.spectrum(30, 40)
    np.testing.assert_allclose(values[30, 40], (pixel[near] - pixel[red]) / (pixel[near] + pixel[red]), rtol=1e-5)
    assert demo.session.scene.derived.view == DerivedView(1)
    assert demo.image.covered
    assert demo.image.color_key.title == "NDVI"
    np.testing.assert_array_equal(
        cover(demo), looks.picture_of(found.layer, found.look, (0, 0, *values.shape))[..., :3]
    )
    shown = panel(demo)
    assert [shown.list.item(0).text(), shown.list.count()] == ["NDVI", 1]
    assert not shown.list.item(0).icon().isNull()
    assert shown.details.isVisibleTo(shown)


def test_show_again_gives_the_bands_back_with_their_own_key(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    demo.actions_["show_layer"].trigger()
    settle(qtbot, demo)
    assert not demo.image.covered
    assert demo.image.color_key is None
    assert not demo.actions_["show_bands"].isEnabled()
    shown = panel(demo)
    item = shown.list.visualItemRect(shown.list.item(0)).center()
    QTest.mouseClick(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=item)
    QTest.mouseDClick(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=item)
    settle(qtbot, demo)
    assert demo.image.covered
    demo.display.presets["true colour"].click()
    settle(qtbot, demo)
    assert not demo.image.covered, "whoever asks for a composite gets it"


def test_colours_and_ends_are_chosen_for_each_layer_and_can_be_given_up(qtbot, demo):
    found = make(qtbot, demo, "index", "ndvi")
    shown = panel(demo)
    shown.colors.setCurrentIndex(shown.colors.findData("magma"))
    for field, text in ((shown.low, "-0.5"), (shown.high, "0.25")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, demo)
    (found,) = layers(demo)
    assert (found.look.colors, found.look.low, found.look.high) == ("magma", -0.5, 0.25)
    row, col = np.argwhere(found.layer.array > 0.25)[0]
    assert (cover(demo)[row, col] == colors_of("magma")[255]).all()
    assert demo.image.color_key.values == ("-0.5", "-0.125", "0.25")
    QTest.mouseClick(shown.usual, Qt.MouseButton.LeftButton)
    (found,) = layers(demo)
    assert (found.look.low, found.look.high) == (None, None)
    assert not shown.usual.isEnabled()


def test_measurements_are_channels_of_the_composite_beside_bands(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    demo.actions_["show_bands"].trigger()
    settle(qtbot, demo)
    composite = demo.scene._picture.rgb
    demo.actions_["layer_green"].trigger()
    settle(qtbot, demo)
    (found,) = layers(demo)
    mixed, (rows, cols) = cover(demo), found.layer.shape
    np.testing.assert_array_equal(mixed[..., 0], composite[..., 0])
    np.testing.assert_array_equal(mixed[..., 2], composite[..., 2])
    levels, _ = looks.levels(found.layer, 0, looks.ends_of(found.layer, found.look), (0, 0, rows, cols), 1)
    np.testing.assert_array_equal(mixed[..., 1], levels)
    assert demo.image.color_key is None
    demo.display.sliders["red"].setValue(demo.session.view.red + 5)
    settle(qtbot, demo)
    assert demo.session.scene.derived.view == DerivedView(0, None, Measure(1), None)
    assert not np.array_equal(cover(demo)[..., 0], composite[..., 0]), "the other channels follow their bands"
    demo.actions_["layer_green"].trigger()
    settle(qtbot, demo)
    assert demo.session.scene.derived.view == BANDS


def test_components_are_looked_at_one_by_one_and_as_colours(qtbot, demo):
    found = make(qtbot, demo, "pca")
    shown = panel(demo)
    assert [shown.measure.itemText(n) for n in range(shown.measure.count())] == ["PC 1", "PC 2", "PC 3"]
    shown.measure.setCurrentIndex(2)
    settle(qtbot, demo)
    assert demo.image.color_key.title == "Principal components: PC 3"
    demo.actions_["layer_rgb"].trigger()
    settle(qtbot, demo)
    assert demo.session.scene.derived.view == DerivedView(0, Measure(1, 0), Measure(1, 1), Measure(1, 2))
    rows, cols = found.layer.shape
    levels, _ = looks.levels(found.layer, 1, looks.usual_ends(found.layer, 1), (0, 0, rows, cols), 1)
    np.testing.assert_array_equal(cover(demo)[..., 1], levels)
    demo.actions_["layer_about"].trigger()
    about = dialog(demo, AboutLayer)
    assert "Components: 3" in about.words.text()
    ((numbers, _values),) = about.plot.curves()
    assert len(numbers) == len(found.layer.figures["eigenvalues"])
    about.reject()


def test_clusters_are_shown_with_a_legend(qtbot, demo):
    found = make(qtbot, demo, "kmeans")
    shown = panel(demo)
    assert shown.legend.count() == len(found.layer.classes) == 8
    assert shown.threshold.isHidden()
    assert not shown.labels.isHidden()
    row, col = np.argwhere(found.layer.array == 2)[0]
    assert tuple(cover(demo)[row, col]) == found.layer.classes.get(2).color
    demo.image.hovered.emit(int(row), int(col))
    assert shown.pixel.text() == found.layer.classes.get(2).name


def test_a_layer_of_earlier_bands_is_marked_and_made_again(qtbot, demo):
    make(qtbot, demo, "pca")
    cube = demo.session.cube
    good = [*cube.good_bands.tolist()]
    from hsigui.storage.band_edits import BandEdit

    bad = tuple(band for band in range(cube.bands) if band not in good[:-20])
    demo.bands.apply(BandEdit(bad_bands=bad))
    settle(qtbot, demo)
    shown = panel(demo)
    assert "The bands have changed" in shown.state.text()
    assert shown.list.item(0).font().italic()
    demo.actions_["make_layer_again"].trigger()
    settle(qtbot, demo)
    (found,) = layers(demo)
    assert len(found.kept.recipe.bands) == len(good) - 20
    assert "The bands have changed" not in shown.state.text()
    assert not shown.list.item(0).font().italic()


def test_a_layer_is_renamed_in_the_list_and_taken_away(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    make(qtbot, demo, "pca")
    choose(demo, 1)
    demo.actions_["rename_layer"].trigger()
    field = panel(demo).list.findChild(QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "how green")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [each.name for each in layers(demo)] == ["how green", "Principal components"])
    choose(demo, 2)
    demo.actions_["remove_layer"].trigger()
    settle(qtbot, demo)
    assert [each.name for each in layers(demo)] == ["how green"]
    assert part(demo, LayersController).chosen.name == "how green"
    assert not demo.image.covered, "what was shown is gone"
    QTest.mouseClick(button(demo, "Take it back"), Qt.MouseButton.LeftButton)
    assert [each.name for each in layers(demo)] == ["how green", "Principal components"]
    demo.actions_["remove_layer"].trigger()
    demo.actions_["remove_layer"].trigger()
    assert panel(demo).hint.isVisibleTo(panel(demo))
    assert not demo.actions_["show_layer"].isEnabled()


def test_a_layer_that_is_being_made_can_be_given_up(qtbot, demo, monkeypatch):
    begun = threading.Event()

    def never(cube, recipe, ctx):
        while True:
            ctx.progress(1, 4, "Computing")
            begun.set()

    monkeypatch.setattr(making, "make", never)
    asked = new_dialog(demo, "pca")
    asked.accept()
    qtbot.waitUntil(begun.is_set)
    shown = panel(demo)
    qtbot.waitUntil(lambda: shown.busy.text.text() == "Computing")
    assert shown.busy.bar.value() == 250
    QTest.mouseClick(shown.busy.cancel, Qt.MouseButton.LeftButton)
    idle(qtbot, demo)
    assert layers(demo) == []
    assert not shown.busy.cancel.isVisibleTo(shown)


def test_layers_are_those_of_the_scene_that_is_shown(qtbot, demo, demo_files, answers):
    make(qtbot, demo, "index", "ndvi")
    first = demo.session.scene
    opened(qtbot, demo, demo_files[0])
    settle(qtbot, demo)
    assert demo.session.scene is not first
    assert panel(demo).list.count() == 0
    assert not demo.image.covered
    make(qtbot, demo, "pca")
    demo.session.show(first)
    settle(qtbot, demo)
    assert [panel(demo).list.item(0).text(), panel(demo).list.count()] == ["NDVI", 1]
    assert demo.image.color_key.title == "NDVI"


def test_layers_are_offered_to_other_views(qtbot, demo):
    told = []
    demo.subjects.changed.connect(told.append)
    found = make(qtbot, demo, "kmeans")
    assert "" in told
    subject = demo.subjects.named(demo.session.scene, "layer 1")
    assert (subject.title, subject.key) == ("k-means", None)
    assert subject.legend[0] == (found.layer.classes.get(1).name, found.layer.classes.get(1).color)
    np.testing.assert_array_equal(
        subject.draw((10, 20, 30, 50), 2), looks.picture_of(found.layer, found.look, (10, 20, 30, 50), 2)
    )
    told.clear()
    demo.session.scene.derived.rename(1, "groups")
    assert "layer 1" in told
    assert demo.subjects.named(demo.session.scene, "layer 1").title == "groups"


def test_the_value_under_the_cursor_is_told(qtbot, demo):
    found = make(qtbot, demo, "index", "ndvi")
    QTest.mouseMove(demo.image.viewport(), QPoint(demo.image.position_of(20, 30)))
    qtbot.waitUntil(lambda: panel(demo).pixel.text() == f"{float(found.layer.array[20, 30]):.5g}")
    demo.image.left_scene.emit()
    assert panel(demo).pixel.text() == "–"
