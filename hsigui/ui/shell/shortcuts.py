"""All keys on one sheet, made from the table of actions so that it cannot be out of date."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow, keys_in_words

MOUSE = (
    (say("Wheel"), say("Zoom at the cursor")),
    (say("Middle drag, or Space + left drag"), say("Pan")),
    (say("Arrows"), say("Pan")),
    (
        say("Arrows, Space (with the cursor of the keyboard, F8)"),
        say("Move a pixel, with Ctrl by ten; press there as the left button does, held while arrows go: draw along"),
    ),
    (say("Click (navigate)"), say("Show the spectrum of the pixel")),
    (say("Shift + click (navigate)"), say("Keep the spectrum")),
    (say("Left drag (brush, eraser, pixel)"), say("Paint labels, or take them away")),
    (say("Shift + click (brush, eraser, pixel)"), say("A straight line from the last point")),
    (say("Ctrl + wheel (brush, eraser, line)"), say("Size of the brush; the plain wheel zooms")),
    (say("Shift while dragging (line, rectangle)"), say("Level, upright or 45 degrees; a square")),
    (say("Polygon"), say("Left: corner; right click, Enter or double click: close; Esc: drop; Backspace: last corner")),
    (
        say("Flood fill"),
        say("Left: select what is like the pixel; Enter, right click or a click inside: label it; Esc: drop"),
    ),
    (say("Measure"), say("Left: place; right click, Enter or double click: end; Ctrl+C: copy; Esc: drop")),
    (say("Enter (after Ask me)"), say("Give the place that is asked about the current class, and ask the next")),
    (say("Alt + 1 … 9 (after Ask me)"), say("Give it the class of that number, and ask the next")),
    (say("Drag a line in the plot of spectra"), say("Show another band as that channel")),
    (say("Drag a line of a histogram"), say("Which value is black, or full; double click: as it was")),
    (say("Z, held"), say("The second of two compared pictures, alone")),
    (say("Drag the line of a swipe"), say("How much of the image shows the first picture")),
    (say("Click on a number in the image"), say("Ask about that place first (navigate)")),
)


class ShortcutSheet(QDialog):
    """Keys and mouse."""

    def __init__(self, rows: Iterable[ActionRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Keys and mouse"))
        self.text = QTextBrowser(self)
        self.text.setAccessibleName(say("Keys and mouse"))
        self.text.setHtml(_table(say("Mouse"), MOUSE) + _table(say("Keys"), key_rows(rows)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(560, 620)


def key_rows(actions: Iterable[ActionRow]) -> tuple[tuple[str, str], ...]:
    """Keys and what they do, for every action that has some; the nine class keys on one line."""
    rows = [(keys_in_words(a.keys), a.tip) for a in actions if a.keys and not _is_class_key(a)]
    return (*rows, ("1 … 9", say("Paint with the class of that number")))


def _is_class_key(row: ActionRow) -> bool:
    """Whether it chooses the class of a number; class_up and class_down do not."""
    return row.id.removeprefix("class_").isdigit()


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> str:
    lines = "".join(f"<tr><td><b>{escape(k)}</b>&nbsp;&nbsp;</td><td>{escape(v)}</td></tr>" for k, v in rows)
    return f"<h3>{title}</h3><table cellpadding='3'>{lines}</table>"
