"""What can be set of a method beside the usual: folded away, a row for each setting with range, unit and meaning."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.settings import Setting, Value, told
from hsigui.specs import PRECISIONS, PretrainSpec
from hsigui.texts import say
from hsigui.ui.desk.setting_editors import Editor, editor_of
from hsigui.ui.desk.tips import shortened

OWN_PATIENCE = -1  # in the spin box: what the preset has
PATIENCE = Setting(
    "patience", OWN_PATIENCE, OWN_PATIENCE, 1000, unit=say("readings"),
    sentence=say("Stop after so many readings of the monitor without a better one; 0 never stops. The preset's own: 10 "
                 "for Paper where there are labels to watch by, else never."),
)  # fmt: skip
MONITOR = Setting("monitor", True, sentence=say("Watch now and then how good the features are; the second curve."))
PRECISION = Setting(
    "precision", "auto", choices=PRECISIONS,
    sentence=say("Numbers that networks compute in; auto is bfloat16 where the processor has it."),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Row:
    setting: Setting
    label: QLabel
    editor: Editor


class Advanced(QWidget):
    """The settings of one preset of a method; what differs from the preset is marked and counted.

    Signals:
        changed: a value was changed, by the user or the program.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = QToolButton(self)
        self.header.setAutoRaise(True)
        self.header.setCheckable(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setArrowType(Qt.ArrowType.RightArrow)
        self.header.setToolTip(say("What decides the training beside method, preset and seed"))
        self.header.toggled.connect(self._unfold)
        self.reset_button = QPushButton(say("Reset"), self)
        self.reset_button.setToolTip(say("Gives every setting the value of the preset"))
        self.reset_button.clicked.connect(self.reset)
        head = QHBoxLayout()
        head.addWidget(self.header)
        head.addStretch(1)
        head.addWidget(self.reset_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(head)
        self._body = QWidget(self)
        self._column.addWidget(self._body)
        self._running = False
        self._settings: tuple[Setting, ...] = ()
        self._made: dict[str, _Row] | None = None  # rows that nobody has unfolded have the values of the preset
        self._preset: Preset | None = None
        self._key = ("", "")
        self._kept: dict[tuple[str, str], dict[str, Value]] = {}  # by method and preset, while others are shown
        self._mark()

    def show_preset(self, info: MethodInfo, preset: Preset) -> None:
        """Shows the settings of a preset, as they were when it was last shown."""
        if self._preset is not None:
            self._kept[self._key] = self._differing()
        self._preset, self._key = preset, (info.name, preset.name)
        self._settings = _settings_of(preset)
        self._drop()
        self._put(self._kept.get(self._key, {}))
        self.setVisible(bool(self._settings))

    def show_spec(self, spec: PretrainSpec) -> None:
        """Shows the values of a training of the preset that is shown; what the preset does not know is left out."""
        own = {
            _length(self._preset).name if self._preset else "": spec.epochs or None, "monitor": spec.monitor,
            "patience": spec.patience, "precision": spec.precision,
        }  # fmt: skip
        self._put({name: value for name, value in own.items() if value is not None} | dict(spec.settings))

    def onto(self, spec: PretrainSpec) -> PretrainSpec:
        """A spec of the preset that is shown with the values that are shown."""
        found = self._differing()
        length = "" if self._preset is None else _length(self._preset).name
        epochs, patience = found.pop(length, None), found.pop(PATIENCE.name, None)
        return dataclasses.replace(
            spec,
            epochs=None if epochs is None else int(epochs),
            patience=None if patience is None else int(patience),
            monitor=bool(found.pop(MONITOR.name, spec.monitor)),
            precision=str(found.pop(PRECISION.name, spec.precision)),
            settings=found,
        )

    def reset(self) -> None:
        """Gives every setting the value of the preset."""
        self._put({})

    def set_running(self, running: bool) -> None:
        """Holds the values while they are being used."""
        self._running = running
        self._body.setEnabled(not running)
        self.reset_button.setEnabled(not running)

    def editor(self, name: str) -> Editor:
        """What a setting is edited with."""
        return self._rows[name].editor

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A wheel that scrolls the panel must not change what happens to lie under the pointer.
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _unfold(self, unfolded: bool) -> None:
        self.header.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        if unfolded:
            _ = self._rows
        self._body.setVisible(unfolded)

    def _drop(self) -> None:
        self._body.hide()
        self._body.deleteLater()
        self._body, self._made = QWidget(self), None
        self._column.addWidget(self._body)
        self._body.setEnabled(not self._running)
        self._unfold(self.header.isChecked())

    @property
    def _rows(self) -> dict[str, _Row]:
        """A row for each setting; not there until they are unfolded, asked for, or unlike the preset."""
        if self._made is None:
            self._made = self._build()
        return self._made

    def _build(self) -> dict[str, _Row]:
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        rows: dict[str, _Row] = {}
        before: QWidget = self.reset_button
        for number, setting in enumerate(self._settings):
            row = self._row(setting)
            grid.addWidget(row.label, number, 0)
            grid.addWidget(row.editor.widget, number, 1)
            QWidget.setTabOrder(before, row.editor.widget)
            before = row.editor.widget
            rows[setting.name] = row
        return rows

    def _row(self, setting: Setting) -> _Row:
        editor, whole = editor_of(setting, self._body), self._told(setting)
        if setting is PATIENCE:
            editor.name_lowest(say("preset's own"))
        editor.widget.setMinimumWidth(self.fontMetrics().averageCharWidth() * 17)
        editor.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.widget.setToolTip(shortened(setting.sentence))
        editor.widget.setWhatsThis(whole)
        editor.widget.setAccessibleName(setting.title)
        editor.widget.setAccessibleDescription(setting.sentence)
        editor.widget.installEventFilter(self)
        editor.set_value(setting.default)
        editor.when_changed(self._changed)
        label = QLabel(setting.title, self._body)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        label.setToolTip(shortened(setting.sentence))
        label.setWhatsThis(whole)
        label.setBuddy(editor.widget)
        return _Row(setting, label, editor)

    def _told(self, setting: Setting) -> str:
        """What a setting does, what it may be, and what the preset has; as rich text, which wraps."""
        allowed = " ".join(filter(None, (setting.allowed, setting.unit)))
        own = say("its own") if setting is PATIENCE else told(setting.default)
        bounds = "" if setting is PATIENCE else f"{allowed}; "
        title = say("The preset") if self._preset is None else self._preset.title
        has = say("{title} has {own}.", title=title, own=own)
        return f"<p>{escape(setting.sentence, quote=False)}</p><p>{bounds}{has}</p>"

    def _put(self, values: Mapping[str, Value]) -> None:
        unlike = any(values.get(each.name, each.default) != each.default for each in self._settings)
        if self._made is not None or unlike:
            for name, row in self._rows.items():
                row.editor.set_value(values.get(name, row.setting.default))
        self._mark()
        self.changed.emit()

    def _changed(self) -> None:
        self._mark()
        self.changed.emit()

    def _differing(self) -> dict[str, Value]:
        """The values that are not the preset's own."""
        rows = self._made or {}
        values = {name: row.editor.value() for name, row in rows.items()}
        return {name: value for name, value in values.items() if value != rows[name].setting.default}

    def _mark(self) -> None:
        differing = self._differing()
        for name, row in (self._made or {}).items():
            font = row.label.font()
            font.setBold(name in differing)
            row.label.setFont(font)
            row.label.setText(f"{row.setting.title} •" if name in differing else row.setting.title)
        count = len(differing)
        self.header.setText(say("Advanced ({count} changed)", count=count) if count else say("Advanced"))
        self.reset_button.setVisible(bool(count))


def _length(preset: Preset) -> Setting:
    """Steps or epochs of a preset."""
    return Setting(
        preset.epochs_are, preset.epochs, 1, 1_000_000,
        sentence=say("How long the encoder is "
                     "trained.") if preset.epochs_are == "steps" else say("Passes over the pixels."),
    )  # fmt: skip


def _settings_of(preset: Preset) -> tuple[Setting, ...]:
    """All that is shown of a preset: length and what is common to all trainings first."""
    common = (_length(preset), MONITOR, PATIENCE, PRECISION) if preset.epochs else ()
    return (*common, *preset.settings.described())
