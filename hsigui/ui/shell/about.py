"""What this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hsigui import __version__
from hsigui.texts import say

_PARAGRAPHS = (
    say("Hyperspectral scenes, few labels, self-supervised encoders and a live classification map."),
    say(
        "Free software under the MIT licence. Built on Qt (PySide6, LGPL), pyqtgraph, NumPy, SciPy, scikit-learn,\n"
        "scikit-image, Spectral Python, rasterio, h5py and PyTorch."
    ),
)
TEXT = f"<h2>hsigui {__version__}</h2>\n" + "\n".join(f"<p>{text}</p>" for text in _PARAGRAPHS)


class AboutDialog(QDialog):
    """Name, version, licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("About hsigui"))
        text = QLabel(TEXT, self)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(buttons)
        self.setMinimumWidth(420)
