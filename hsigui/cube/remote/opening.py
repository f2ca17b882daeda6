"""From an address that the user typed to a path that can be opened as any other."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.remote import stand_ins
from hsigui.cube.remote.address import Address, address_of, is_address
from hsigui.cube.remote.faults import not_there
from hsigui.cube.remote.links import Facts, Link, link_to
from hsigui.cube.remote.permission import require_allowed
from hsigui.errors import HsiError
from hsigui.texts import say

__all__ = ["is_address", "typed_address"]

ZARR_MARKS = ("zarr.json", ".zmetadata", ".zgroup", ".zarray")  # one of them lies in every group or array
LARGEST_MARK = 64 * 2**20
_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def typed_address(text: str) -> Path:
    """The path of a file that stands for an address, which `open_cube` takes. Asks the server what lies there.

    Only for what the user typed, pasted or wrote in a command: never for what a file says.

    Raises:
        HsiError: it is no address, the preferences forbid the network, there is nothing that can be opened, or the
            server does not hand it out.
    """
    address = address_of(text)
    require_allowed(address.plain)
    link = link_to(address)
    kind, facts = _looked_at(address, link)
    return stand_ins.remember(address, kind, facts)


def _looked_at(address: Address, link: Link) -> tuple[str, Facts]:
    """What lies at an address, and what the server says of it."""
    from hsigui.cube.remote.waiting import answer_of  # which brings asyncio along

    if address.suffix == ".zarr":
        return stand_ins.ZARR, marks_at(address, link)[1]
    try:
        part = answer_of(link.part("", 0, 16))
    except HsiError:
        if address.suffix.startswith(".tif"):
            raise
        try:
            return stand_ins.ZARR, marks_at(address, link)[1]
        except HsiError:
            pass  # what the server said of the address itself tells more
        raise
    if part.data[:4] not in _TIFF_HEADS:
        raise HsiError(
            say("{name} is neither a GeoTIFF nor zarr.", name=address.name),
            say("Only these are read from an address; download files of other kinds and open them from your disk."),
        )
    return stand_ins.RASTER, part.facts


def marks_at(address: Address, link: Link) -> tuple[str, Facts]:
    """The file of the metadata of a zarr store, and what the server says of it.

    Raises:
        HsiError: there is none.
    """
    from hsigui.cube.remote.waiting import answer_of

    for name in ZARR_MARKS:
        if (part := answer_of(link.whole(name, LARGEST_MARK))) is not None:
            return name, part.facts
    raise not_there(address.plain)
