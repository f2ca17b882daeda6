"""A remote file by blocks: what was read once is kept in memory and on the disk, and blocks that lie side by side are
asked for at once.

GDAL reads it through a file object of Python rather than by its own network layer: so nothing but this one address can
be reached, a cancel is heard within a tenth of a second, and every byte is counted and kept.
"""

from __future__ import annotations

import asyncio
import io
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from hsigui import stopping
from hsigui.cube.remote.block_store import BlockStore, key_of
from hsigui.cube.remote.faults import empty
from hsigui.cube.remote.links import Facts, Link
from hsigui.cube.remote.permission import require_allowed
from hsigui.cube.remote.traffic import TRAFFIC
from hsigui.cube.remote.waiting import answer_of, held

BLOCK = 128 * 2**10
_MOST_AT_ONCE = 32  # blocks of one request
_REQUESTS = 8  # at the same time
_IN_MEMORY = 1024  # blocks


class Blocks:
    """The bytes of a remote file. May be read from several threads.

    Args:
        link: to the file; it is asked for its first block.

    Attributes:
        facts: size and version of the file; it is refused as soon as either is another.

    Raises:
        HsiError: it cannot be had.
    """

    def __init__(self, link: Link, store: BlockStore | None = None) -> None:
        self._link, self._store = link, BlockStore() if store is None else store
        first = answer_of(link.part("", 0, BLOCK))
        if not first.facts.size:
            raise empty(link.address.plain)
        self.facts: Facts = first.facts
        # Without a version there is no telling whether it is the same file tomorrow.
        version = self.facts.version or uuid.uuid4().hex
        self._key = key_of(link.address.plain, self.facts.size, version, BLOCK)
        self._memory: OrderedDict[int, bytes] = OrderedDict()
        self._lock, self._asking = threading.Lock(), threading.Lock()
        self._keep(0, first.data)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`, or to the end.

        Raises:
            HsiError: they cannot be had, or the file is another one now.
        """
        stop = min(stop, self.facts.size)
        if start >= stop:
            return b""
        numbers = range(start // BLOCK, (stop - 1) // BLOCK + 1)
        parts = []
        for begin in range(0, len(numbers), _IN_MEMORY // 2):
            found = self._blocks(numbers[begin : begin + _IN_MEMORY // 2])
            parts += [found[number] for number in numbers[begin : begin + _IN_MEMORY // 2]]
        data, shift = b"".join(parts), start - numbers[0] * BLOCK
        return data[shift : shift + stop - start]

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Has spans of bytes at hand, as far as memory goes: those that are missing are asked for together.

        Raises:
            HsiError: they cannot be had, or the file is another one now.
        """
        numbers = {
            number
            for start, stop in spans
            if start < min(stop, self.facts.size)
            for number in range(start // BLOCK, (min(stop, self.facts.size) - 1) // BLOCK + 1)
        }
        wanted = sorted(numbers)
        if 0 < len(wanted) <= _IN_MEMORY // 2:
            self._blocks(wanted)

    def _blocks(self, numbers: Sequence[int]) -> dict[int, bytes]:
        stopping.check()
        found: dict[int, bytes] = {}
        missing = self._at_hand(numbers, found)
        if missing:
            with held(self._asking):
                missing = self._at_hand(missing, found)  # another thread may have asked for the same
                if missing:
                    require_allowed(self._link.address.plain)
                    with TRAFFIC.waiting_for(sum(self._length(number) for number in missing)):
                        found |= answer_of(self._asked(_runs(missing)))
        return found

    def _at_hand(self, numbers: Sequence[int], found: dict[int, bytes]) -> list[int]:
        """Adds the blocks that are in memory or on the disk; returns the numbers of the others."""
        missing = []
        for number in numbers:
            with self._lock:
                data = self._memory.get(number)
                if data is not None:
                    self._memory.move_to_end(number)
            if data is None and (data := self._store.get(self._key, str(number), self._length(number))) is not None:
                self._remember(number, data)
            if data is None:
                missing.append(number)
            else:
                found[number] = data
        return missing

    async def _asked(self, runs: list[tuple[int, int]]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        free = asyncio.Semaphore(_REQUESTS)

        async def ask(first: int, last: int) -> None:
            async with free:
                part = await self._link.part("", first * BLOCK, (last + 1) * BLOCK, self.facts)
            for number in range(first, last + 1):
                begin = (number - first) * BLOCK
                found[number] = part.data[begin : begin + BLOCK]
                await asyncio.to_thread(self._keep, number, found[number])

        tasks = [asyncio.ensure_future(ask(*run)) for run in runs]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return found

    def _keep(self, number: int, data: bytes) -> None:
        self._remember(number, data)
        if self.facts.version:
            self._store.put(self._key, str(number), data)

    def _remember(self, number: int, data: bytes) -> None:
        with self._lock:
            self._memory[number] = data
            while len(self._memory) > _IN_MEMORY:
                self._memory.popitem(last=False)

    def _length(self, number: int) -> int:
        return min(BLOCK, self.facts.size - number * BLOCK)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of the runs of sorted numbers, none of them too long for one request."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1 and number - runs[-1][0] < _MOST_AT_ONCE:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


class Trouble:
    """What went wrong while GDAL read: it takes no exceptions.

    Attributes:
        failure: the first thing that went wrong; nothing is read any more then.
    """

    def __init__(self) -> None:
        self.failure: BaseException | None = None


class BlockFile(io.RawIOBase):
    """A remote file with a position of its own, for GDAL.

    Args:
        trouble: of all files of a dataset.
    """

    def __init__(self, blocks: Blocks, trouble: Trouble) -> None:
        super().__init__()
        self._blocks, self._trouble = blocks, trouble
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._blocks.facts.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none where reading fails."""
        if self._trouble.failure is not None:
            return b""
        stop = self._blocks.facts.size if size is None or size < 0 else self._position + size
        try:
            data = self._blocks.read(self._position, stop)
        except BaseException as error:  # noqa: BLE001 - raised by whoever asked GDAL
            self._trouble.failure = error
            return b""
        self._position += len(data)
        return data
