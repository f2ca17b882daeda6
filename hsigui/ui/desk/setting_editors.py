"""Widgets that edit one setting each: a number with its range and unit, a word of some, on or off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from hsigui.parameters import Setting, Value, told

DECIMALS = 12  # kept of a number; as many are shown as it has


class Editor(Protocol):
    """What a row of settings needs of a widget. Values that it is given are not told to `when_changed`."""

    @property
    def widget(self) -> QWidget:
        """The widget itself."""

    def value(self) -> Value:
        """What it shows."""

    def set_value(self, value: Value) -> None:
        """Shows a value."""

    def when_changed(self, call: Callable[[], None]) -> None:
        """Calls after every change by the user."""

    def name_lowest(self, text: str) -> None:
        """Shows a text in place of the lowest value."""


class Decimal(QDoubleSpinBox):
    """A number that is written as short as it can be: 0.1, 5e-05."""

    def textFromValue(self, value: float) -> str:
        return told(value)

    def valueFromText(self, text: str) -> float:
        return _number(self._bare(text)) or 0.0

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        bare = self._bare(text)
        value = _number(bare)
        if value is not None and self.minimum() <= value <= self.maximum():
            return QValidator.State.Acceptable, text, position
        unfinished = value is not None or bare == "" or set(bare) <= set("0123456789.,eE+-")
        return QValidator.State.Intermediate if unfinished else QValidator.State.Invalid, text, position

    def fixup(self, text: str) -> str:
        return self.textFromValue(self.value()) + self.suffix()

    def _bare(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip()


class _Number:
    """A whole or decimal number in a spin box."""

    def __init__(self, setting: Setting, parent: QWidget) -> None:
        self._whole = isinstance(setting.default, int)
        self.box: QSpinBox | QDoubleSpinBox
        if self._whole:
            self.box = QSpinBox(parent)
            self.box.setRange(int(setting.low), int(setting.high))
            self.box.setSingleStep(setting.every)
        else:
            self.box = Decimal(parent)
            self.box.setDecimals(DECIMALS)
            self.box.setRange(setting.low, setting.high)
            self.box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self._setting = setting
        self.box.setSuffix(f" {setting.unit}" if setting.unit else "")
        self.box.setKeyboardTracking(False)

    @property
    def widget(self) -> QWidget:
        return self.box

    def value(self) -> Value:
        """The number that is shown; a whole one is drawn down to one that is allowed."""
        if not self._whole:
            return float(self.box.value())
        low = int(self._setting.low)
        return low + (int(self.box.value()) - low) // self._setting.every * self._setting.every

    def set_value(self, value: Value) -> None:
        with QSignalBlocker(self.box):
            if isinstance(self.box, QSpinBox):
                self.box.setValue(int(value))
            else:
                self.box.setValue(float(value))

    def when_changed(self, call: Callable[[], None]) -> None:
        def changed(_value: float) -> None:
            self.set_value(self.value())  # a number between those that are allowed
            call()

        self.box.valueChanged.connect(changed)

    def name_lowest(self, text: str) -> None:
        self.box.setSpecialValueText(text)


class _Word:
    """One of some words."""

    def __init__(self, setting: Setting, parent: QWidget) -> None:
        self.box = QComboBox(parent)
        for word in setting.choices:
            self.box.addItem(word)

    @property
    def widget(self) -> QWidget:
        return self.box

    def value(self) -> Value:
        return self.box.currentText()

    def set_value(self, value: Value) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentText(str(value))

    def when_changed(self, call: Callable[[], None]) -> None:
        def changed(_place: int) -> None:
            call()

        self.box.currentIndexChanged.connect(changed)

    def name_lowest(self, text: str) -> None:
        raise AssertionError(f"a choice has no lowest value to be called {text}")


class _Text:
    """Any text."""

    def __init__(self, parent: QWidget) -> None:
        self.box = QLineEdit(parent)

    @property
    def widget(self) -> QWidget:
        return self.box

    def value(self) -> Value:
        return self.box.text()

    def set_value(self, value: Value) -> None:
        with QSignalBlocker(self.box):
            self.box.setText(str(value))

    def when_changed(self, call: Callable[[], None]) -> None:
        def changed(_text: str) -> None:
            call()

        self.box.textChanged.connect(changed)

    def name_lowest(self, text: str) -> None:
        raise AssertionError(f"a text has no lowest value to be called {text}")


class _Switch:
    """On or off."""

    def __init__(self, parent: QWidget) -> None:
        self.box = QCheckBox(parent)

    @property
    def widget(self) -> QWidget:
        return self.box

    def value(self) -> Value:
        return self.box.isChecked()

    def set_value(self, value: Value) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(value))

    def when_changed(self, call: Callable[[], None]) -> None:
        def changed(_on: bool) -> None:
            call()

        self.box.toggled.connect(changed)

    def name_lowest(self, text: str) -> None:
        raise AssertionError(f"a switch has no lowest value to be called {text}")


def editor_of(setting: Setting, parent: QWidget) -> Editor:
    """The editor for a setting."""
    if isinstance(setting.default, bool):
        return _Switch(parent)
    if setting.free:
        return _Text(parent)
    return _Word(setting, parent) if setting.choices else _Number(setting, parent)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
