"""Connections to servers, by the kind of an address: parts of files, and whole small ones.

All are asked in fsspec's loop (`waiting.answer_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hsigui.cube.remote.address import Address


@dataclass(frozen=True)
class Facts:
    """What a server says of a file.

    Attributes:
        size: in bytes.
        version: what changes with its content, such as the ETag; empty where the server says nothing of the kind.
    """

    size: int
    version: str = ""


@dataclass(frozen=True)
class Part:
    """Some bytes of a file, and what is known of the whole."""

    data: bytes
    facts: Facts


class Link(Protocol):
    """A connection to what lies at an address: a file, or a folder of files that keys name.

    Raises: HsiError with a sentence for all that servers and networks do; `Lost` for what is worth another try.
    """

    address: Address

    async def part(self, key: str, start: int, stop: int, known: Facts | None = None) -> Part:
        """The bytes from `start` to `stop` of a file, or to its end.

        Args:
            key: the file below the address; empty for the address itself.
            known: what was said of the file before; it must be the same still.
        """

    async def whole(self, key: str, most: int) -> Part | None:
        """A whole file of at most so many bytes; None where there is none."""

    async def last(self, key: str, count: int) -> Part | None:
        """The last bytes of a file; None where there is none."""

    async def names(self, prefix: str) -> Sequence[str] | None:
        """Files and folders right below a folder, as keys; None where the server cannot list them."""


def link_to(address: Address) -> Link:
    """A connection to an address.

    Raises:
        HsiError: a package that it needs is not installed.
    """
    if address.scheme == "s3":
        from hsigui.cube.remote.s3 import S3Link

        return S3Link(address)
    from hsigui.cube.remote.http import HttpLink

    return HttpLink(address)
