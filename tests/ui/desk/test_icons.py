import gc

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QIcon, QPalette
from PySide6.QtWidgets import QToolBar

from hsigui.ui.desk import theme
from hsigui.ui.desk.icons import icon, names

NEEDED = {
    "open", "save", "undo", "redo", "navigate", "brush", "eraser", "polygon", "fit", "pretrain", "pause", "cancel",
    "map", "export", "plus", "minus", "trash", "sample", "labels",
}  # fmt: skip


def ink(made: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[tuple[int, int, int]]:
    """The colours of the fully opaque pixels."""
    image = made.pixmap(QSize(48, 48), mode).toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.getRgb()[:3] for pixel in pixels if pixel.alpha() == 255}


def test_all_icons_that_the_window_needs_are_there():
    assert set(names()) >= NEEDED


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_every_icon_is_drawn_in_the_colour_of_text(qapp, name):
    text = qapp.palette().color(QPalette.ColorRole.ButtonText).getRgb()[:3]
    assert ink(icon(name)) == {text}


def test_no_icon_is_empty_or_touches_the_edge():
    for name in names():
        image = icon(name).pixmap(QSize(24, 24)).toImage()
        alpha = [[image.pixelColor(x, y).alpha() for x in range(image.width())] for y in range(image.height())]
        assert sum(map(sum, alpha)) > 255 * 8, name
        edge = [*alpha[0], *alpha[-1], *(row[0] for row in alpha), *(row[-1] for row in alpha)]
        assert max(edge) == 0, name


def test_a_disabled_icon_is_fainter(qapp):
    faint = qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText).getRgb()[:3]
    assert ink(icon("save"), QIcon.Mode.Disabled) == {faint}


def test_an_icon_follows_the_palette(qapp):
    made = icon("brush")
    before = ink(made)
    try:
        theme.apply(qapp, "dark")
        after = ink(made)
    finally:
        theme.apply(qapp, "light")
    assert before != after
    assert ink(made) == before


def test_icons_live_as_long_as_what_shows_them(qtbot):
    bar = QToolBar()
    qtbot.addWidget(bar)
    for name in names():
        bar.addAction(QAction(icon(name), name, bar))
    gc.collect()
    copies = [QIcon(action.icon()) for action in bar.actions()]
    bar.clear()
    gc.collect()
    assert all(ink(copy) for copy in copies)


def test_an_unknown_icon_is_a_bug():
    with pytest.raises(FileNotFoundError, match="no-such-icon"):
        icon("no-such-icon")
