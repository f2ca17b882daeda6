"""What can go wrong between here and a server, each as a sentence. None of them holds a secret of an address."""

from __future__ import annotations

from hsigui.errors import HsiError
from hsigui.texts import say


class Lost(Exception):  # noqa: N818 - what happened, for those who try again
    """A connection failed, or a server was too busy: worth another try.

    Attributes:
        why: half a sentence.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ChangedMeanwhile(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """What lies at an address is another file than the one that was opened."""

    def __init__(self, plain: str) -> None:
        super().__init__(
            say("{address} has changed on the server since it was opened.", address=plain),
            say("Reload the scene (F5, or open it again); the labels stay."),
        )


def not_there(plain: str) -> HsiError:
    return HsiError(
        say("There is nothing at {address} (404).", address=plain),
        say("Check the address: upper and lower case count, too."),
    )


def forbidden(plain: str, code: int = 403, *, bucket: bool = False) -> HsiError:
    if bucket:
        hint = say(
            "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and start the program again; another "
            "server than Amazon's is named by AWS_ENDPOINT_URL."
        )
    else:
        hint = say("It may need a password (https://name:password@server/…) or a signed address that is still valid.")
    return HsiError(say("The server does not let you read {address} ({code}).", address=plain, code=code), hint)


def no_ranges(plain: str) -> HsiError:
    return HsiError(
        say("The server of {address} hands out whole files only, no parts of them.", address=plain),
        say("Download the file and open it from your disk."),
    )


def refused(plain: str, code: int) -> HsiError:
    return HsiError(
        say("The server refused to hand out {address} (answer {code}).", address=plain, code=code),
        say("Try the address in a browser."),
    )


def lost(plain: str, why: str) -> HsiError:
    return HsiError(
        say("The connection to {address} failed: {why}.", address=plain, why=why),
        say("Check your network and try again; what was read already is kept."),
    )


def too_large(plain: str, size: int) -> HsiError:
    return HsiError(
        say("{address} is larger than expected: {size:,} bytes.", address=plain, size=size),
        say("Is it the scene that you mean?"),
    )


def broken_off() -> Lost:
    return Lost(say("it broke off in the middle"))


def too_busy(code: int) -> Lost:
    return Lost(say("the server is too busy (answer {code})", code=code))


def empty(plain: str) -> HsiError:
    return HsiError(say("{address} is empty.", address=plain), say("Was it uploaded completely?"))


def without_package(package: str) -> HsiError:
    return HsiError(
        say("Addresses and zarr need a package that is not installed: {package}.", package=package),
        say('Install it with: pip install "hsigui[cloud]"'),
    )
