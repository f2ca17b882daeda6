"""Maps by spectra beside maps by a run, and what is asked for in odd states of the window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from hsigui.ui.map.spectra_dialog import SpectraDialog
from tests.analysis.libraries import made
from tests.ui.layers.asked import dialog, settle
from tests.ui.windows import click, paint, texts

LEFT = Qt.MouseButton.LeftButton


def asked_for(window) -> SpectraDialog:
    window.actions_["classify_by"].trigger()
    return dialog(window, SpectraDialog)


def test_a_map_by_means_stands_until_the_next_stroke(qtbot, mapped):
    session, run_map = mapped.session, mapped.session.class_map
    asked = asked_for(mapped)
    settle(qtbot, mapped)
    assert "would be unclassified" in asked.told.text()
    assert mapped.actions_["classify_by"].isEnabled()
    mapped.actions_["classify_by"].trigger()  # again: the same dialog
    assert dialog(mapped, SpectraDialog) is asked
    asked.reject()
    settle(qtbot, mapped)
    assert session.class_map is run_map  # a look ahead leaves nothing behind

    asked = asked_for(mapped)
    asked.limited.setChecked(False)
    QTest.mouseClick(asked.make, LEFT)
    settle(qtbot, mapped)
    by_means = session.map
    assert by_means.nearest is not None
    assert by_means.accuracy.overlap == np.count_nonzero(by_means.trained_on) > 0
    assert mapped.map_panel.threshold.isVisibleTo(mapped.map_panel)
    assert not mapped.map_panel.smooth.isVisibleTo(mapped.map_panel)
    mapped.actions_["live"].trigger()
    mapped.actions_["live"].trigger()
    settle(qtbot, mapped)
    assert session.map is by_means  # it is not of other labels
    mapped.actions_["copy_commands"].trigger()
    settle(qtbot, mapped)
    assert "Save the labels (Ctrl+S), then copy again." in texts(mapped)

    mapped.actions_["tool_brush"].trigger()
    before = session.labels.labelled()
    paint(mapped, (5, 5), (6, 6), (70, 70))
    assert (session.live, session.labels.labelled() > before) == (True, True)
    settle(qtbot, mapped)
    assert session.map.nearest is None
    assert not mapped.map_panel.threshold.isVisibleTo(mapped.map_panel)


def test_kept_spectra_stand_for_classes_and_another_scene_closes_the_dialog(qtbot, demo, tmp_path):
    for place in ((10, 10), (60, 80), (120, 30)):
        click(demo, *place, Qt.KeyboardModifier.ShiftModifier)
        settle(qtbot, demo)
    asked = asked_for(demo)
    settle(qtbot, demo)
    assert [row.reference.place for row in asked.choice.rows] == [(10, 10), (60, 80), (120, 30)]
    asked.table.topLevelItem(0).setText(1, "Here")
    QTest.mouseClick(asked.make, LEFT)
    settle(qtbot, demo)
    assert demo.session.map.nearest.matching.names[0] == "Here"
    assert "Here" in [info.name for info in demo.session.classes]
    demo.actions_["copy_python"].trigger()
    settle(qtbot, demo)
    assert "pixels={'Here': (10, 10)" in QGuiApplication.clipboard().text()
    asked = asked_for(demo)
    assert asked.choice.rows[0].reference.group == "Here"  # as the map was made
    demo.scene.open_path(made(tmp_path).scene)
    qtbot.waitUntil(lambda: demo.session.open_scenes == 2, timeout=20_000)
    settle(qtbot, demo)
    assert not [each for each in demo.findChildren(SpectraDialog) if each.isVisible()]
    assert demo.session.class_map is None
