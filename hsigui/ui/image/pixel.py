"""The pixel in question: the one that a menu was opened at, else the one clicked last; and what can be asked of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication

from hsigui.cube.systems import in_words, known_or_map
from hsigui.document.events import SceneShown
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.view import ImageView

Place = tuple[int, int]


class Pixel(QObject):
    """Knows it while a scene is shown.

    Signals:
        menu_asked(QPoint): its menu is to be opened at a place of the screen.
    """

    menu_asked = Signal(QPoint)

    def __init__(self, desk: Desk, image: ImageView) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image = desk, desk.session, image
        self._place: Place | None = None
        image.clicked.connect(self._clicked)
        image.menu_asked.connect(self._asked)
        desk.session.events.subscribe(SceneShown, self._forget)

    @property
    def place(self) -> Place | None:
        """Row and column from 0; None before a pixel was clicked."""
        return self._place

    def needed(self) -> Place | None:
        """The place; where there is none, how to choose one is said."""
        if self._place is None and self._session.cube is not None:
            self._desk.messages.info(say("Click a pixel of the scene first."))
        return self._place

    def words(self) -> str:
        """Row, column and label, for the head of its menu."""
        if self._place is None or self._session.cube is None:
            return say("Beside the scene")
        row, col = self._place
        number = int(self._session.labels.array[row, col]) or int(self._session.labels.validation[row, col])
        place = say("row {row}, col {col}", row=row, col=col)
        return f"{place} · {self._session.classes.get(number).name}" if number else place

    def zoom_to(self) -> None:
        """Brings the pixel to the middle, magnified."""
        place = self.needed()
        if place is not None:
            self._image.zoom_to_pixel(*place)

    def copy_coordinates(self) -> None:
        """Puts row and column on the clipboard, and its coordinates as the status bar tells them."""
        place = self.needed()
        if place is None:
            return
        text = in_words(self._image.ground, *place, known_or_map(self._desk.settings.coordinates))
        QGuiApplication.clipboard().setText(text)
        self._desk.messages.info(say("Copied: {text}", text=text), stays=False)

    def _clicked(self, row: int, col: int, _keep: bool) -> None:
        self._place = (row, col)

    def _asked(self, row: int, col: int, at: QPoint) -> None:
        self._place = (row, col) if row >= 0 else None
        self.menu_asked.emit(at)

    def _forget(self, _event: SceneShown) -> None:
        self._place = None
