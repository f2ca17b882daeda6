"""Files on web servers: asked for by ranges of bytes, through aiohttp.

Source: R. Fielding et al., "HTTP Semantics", RFC 9110, sections 8.8 (validators), 13 (conditions) and 14 (ranges).
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import re
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from hsigui.cube.remote.address import Address
from hsigui.cube.remote.faults import (
    ChangedMeanwhile,
    Lost,
    broken_off,
    empty,
    forbidden,
    no_ranges,
    not_there,
    refused,
    too_busy,
    too_large,
    without_package,
)
from hsigui.cube.remote.links import Facts, Part
from hsigui.cube.remote.traffic import TRAFFIC
from hsigui.cube.remote.waiting import loop, tried
from hsigui.errors import HsiError
from hsigui.texts import say

T = TypeVar("T")
CONNECT_SECONDS, SILENT_SECONDS = 10.0, 30.0
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_sessions: dict[int, Any] = {}  # by their loop: one that was made in another process's loop is of no use


class HttpLink:
    """A file, or a folder of files, on a web server.

    Raises:
        HsiError: aiohttp is not installed.
    """

    def __init__(self, address: Address) -> None:
        try:
            import aiohttp  # noqa: F401 - whether it is there
        except ImportError:
            raise without_package("aiohttp") from None
        self.address = address
        parts = urlsplit(address.full)
        user, given, server = parts.netloc.rpartition("@")
        name, _, password = user.partition(":")
        said = base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode()
        # aiohttp takes it out where another server is named by a redirection.
        self._auth = {"Authorization": f"Basic {said}"} if given else {}
        self._parts = parts._replace(netloc=server)

    async def part(self, key: str, start: int, stop: int, known: Facts | None = None) -> Part:
        """The bytes from `start` to `stop`, see `links.Link`.

        Raises:
            HsiError: they cannot be had; `ChangedMeanwhile`, the file is another one now.
        """
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        if known is not None and known.version.startswith('"'):
            headers["If-Match"] = known.version
        found = await self._get(key, headers, lambda answer: self._of_range(key, answer, start, stop, known))
        if found is None:
            raise not_there(self._plain(key))
        return found

    async def whole(self, key: str, most: int) -> Part | None:
        """A whole file, see `links.Link`.

        Raises:
            HsiError: it cannot be had, or is larger.
        """

        async def read(answer: Any) -> Part:
            said = answer.headers.get("Content-Length", "")
            size = int(said) if said.isdecimal() else None
            if size is not None and size > most:
                raise too_large(self._plain(key), size)
            data = await self._body(answer, most)
            if size is not None and len(data) < size and "Content-Encoding" not in answer.headers:
                raise broken_off()
            return Part(data, Facts(len(data), _version(answer.headers)))

        return await self._get(key, {}, read)

    async def last(self, key: str, count: int) -> Part | None:
        """The last bytes of a file, see `links.Link`.

        Raises:
            HsiError: they cannot be had.
        """

        async def read(answer: Any) -> Part:
            if answer.status != 206:
                raise no_ranges(self._plain(key))
            size = _size(answer.headers)
            return Part(await self._body(answer, count), Facts(size or 0, _version(answer.headers)))

        return await self._get(key, {"Range": f"bytes=-{count}"}, read)

    async def names(self, prefix: str) -> Sequence[str] | None:
        """None: web servers list nothing that programs could read."""
        return None

    async def _of_range(self, key: str, answer: Any, start: int, stop: int, known: Facts | None) -> Part:
        version = _version(answer.headers)
        if answer.status == 412 or (known is not None and known.version and version and version != known.version):
            raise ChangedMeanwhile(self._plain(key))
        if answer.status == 416:
            raise empty(self._plain(key)) if not start else ChangedMeanwhile(self._plain(key))
        size = _size(answer.headers)
        if answer.status != 206 or size is None:
            raise no_ranges(self._plain(key))
        if known is not None and size != known.size:
            raise ChangedMeanwhile(self._plain(key))
        matched = _CONTENT_RANGE.fullmatch(answer.headers["Content-Range"].strip())
        if matched is None or int(matched[1]) != start:
            raise no_ranges(self._plain(key))
        stop = min(stop, size)
        data = await self._body(answer, stop - start)
        if len(data) < stop - start:
            raise broken_off()
        return Part(data[: stop - start], Facts(size, version))

    async def _get(
        self, key: str, headers: dict[str, str], read: Callable[[Any], Coroutine[Any, Any, T]]
    ) -> T | None:  # fmt: skip
        """What is read from an answer; None where there is nothing at the address."""

        async def ask() -> T | None:
            import aiohttp

            TRAFFIC.asked(self.address.host)
            asked = {"Accept-Encoding": "identity", "User-Agent": "hsigui", **self._auth, **headers}
            try:
                session = await _session()
                async with session.get(self._url(key), headers=asked) as answer:
                    if answer.url.scheme != self.address.scheme and answer.url.scheme != "https":
                        raise HsiError(
                            say("{address} leads to a server without encryption.", address=self._plain(key)),
                            say("Open the address that it leads to, if you trust that one."),
                        )
                    self._refuse(key, answer.status)
                    return None if answer.status in (404, 410) else await read(answer)
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
                raise Lost(_why(error)) from None
            except TimeoutError:
                raise Lost(say("the server does not answer")) from None
            except (aiohttp.ClientError, ValueError) as error:
                raise HsiError(
                    say("{address} cannot be asked for: {kind}.", address=self._plain(key), kind=type(error).__name__),
                    say("Try the address in a browser."),
                ) from None

        return await tried(ask, self._plain(key))

    def _refuse(self, key: str, status: int) -> None:
        if status in _BUSY:
            raise too_busy(status)
        if status in (401, 403, 407):
            raise forbidden(self._plain(key), status)
        if status >= 400 and status not in (404, 410, 412, 416):
            raise refused(self._plain(key), status)

    async def _body(self, answer: Any, most: int) -> bytes:
        """At most so many bytes, as they come."""
        found = bytearray()
        async for piece in answer.content.iter_chunked(2**16):
            TRAFFIC.came(len(piece))
            found += piece
            if len(found) > most:
                break
        return bytes(found[:most])

    def _url(self, key: str) -> Any:
        from yarl import URL

        path = self._parts.path if not key else f"{self._parts.path.rstrip('/')}/{quote(key)}"
        # As it was typed: a signature is over every letter of it.
        return URL(urlunsplit(self._parts._replace(path=path)), encoded=True)

    def _plain(self, key: str) -> str:
        return self.address.plain if not key else f"{self.address.plain.partition('?')[0].rstrip('/')}/{key}"


def _version(headers: Any) -> str:
    """What changes with the content. A time of change has whole seconds only, so the size counts besides."""
    return str(headers.get("ETag") or headers.get("Last-Modified") or "")


def _size(headers: Any) -> int | None:
    matched = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    return int(matched[3]) if matched and matched[3] != "*" else None


def _why(error: Exception) -> str:
    import aiohttp

    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return say("it broke off in the middle")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return say("no such server is known")
    if isinstance(error, aiohttp.ClientSSLError):
        return say("the server cannot prove who it is (certificate)")
    if isinstance(error, aiohttp.ServerTimeoutError):
        return say("the server does not answer")
    return say("the server cannot be reached")


async def _session() -> Any:
    """The connections that are kept open, of this loop."""
    import aiohttp

    own = id(asyncio.get_running_loop())
    if own not in _sessions:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
        _sessions[own] = aiohttp.ClientSession(timeout=timeout, trust_env=True, cookie_jar=aiohttp.DummyCookieJar())
    return _sessions[own]


@atexit.register
def close_sessions() -> None:
    """Lets go of the connections that are kept open; the next question makes new ones."""
    for session in [_sessions.pop(key) for key in list(_sessions)]:
        with suppress(Exception):
            asyncio.run_coroutine_threadsafe(session.close(), loop()).result(timeout=1.0)
