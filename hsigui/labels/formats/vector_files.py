"""Files of shapes through pyogrio: of the kind that their suffix says, without the network, and in pieces.

pyogrio lets GDAL choose among all of its drivers, some of which take a text for a list of servers or of other files. So
the first bytes are looked at before, and the driver after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping, untrusted
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.labels.formats.table import FORMATS
from hsigui.texts import say

_HEAD = 8192
_AT_ONCE = 50_000  # features
_FEATURE_BYTES = 500  # of the smallest one, as Python holds it
# No server is asked, and nothing is written beside the file, which GDAL else does at reading some.
_HOW = {"CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}", "GML_DOWNLOAD_SCHEMA": "NO", "GDAL_PAM_ENABLED": "NO"}
_OTHER_XML = (b"<OGR", b"opengis.net/gml", b"opengis.net/wfs", b"<gml:", b"<wfs:")


@dataclass(frozen=True)
class Table:
    """A layer: as many geometries (well-known binary or None) and values of each field as it has features.

    Attributes:
        values: of each field; dates are text (NumPy's `str_`), empty where there is none.
        crs: as pyogrio names it.
        said: what the layer says of itself.
    """

    fields: tuple[str, ...]
    geometries: NDArray[Any]
    values: tuple[NDArray[Any], ...]
    crs: str | None
    said: dict[str, Any]


def layers_of(path: Path) -> dict[str, Any]:
    """The layers of a file, with the kind of their geometries; None for tables without.

    Raises:
        HsiError: the file is of another kind than its suffix says, or cannot be read.
    """
    import pyogrio

    _require_kind(path)
    with _reading(path):
        layers = {str(name): kind for name, kind in pyogrio.list_layers(_real(path))}
        for name in layers:
            _require_driver(path, pyogrio.read_info(_real(path), layer=name))
            break
        return layers


def table_of(path: Path, layer: str) -> Table:
    """All features of a layer.

    Raises:
        HsiError: it cannot be read, or has more features than there is memory for.
    """
    import pyogrio
    from pyogrio.raw import read

    with _reading(path):
        info = pyogrio.read_info(_real(path), layer=layer, force_feature_count=True)
        _require_driver(path, info)
        count = max(0, int(info["features"]))
        require_memory(path.name, count * _FEATURE_BYTES)
        pieces = []
        for start in range(0, max(1, count), _AT_ONCE):
            stopping.check()
            part = {"skip_features": start, "max_features": _AT_ONCE}
            pieces.append(read(_real(path), layer=layer, force_2d=True, datetime_as_string=True, **part))
    meta = pieces[0][0]
    geometries = _joined([piece[2] for piece in pieces])
    values = _without_dates(info, (_joined([piece[3][n] for piece in pieces]) for n in range(len(meta["fields"]))))
    return Table(tuple(map(str, meta["fields"])), geometries, values, meta["crs"], info.get("dataset_metadata") or {})


def attributes_of(path: Path) -> Table:
    """The rows of a dBase file, without geometries.

    Raises:
        HsiError: it is none, or cannot be read.
    """
    import pyogrio
    from pyogrio.raw import read

    with _reading(path):
        info = pyogrio.read_info(_real(path), force_feature_count=True)
        if info.get("driver") != "ESRI Shapefile" or info.get("geometry_type") is not None:
            raise _other_kind(path)
        require_memory(path.name, max(0, int(info["features"])) * _FEATURE_BYTES)
        meta, _, _, values = read(_real(path), read_geometry=False, datetime_as_string=True)
    return Table(tuple(map(str, meta["fields"])), np.empty(0, dtype=object), _without_dates(info, values), None, {})


def _without_dates(info: dict[str, Any], values: Iterable[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    """Dates as text of NumPy's own, which tells them from the objects of fields of text; empty where there is none.
    pyogrio 0.13 makes dates in a way that NumPy 2.5 warns of and a later one refuses, so they are asked for as text."""
    dates = [str(kind).startswith("datetime64") for kind in info["dtypes"]]
    return tuple(
        np.array(["" if value is None else str(value) for value in each.tolist()], dtype=np.str_) if is_date else each
        for each, is_date in zip(values, dates, strict=True)
    )


def _joined(pieces: Sequence[Any]) -> NDArray[Any]:
    found = [
        np.asarray(piece if piece is not None else (), dtype=None if piece is not None else object) for piece in pieces
    ]
    return found[0] if len(found) == 1 else np.concatenate(found)


def _real(path: Path) -> Path:
    """In full: what begins with a name of a driver and a colon is no file to GDAL."""
    return path.absolute()


def _require_kind(path: Path) -> None:
    suffix = path.suffix.lower()
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise HsiError(
            say("{name} cannot be read: {strerror}.", name=path.name, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error
    begins = b"".join(row.begins for row in FORMATS if suffix in row.suffixes)
    if not (head.startswith(begins) if begins else _is_kml(head)):
        raise _other_kind(path)


def _is_kml(head: bytes) -> bool:
    """Whether the first element of an XML file is that of KML, and nothing in its head another driver's sign."""
    roots: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: roots.append(name)
    try:
        parser.Parse(head, False)
    except expat.ExpatError:
        return False
    return bool(roots) and roots[0].rpartition(":")[2] == "kml" and not any(sign in head for sign in _OTHER_XML)


def _require_driver(path: Path, info: dict[str, Any]) -> None:
    allowed = {driver for row in FORMATS if path.suffix.lower() in row.suffixes for driver in row.vector_drivers}
    if info.get("driver") not in allowed:
        raise _other_kind(path)


def _other_kind(path: Path) -> HsiError:
    return HsiError(
        say("{name} is no {lstrip} file.", name=path.name, lstrip=path.suffix.lstrip(".").upper()),
        say("Let its name end as its kind does."),
    )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Without the network, and with what GDAL says of damaged files as a sentence."""
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in _HOW}
    pyogrio.set_gdal_config_options(_HOW)
    try:
        yield
    except (RuntimeError, ValueError, OSError) as error:
        raise HsiError(
            say("{name} cannot be read as vector data: {reason}.", name=path.name, reason=untrusted.reason_of(error)),
            say("Is the file complete?"),
        ) from error
    finally:
        pyogrio.set_gdal_config_options(before)
