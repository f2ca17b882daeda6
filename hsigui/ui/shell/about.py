"""What this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hsigui import __version__

TEXT = f"""<h2>hsigui {__version__}</h2>
<p>Hyperspectral scenes, few labels, self-supervised encoders and a live classification map.</p>
<p>Free software under the MIT licence. Built on Qt (PySide6, LGPL), pyqtgraph, NumPy, SciPy, scikit-learn,
scikit-image, Spectral Python, rasterio, h5py and PyTorch.</p>"""


class AboutDialog(QDialog):
    """Name, version, licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About hsigui")
        text = QLabel(TEXT, self)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(buttons)
        self.setMinimumWidth(420)
