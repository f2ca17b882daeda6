"""A downloader for pooch that goes on where it was stopped, and can be stopped at any moment.

pooch itself begins anew each time. Here a file grows as `NAME.part`, with a note of where it comes from beside it; what
is missing is asked for as a range of bytes, on the condition that the file is still the same.

Source: R. Fielding et al., "HTTP Semantics", RFC 9110, sections 8.8 (validators), 13.1.5 (If-Range) and 14 (ranges).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hsigui.cube.remote.traffic import TRAFFIC
from hsigui.jobs import Context
from hsigui.sample_scenes import faults
from hsigui.sample_scenes.keeping import checksum, part_of, put_aside
from hsigui.sample_scenes.table import SampleFile
from hsigui.saving import require_disk, write_bytes
from hsigui.stopping import patiently
from hsigui.texts import say

CONNECT_SECONDS, SILENT_SECONDS = 10.0, 30.0
CHUNK = 2**17
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_ORIGIN = ".from"  # behind the name of a part


@dataclass(frozen=True)
class _Origin:
    """Where a part comes from: its address, and what changes with the content there."""

    address: str = ""
    version: str = ""


class ResumingDownloader:
    """Fetches one file; pooch calls it with an address and the path of a scratch file.

    Args:
        path: where the file will lie in the end.
    """

    def __init__(self, file: SampleFile, path: Path, ctx: Context) -> None:
        self._file, self._path, self._ctx = file, path, ctx
        self._part = part_of(path)
        self._note = path.with_name(self._part.name + _ORIGIN)

    def __call__(self, url: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        """Fetches what is missing, and puts the whole in the place of the scratch file.

        Raises:
            faults.NotHad: the address does not give the file.
            HsiError: the disk is full.
        """
        del pooch, check_only
        went_on = self._fetch(url)
        if self._file.sha256 and checksum(self._part) != self._file.sha256:
            self._note.unlink(missing_ok=True)
            raise faults.wrong(put_aside(self._part), again=went_on)
        self._part.replace(output_file)
        self._note.unlink(missing_ok=True)

    def _fetch(self, url: str) -> bool:
        """Fetches what is missing; whether a part had come earlier."""
        from requests import Session, exceptions

        have = self._have(url)
        try:
            with Session() as session:
                answer = patiently(lambda: self._asked(session, url, have))
                with _left_at_once(answer):
                    self._take(answer, url, have)
        except exceptions.RequestException as error:
            raise faults.connection(error) from None
        return have > 0

    def _have(self, url: str) -> int:
        """Bytes that can be gone on from; 0 to begin anew.

        Where the checksum is known the file may come from several servers; elsewhere only from one, and only while it
        says that the file is the same.
        """
        have = self._part.stat().st_size if self._part.is_file() else 0
        origin = self._origin()
        same = origin.address == url and bool(origin.version)
        return have if self._file.sha256 or same else 0

    def _asked(self, session: Any, url: str, have: int) -> Any:
        """The answer of the server, its content still to come."""
        TRAFFIC.asked(urlsplit(url).netloc)
        headers = {"Accept-Encoding": "identity", "User-Agent": "hsigui"}
        origin = self._origin()
        if have:
            headers["Range"] = f"bytes={have}-"
            if origin.address == url and origin.version:
                headers["If-Range"] = origin.version
        return session.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENT_SECONDS))

    def _take(self, answer: Any, url: str, have: int) -> None:
        start, total = self._begin(answer, url, have)
        if start is None:  # all has come already
            return
        if total:
            require_disk(self._part, total - start, say("Make room, or choose another folder."))
        write_bytes(self._note, json.dumps({"address": url, "version": _version(answer.headers)}).encode())
        got = start
        with self._part.open("ab" if start else "wb") as stream:
            for piece in _pieces(answer):
                stream.write(piece)
                got += len(piece)
                TRAFFIC.came(len(piece))
                self._ctx.progress(got, max(total, got) if total else 0, self._file.name)
        if total and got < total:
            raise faults.broken_off()

    def _begin(self, answer: Any, url: str, have: int) -> tuple[int | None, int]:
        """From which byte on the content is, and how many the whole has; 0 where that is not said.

        The first is None where nothing is missing.
        """
        if urlsplit(url).scheme == "https" and urlsplit(answer.url).scheme != "https":
            raise faults.unsafe()
        headers, code = answer.headers, answer.status_code
        matched = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        total = int(matched[2]) if matched and matched[2] != "*" else 0
        if code == 416 and have:
            if total == have:
                return None, total
            self._part.unlink(missing_ok=True)
            raise faults.broken_off()  # the file there is another now: the next try begins anew
        if code not in (200, 206):
            raise faults.refused(code)
        if headers.get("Content-Type", "").lower().startswith("text/html"):
            raise faults.web_page()
        if code == 206:
            if matched is None or matched[1] != str(have) or "Content-Encoding" in headers:
                self._part.unlink(missing_ok=True)
                raise faults.broken_off()
            return have, total
        said = headers.get("Content-Length", "")
        return 0, int(said) if said.isdecimal() and "Content-Encoding" not in headers else 0

    def _origin(self) -> _Origin:
        try:
            found = json.loads(self._note.read_text(encoding="utf-8"))
            return _Origin(str(found["address"]), str(found["version"]))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return _Origin()


@contextmanager
def _left_at_once(answer: Any) -> Iterator[None]:
    """Closes an answer. What still waits for it in another thread is woken first: closing would wait for that."""
    try:
        yield
    except BaseException:
        if hasattr(answer.raw, "shutdown"):  # of urllib3 from 2.3 on; else the thread ends when its patience does
            with suppress(ValueError, RuntimeError, OSError):  # it has ended already
                answer.raw.shutdown()
            answer.close()
        raise
    answer.close()


def _pieces(answer: Any) -> Iterator[bytes]:
    """The content as it comes; a cancel is heard while a server is silent, too."""
    pieces: Iterator[bytes] = answer.iter_content(CHUNK)
    while True:
        piece = patiently(lambda: next(pieces, b""))
        if not piece:
            return
        yield piece


def _version(headers: Any) -> str:
    """What a range is asked for on the condition of: a strong validator, as RFC 9110 asks; empty where none is."""
    tag = str(headers.get("ETag") or "")
    return tag if tag.startswith('"') else str(headers.get("Last-Modified") or "")
