"""A file of several arrays, such as MATLAB's or HDF5: what its reader gives of it, and what it may know besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Geo, Source
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import ImportChoice, Layout


@dataclass(frozen=True)
class BandLists:
    """Lists with one entry a band that a file has for one of its arrays."""

    centers: tuple[float, ...]
    units: str = ""
    fwhm: tuple[float, ...] = ()
    bad: tuple[bool, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What a file says of one of its arrays."""

    nodata: float | None = None
    never_written: float | None = None  # no data, where neither the file nor its product names a value
    scale: float = 1.0
    offset: float = 0.0
    valid_range: tuple[float, float] | None = None
    gains: tuple[float, ...] = ()  # one a band, told and not applied, as the offsets
    offsets: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    lists: BandLists | None = None
    band_names: tuple[str, ...] = ()
    default_bands: tuple[int, ...] = ()  # from 0
    history: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where an array lies, and what is to be said of it."""

    geo: Geo = field(default_factory=Geo)
    notes: tuple[str, ...] = ()


@runtime_checkable
class Placing(Protocol):
    """A file that can say where its arrays lie."""

    def place(self, name: str, layout: Layout) -> Place:
        """Where an array lies whose rows and columns a layout names."""


@runtime_checkable
class Proposing(Protocol):
    """A file that is known to be some product, and so says which of its arrays is the scene."""

    product: str  # what it is distributed as

    def proposals(self) -> tuple[ImportChoice, ...]:
        """Ways to read it, the usual one first; none where it is no product."""

    def reading(self, name: str) -> ImportChoice | None:
        """How one of its arrays is read; None where the product says nothing of it."""


@runtime_checkable
class FarAway(Protocol):
    """A file that may lie on a server, and so looks at its scenes itself."""

    def checked(self, source: Source, info: CubeInfo) -> Cube | None:
        """The scene; None where it lies on this machine."""


class ArrayFile(Protocol):
    """A file of several arrays, opened but not read."""

    path: Path
    kind: str
    arrays: tuple[ArrayInfo, ...]
    other: tuple[str, ...]  # what is no numeric array, with its kind

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory; HsiError when it cannot be read. Its shape is the one that is listed, such as rows x
        cols x bands."""

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array; HsiError when it cannot be read."""

    def beside(self, name: str, bands: int) -> Beside:
        """What the file says of an array that has so many bands."""

    def unit(self, name: str) -> str:
        """The unit that the file names for an array; empty when it names none."""
