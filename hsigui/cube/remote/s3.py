"""Files in buckets of S3 and of servers that speak its language, through s3fs.

Names and keys are those of the platform: the variables AWS_PROFILE, AWS_ACCESS_KEY_ID and so on, `~/.aws`, a role of
the machine; without any, what is public is read without a name. AWS_ENDPOINT_URL names another server than Amazon's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from hsigui.cube.remote.address import Address
from hsigui.cube.remote.faults import (
    ChangedMeanwhile,
    Lost,
    broken_off,
    empty,
    forbidden,
    not_there,
    refused,
    too_busy,
    too_large,
    without_package,
)
from hsigui.cube.remote.http import CONNECT_SECONDS, SILENT_SECONDS
from hsigui.cube.remote.links import Facts, Part
from hsigui.cube.remote.traffic import TRAFFIC
from hsigui.cube.remote.waiting import loop, tried
from hsigui.texts import say

T = TypeVar("T")
_MISSING, _FORBIDDEN = {"NoSuchKey", "NoSuchBucket", "404"}, {"AccessDenied", "403", "InvalidAccessKeyId",
    "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AllAccessDisabled", "RequestTimeTooSkewed"}  # fmt: skip
_MOST_NAMES = 100_000


class S3Link:
    """A file, or what lies below a prefix, in a bucket.

    Raises:
        HsiError: s3fs is not installed.
    """

    def __init__(self, address: Address) -> None:
        try:
            import s3fs
        except ImportError:
            raise without_package("s3fs") from None
        self.address = address
        self._bucket, self._key = address.host, address.path

        def connected(anonymous: bool) -> Any:
            waits = {"connect_timeout": CONNECT_SECONDS, "read_timeout": SILENT_SECONDS}
            config = {**waits, "retries": {"max_attempts": 0}}
            files = s3fs.S3FileSystem(
                anon=anonymous, config_kwargs=config, asynchronous=False, loop=loop(), skip_instance_cache=True
            )
            files.retries = 1  # it is tried again here, where a cancel is heard
            return files

        self._connected = connected
        self._named = connected(False)
        self._nameless: Any = None  # made where the platform has no name and key

    async def part(self, key: str, start: int, stop: int, known: Facts | None = None) -> Part:
        """The bytes from `start` to `stop`, see `links.Link`.

        Raises:
            HsiError: they cannot be had; `ChangedMeanwhile`, the file is another one now.
        """
        condition = {"IfMatch": known.version} if known is not None and known.version else {}

        async def read(answer: Any) -> Part:
            size = int(answer["ContentRange"].rpartition("/")[2])
            if known is not None and (size, answer.get("ETag", "")) != (known.size, known.version):
                raise ChangedMeanwhile(self._plain(key))
            data = await _body(answer)
            if len(data) < min(stop, size) - start:
                raise broken_off()
            return Part(data, Facts(size, answer.get("ETag", "")))

        found = await self._get(key, read, Range=f"bytes={start}-{stop - 1}", **condition)
        if found is None:
            raise not_there(self._plain(key))
        return found

    async def whole(self, key: str, most: int) -> Part | None:
        """A whole file, see `links.Link`.

        Raises:
            HsiError: it cannot be had, or is larger.
        """

        async def read(answer: Any) -> Part:
            if (size := int(answer["ContentLength"])) > most:
                raise too_large(self._plain(key), size)
            data = await _body(answer)
            if len(data) < size:
                raise broken_off()
            return Part(data, Facts(size, answer.get("ETag", "")))

        return await self._get(key, read)

    async def last(self, key: str, count: int) -> Part | None:
        """The last bytes of a file, see `links.Link`.

        Raises:
            HsiError: they cannot be had.
        """

        async def read(answer: Any) -> Part:
            size = int(answer["ContentRange"].rpartition("/")[2])
            return Part(await _body(answer), Facts(size, answer.get("ETag", "")))

        return await self._get(key, read, Range=f"bytes=-{count}")

    async def names(self, prefix: str) -> Sequence[str] | None:
        """Files and folders right below a folder, see `links.Link`."""
        around = "/".join(part for part in (self._key, prefix) if part) + "/"
        found: list[str] = []
        token: dict[str, str] = {}
        while len(found) < _MOST_NAMES:
            more = dict(token)

            async def ask(more: dict[str, str] = more) -> Any:
                TRAFFIC.asked(self.address.host)
                asked = {"Bucket": self._bucket, "Prefix": around, "Delimiter": "/", **more}
                return await self._asked(prefix, "list_objects_v2", asked)

            answer = await tried(ask, self._plain(prefix))
            if answer is None:
                return []
            found += [entry["Prefix"].rstrip("/") for entry in answer.get("CommonPrefixes", ())]
            found += [entry["Key"] for entry in answer.get("Contents", ()) if entry["Key"] != around]
            if not answer.get("IsTruncated"):
                break
            token = {"ContinuationToken": answer["NextContinuationToken"]}
        cut = len(self._key) + 1
        return [name[cut:] for name in found]

    async def _get(self, key: str, read: Callable[[Any], Awaitable[T]], **options: str) -> T | None:
        """What is read from an answer; None where there is nothing under the key."""

        async def ask() -> T | None:
            from botocore.exceptions import BotoCoreError

            TRAFFIC.asked(self.address.host)
            name = "/".join(part for part in (self._key, key) if part)
            answer = await self._asked(key, "get_object", {"Bucket": self._bucket, "Key": name, **options})
            try:
                return None if answer is None else await read(answer)
            except (OSError, BotoCoreError):
                raise broken_off() from None

        return await tried(ask, self._plain(key))

    async def _asked(self, key: str, method: str, options: dict[str, Any]) -> Any:
        """The answer to a call; None where there is nothing under its key."""
        from botocore.exceptions import (
            BotoCoreError,
            ConnectionError,
            EndpointConnectionError,
            HTTPClientError,
            NoCredentialsError,
            ProxyConnectionError,
        )

        try:
            return await (self._nameless or self._named)._call_s3(method, **options)
        except NoCredentialsError:
            self._nameless = self._connected(True)
            return await self._asked(key, method, options)
        except (ConnectionError, EndpointConnectionError, HTTPClientError, ProxyConnectionError, TimeoutError):
            raise Lost(say("the server cannot be reached")) from None
        except (BotoCoreError, OSError) as error:
            return self._told(key, error)

    def _told(self, key: str, error: Exception) -> None:
        """None for what is not there; raises for the rest."""
        answer: dict[str, Any] = getattr(error.__cause__, "response", None) or {}
        code = str(answer.get("Error", {}).get("Code", ""))
        status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in _MISSING or status == 404:
            return
        if code in _FORBIDDEN or status in (401, 403):
            raise forbidden(self._plain(key), bucket=True) from None
        if code == "PreconditionFailed" or status == 412:
            raise ChangedMeanwhile(self._plain(key)) from None
        if code == "InvalidRange" or status == 416:
            raise empty(self._plain(key)) from None
        if status >= 500 or code in ("SlowDown", "RequestTimeout", "InternalError"):
            raise too_busy(status) from None
        if not status:
            raise Lost(say("the server cannot be reached")) from None
        raise refused(self._plain(key), status) from None

    def _plain(self, key: str) -> str:
        return self.address.plain if not key else f"{self.address.plain}/{key}"


async def _body(answer: Any) -> bytes:
    found = bytearray()
    stream = answer["Body"]
    try:
        while piece := await asyncio.wait_for(stream.read(2**16), SILENT_SECONDS):
            TRAFFIC.came(len(piece))
            found += piece
    finally:
        with suppress(Exception):
            stream.close()
    return bytes(found)
