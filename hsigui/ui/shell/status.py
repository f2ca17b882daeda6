"""The status bar: what is being done, where the cursor is, the device, and what was missed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from hsigui.document.events import (
    DeviceChanged,
    KeepingChanged,
    LabelsChanged,
    MapChanged,
    SceneShown,
    ValidationChanged,
)
from hsigui.document.hub import Changed
from hsigui.document.session import Session
from hsigui.texts import number_text, say
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.desk.message_log import MessageLog
from hsigui.ui.desk.tips import explain
from hsigui.ui.shell.coordinates import Coordinates
from hsigui.ui.shell.messages import MissedButton
from hsigui.ui.shell.progress import ProgressPlace
from hsigui.ui.shell.traffic import TrafficLabel


class PlaceLabel(ElidedLabel):
    """Where the cursor is, or was last; a click copies it.

    Signals:
        clicked(): with the left button.
    """

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class StatusBar(QStatusBar):
    """What runs on the left, what the mouse points at in the middle; pixel, values, class and device on the right.

    Each has a place of its own: what a menu says of its rows does not hide what runs.
    """

    def __init__(
        self, session: Session, bridge: JobBridge, log: MessageLog, coordinates: Coordinates,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._coordinates = session, coordinates
        self._pixel: tuple[int, int] | None = None
        self.progress = ProgressPlace(session, bridge, self)
        self.busy, self.bar = self.progress.text, self.progress.bar
        self.tip = ElidedLabel(self)
        self.place, self.values, self.label = PlaceLabel(self), ElidedLabel(self), ElidedLabel(self)
        self.device = ElidedLabel(self)
        self.missed = MissedButton(log, self)
        self.place.setCursor(Qt.CursorShape.PointingHandCursor)
        self.place.setAccessibleName(say("Place"))
        self.device.setToolTip(say("Where pretraining is computed"))
        self.keeping = QLabel(self)
        self.keeping.setToolTip(say("It is tried again all the time. Save the labels with Ctrl+S."))
        self.addWidget(self.progress)
        self.addWidget(self.tip, 1)
        for widget in (self.keeping, self.place, self.values, self.label, self.device):
            widget.setContentsMargins(6, 0, 6, 0)
            widget.setMinimumWidth(1)  # long names must not make the window wider
            self.addPermanentWidget(widget)
        self.keeping.hide()
        self.traffic = TrafficLabel(self)
        self.traffic.setContentsMargins(6, 0, 6, 0)
        self.addPermanentWidget(self.traffic)
        self.traffic.hide()
        self.addPermanentWidget(self.missed)
        self._show_device()
        coordinates.changed.connect(self._show_place)
        self.place.clicked.connect(coordinates.copy)
        self._show_place()
        session.events.subscribe(DeviceChanged, self._show_device)
        session.events.subscribe(SceneShown, self._scene_shown)
        session.events.subscribe(KeepingChanged, self._show_keeping)
        for kind in (LabelsChanged, ValidationChanged, MapChanged):
            session.events.subscribe(kind, self._show_label)

    def show_tip(self, text: str) -> None:
        """Says what the mouse points at in a menu or bar; with "" no more."""
        self.tip.setText(text)

    def show_pixel(self, row: int, col: int) -> None:
        """Says where the cursor is; values follow when they are read."""
        if self._session.cube is None:
            return
        self._pixel = (row, col)
        self._show_place()
        self._show_label()

    def announce(self) -> None:
        """Has screen readers say the place that is shown, and what lies there: the keyboard came to it."""
        if QAccessible.isActive():
            said = say("{place}, {label}", place=self.place.text(), label=self.label.text())
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def show_values(self, row: int, col: int, values: Sequence[float]) -> None:
        """The values of the shown bands; dropped when the cursor has gone on."""
        if (row, col) == self._pixel:
            numbers = " ".join("–" if math.isnan(v) else number_text(v, ".4g") for v in map(float, values))
            name = say("Band") if len(values) == 1 else "R G B"
            self.values.setText(f"{name}: {numbers}")

    def leave_scene(self) -> None:
        """The cursor is over no pixel; where it was last stays, for a click to copy it."""
        self._pixel = None
        for widget in (self.values, self.label):
            widget.clear()

    def _show_place(self) -> None:
        explain(self.place, self._coordinates.about)
        self.place.setText("" if self._coordinates.last is None else self._coordinates.told(*self._coordinates.last))

    def _show_label(self, _event: Changed | None = None) -> None:
        if self._pixel is None:
            return
        number = int(self._session.labels.array[self._pixel])
        words = []
        if number:
            words.append(say("label: {name}", name=self._session.classes.get(number).name))
        checked = int(self._session.labels.validation[self._pixel])
        if checked:
            words.append(say("validation: {name}", name=self._session.classes.get(checked).name))
        if self._session.class_map is not None:
            mapped = int(self._session.class_map.classes[self._pixel])
            words.append(say("map: {name}", name=self._session.classes.get(mapped).name if mapped else say("no data")))
        finishing = self._session.scene.finishing
        if self._session.scene.shows_finished and finishing.in_use and finishing.classes is not None:
            last = int(finishing.classes[self._pixel])
            words.append(say("finished: {name}", name=finishing.table.get(last).name if last else say("no class")))
        if self._session.truth is not None and self._session.truth.array[self._pixel]:
            true = int(self._session.truth.array[self._pixel])
            words.append(say("truth: {name}", name=self._session.classes.get(true).name))
        self.label.setText("   ".join(words) or say("no label"))

    def _scene_shown(self, _event: SceneShown) -> None:
        self.leave_scene()

    def _show_device(self, _event: DeviceChanged | None = None) -> None:
        self.device.setText(say("Device: {device}", device=self._session.device or say("chosen at Pretrain")))

    def _show_keeping(self, event: KeepingChanged) -> None:
        self.keeping.setText(say("Labels are not kept safe: {problem}", problem=event.problem) if event.problem else "")
        self.keeping.setVisible(bool(event.problem))
