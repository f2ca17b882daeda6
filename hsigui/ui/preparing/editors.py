"""Editors of the settings of a step: made of its fields, or a line of text where it has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.sensor_tables import sensors
from hsigui.preparing.asked import OFFERED
from hsigui.preparing.fields import Bands, Choice, Ends, Field, File, Form, MapBox, Number, Values, Window
from hsigui.texts import say
from hsigui.ui.desk.setting_editors import DECIMALS, Decimal
from hsigui.ui.preparing.words import title_of

LARGEST = 2_000_000_000


@dataclass(frozen=True)
class Sources:
    """Where editors ask for what is not typed; each gives None where there is nothing.

    Attributes:
        file: asks for a file, by a title.
        seen: rows and columns that are seen in the main view, as text.
        seen_map: the same as a box of the map.
    """

    file: Callable[[str], Path | None]
    seen: Callable[[], tuple[str, str] | None]
    seen_map: Callable[[], str | None]


class FieldEditor(QWidget):
    """Edits one part of the text.

    Signals:
        changed(): by the user.
    """

    changed = Signal()

    def __init__(self, field: Field, sources: Sources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field, self._sources = field, sources
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.line: QLineEdit | None = None
        self.box: QComboBox | None = None
        self.spin: QSpinBox | QDoubleSpinBox | None = None
        self._known = ""
        self._build()

    @property
    def text(self) -> str:
        """What it shows."""
        if self.spin is not None:
            return self._number()
        if self.box is not None and not self.box.isEditable():
            return str(self.box.currentData())
        line = self.line or (self.box.lineEdit() if self.box is not None else None)
        return "" if line is None else line.text().strip()

    def set_text(self, text: str) -> None:
        """Shows a text; tells nobody."""
        self._known = text
        if self.spin is not None:
            self._set_number(text)
        elif self.box is not None and not self.box.isEditable():
            with QSignalBlocker(self.box):
                self.box.setCurrentIndex(max(0, self.box.findData(text)))
        elif self.box is not None:
            with QSignalBlocker(self.box):
                self.box.setEditText(text)
        elif self.line is not None:
            self.line.setText(text)

    # Building

    def _build(self) -> None:
        field = self.field
        if isinstance(field, Number):
            self._build_number(field)
        elif isinstance(field, Choice):
            self._build_choice(field)
        else:
            self._build_line(field)

    def _build_number(self, field: Number) -> None:
        if field.whole:
            self.spin = QSpinBox(self)
            lowest = int(field.low) - (field.every if self._has_word else 0)
            self.spin.setRange(lowest, int(min(field.high, LARGEST)))
            self.spin.setSingleStep(field.every)
        else:
            self.spin = Decimal(self)
            self.spin.setDecimals(DECIMALS)
            # One below the least number stands for none: what is then taken is the hint.
            self.spin.setRange(0.0 if self._has_word else field.low, field.high)
            self.spin.setSingleStep(0.01 if field.high <= 10 else 1.0)
        if self._has_word:
            self.spin.setSpecialValueText(field.instead[1] or field.hint or say("not given"))
        self.spin.setSuffix(f" {field.unit}" if field.unit else "")
        self.spin.setKeyboardTracking(False)
        _name(self.spin, field)
        self.spin.valueChanged.connect(self._tell)
        self._row.addWidget(self.spin)
        self._row.addStretch(1)

    @property
    def _has_word(self) -> bool:
        """Whether something stands in place of the lowest number: a word, or nothing at all."""
        return isinstance(self.field, Number) and (bool(self.field.instead[0]) or not self.field.start)

    def _number(self) -> str:
        field, spin = self.field, self.spin
        assert spin is not None
        assert isinstance(field, Number)
        if self._has_word and spin.value() == spin.minimum():
            return field.instead[0]
        if isinstance(spin, QSpinBox):
            low = int(field.low)
            return str(low + (spin.value() - low) // field.every * field.every)
        return f"{spin.value():.12g}"

    def _set_number(self, text: str) -> None:
        spin = self.spin
        assert spin is not None
        text = text or self.field.start
        with QSignalBlocker(spin):
            none = self._has_word and text in ("", getattr(self.field, "instead", ("",))[0])
            if isinstance(spin, QSpinBox):
                spin.setValue(spin.minimum() if none else int(text or spin.minimum()))
            else:
                spin.setValue(spin.minimum() if none else float(text or spin.minimum()))

    def _build_choice(self, field: Choice) -> None:
        self.box = QComboBox(self)
        for word, title in field.choices:
            self.box.addItem(title, word)
        self.box.setEditable(field.free)
        _name(self.box, field)
        self.box.currentIndexChanged.connect(self._tell)
        self._row.addWidget(self.box, 1)

    def _build_line(self, field: Field) -> None:
        if isinstance(field, File) and field.choices:
            self.box = QComboBox(self)
            self.box.setEditable(True)
            self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self.box.setMinimumContentsLength(12)
            self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.box.addItems([word for word, _ in field.choices])
            self.box.setCurrentIndex(-1)
            line = self.box.lineEdit()
            self.box.activated.connect(self._finished)
        else:
            self.line = line = QLineEdit(self)
        assert line is not None
        line.setPlaceholderText(field.hint)
        _name(self.box or line, field)
        line.editingFinished.connect(self._finished)
        self._row.addWidget(self.box or line, 1)
        for title, tip, take in self._takers(field):
            button = QPushButton(title, self)
            button.setToolTip(tip)
            button.setAccessibleName(say("{name}: {tip}", name=field.name, tip=tip))
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._take, take))
            self._row.addWidget(button)

    def _takers(self, field: Field) -> list[tuple[str, str, Callable[[], str | None]]]:
        """Buttons that give the field a text: what they say, their tip, and what does it."""
        if isinstance(field, File):
            return [(say("Choose…"), say("Choose a file"), self._file)]
        if isinstance(field, Ends | Window):
            return [(say("As seen"), say("Take what is seen in the main view"), self._seen)]
        if isinstance(field, MapBox):
            return [(say("As seen"), say("Take what is seen in the main view"), self._sources.seen_map)]
        if isinstance(field, Bands) and field.good:
            return [(say("Good"), say("All bands that are not marked bad"), lambda: "good")]
        return []

    def _file(self) -> str | None:
        path = self._sources.file(self.field.name)
        return None if path is None else str(path)

    def _seen(self) -> str | None:
        found = self._sources.seen()
        if found is None or isinstance(self.field, Window):
            return None if found is None else ",".join(found)
        return found[0] if isinstance(self.field, Ends) and self.field.of == "rows" else found[1]

    def _take(self, take: Callable[[], str | None], *_pressed: bool) -> None:
        text = take()
        if text is not None:
            self.set_text(text)
            self._tell()

    def _finished(self, *_place: int) -> None:
        if self.text != self._known:
            self._tell()

    def _tell(self, *_value: object) -> None:
        self._known = self.text
        if self.spin is not None:
            self._set_number(self._known)  # a number between those that are allowed
        self.changed.emit()


class StepForm(QWidget):
    """All fields of a step, and the way where there are several.

    Signals:
        changed(text): by the user.
    """

    changed = Signal(str)

    def __init__(self, option: str, sources: Sources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = next((row for row in OFFERED if row.option == option), None)
        self._title, self._sources = title_of(option), sources
        self._form: Form | None = None if row is None else row.fields
        self._hint = "" if row is None else row.form
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.ways: QComboBox | None = None
        self.editors: list[FieldEditor] = []
        self._place: QWidget | None = None
        self._way = -1
        self._text = ""
        if self._form is not None and len(self._form.ways) > 1:
            self._build_ways(self._form)

    @property
    def text(self) -> str:
        """What it shows."""
        if self._form is None or self._way < 0:
            return self.editors[0].text if self.editors else ""
        return self._form.text_of(Values(self._way, tuple(editor.text for editor in self.editors)))

    def set_text(self, text: str) -> None:
        """Shows a text; tells nobody. One that does not fit the fields stands in a line as it is."""
        self._text = text
        values = None if self._form is None else self._form.values_of(text)
        if self._form is None or values is None:
            if self._way != -2:
                self._show((Field(self._title, hint=self._hint),))
                self._way = -2
            self.editors[0].set_text(text)
            return
        if values.way != self._way:
            self._way = values.way
            self._show(self._form.ways[values.way].fields)
            if self.ways is not None:
                with QSignalBlocker(self.ways):
                    self.ways.setCurrentIndex(values.way)
        for editor, part in zip(self.editors, values.texts, strict=True):
            editor.set_text(part)

    def draw(self, rows: str, cols: str) -> bool:
        """Takes a box that was drawn; returns whether there is a field for it."""
        for editor in self.editors:
            if isinstance(editor.field, Window | Ends):
                whole = f"{rows},{cols}"
                of_rows = isinstance(editor.field, Ends) and editor.field.of == "rows"
                editor.set_text(whole if isinstance(editor.field, Window) else rows if of_rows else cols)
                self._tell()
                return True
        return False

    def _build_ways(self, form: Form) -> None:
        self.ways = QComboBox(self)
        for way in form.ways:
            self.ways.addItem(way.title)
        self.ways.setAccessibleName(say("{title}: way", title=self._title))
        self.ways.setMinimumContentsLength(12)
        self.ways.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.ways.currentIndexChanged.connect(self._other_way)
        self._column.addWidget(self.ways)

    def _other_way(self, way: int) -> None:
        if self._form is not None:
            self.set_text(self._form.text_of(self._form.start(way)))
            self.changed.emit(self._text)

    def _show(self, fields: tuple[Field, ...]) -> None:
        if self._place is not None:
            self._column.removeWidget(self._place)
            self._place.hide()
            self._place.deleteLater()
        self._place = QWidget(self)
        form = QFormLayout(self._place)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        if any(not isinstance(field, Number | Choice) for field in fields):
            form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)  # paths need the room
        self.editors = []
        for field in fields:
            editor = FieldEditor(_with_sensors(field), self._sources, self._place)
            editor.changed.connect(self._tell)
            form.addRow(field.name, editor)
            self.editors.append(editor)
        self._column.addWidget(self._place)

    def _tell(self) -> None:
        if self.text != self._text:
            self._text = self.text
            self.changed.emit(self.text)


def start_of(option: str) -> str:
    """The text of a step that was just added."""
    row = next((row for row in OFFERED if row.option == option), None)
    if row is None or row.fields is None:
        return ""
    return row.fields.text_of(row.fields.start())


def _with_sensors(field: Field) -> Field:
    """The field of another sensor with the names of those that are known."""
    if isinstance(field, File) and field.sensors:
        return File(field.name, field.start, field.hint, field.mark, tuple((one.name, "") for one in sensors()))
    return field


def _name(widget: QWidget, field: Field) -> None:
    widget.setAccessibleName(field.name)
    widget.setToolTip(field.hint or field.name)
