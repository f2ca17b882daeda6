"""The spectra along a measured line as a picture, distance by wavelength, linked with the image and the plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from hsigui.cube.cube import Cube
from hsigui.cube.ground import Ground, ground_of
from hsigui.cube.spectra import spectra_along
from hsigui.document.events import SceneClosed, SceneLeft
from hsigui.document.identity import Origin
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.image.view import ImageView
from hsigui.ui.spectra.controller import SpectraController

LEAST_PLACES = 2
_LIMITS = (2.0, 98.0)  # per cent of the values between which the picture goes from dark to light


@dataclass(frozen=True, eq=False)
class Profile:
    """Spectra along a line.

    Attributes:
        values: steps x bands, float32, over bands in rising order; bad bands and steps beside the scene are NaN.
        own: the same in the order of the scene's bands and with bad ones; steps x bands.
        x: wavelengths in nm, or numbers of bands from 1; rising, one a band.
        is_nm: whether they are wavelengths.
        places: row and column of each step, steps x 2.
        far: how far along the line each step is, in `unit`; one a step.
    """

    values: NDArray[np.float32]
    own: NDArray[np.float32]
    x: NDArray[np.float64]
    is_nm: bool
    places: NDArray[np.float64]
    far: NDArray[np.float64]
    unit: str


def profile_of(ctx: Context, cube: Cube, places: Sequence[tuple[float, float]]) -> Profile:
    """Reads the spectra along a line with corners (row, col)."""
    ctx.progress(0, 0, say("Reading spectra"))
    own, where = spectra_along(cube, places, check=ctx.check)
    waves = cube.wavelengths
    x = np.arange(1.0, cube.bands + 1) if waves is None else waves
    order = np.argsort(x, kind="stable")
    values = np.where(cube.is_bad, np.float32(np.nan), own)[:, order]
    far, unit = _distances(ground_of(cube.geo), np.asarray(places, dtype=float), where[:, 2])
    return Profile(values, own, x[order], waves is not None, where[:, :2], far, unit)


def _distances(
    ground: Ground | None, corners: NDArray[np.float64], parts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], str]:
    """How far along each step is: metres on the ground where that is known, pixels else. One a step."""
    pairs = [(corners[n : n + 2, 0], corners[n : n + 2, 1]) for n in range(len(corners) - 1)]
    lengths = [None if ground is None else ground.length(*pair) for pair in pairs]
    known = [length for length in lengths if length is not None]
    if len(known) == len(lengths):
        unit = say("m")
    else:
        known, unit = [float(np.hypot(*(np.diff(axis)[0] for axis in pair))) for pair in pairs], say("px")
    return np.interp(parts, np.arange(len(corners)), np.concatenate([[0.0], np.cumsum(known)])), unit


class ProfileWindow(QDialog):
    """The picture, with a cross that follows the mouse or the arrow keys.

    Signals:
        pointed(int): the cross is at a step of the line.
        left(): it is nowhere.
    """

    pointed = Signal(int)
    left = Signal()

    def __init__(
        self, profile: Profile, name: str, quantity: str, parent: QWidget | None = None,
        unit: WavelengthUnit = NANOMETRES,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(say("Profile of {name}", name=name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.profile, self._quantity, self._step, self._unit = profile, quantity, -1, unit
        self.plot = Plot(self)
        self.plot.setAccessibleName(say("Spectra along the line"))
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.told = QLabel(say("Move the mouse over the picture, or use the up and down keys."), self)
        self.told.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self.plot, 1)
        column.addWidget(self.told)
        self._draw()
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.installEventFilter(self)
        self.resize(640, 460)

    def point(self, step: int, x: float | None = None) -> None:
        """Puts the cross at a step of the line, and at a wavelength where one is given."""
        profile = self.profile
        self._step = min(max(step, 0), len(profile.far) - 1)
        self._across.setValue(float(profile.far[self._step]))
        self._across.show()
        row, col = np.floor(profile.places[self._step]).astype(int).tolist()
        said = say("{far:.6g} {unit}, row {row}, col {col}", far=float(profile.far[self._step]), unit=profile.unit,
                   row=row, col=col)  # fmt: skip
        if x is not None:
            band = int(np.abs(profile.x - x).argmin())
            self._down.setValue(float(profile.x[band]))
            self._down.show()
            center = float(profile.x[band])
            place = self._unit.written(center) if profile.is_nm else say("band {n:.0f}", n=center)
            said = say("{said}, {place}: {value:.5g}", said=said, place=place,
                       value=float(profile.values[self._step, band]))  # fmt: skip
        self.told.setText(said)
        self.pointed.emit(self._step)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.left.emit()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}.get(
                Qt.Key(event.key()), 0
            )
            if step:
                self.point(self._step + step)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE and hasattr(self, "plot"):
            color_plot(self.plot, self.palette())

    def done(self, result: int) -> None:
        self.left.emit()
        super().done(result)

    def _draw(self) -> None:
        profile = self.profile
        self._across, self._down = pg.InfiniteLine(angle=0), pg.InfiniteLine(angle=90)
        known = np.isfinite(profile.values)
        low, high = np.percentile(profile.values[known], _LIMITS) if known.any() else (0.0, 1.0)
        # Bands are not evenly apart: the picture is drawn over even steps, each with the band that is nearest to it.
        even, places = _even(profile.x)
        shown = np.where(known, np.clip(profile.values, low, high), np.nan)[:, places]
        shown[:, ~even] = np.nan
        picture = pg.ImageItem(shown, axisOrder="row-major", levels=(low, high if high > low else low + 1))
        picture.setColorMap(pg.colormap.get("viridis"))
        left, right = float(profile.x[0]), float(profile.x[-1])
        whole = float(profile.far[-1]) or 1.0
        picture.setRect(QRectF(left, 0.0, max(right - left, 1e-9) or 1.0, whole))
        self.plot.addItem(picture)
        for line in (self._across, self._down):
            line.setPen(pg.mkPen((255, 255, 255, 200)))
            line.hide()
            self.plot.addItem(line, ignoreBounds=True)
        box = self.plot.getPlotItem().vb
        box.invertY(True)
        color_plot(self.plot, self.palette())
        self.plot.setLabel("bottom", self._unit.axis() if profile.is_nm else say("Band"))
        if profile.is_nm:  # the picture stays in nm, only its numbers are written in another unit
            self.plot.getAxis("bottom").setScale(self._unit.per_nm)
        self.plot.setLabel("left", say("Distance ({unit})", unit=profile.unit))
        bar = pg.ColorBarItem(values=(low, high), colorMap=pg.colormap.get("viridis"), interactive=False,
                              label=self._quantity)  # fmt: skip
        bar.setImageItem(picture, insert_in=self.plot.getPlotItem())

    def _moved(self, at: QPointF) -> None:
        box = self.plot.getPlotItem().vb
        if not box.sceneBoundingRect().contains(at):
            return
        place = box.mapSceneToView(at)
        if 0 <= place.y() <= self.profile.far[-1]:
            self.point(int(np.abs(self.profile.far - place.y()).argmin()), place.x())


def _even(x: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Even steps over bands that need not be: of each whether a band is near, and which. One a step."""
    if len(x) < 2:
        return np.ones(len(x), dtype=bool), np.arange(len(x))
    step = float(np.median(np.diff(x))) or 1.0
    count = int(min(max(round((x[-1] - x[0]) / step) + 1, 2), 4000))
    steps = np.linspace(x[0], x[-1], count)
    right = np.clip(np.searchsorted(x, steps), 1, len(x) - 1)
    nearest = np.where(steps - x[right - 1] <= x[right] - steps, right - 1, right)
    return np.abs(x[nearest] - steps) <= max(1.5 * step, (x[-1] - x[0]) / count), nearest


class Profiles(QObject):
    """Makes profiles along the line that was measured last."""

    def __init__(self, desk: Desk, image: ImageView, spectra: SpectraController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._spectra = desk, desk.session, image, spectra
        self._open: ProfileWindow | None = None
        self._session.events.subscribe(SceneLeft, self._shut)
        self._session.events.subscribe(SceneClosed, self._shut)

    def show(self) -> None:
        """Shows the spectra along the measured line."""
        scene, places = self._session.shown, self._image.measured_places
        if scene is None:
            return
        if len(places) < LEAST_PLACES:
            self._desk.messages.info(
                say("No line is measured."), say("Choose the tool Measure (T), and click along the line that you mean.")
            )
            return
        work = partial(profile_of, cube=scene.cube, places=tuple(places))
        self._desk.bridge.start(work, say("Profile"), Watcher(done=partial(self._made, scene.origin)))

    def _made(self, origin: Origin, profile: Profile) -> None:
        scene = self._session.shown
        if scene is None or scene.origin != origin:
            return
        self._shut()
        quantity = say("Value") if scene.cube.info.scale == 1.0 else say("Reflectance")
        window = ProfileWindow(profile, scene.cube.name, quantity, self._desk.window, self._desk.wavelength_unit)
        window.pointed.connect(partial(self._point, profile))
        window.left.connect(self._leave)
        window.finished.connect(self._closed)
        self._open = window
        window.show()

    def _point(self, profile: Profile, step: int) -> None:
        row, col = np.floor(profile.places[step]).astype(int).tolist()
        self._image.set_pointer((row, col))
        far = say("{far:.6g} {unit} along the line", far=float(profile.far[step]), unit=profile.unit)
        self._spectra.show_under_study(profile.own[step], far)

    def _leave(self) -> None:
        self._image.set_pointer(None)

    def _closed(self, _result: int) -> None:
        self._open = None

    def _shut(self, _event: object = None) -> None:
        if self._open is not None:
            self._open.close()
