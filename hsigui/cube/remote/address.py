"""Addresses of scenes that lie on servers, and what of an address may be shown and kept.

An address can carry secrets: a name and a password before the host, or a query that is signed or holds a key. They
stay in memory, for as long as the program runs; everything else is handed the address without them.

Source: T. Berners-Lee et al., "Uniform Resource Identifier (URI): Generic Syntax", RFC 3986.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from hsigui.errors import HsiError
from hsigui.texts import say

SCHEMES = ("https", "http", "s3")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SAFE = "/~!$&'()*+,;=:@%"
# Names of a query that say which file is meant. Everything else may be a key or a signature, and is not kept.
_HARMLESS = {"file", "filename", "path", "name", "format", "download", "dl", "raw", "versionid"}
_LONGEST = 8192


@dataclass(frozen=True)
class Address:
    """Where a scene lies on a server.

    Attributes:
        plain: without secrets: what is shown, kept and compared.
        full: as it was typed; never shown or kept.
        partial: whether `full` says more than `plain`, so that `plain` alone may not lead there.
    """

    plain: str
    full: str = field(repr=False, compare=False)
    partial: bool = field(default=False, compare=False)

    @property
    def scheme(self) -> str:
        return self.plain.partition(":")[0]

    @property
    def path(self) -> str:
        """What stands behind the host (of S3: behind the bucket), without a slash at either end."""
        if self.scheme == "s3":  # a key is no part of an address elsewhere: it may hold any sign
            return self.plain.split("/", 3)[3]
        return unquote(urlsplit(self.plain).path).strip("/")

    @property
    def host(self) -> str:
        """The server, or the bucket of S3."""
        return self.plain.split("/", 3)[2]

    @property
    def name(self) -> str:
        """The last part of the path: what a file of it would be called."""
        last = PurePosixPath(self.path).name if self.path else self.host.partition(":")[0]
        return re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", last)[-120:] or "scene"

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


def name_and_place(text: str) -> tuple[str, str]:
    """What a path or an address is called, and where that is: for lists."""
    if not is_address(text):
        path = Path(text)
        return path.name, str(path.parent)
    place, _, name = text.partition("?")[0].rstrip("/").rpartition("/")
    return unquote(name), place


def is_address(text: object) -> bool:
    """Whether a text is an address of any kind, rather than the path of a file."""
    return isinstance(text, str) and bool(_ADDRESS.match(text.strip()))


_SIGNED = re.compile(r"\?(?:.*&)?(?:x-amz-|awsaccesskeyid=|signature=)", re.IGNORECASE)


def address_of(text: str) -> Address:
    """The address that the user typed or pasted.

    Raises:
        HsiError: it is none, or of a kind that is not opened.
    """
    text = text.strip().strip("<>\"'")
    if len(text) > _LONGEST or not _ADDRESS.match(text) or re.search(r"[\x00-\x20\x7f]", text):
        raise HsiError(say("This is no address."), _hint())
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise HsiError(say("This is no address."), _hint()) from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        raise HsiError(say("Addresses that begin with {scheme}:// are not opened.", scheme=scheme), _hint())
    if not host:
        raise HsiError(say("The address names no server."), _hint())
    if ".." in PurePosixPath(unquote(parts.path)).parts:
        raise HsiError(say("The address leads upwards (“..”)."), say("Give the whole path of the scene."))
    if scheme == "s3":
        bucket, _, key = text.partition("://")[2].partition("/")
        return _of_bucket(bucket.rpartition("@")[2], key)
    server = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    kept = _kept_query(parts.query)
    path = quote(parts.path, safe=_SAFE)  # what is escaped stays so: %2F is no slash
    plain = urlunsplit((scheme, server, path, kept, ""))
    full = urlunsplit((scheme, parts.netloc, parts.path, parts.query, ""))
    return Address(plain, full, "@" in parts.netloc or (bool(parts.query) and not kept))


def _of_bucket(bucket: str, path: str) -> Address:
    if _SIGNED.search(path):  # belongs to an https address, and is a secret that a key would keep
        raise HsiError(
            say("The address of a bucket bears a signature."),
            say("Paste the https address that was signed, or leave out what follows the question mark."),
        )
    if not path.strip("/"):
        raise HsiError(say("The address names a bucket and no file in it."), _hint())
    plain = f"s3://{bucket}/{path.strip('/')}"
    return Address(plain, plain)


def _kept_query(query: str) -> str:
    """A query that only says which file is meant; else nothing."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(pairs) if pairs and all(name.lower() in _HARMLESS for name, _ in pairs) else ""


def _hint() -> str:
    return say(
        "Addresses of scenes look like https://server/folder/scene.tif, https://server/scene.zarr or "
        "s3://bucket/scene.tif."
    )
