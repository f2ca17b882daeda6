"""What runs, in the status bar: of which scene, how far, how long still, and a cross that stops it."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from hsigui.document.queue import Kind
from hsigui.document.session import Session
from hsigui.jobs import Finished
from hsigui.texts import say
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.desk.motion import show_part
from hsigui.ui.training.time_left import TimeLeft
from hsigui.ui.training.view import time_left

WIDTH = 230  # logical pixels of the text: always as many, so that the bar does not run about while it changes
LATE_MS = 250  # after which a job is worth a place: what follows a stroke is done before


class ProgressPlace(QWidget):
    """The heavy job of the queue, else the one that told of itself last. Not there while nothing runs."""

    def __init__(self, session: Session, bridge: JobBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge = session, bridge
        self._told: dict[int, tuple[float, float, str]] = {}
        self._paces: dict[int, TimeLeft] = {}
        self.text, self.left = ElidedLabel(self), QLabel(self)
        self.text.setFixedWidth(WIDTH)
        self.bar = QProgressBar(self)
        self.bar.setFixedWidth(110)
        self.bar.setMaximumHeight(14)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("Progress"))
        self.stop = QToolButton(self)
        self.stop.setIcon(icon("cancel"))
        self.stop.setIconSize(QSize(12, 12))
        self.stop.setAutoRaise(True)
        self.stop.setToolTip(say("Stop this"))
        self.stop.setAccessibleName(say("Stop this"))
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(6)
        for widget in (self.bar, self.stop, self.left, self.text):
            row.addWidget(widget)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self.show)
        self.hide()
        bridge.progress.connect(self._progress)
        bridge.finished.connect(self._finished)

    @property
    def job(self) -> int | None:
        """The number of the job that is shown."""
        heavy = self._heavy_job()
        if heavy in self._told:
            return heavy
        return next(reversed(self._told), None)

    def _heavy_job(self) -> int | None:
        heavy = self._session.queue.running
        return None if heavy is None or heavy.job is None else heavy.job.number

    def _progress(self, job: int, done: float, total: float, text: str) -> None:
        self._told.pop(job, None)  # told last, it is last
        self._told[job] = (done, total, text)
        self._renew()
        if not self.isVisible() and not self._late.isActive():
            self._late.start()

    def _finished(self, event: Finished) -> None:
        self._told.pop(event.job, None)
        self._paces.pop(event.job, None)
        if self._told:
            self._renew()
        else:
            self._late.stop()
            self.hide()
            self.text.clear()

    def _renew(self) -> None:
        job = self.job
        if job is None:
            return
        done, total, text = self._told[job]
        heavy = self._session.queue.running
        if heavy is not None and job == self._heavy_job():
            text = say("{name}: {text}", name=heavy.scene_name, text=text)
        self.text.setText(text)
        show_part(self.bar, done / total if total > 0 else -1)
        seconds = self._seconds(job, done, total)
        self.left.setText("" if seconds is None else time_left(seconds))
        self.left.setVisible(seconds is not None)
        self.stop.setVisible(job == self._heavy_job() or self._bridge.can_be_stopped(job))

    def _seconds(self, job: int, done: float, total: float) -> float | None:
        heavy = self._session.queue.running
        if heavy is not None and heavy.kind is Kind.TRAINING and job == self._heavy_job():
            scene = self._session.find(heavy.scene)
            if scene is not None and scene.course is not None:
                return scene.course.seconds_left  # which knows of pauses
        return self._paces.setdefault(job, TimeLeft()).seconds(done, total)

    def _stop(self) -> None:
        job, heavy = self.job, self._session.queue.running
        if heavy is not None and job == self._heavy_job():
            self._session.queue.take_out(heavy)
        elif job is not None:
            self._bridge.stop(job)
