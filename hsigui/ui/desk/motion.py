"""How much moves in the window by itself: as much as the desktop wants, or as little as can be.

What moves: panels that slide to their place, menus and boxes that unfold, the bar of work whose end is not known, the
cursor in a field. Pictures that are shown in turns move too, but only for who asks for just that.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QProgressBar, QStyle

CHOICES = ("system", "little")
STEPS = 1000
_LITTLE, _FLASH = "hsigui little motion", "hsigui cursor flash time"
_EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_FadeMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip, Qt.UIEffect.UI_AnimateToolBox,
)  # fmt: skip


def apply(window: QMainWindow, choice: str) -> None:
    """Gives a window and the program as much motion as was chosen.

    Args:
        choice: "system" for what the desktop wants, or "little".

    Raises:
        ValueError: there is no such choice.
    """
    if choice not in CHOICES:
        raise ValueError(f"no motion {choice!r}; there are {', '.join(CHOICES)}")
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    little = choice == "little" or _desktop_wants_little(app)
    if app.property(_FLASH) is None:
        app.setProperty(_FLASH, app.cursorFlashTime())
    app.setProperty(_LITTLE, little)
    app.setCursorFlashTime(0 if little else app.property(_FLASH))
    for effect in _EFFECTS if little else ():  # what the desktop does not want stays off
        app.setEffectEnabled(effect, False)
    window.setAnimated(not little)


def is_little() -> bool:
    """Whether nothing is to move that need not."""
    app = QApplication.instance()
    return app is not None and bool(app.property(_LITTLE))


def show_part(bar: QProgressBar, part: float) -> None:
    """Shows which part of a work is done, 0 to 1; below 0 where that is not known: then the bar runs to and fro, or
    stays empty where little is to move, and the text beside it says what is being done."""
    known = part >= 0 or is_little()
    bar.setRange(0, STEPS if known else 0)
    if known:
        bar.setValue(round(STEPS * min(max(part, 0.0), 1.0)))


def _desktop_wants_little(app: QApplication) -> bool:
    return app.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
