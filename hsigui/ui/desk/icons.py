"""Icons drawn from SVG in the colours of the palette, renewed by themselves when the palette changes."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from hsigui.assets import resource

_ROLES = {
    QIcon.Mode.Normal: (QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText),
    QIcon.Mode.Active: (QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText),
    QIcon.Mode.Disabled: (QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText),
    QIcon.Mode.Selected: (QPalette.ColorGroup.Active, QPalette.ColorRole.HighlightedText),
}
PROGRAM_SIZES = (16, 22, 24, 32, 48, 64, 128, 256)


def icon(name: str) -> QIcon:
    """The icon of a name, for example "open"; `names()` lists them.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    _source(name)
    return QIcon(_Engine(name))


def program_icon() -> QIcon:
    """The icon of the program, in the sizes that windows, bars and menus take."""
    drawing = QSvgRenderer(str(resource("icons", "app", "hsigui.svg")))
    found = QIcon()
    for size in PROGRAM_SIZES:
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        drawing.render(painter, QRectF(0, 0, size, size))
        painter.end()
        found.addPixmap(picture)
    return found


def names() -> list[str]:
    """Every icon that there is."""
    return sorted(path.stem for path in resource("icons").glob("*.svg"))


class _Engine(QIconEngine):
    """Paints one SVG with `currentColor` replaced by the palette's colour of the moment."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        del state
        group, role = _ROLES[mode]
        _renderer(self._name, QGuiApplication.palette().color(group, role).rgba()).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        group, role = _ROLES[mode]
        rgba = QGuiApplication.palette().color(group, role).rgba()
        key = f"{self._name} {rgba:08x} {size.width()}x{size.height()}"
        made = QPixmap()
        if not QPixmapCache.find(key, made):  # the same icon stands in bars, menus and panels
            made = QPixmap(size)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
            painter.end()
            QPixmapCache.insert(key, made)
        return made

    def clone(self) -> QIconEngine:
        return _Engine(self._name)


@lru_cache(maxsize=256)
def _renderer(name: str, rgba: int) -> QSvgRenderer:
    color = QColor.fromRgba(rgba)
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", color.name()).encode()))


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
