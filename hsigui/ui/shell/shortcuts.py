"""All keys on one sheet, made from the table of actions so that it cannot be out of date."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from hsigui.ui.desk.action_rows import ActionRow

MOUSE = (
    ("Wheel", "Zoom at the cursor"),
    ("Middle drag, or Space + left drag", "Pan"),
    ("Arrows", "Pan"),
    ("Click (navigate)", "Show the spectrum of the pixel"),
    ("Shift + click (navigate)", "Keep the spectrum"),
    ("Left drag (brush, eraser, pixel)", "Paint labels, or take them away"),
    ("Shift + click (brush, eraser, pixel)", "A straight line from the last point"),
    ("Ctrl + wheel (brush, eraser, line)", "Size of the brush; the plain wheel zooms"),
    ("Shift while dragging (line, rectangle)", "Level, upright or 45 degrees; a square"),
    ("Polygon", "Left: corner; right click, Enter or double click: close; Esc: drop; Backspace: last corner"),
    ("Flood fill", "Left: select what is like the pixel; Enter, right click or a click inside: label it; Esc: drop"),
    ("Enter (after Ask me)", "Give the pixel that is asked about the current class, and ask the next"),
)


class ShortcutSheet(QDialog):
    """Keys and mouse."""

    def __init__(self, rows: Iterable[ActionRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse")
        self.text = QTextBrowser(self)
        self.text.setHtml(_table("Mouse", MOUSE) + _table("Keys", key_rows(rows)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(560, 620)


def key_rows(actions: Iterable[ActionRow]) -> tuple[tuple[str, str], ...]:
    """Keys and what they do, for every action that has some; the nine class keys on one line."""
    rows = [("  or  ".join(a.keys), a.tip) for a in actions if a.keys and not a.id.startswith("class_")]
    return (*rows, ("1 … 9", "Paint with the class of that number"))


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> str:
    lines = "".join(f"<tr><td><b>{escape(k)}</b>&nbsp;&nbsp;</td><td>{escape(v)}</td></tr>" for k, v in rows)
    return f"<h3>{title}</h3><table cellpadding='3'>{lines}</table>"
