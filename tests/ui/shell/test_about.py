from __future__ import annotations

import importlib.metadata

from PySide6.QtGui import QGuiApplication

from hsigui import __version__
from hsigui.ui.desk.icons import PROGRAM_SIZES, program_icon
from hsigui.ui.shell.about import AboutDialog


def test_versions_are_shown_and_copied(qtbot):
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.splitlines()[0] == f"hsigui {__version__}"
    assert f"torch {importlib.metadata.version('torch')}" in copied
    assert copied in dialog.parts.text()


def test_the_program_has_an_icon_in_all_sizes(qtbot):
    found = program_icon()
    assert sorted(size.width() for size in found.availableSizes()) == list(PROGRAM_SIZES)
    for size in PROGRAM_SIZES:
        picture = found.pixmap(size, size).toImage()
        assert picture.pixelColor(size // 2, size // 3).alpha() == 255
        assert picture.pixelColor(0, 0).alpha() < 40, "its corners are free"
