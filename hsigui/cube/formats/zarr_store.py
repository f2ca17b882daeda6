"""Where zarr finds its pieces: in a folder of this machine, or at an address. Only read, and never outside of it.

Source: Zarr core specification, version 3, and Zarr storage specification, version 2: stores and their keys.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype

from hsigui.cube.remote.block_store import BlockStore, key_of
from hsigui.cube.remote.faults import ChangedMeanwhile, not_there
from hsigui.cube.remote.links import Facts, Link
from hsigui.cube.remote.permission import require_allowed
from hsigui.cube.remote.waiting import until_given_up
from hsigui.errors import HsiError
from hsigui.texts import say

LARGEST_PIECE = 2**30
LOOK_SECONDS = 20.0  # between two looks at the metadata
MARKS = ("zarr.json", ".zmetadata", ".zgroup", ".zarray", ".zattrs")


class Pieces(Protocol):
    """What a store is made of, by keys such as "reflectance/c/0/1"."""

    async def get(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        """A piece, or some bytes of it; None where there is none."""

    async def names(self, prefix: str) -> Sequence[str] | None:
        """Names right below a folder; None where they cannot be listed."""


class FolderPieces:
    """The files of a folder; links that lead out of it are refused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = folder.resolve()

    async def get(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        """A file, see `Pieces`.

        Raises:
            HsiError: it lies outside, or is too large.
        """
        return await asyncio.to_thread(self._read, key, wanted)

    async def names(self, prefix: str) -> Sequence[str] | None:
        """The files and folders of a folder, see `Pieces`."""
        found = self._inside(prefix)
        return sorted(path.name for path in found.iterdir()) if found.is_dir() else []

    def _read(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        path = self._inside(key)
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                start, stop = span_of(wanted, size)
                if stop - start > LARGEST_PIECE:
                    raise _too_large(self._folder.name, key)
                file.seek(start)
                return file.read(stop - start)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def _inside(self, key: str) -> Path:
        path = self._folder / key
        if not path.resolve().is_relative_to(self._real):
            raise HsiError(
                say("{name} leads out of its folder: {key}.", name=self._folder.name, key=key),
                say("Put what it is made of into the folder."),
            )
        return path


class FarPieces:
    """The pieces at an address; those that were fetched are kept on this machine's disk.

    Args:
        facts: what the server says of its metadata: pieces are kept for as long as that is the same.
        mark: the file of its metadata, which is looked at now and then while pieces are fetched.
    """

    def __init__(self, link: Link, facts: Facts, mark: str, store: BlockStore | None = None) -> None:
        self._link, self._store = link, BlockStore() if store is None else store
        self._key = key_of(link.address.plain, facts.size, facts.version) if facts.version else ""
        self._facts, self._mark, self._looked = facts, mark, time.monotonic()
        self._sizes: dict[str, Facts] = {}

    async def get(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        """A piece, see `Pieces`.

        Raises:
            HsiError: it cannot be had.
        """
        return await until_given_up(self._get(key, wanted))

    async def names(self, prefix: str) -> Sequence[str] | None:
        """What the server lists, see `Pieces`."""
        found = await until_given_up(self._link.names(prefix))
        return None if found is None else [PurePosixPath(name).name for name in found]

    async def _get(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        metadata = PurePosixPath(key).name in MARKS  # which tell whether the rest is the same still
        piece = key_of(key, repr(wanted))
        if self._key and not metadata and (kept := await asyncio.to_thread(self._store.get, self._key, piece)):
            return kept
        if not metadata:
            await self._require_same()
        data = await self._asked(key, wanted)
        if data and self._key and not metadata:
            await asyncio.to_thread(self._store.put, self._key, piece, data)
        return data

    async def _require_same(self) -> None:
        """Refuses pieces of another store than the one that was opened.

        Raises:
            ChangedMeanwhile: its metadata are others now.
        """
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        part = await self._link.whole(self._mark, LARGEST_PIECE)
        if part is None or part.facts != self._facts:
            self._looked = -math.inf  # so is the next one
            raise ChangedMeanwhile(self._link.address.plain)

    async def _asked(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        require_allowed(self._link.address.plain)
        if wanted is None:
            part = await self._link.whole(key, LARGEST_PIECE)
        elif isinstance(wanted, SuffixByteRequest):
            part = await self._link.last(key, wanted.suffix)
        else:
            start = wanted.start if isinstance(wanted, RangeByteRequest) else wanted.offset
            stop = wanted.end if isinstance(wanted, RangeByteRequest) else start + LARGEST_PIECE
            try:
                part = await self._link.part(key, start, stop, self._sizes.get(key))
            except HsiError as error:
                if error.message == not_there(self._plain(key)).message:
                    return None
                raise
        if part is None:
            return None
        if wanted is not None:
            self._sizes[key] = part.facts
        return part.data

    def _plain(self, key: str) -> str:
        return f"{self._link.address.plain.partition('?')[0].rstrip('/')}/{key}"


class PiecesStore(Store):  # type: ignore[misc]
    """Pieces as zarr wants them."""

    def __init__(self, pieces: Pieces, *, lists: bool) -> None:
        super().__init__(read_only=True)
        self._pieces, self._lists = pieces, lists

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:  # fmt: skip
        """A piece, or some of its bytes; None where there is none.

        Raises:
            HsiError: the key leads elsewhere, or the piece cannot be read.
        """
        data = await self._pieces.get(_plain_key(key), byte_range)
        return None if data is None else prototype.buffer.from_bytes(data)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Several of them."""
        return list(await asyncio.gather(*(self.get(key, prototype, wanted) for key, wanted in key_ranges)))

    async def exists(self, key: str) -> bool:
        """Whether there is a piece under a key."""
        return await self._pieces.get(_plain_key(key), None) is not None

    @property
    def supports_writes(self) -> bool:
        return False

    @property
    def supports_deletes(self) -> bool:
        return False

    @property
    def supports_listing(self) -> bool:
        return self._lists

    async def set(self, key: str, value: Buffer) -> None:
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        raise NotImplementedError

    async def list(self) -> AsyncIterator[str]:
        async for name in self.list_prefix(""):
            yield name

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        async for name in self.list_dir(prefix):
            yield f"{prefix}{name}"

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Names right below a folder."""
        for name in await self._pieces.names(_plain_key(prefix.rstrip("/"))) or ():
            yield name


def span_of(wanted: ByteRequest | None, size: int) -> tuple[int, int]:
    """First byte, and the one behind the last, of what is wanted of a piece of this size."""
    if isinstance(wanted, RangeByteRequest):
        return min(wanted.start, size), min(wanted.end, size)
    if isinstance(wanted, OffsetByteRequest):
        return min(wanted.offset, size), size
    if isinstance(wanted, SuffixByteRequest):
        return max(0, size - wanted.suffix), size
    return 0, size


def _plain_key(key: str) -> str:
    """A key that leads nowhere but below the store.

    Raises:
        HsiError: it leads elsewhere.
    """
    if key.startswith("/") or "\\" in key or ":" in key or not {".", ".."}.isdisjoint(key.split("/")):
        raise HsiError(say("The zarr store names “{key}”, which is no name of its own.", key=key))
    return key


def _too_large(name: str, key: str) -> HsiError:
    return HsiError(
        say("{name} holds a piece that is too large: {key}.", name=name, key=key), say("Is it the scene that you mean?")
    )


def mark_of(names: Sequence[Any]) -> str:
    """The first of the names that says that a folder is a zarr store; empty for none."""
    return next((mark for mark in MARKS[:-1] if mark in names), "")
