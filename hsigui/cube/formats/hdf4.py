"""HDF4 files, which are told by their first bytes and refused with a way to convert them."""

from __future__ import annotations

from pathlib import Path

from hsigui.errors import HsiError
from hsigui.texts import say

_MAGIC = b"\x0e\x03\x13\x01"


def is_hdf4(path: Path) -> bool:
    """Whether a file begins like HDF4; OSError where it cannot be read."""
    with path.open("rb") as file:
        return file.read(4) == _MAGIC


def refusal(path: Path) -> HsiError:
    """That such a file (Hyperion level 1R, MODIS) is not read, and how it is converted."""
    return HsiError(
        say("{name} is an HDF4 file, which is not read.", name=path.name),
        say(
            "Convert it to HDF5 with h4toh5 of The HDF Group, or to GeoTIFF with the gdal_translate of a GDAL that has "
            "HDF4. Of EO-1 Hyperion the GeoTIFFs of level 1T are read."
        ),
    )
