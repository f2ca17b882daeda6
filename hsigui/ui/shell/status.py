"""The status bar: what is being done, where the cursor is, and the device."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from hsigui.document.events import (
    Changed,
    DeviceChanged,
    KeepingChanged,
    LabelsChanged,
    MapChanged,
    SceneShown,
    ValidationChanged,
)
from hsigui.document.session import Session
from hsigui.jobs import Finished
from hsigui.texts import say
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.shell.coordinates import Coordinates
from hsigui.ui.shell.traffic import TrafficLabel


class PlaceLabel(QLabel):
    """Where the cursor is, or was last; a click copies it.

    Signals:
        clicked(): with the left button.
    """

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class StatusBar(QStatusBar):
    """Busy text on the left; pixel, values, class and device on the right."""

    def __init__(
        self, session: Session, bridge: JobBridge, coordinates: Coordinates, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._coordinates = session, coordinates
        self._texts: dict[int, str] = {}
        self._pixel: tuple[int, int] | None = None
        self.busy = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setFixedWidth(110)
        self.bar.setMaximumHeight(14)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.place, self.values, self.label = PlaceLabel(self), QLabel(self), QLabel(self)
        self.device = QLabel(self)
        self.place.setCursor(Qt.CursorShape.PointingHandCursor)
        self.place.setAccessibleName(say("Place"))
        self.device.setToolTip(say("Where pretraining is computed"))
        self.keeping = QLabel(self)
        self.keeping.setToolTip(say("It is tried again all the time. Save the labels with Ctrl+S."))
        self.addWidget(self.bar)
        self.addWidget(self.busy, 1)
        for widget in (self.keeping, self.place, self.values, self.label, self.device):
            widget.setContentsMargins(6, 0, 6, 0)
            widget.setMinimumWidth(1)  # long names must not make the window wider
            self.addPermanentWidget(widget)
        self.keeping.hide()
        self.traffic = TrafficLabel(self)
        self.traffic.setContentsMargins(6, 0, 6, 0)
        self.addPermanentWidget(self.traffic)
        self.traffic.hide()
        self._show_device()
        coordinates.changed.connect(self._show_place)
        self.place.clicked.connect(coordinates.copy)
        self._show_place()
        bridge.progress.connect(self._progress)
        bridge.finished.connect(self._finished)
        session.events.subscribe(DeviceChanged, self._show_device)
        session.events.subscribe(SceneShown, self._scene_shown)
        session.events.subscribe(KeepingChanged, self._show_keeping)
        for kind in (LabelsChanged, ValidationChanged, MapChanged):
            session.events.subscribe(kind, self._show_label)

    def show_pixel(self, row: int, col: int) -> None:
        """Says where the cursor is; values follow when they are read."""
        if self._session.cube is None:
            return
        self._pixel = (row, col)
        self._show_place()
        self._show_label()

    def show_values(self, row: int, col: int, values: Sequence[float]) -> None:
        """The values of the shown bands; dropped when the cursor has gone on."""
        if (row, col) == self._pixel:
            numbers = " ".join("–" if math.isnan(v) else f"{v:.4g}" for v in map(float, values))
            name = say("Band") if len(values) == 1 else "R G B"
            self.values.setText(f"{name}: {numbers}")

    def leave_scene(self) -> None:
        """The cursor is over no pixel; where it was last stays, for a click to copy it."""
        self._pixel = None
        for widget in (self.values, self.label):
            widget.clear()

    def _show_place(self) -> None:
        self.place.setToolTip(self._coordinates.about)
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

    def _progress(self, job: int, done: float, total: float, text: str) -> None:
        heavy = self._session.queue.running
        if heavy is not None and heavy.job is not None and heavy.job.number == job:
            text = f"{heavy.scene_name}: {text}"
        self._texts[job] = text
        self.busy.setText(text)
        self.bar.setRange(0, 1000 if total > 0 else 0)
        if total > 0:
            self.bar.setValue(round(1000 * min(1.0, done / total)))
        self.bar.show()

    def _finished(self, event: Finished) -> None:
        self._texts.pop(event.job, None)
        if self._texts:
            self.busy.setText(list(self._texts.values())[-1])
        else:
            self.busy.clear()
            self.bar.hide()
