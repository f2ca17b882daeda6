"""How the program looks: Fusion, one accent colour, and a light and a dark palette with enough contrast."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

SCHEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Colors:
    """The colours of one scheme, as #rrggbb."""

    window: str
    base: str
    alternate: str
    button: str
    text: str
    faint: str
    disabled: str
    accent: str
    on_accent: str
    line: str
    tip: str


LIGHT = Colors(
    window="#f3f4f6", base="#ffffff", alternate="#f7f8fa", button="#fbfbfc", text="#1b1f24", faint="#5b6470",
    disabled="#9aa2ad", accent="#1f66c7", on_accent="#ffffff", line="#c9ced6", tip="#ffffff",
)  # fmt: skip
DARK = Colors(
    window="#23262b", base="#1a1c20", alternate="#1f2226", button="#2d3137", text="#e7e9ec", faint="#a9b1bc",
    disabled="#6b737e", accent="#6aa6f8", on_accent="#0d1520", line="#3b4048", tip="#2f343b",
)  # fmt: skip

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.Base: "base",
    QPalette.ColorRole.AlternateBase: "alternate",
    QPalette.ColorRole.Button: "button",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "on_accent",
    QPalette.ColorRole.PlaceholderText: "faint",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.ToolTipBase: "tip",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Mid: "line",
}
_DISABLED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.HighlightedText,
    QPalette.ColorRole.PlaceholderText,
)


def palette(colors: Colors) -> QPalette:
    """The Qt palette of a scheme; the shades of bevels are derived from its window colour."""
    made = QPalette(QColor(colors.button), QColor(colors.window))
    for role, name in _ROLES.items():
        made.setColor(role, QColor(getattr(colors, name)))
    for role in _DISABLED:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(colors.line))
    return made


def apply(app: QApplication, scheme: str) -> None:
    """Gives the whole program a scheme: "light", "dark", or "system" to follow the desktop from then on.

    Raises:
        ValueError: there is no such scheme.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"no scheme {scheme!r}; there are {', '.join(SCHEMES)}")
    follower = app.findChild(_Follower, options=Qt.FindChildOption.FindDirectChildrenOnly) or _Follower(app)
    follower.choose(scheme)


def is_dark(of: QPalette) -> bool:
    """Whether a palette has light text on a dark ground."""
    return of.color(QPalette.ColorRole.Window).lightness() < 128


class _Follower(QObject):
    """Holds the chosen scheme of an application and renews the palette when the desktop changes its own."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._dark: bool | None = None
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._renew)

    def choose(self, scheme: str) -> None:
        wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme)
        self._app.styleHints().setColorScheme(wanted or Qt.ColorScheme.Unknown)
        # Platforms without colour schemes (offscreen among them) report nothing back, so the wish itself decides.
        self._set(wanted or self._app.styleHints().colorScheme())

    def _renew(self, scheme: Qt.ColorScheme) -> None:
        self._set(scheme)

    def _set(self, scheme: Qt.ColorScheme) -> None:
        dark = scheme == Qt.ColorScheme.Dark
        if dark != self._dark:
            self._dark = dark
            colors = DARK if dark else LIGHT
            self._app.setPalette(palette(colors))
            if dark:  # Fusion draws the frame of a box darker than the window: an empty one could not be seen
                boxes = palette(colors)
                boxes.setColor(QPalette.ColorRole.Base, QColor(colors.line))
                self._app.setPalette(boxes, "QCheckBox")  # type: ignore[arg-type] # the stubs say bytes, which it refuses
                rows = palette(colors)  # the frames of boxes in lists are drawn from the colour of the window alone
                rows.setColor(QPalette.ColorRole.Window, QColor(colors.disabled))
                for kind in ("QTableView", "QTreeView", "QListView"):
                    self._app.setPalette(rows, kind)  # type: ignore[arg-type] # likewise
