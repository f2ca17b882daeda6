"""A web server and a server of S3's language on this machine, that count what they are asked for."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class FileServer:
    """Hands out the files of a folder, whole or in parts.

    Attributes:
        ranges: whether it hands out parts.
        versions: whether it says which version a file is.
        status: what it answers instead, where it is not 0.
        broken: how many of the next answers break off in the middle.
        slow: seconds before each answer.
        sent: bytes of answers.
        asked: paths of the questions, with their queries.
        authorization: what was said of the one who asks, last.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ranges = self.versions = True
        self.status = self.broken = self.sent = 0
        self.slow = 0.0
        self.redirect = ""
        self.gone = False
        self.asked: list[str] = []
        self.authorization = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # who asks may hang up
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.gone = True
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, own: FileServer, *args: Any) -> None:
        self._own = own
        super().__init__(*args)

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        own = self._own
        if own.gone:  # a connection that was kept open
            self.close_connection = True
            return
        own.asked.append(self.path)
        own.authorization = self.headers.get("Authorization", "")
        if own.slow:
            time.sleep(own.slow)
        path = own.folder / unquote(urlsplit(self.path).path).lstrip("/")
        if own.redirect:
            self._empty(302, {"Location": own.redirect})
        elif own.status or not path.is_file():
            self._empty(own.status or 404)
        else:
            self._file(path)

    def _empty(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, path: Path) -> None:
        own, content = self._own, path.read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if own.versions and self.headers.get("If-Match") not in (None, tag):
            self._empty(412)
            return
        headers = {"ETag": tag} if own.versions else {}
        status, first, last = 200, 0, len(content) - 1
        if wanted and own.ranges:
            first = int(wanted[1]) if wanted[1] else max(0, len(content) - int(wanted[2]))
            last = min(last, int(wanted[2])) if wanted[1] and wanted[2] else last
            if first > last:
                self._empty(416)
                return
            status = 206
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        body = content[first : last + 1]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if own.broken:
            own.broken -= 1
            body = body[: len(body) // 2]
            self.close_connection = True
        own.sent += len(body)  # before they are seen on the other side
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)


@contextlib.contextmanager
def file_server(folder: Path) -> Iterator[FileServer]:
    server = FileServer(folder)
    try:
        yield server
    finally:
        server.close()
