"""zarr, version 2 and 3, in a folder or at an address: as xarray and others write scenes into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.cube.formats.tree_files import TreeFile, TreeSource
from hsigui.cube.remote import stand_ins
from hsigui.cube.remote.faults import without_package
from hsigui.cube.remote.glance import checked_from_afar
from hsigui.cube.remote.opening import marks_at
from hsigui.cube.remote.permission import require_allowed
from hsigui.texts import say


def open_folder(path: Path) -> ZarrFile:
    """The arrays of a zarr store in a folder.

    Raises:
        HsiError: zarr is not installed, or the folder is damaged or no zarr store.
    """
    _require_zarr()
    from hsigui.cube.formats.zarr_store import FolderPieces, PiecesStore

    return ZarrFile(path, path.name, PiecesStore(FolderPieces(path), lists=True))


def open_remote(path: Path) -> ZarrFile:
    """The arrays of a zarr store at an address.

    Args:
        path: of the file that stands for the address.

    Raises:
        HsiError: a package is missing, or the store cannot be had or read.
    """
    _require_zarr()
    from hsigui.cube.formats.zarr_store import FarPieces, PiecesStore
    from hsigui.cube.remote.links import link_to

    address = stand_ins.address_at(path)
    require_allowed(address.plain)
    link = link_to(address)
    mark, facts = marks_at(address, link)
    stand_ins.remember(address, stand_ins.ZARR, facts)
    store = PiecesStore(FarPieces(link, facts, mark), lists=address.scheme == "s3")
    return ZarrFile(path, address.name, store, address.plain, f"{facts.version} {facts.size}")


def is_store(path: Path) -> bool:
    """Whether a folder is a zarr store."""
    from hsigui.cube.remote.opening import ZARR_MARKS

    return path.is_dir() and any((path / mark).is_file() for mark in ZARR_MARKS)


class ZarrFile(TreeFile):
    """The arrays of numbers of a zarr store by path, as "group/array", without loading them.

    Args:
        path: what the user opened, or what stands for it.
        name: as it is told.
        address, version: of one on a server; empty for a folder.

    Raises:
        HsiError: it is damaged, or no zarr store.
    """

    kind = say("zarr store")

    def __init__(self, path: Path, name: str, store: Any, address: str = "", version: str = "") -> None:
        from hsigui.cube.formats.zarr_arrays import tree_of

        self._address, self._version = address, version
        with untrusted.reading(name):
            super().__init__(path, name, *tree_of(store, name))

    def checked(self, source: Source, info: CubeInfo) -> Cube | None:
        """The cube of a scene at an address, of which little is looked at; None for one in a folder."""
        if not self._address:
            return None
        info = replace(info, address=self._address, address_version=self._version)
        cheap = source.cheap if isinstance(source, TreeSource) else (slice(None), slice(None))
        return checked_from_afar(source, info, Path(self._name).stem, self.path, cheap)


def _require_zarr() -> None:
    try:
        import zarr  # noqa: F401 - whether it is there
    except ImportError:
        raise without_package("zarr") from None
