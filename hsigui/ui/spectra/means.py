"""Means of many pixels, kept with their spread: of a labelled region, of a measured outline, and of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from scipy import ndimage

from hsigui.cube.cube import Cube
from hsigui.cube.spectra import mean_spectrum
from hsigui.document.identity import Origin
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable, Color
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.strokes import polygon
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.view import ImageView
from hsigui.ui.spectra.controller import SpectraController

TAKEN = 10_000  # pixels; of more, as many spread evenly are enough for a mean
MOST_COUNTED = 20_000_000  # pixels that are counted while the dialog opens
OUTLINE_COLOR: Color = (255, 176, 0)


@dataclass(frozen=True, eq=False)
class Part:
    """Pixels whose mean is asked for.

    Attributes:
        array, number: those of this number, of an array of rows x cols.
        color: of the curve; None for the next one of the plot's own.
    """

    label: str
    array: NDArray[np.integer]
    number: int
    color: Color | None
    group: str = ""
    place: tuple[int, int] | None = None


class Means(QObject):
    """Makes means in a worker, and keeps them."""

    def __init__(self, desk: Desk, image: ImageView, pixel: Pixel, spectra: SpectraController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._pixel, self._spectra = desk, desk.session, image, pixel, spectra

    def of_region(self) -> None:
        """Keeps the mean of the labelled region that the pixel in question lies in."""
        place = self._pixel.needed()
        if place is None:
            return
        scene = self._session.scene
        layers = (scene.labels.layer(layer) for layer in (TRAINING, VALIDATION))
        array = next((layer for layer in layers if layer[place]), None)
        if array is None:
            self._desk.messages.info(say("There is no label at this pixel."), say("Click a pixel that has one."))
            return
        number = int(array[place])
        color = scene.classes.get(number).color
        name = say("{name}, region at row {row}, col {col}", name=scene.classes.get(number).name, row=place[0],
                   col=place[1])  # fmt: skip
        self._start([_Region(name, np.array(array), number, color, place=place)])

    def of_outline(self) -> None:
        """Keeps the mean of the pixels inside what was measured."""
        places = self._image.measured_places
        cube = self._session.cube
        if cube is None:
            return
        area = polygon((cube.rows, cube.cols), places)
        if area is None:
            self._desk.messages.info(
                say("No pixel is enclosed."), say("Choose the tool Measure (T), and click the corners of an area.")
            )
            return
        top, left, mask = area
        inside = np.zeros((cube.rows, cube.cols), dtype=np.uint8)
        inside[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        name = say("outline of {count} pixels", count=int(mask.sum()))
        self._start([Part(name, inside, 1, None)])

    def ask_classes(self) -> None:
        """Asks of which classes the means are kept."""
        scene = self._session.shown
        if scene is None:
            return
        sources = sources_of(scene)
        if not sources:
            self._desk.messages.info(
                say("There are no classes with pixels yet."), say("Label some, or load a ground truth.")
            )
            return
        open_dialog(ClassMeansDialog(sources, self._desk.window), self._chosen)

    def _chosen(self, dialog: ClassMeansDialog) -> None:
        self._start(dialog.parts)

    def _start(self, parts: Sequence[Part]) -> None:
        scene = self._session.scene
        work = partial(_made, cube=scene.cube, parts=tuple(parts))
        self._desk.bridge.start(work, say("Mean spectra"), Watcher(done=partial(self._keep, scene.origin)))

    def _keep(self, origin: Origin, made: list[Spectrum]) -> None:
        self._spectra.add(origin, made)


class _Region(Part):
    """The pixels that hang together with one, by sides and corners."""

    @property
    def mask(self) -> NDArray[np.bool_]:
        regions, _ = ndimage.label(self.array == self.number, structure=np.ones((3, 3)))
        assert self.place is not None
        return np.asarray(regions == regions[self.place])


class ClassMeansDialog(QDialog):
    """Which classes, of which labels.

    Args:
        sources: titles, arrays of class numbers (rows x cols) and their classes.
    """

    def __init__(
        self, sources: Sequence[tuple[str, NDArray[np.integer], ClassTable]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Mean spectra of classes"))
        self._sources = list(sources)
        self.source = QComboBox(self)
        self.source.setAccessibleName(say("Whose classes"))
        self.source.addItems([title for title, _, _ in self._sources])
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Classes"))
        told = QLabel(say("Each is kept with a band of one standard deviation to both sides."), self)
        told.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(say("Keep"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.source, self.list, told, self.buttons):
            column.addWidget(widget)
        self.source.currentIndexChanged.connect(self._fill)
        self.list.itemChanged.connect(self._tell)
        self._fill()
        self.resize(360, 380)

    @property
    def parts(self) -> list[Part]:
        """The classes that are checked, each as the pixels of its number."""
        title, array, classes = self._sources[self.source.currentIndex()]
        numbers = [item.data(Qt.ItemDataRole.UserRole) for item in self._items() if _checked(item)]
        return [
            Part(say("mean of {name}", name=classes.get(n).name), array, n, classes.get(n).color, group=title)
            for n in numbers
        ]

    def _fill(self, _index: int = 0) -> None:
        _, array, classes = self._sources[self.source.currentIndex()]
        self.list.clear()
        # Of a large scene they are counted in the worker, where classes without a pixel are passed over.
        counts = np.bincount(array.ravel()) if array.size <= MOST_COUNTED else None
        for info in classes:
            count = -1 if counts is None else int(counts[info.number]) if info.number < len(counts) else 0
            if count:
                text = info.name if count < 0 else say("{name}, {count:,} pixels", name=info.name, count=count)
                item = QListWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, info.number)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked)
                self.list.addItem(item)
        self._tell()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _tell(self, _item: QListWidgetItem | None = None) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(any(map(_checked, self._items())))


def _checked(item: QListWidgetItem) -> bool:
    return item.checkState() == Qt.CheckState.Checked


def sources_of(scene: Scene) -> list[tuple[str, NDArray[np.integer], ClassTable]]:
    """What of a scene has classes of pixels: its labels, those for validation, ground truth and map; rows x cols."""
    found: list[tuple[str, NDArray[np.integer], ClassTable]] = []
    for title, layer in ((say("Labels"), TRAINING), (say("Validation labels"), VALIDATION)):
        if scene.labels.labelled(layer):
            found.append((title, scene.labels.snapshot(layer), scene.classes))
    if scene.truth is not None:
        found.append((say("Ground truth"), scene.truth.array, scene.classes))
    if scene.map is not None:
        found.append((say("Map"), scene.map.class_map.classes, scene.classes))
    return found


def _made(ctx: Context, cube: Cube, parts: Sequence[Part]) -> list[Spectrum]:
    made = []
    for number, part in enumerate(parts):
        ctx.progress(number, len(parts), part.label)
        ctx.check()
        mask = part.mask if isinstance(part, _Region) else np.asarray(part.array == part.number)
        if not mask.any():
            continue
        mean, spread = mean_spectrum(cube, mask, TAKEN)
        count = int(mask.sum())
        made.append(Spectrum(
            part.label, part.color or OUTLINE_COLOR, mean, part.place, spread, part.group,
            note=say("mean of {count:,} pixels", count=count) if count <= TAKEN else say(
                "mean of {some:,} of {count:,} pixels, spread evenly", some=TAKEN, count=count),
        ))  # fmt: skip
    if not made:
        raise HsiError(say("There is no pixel left in what was chosen."), say("Choose another class or region."))
    return made
