"""What this program is, and of which parts: their versions can be copied into a report."""

from __future__ import annotations

import importlib.metadata
import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hsigui import __version__
from hsigui.texts import say
from hsigui.ui.desk.dialogs import keep_wide
from hsigui.ui.desk.icons import program_icon

_PARAGRAPHS = (
    say("Hyperspectral scenes, few labels, self-supervised encoders and a live classification map."),
    say(
        "Free software under the MIT licence. Built on Qt (PySide6, LGPL), pyqtgraph, NumPy, SciPy, scikit-learn,\n"
        "scikit-image, rasterio, pyogrio, pyproj, h5py and PyTorch."
    ),
)
TEXT = f"<h2>hsigui {__version__}</h2>\n" + "\n".join(f"<p>{text}</p>" for text in _PARAGRAPHS)
_PACKAGES = ("PySide6-Essentials", "pyqtgraph", "torch", "numpy", "scipy", "scikit-learn", "scikit-image", "rasterio",
             "h5py")  # fmt: skip
_ICON = 64  # logical pixels


def versions() -> dict[str, str]:
    """Names and versions of the program, of Python, Qt, the system and the packages that it stands on. Imports none."""
    found = {"hsigui": __version__, "Python": platform.python_version(), "Qt": qVersion()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = say("not installed")
    return found | {say("System"): platform.platform()}


class AboutDialog(QDialog):
    """Name, licence, and the versions of all parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("About hsigui"))
        picture = QLabel(self)
        picture.setPixmap(program_icon().pixmap(_ICON, _ICON))
        picture.setAccessibleName(say("The icon of the program"))
        text = QLabel(TEXT, self)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        self._listed = "\n".join(f"{name} {version}" for name, version in versions().items())
        self.parts = QLabel(say("Versions:\n{listed}", listed=self._listed), self)
        self.parts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.parts.setWordWrap(True)
        self.parts.setAccessibleName(say("Versions"))
        top = QHBoxLayout()
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addSpacing(8)
        top.addWidget(text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = QPushButton(say("&Copy versions"), self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.parts)
        column.addWidget(buttons)
        keep_wide(column, 460)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._listed)
