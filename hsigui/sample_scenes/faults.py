"""What can go wrong while a scene is fetched, each as a sentence or a part of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.texts import say

_BUSY = {408, 425, 429, 500, 502, 503, 504}


class NotHad(Exception):  # noqa: N818 - what happened, for those who ask elsewhere
    """An address does not give a file; another one may.

    Attributes:
        why: half a sentence.
        again: whether it is worth another try.
    """

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why, self.again = why, again


def refused(code: int) -> NotHad:
    """By the answer of a server."""
    if code in (404, 410):
        return NotHad(say("there is nothing at this address ({code})", code=code))
    if code in _BUSY:
        return NotHad(say("the server is too busy (answer {code})", code=code), again=True)
    return NotHad(say("the server does not hand it out to programs (answer {code})", code=code))


def broken_off() -> NotHad:
    return NotHad(say("it broke off in the middle"), again=True)


def web_page() -> NotHad:
    return NotHad(say("the server sent a web page in place of the file"))


def unsafe() -> NotHad:
    return NotHad(say("it leads to a server without encryption"))


def wrong(aside: Path, *, again: bool) -> NotHad:
    """What came has another checksum; it is worth another try where a part of it came earlier."""
    return NotHad(
        say("what came is not the file that was meant, by its checksum; it was kept as {name}", name=aside.name),
        again=again,
    )


def connection(error: Exception) -> NotHad:
    """By what requests raises.

    Args:
        error: a `requests.exceptions.RequestException`.
    """
    from requests import exceptions

    if isinstance(error, exceptions.ProxyError):
        return NotHad(say("the proxy cannot be reached"))
    if isinstance(error, exceptions.SSLError):
        return NotHad(say("the server cannot prove who it is (certificate)"))
    if isinstance(error, exceptions.Timeout):
        return NotHad(say("the server does not answer"), again=True)
    if isinstance(error, exceptions.ChunkedEncodingError):
        return broken_off()
    if isinstance(error, exceptions.ConnectionError):
        if "NameResolution" in str(error):
            return NotHad(say("no such server is known"))
        if "Read timed out" in str(error):
            return NotHad(say("the server does not answer"), again=True)
        return NotHad(say("the server cannot be reached"))
    return NotHad(say("it cannot be asked for ({kind})", kind=type(error).__name__))


def not_had(name: str, reasons: Sequence[tuple[str, NotHad]], page: str, folder: Path) -> HsiError:
    """No address gave a file.

    Args:
        reasons: each server with what it came to.
        folder: where a file that was fetched in another way is looked for.
    """
    said = "; ".join(say("{host}: {why}", host=host, why=found.why) for host, found in reasons)
    return HsiError(
        say("{name} could not be fetched. {reasons}.", name=name, reasons=said),
        say(
            "What has come is kept: try again later. Or fetch it with a browser from {page} and put it into {folder}.",
            page=page, folder=folder,
        ),
    )  # fmt: skip


def in_use(name: str) -> HsiError:
    return HsiError(
        say("{name} is being fetched by another window or command.", name=name), say("Wait until that has ended.")
    )


def without_package(package: str) -> HsiError:
    return HsiError(
        say("Sample scenes need a package that is not installed: {package}.", package=package),
        say("Install it with: pip install pooch"),
    )
