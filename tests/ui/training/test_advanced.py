"""The settings of a method under Advanced: folded away, in their ranges, marked where they differ."""

from __future__ import annotations

from html import escape

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox

from hsigui.methods.registry import built_in, method
from hsigui.specs import PretrainSpec
from hsigui.ui.desk.setting_editors import Decimal
from hsigui.ui.desk.tips import shortened
from hsigui.ui.training.advanced import Advanced
from hsigui.ui.training.method_panel import MethodPanel

PRESETS = [(info, preset) for info in built_in() for preset in info.presets]


@pytest.fixture
def panel(qtbot):
    made = MethodPanel(())
    qtbot.addWidget(made)
    made.show()
    return made


def choose(panel: MethodPanel, name: str, preset: str = "quick") -> Advanced:
    panel.method.setCurrentIndex(panel.method.findData(name))
    panel.preset.setCurrentIndex(panel.preset.findData(preset))
    return panel.advanced


def test_the_settings_are_folded_away_until_they_are_asked_for(panel):
    box = panel.advanced.editor("temperature").widget
    assert not box.isVisible()
    panel.advanced.header.click()
    assert box.isVisible()
    choose(panel, "purified")
    assert panel.advanced.editor("base").widget.isVisible()


def test_settings_that_nobody_unfolded_are_those_of_the_preset_and_have_their_place_in_the_order_of_tab(panel):
    plain = PretrainSpec(seed=panel.seed.value(), device=panel.device.currentData())
    assert panel.spec() == plain
    panel.show_spec(plain)
    assert not panel.advanced.findChildren(Decimal)  # no row was made for what is as it was
    panel.advanced.header.click()
    assert panel.spec() == plain
    panel.activateWindow()
    panel.advanced.header.setFocus()
    QTest.keyClick(panel.advanced.header, Qt.Key.Key_Tab)
    assert panel.focusWidget() is panel.advanced.editor("steps").widget
    assert panel.advanced.header.text() == "Advanced"


@pytest.mark.parametrize(("info", "preset"), PRESETS, ids=lambda each: each.name)
def test_every_setting_has_a_row_with_its_range_and_its_sentence(panel, info, preset):
    advanced = choose(panel, info.name, preset.name)
    described = preset.settings.described()
    assert advanced.isVisibleTo(panel) == bool(described)
    for each in described:
        box = advanced.editor(each.name).widget
        assert box.toolTip() == shortened(each.sentence)
        assert escape(each.sentence, quote=False) in box.whatsThis()
        assert advanced.editor(each.name).value() == each.default
        if isinstance(box, QSpinBox | Decimal):
            assert (box.minimum(), box.maximum()) == (each.low, each.high)
            assert each.unit in box.suffix()
        elif isinstance(box, QComboBox):
            assert tuple(box.itemText(n) for n in range(box.count())) == each.choices
    assert panel.spec() == PretrainSpec(info.name, preset.name)


def test_what_is_changed_is_asked_for_marked_counted_and_taken_back(panel):
    advanced = panel.advanced
    advanced.editor("temperature").widget.setValue(0.2)
    advanced.editor("kl").widget.setCurrentText("none")
    advanced.editor("symmetric").widget.setChecked(False)
    advanced.editor("precision").widget.setCurrentText("float32")
    advanced.editor("monitor").widget.setChecked(False)
    advanced.editor("patience").widget.setValue(0)
    advanced.editor("steps").widget.setValue(300)
    assert panel.spec() == PretrainSpec(
        epochs=300, monitor=False, patience=0, precision="float32",
        settings={"temperature": 0.2, "kl": "none", "symmetric": False},
    )  # fmt: skip
    assert advanced.header.text() == "Advanced (7 changed)"
    row = advanced._rows["temperature"]
    assert row.label.font().bold()
    assert "•" in row.label.text()
    assert not advanced._rows["rate"].label.font().bold()
    advanced.reset_button.click()
    assert panel.spec() == PretrainSpec()
    assert advanced.header.text() == "Advanced"
    assert not advanced.reset_button.isVisible()


def test_a_training_that_goes_on_shows_its_settings(panel):
    spec = PretrainSpec(
        "purified", "paper", 4, "cpu", 7, False, 3, "bfloat16", settings={"temperature": 0.7, "width": 64}
    )
    panel.show_spec(spec)
    assert panel.spec() == spec
    panel.show_spec(PretrainSpec())
    assert panel.spec() == PretrainSpec()


def test_an_untrained_run_leaves_the_length_of_the_preset(panel):
    """The window trains for one step at least: none must not become one."""
    panel.show_spec(PretrainSpec("purified", epochs=0, settings={"temperature": 0.7}))
    assert panel.spec() == PretrainSpec("purified", settings={"temperature": 0.7})


def test_settings_come_back_with_the_method_that_they_are_of(panel):
    panel.advanced.editor("temperature").widget.setValue(0.2)
    choose(panel, "purified")
    assert panel.spec().settings == {}
    choose(panel, "lscosa")
    assert panel.spec().settings == {"temperature": 0.2}


def test_a_number_between_those_that_are_allowed_is_drawn_down(panel):
    box = panel.advanced.editor("box").widget
    box.setValue(8)
    assert (box.value(), panel.spec().settings) == (7, {"box": 7})
    box.stepUp()
    assert panel.spec().settings == {"box": 9}
    box.setValue(1)
    assert panel.spec().settings == {}


def test_nothing_can_be_changed_while_it_trains(panel):
    panel.set_running(True)
    assert not panel.advanced.editor("rate").widget.isEnabled()
    choose(panel, "purified")
    assert not panel.advanced.editor("rate").widget.isEnabled()
    panel.set_running(False)
    assert panel.advanced.editor("rate").widget.isEnabled()


def test_a_wheel_that_scrolls_the_panel_changes_nothing(panel):
    panel.advanced.header.click()
    box = panel.advanced.editor("prototypes").widget
    panel.setFocus()
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, turn)
    assert panel.spec().settings == {}


@pytest.mark.parametrize(
    ("text", "state"),
    [("0.5", QValidator.State.Acceptable), ("5e-5", QValidator.State.Acceptable),
     ("0,5", QValidator.State.Acceptable), ("5e-", QValidator.State.Intermediate),
     ("7", QValidator.State.Intermediate), ("hot", QValidator.State.Invalid)],
)  # fmt: skip
def test_small_numbers_can_be_typed_as_they_are_shown(panel, text, state):
    box = choose(panel, "lscosa").editor("rate").widget
    assert isinstance(box, Decimal)
    assert box.validate(text, 0)[0] == state


def test_small_numbers_are_shown_short(panel):
    box = choose(panel, "lscosa", "paper").editor("weight_decay").widget
    assert box.text() == "1.5e-06"
    assert box.value() == 1.5e-6 == method("lscosa").preset("paper").settings().weight_decay


@pytest.mark.parametrize(("info", "preset"), PRESETS, ids=lambda each: each.name)
def test_the_rows_fit_into_a_narrow_panel(panel, info, preset):
    advanced = choose(panel, info.name, preset.name)
    advanced.header.setChecked(True)
    panel.setFixedWidth(300)
    QApplication.processEvents()
    assert panel.minimumSizeHint().width() <= 300
    for row in advanced._rows.values():
        assert row.editor.widget.width() >= row.editor.widget.minimumSizeHint().width()
        assert row.label.height() >= row.label.heightForWidth(row.label.width())
