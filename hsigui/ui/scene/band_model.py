"""The rows of the list of bands: number, wavelength, name, bad or not, where it is shown, and a small picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QImage, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState
from hsigui.texts import say
from hsigui.ui.desk.channels import CHANNEL_COLORS
from hsigui.ui.desk.contrast import ink_of
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.image.no_data import checkered
from hsigui.ui.image.overlay import packed

NUMBER, WAVELENGTH, NAME, BAD, SHOWN = range(5)
LETTERS = (say("R"), say("G"), say("B"))
ALONE = "●"
FIELD = 3  # pixels of a field of the checkerboard where there is no data
SIDE = 44  # logical pixels of a small picture
_Index = QModelIndex | QPersistentModelIndex


class BandModel(QAbstractTableModel):
    """The bands that are listed, of one scene."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = parent.palette() if parent is not None else QPalette()
        self._numbers: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._wavelengths: tuple[float, ...] = ()
        self._names: tuple[str, ...] = ()
        self._bad: tuple[bool, ...] = ()
        self._view = ViewState(0, 0, 0)
        self._unit = NANOMETRES
        self._pictures: dict[int, QPixmap] = {}
        self.pictured = False  # whether small pictures are wanted

    # What is listed

    @property
    def bands(self) -> list[int]:
        """The listed bands (from 0), a row each."""
        return [int(number) for number in self._numbers]

    def set_cube(self, cube: Cube, numbers: NDArray[np.intp]) -> None:
        """Takes the bands of a scene; small pictures are forgotten."""
        self.beginResetModel()
        info = cube.info
        self._wavelengths, self._names, self._bad = info.wavelengths, info.band_names, info.bad_bands
        self._numbers, self._pictures = numbers, {}
        self.endResetModel()

    def set_listed(self, numbers: NDArray[np.intp]) -> None:
        """Lists some of the bands."""
        self.beginResetModel()
        self._numbers = numbers
        self.endResetModel()

    def set_view(self, view: ViewState) -> None:
        """Marks the bands that are shown."""
        self._view = view
        self._tell(SHOWN, SHOWN)

    def set_unit(self, unit: WavelengthUnit) -> None:
        self._unit = unit
        self._tell(WAVELENGTH, WAVELENGTH)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, WAVELENGTH, WAVELENGTH)

    def set_palette(self, palette: QPalette) -> None:
        self._palette = palette
        self._tell(NUMBER, SHOWN)

    # Small pictures

    def missing(self, bands: Sequence[int]) -> list[int]:
        """Which of some bands have no small picture yet."""
        return [band for band in bands if band not in self._pictures]

    def put_picture(self, band: int, rgb: NDArray[np.uint8], ratio: float = 1.0) -> None:
        """Takes the small picture of a band, rows x cols x 3, for a screen of so many pixels a logical one."""
        rows, cols = rgb.shape[:2]
        pixels = np.ascontiguousarray(checkered(packed(rgb), 0, 0, FIELD))  # no data is never like what is dark
        made = QPixmap.fromImage(QImage(pixels.data, cols, rows, 4 * cols, QImage.Format.Format_RGB32))
        side = round(SIDE * ratio)
        made = made.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)  # as large for every scene and screen
        made.setDevicePixelRatio(ratio)
        self._pictures[band] = made
        row = int(np.searchsorted(self._numbers, band))
        if row < len(self._numbers) and self._numbers[row] == band:
            at = self.index(row, NUMBER)
            self.dataChanged.emit(at, at)

    # What Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else SHOWN + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (say("Band"), self._unit.symbol, say("Name"), "", say("Shown"))[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                say("Number, from 1"), self._unit.axis(), say("Name in the file"), say("Marked bad"),
                say("As red, green, blue, or alone (●)"),
            )[section]  # fmt: skip
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        band, column = int(self._numbers[index.row()]), index.column()
        bad = bool(self._bad) and self._bad[band]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(band, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pictures.get(band) if column == NUMBER and self.pictured else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(band, column, bad)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (NUMBER, WAVELENGTH):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(band, bad)
        return None

    # Inner doings

    def _text(self, band: int, column: int) -> str:
        if column == NUMBER:
            return str(band + 1)
        if column == WAVELENGTH:
            if not self._wavelengths:
                return "–"
            return say("{nm:.{decimals}f}", nm=self._unit.of(self._wavelengths[band]), decimals=self._unit.decimals)
        if column == NAME:
            return self._names[band] if self._names else ""
        if column == BAD:
            return say("bad") if self._bad and self._bad[band] else ""
        return self._shown(band)

    def _shown(self, band: int) -> str:
        if self._view.single is not None:
            return ALONE if band == self._view.single else ""
        return " ".join(letter for letter, one in zip(LETTERS, self._view.bands, strict=True) if one == band)

    def _ink(self, band: int, column: int, bad: bool) -> QColor | None:
        if column == SHOWN and self._view.single is None and band in self._view.bands:
            own = QColor(*CHANNEL_COLORS[self._view.bands.index(band)])
            return ink_of(own, self._palette.color(QPalette.ColorRole.Base))
        return self._palette.color(QPalette.ColorRole.PlaceholderText) if bad else None

    def _words(self, band: int, bad: bool) -> str:
        words = [say("Band {band}", band=band + 1)]
        if self._wavelengths:
            words.append(self._unit.written(self._wavelengths[band]))
        if self._names:
            words.append(self._names[band])
        if bad:
            words.append(say("marked bad"))
        return say(", ").join(words)

    def _tell(self, first: int, last: int) -> None:
        if len(self._numbers):
            self.dataChanged.emit(self.index(0, first), self.index(len(self._numbers) - 1, last))
