"""Has the labels checked while the quality panel is seen, and takes the user to those that look wrong."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from hsigui.document.events import BandsChanged, ClassesChanged, EncoderChanged, LabelsChanged, SceneShown
from hsigui.document.hub import Changed
from hsigui.errors import HsiError
from hsigui.labels.label_map import TRAINING
from hsigui.pipeline import live
from hsigui.pipeline.own import own_features, own_probe
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.quality_panel import QualityPanel

if TYPE_CHECKING:
    from hsigui.labels.regions import Region
    from hsigui.pipeline.label_quality import LabelQuality

WAIT_MS = 400


class QualityController(QObject):
    """Keeps the quality panel in step with labels and features. Idle while it is not seen."""

    def __init__(self, desk: Desk, image: ImageView, panel: QualityPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel = desk, desk.session, image, panel
        self._stale, self._seen = True, False
        self._found: LabelQuality | None = None
        self._checking = Latest(desk.bridge, say("Check labels"), self._take, failed=self._failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._check)
        panel.jump_asked.connect(self.jump)
        events = self._session.events
        events.subscribe(SceneShown, self._show_scene)
        for kind in (LabelsChanged, EncoderChanged, BandsChanged):
            events.subscribe(kind, self._make_stale)
        events.subscribe(ClassesChanged, self._classes_changed)

    def set_seen(self, seen: bool) -> None:
        """Whether the panel is in front; one behind another tab says itself that it is visible."""
        self._seen = seen
        self._refresh()

    def jump(self, region: Region) -> None:
        """Brings labels to the middle of the view, large enough to be seen, and marks them for a moment."""
        self._image.point_out(region.area())

    def _show_scene(self, event: SceneShown) -> None:
        self._found = None
        self._checking.forget()
        self._panel.clear()
        self._make_stale(event)

    def _make_stale(self, _event: Changed) -> None:
        self._stale = True
        self._refresh()

    def _classes_changed(self, event: ClassesChanged) -> None:
        if self._found is not None:
            self._panel.show_quality(self._found, event.after)

    def _refresh(self) -> None:
        if self._stale and self._seen:
            self._timer.start()

    def _check(self) -> None:
        session = self._session
        if self._image.drawing:
            self._timer.start()
            return
        if session.cube is None or not self._seen:
            return
        self._stale = False
        if not session.labels.labelled(TRAINING):
            self._checking.forget()
            self._found = None
            self._panel.clear()
            return
        if self._found is None:
            self._panel.clear(say("Checking the labels…"))
        labels = session.labels.array.copy()
        features = None if session.features is None else own_features(session.features)
        probe = None if session.probe is None else own_probe(session.probe)
        self._checking.request(
            partial(live.look_at_labels, cube=session.cube, features=features, labels=labels, probe=probe)
        )

    def _take(self, found: LabelQuality) -> None:
        self._found = found
        self._panel.show_quality(found, self._session.classes)

    def _failed(self, error: BaseException, trace: str) -> None:
        self._found = None
        if isinstance(error, HsiError):
            self._panel.clear(f"{error.message} {error.hint}")
        else:
            self._desk.fail(error, trace)


def quality(bench: Bench) -> PanelParts:
    """Makes the panel of the quality of labels."""
    panel = QualityPanel(bench.desk.window)
    controller = QualityController(bench.desk, bench.image, panel)
    return PanelParts(panel, (panel, controller), controller.set_seen)
