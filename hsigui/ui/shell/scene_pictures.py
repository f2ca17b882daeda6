"""Small pictures of scenes and projects as they were left, for the list of recent ones: PNG files in the state folder.

What is known of a scene beside its picture stands in the file: so there is no list that could disagree with the files.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from hsigui.saving import write_bytes

KEPT = 50  # pictures; those of longest ago go
SIDE = 288  # pixels of the longer side
_SHOWS, _SIZE = "hsigui-shows", "hsigui-size"


@dataclass(frozen=True)
class ScenePicture:
    """What is known of a recent scene or project.

    Attributes:
        size: in words, such as "145 x 145 x 200".
        left: when it was left.
    """

    image: QImage
    size: str
    left: datetime


class ScenePictures:
    """The pictures of one folder. A picture that cannot be written or read is one that there is not: nothing of value
    is lost with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, shows: str, size: str, image: QImage) -> bool:
        """Keeps the picture of a path or address in place of the one before; says whether it could be written."""
        image = QImage(image)
        image.setText(_SHOWS, shows)
        image.setText(_SIZE, size)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes, which it refuses
        try:
            write_bytes(self._path(shows), bytes(buffer.data().data()))
            self._drop_oldest()
        except OSError:  # a full or write-protected disk; what matters is told of elsewhere
            return False
        return True

    def of(self, shows: str) -> ScenePicture | None:
        """The picture of a path or address."""
        path = self._path(shows)
        image = QImage(str(path))
        if image.isNull() or image.text(_SHOWS) != shows:
            return None
        try:
            left = datetime.fromtimestamp(path.stat().st_mtime)
        except OSError:  # gone meanwhile
            return None
        return ScenePicture(image, image.text(_SIZE), left)

    def forget(self, shows: str) -> None:
        """Removes the picture of a path or address."""
        with suppress(OSError):  # it is no hindrance
            self._path(shows).unlink(missing_ok=True)

    def _path(self, shows: str) -> Path:
        return self.folder / f"{hashlib.sha256(shows.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.png"

    def _drop_oldest(self) -> None:
        files = sorted(self.folder.glob("*.png"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[KEPT:]:
            path.unlink(missing_ok=True)
