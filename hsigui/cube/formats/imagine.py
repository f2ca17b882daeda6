"""ERDAS Imagine files (.img), whose name is more often that of an ENVI data file."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.cube.formats.geotiff import open_geotiff
from hsigui.cube.outside import LeadsOutside
from hsigui.errors import HsiError
from hsigui.texts import say


def open_imagine(path: Path) -> Cube:
    """Opens a .img file that has no ENVI header beside it.

    Raises:
        HsiError: it is no raster; most files of this name are ENVI's, and then it is the header that is missing.
    """
    try:
        return open_geotiff(path)
    except LeadsOutside:
        raise
    except HsiError as error:
        raise HsiError(
            say(
                "{name} has no ENVI header beside it, and as it stands: {message}",
                name=path.name,
                message=error.message,
            ),
            say("Put {stem}.hdr into the same folder.", stem=path.stem),
        ) from error
