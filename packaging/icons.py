"""Draws the program's icon in the sizes that systems take: PNG for Linux, .ico for Windows, .icns for macOS.

    python packaging/icons.py FOLDER

Needs PySide6 and Pillow.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)


def draw(folder: Path) -> list[Path]:
    """Writes `hicolor/SIZExSIZE/apps/hsigui.png`, the drawing as `scalable`, `hsigui.ico` and `hsigui.icns`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    source = Path(__file__).resolve().parent.parent / "resources" / "icons" / "app" / "hsigui.svg"
    drawing, made = QSvgRenderer(str(source)), []
    for size in SIZES:
        picture = QImage(size, size, QImage.Format.Format_ARGB32)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        drawing.render(painter, QRectF(0, 0, size, size))
        painter.end()
        path = folder / "hicolor" / f"{size}x{size}" / "apps" / "hsigui.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not picture.save(str(path)):
            raise OSError(f"{path} cannot be written")
        made.append(path)
    scalable = folder / "hicolor" / "scalable" / "apps" / "hsigui.svg"
    scalable.parent.mkdir(parents=True, exist_ok=True)
    scalable.write_bytes(source.read_bytes())
    largest = Image.open(made[-1])
    largest.save(folder / "hsigui.ico", sizes=[(size, size) for size in (16, 24, 32, 48, 64, 128, 256)])
    largest.save(folder / "hsigui.icns")
    del application
    return [*made, scalable, folder / "hsigui.ico", folder / "hsigui.icns"]


if __name__ == "__main__":
    for drawn in draw(Path(sys.argv[1])):
        print(drawn)
