"""Where in the feature space lies what the image points at: the pixel under the mouse, and pixels that are marked."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from hsigui.analysis.feature_points import Points
from hsigui.analysis.feature_space import Cloud
from hsigui.labels.strokes import Area
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.feature_space import reading
from hsigui.ui.feature_space.panel import FeatureSpacePanel
from hsigui.ui.image.bench import Bench

POINTING_MS = 30


class Pointing(QObject):
    """Marks it in the plot, as long as there are values."""

    def __init__(self, bench: Bench, panel: FeatureSpacePanel) -> None:
        super().__init__(bench.desk.window)
        self._panel = panel
        self._cloud: Cloud | None = None
        self._pixel: tuple[int, int] | None = None
        self._area: Area | None = None
        bridge = bench.desk.bridge
        self._finding = Latest(bridge, say("Find a pixel in the feature space"), self._point, between=True)
        self._marking = Latest(bridge, say("Find marked pixels in the feature space"), self._mark)
        self._hovers = Debounce(POINTING_MS, POINTING_MS, self._find, self)
        bench.image.hovered.connect(self._hovered)
        bench.image.left_scene.connect(self._left)
        bench.image.selection_shown.connect(self._marked)

    @property
    def busy(self) -> bool:
        """Whether something is being found."""
        return self._finding.busy or self._marking.busy or self._hovers.isActive()

    def put(self, cloud: Cloud | None) -> None:
        """Other values are shown; None for none."""
        self._cloud = cloud
        if cloud is None:
            self._left()
        self._find_marked()

    def _hovered(self, row: int, col: int) -> None:
        if self._cloud is not None:
            self._pixel = row, col
            self._hovers.start()

    def _left(self) -> None:
        self._pixel = None
        self._hovers.stop()
        self._finding.forget()
        self._panel.point_at(None)

    def _find(self) -> None:
        cloud, pixel = self._cloud, self._pixel
        if cloud is None or pixel is None:
            return
        if cloud.step == 1:
            self._panel.point_at(cloud.at(*pixel))
        else:
            self._finding.request(partial(reading.place_of, cloud=cloud, row=pixel[0], col=pixel[1]))

    def _point(self, place: tuple[float, float] | None) -> None:
        self._panel.point_at(place if self._pixel is not None else None)

    def _marked(self, area: Area | None) -> None:
        self._area = area
        self._find_marked()

    def _find_marked(self) -> None:
        if self._area is None or self._cloud is None:
            self._marking.forget()
            self._panel.point_out(None)
        else:
            self._marking.request(partial(reading.places_of, cloud=self._cloud, area=self._area))

    def _mark(self, points: Points) -> None:
        self._panel.point_out(points)
