"""A server on this machine that hands out files, whole or in parts, and misbehaves as it is told to."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hsigui.sample_scenes.table import DATA, SCENE, TRUTH, SampleFile, SampleScene

CUBE = bytes(range(256)) * 4096  # 1 MB
LABELS = b"labels" * 50


@dataclass
class Host:
    """What the server does.

    Attributes:
        files: contents by path.
        tag: the validator of all files; empty for none.
        ranges: whether parts are handed out.
        cut: bytes of a content after which the connection breaks; 0 for none.
        answer: a status in place of the file's; 0 for none.
        kind: the type of what is handed out.
        hold: where a content stops until the event is set; 0 for nowhere.
        asked: path and Range of each question.
        conditions: If-Range of each question.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    tag: str = '"first"'
    ranges: bool = True
    cut: int = 0
    answer: int = 0
    kind: str = "application/octet-stream"
    hold: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str]] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)

    @property
    def ranges_asked(self) -> list[str]:
        return [wanted for _, wanted in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    host: Host

    def log_message(self, *_: Any) -> None:
        return

    def do_GET(self) -> None:
        host, wanted = self.host, self.headers.get("Range", "")
        host.asked.append((self.path, wanted))
        host.conditions.append(self.headers.get("If-Range", ""))
        content = host.files.get(self.path)
        if host.answer or content is None:
            self.send_error(host.answer or 404)
            return
        start, code = self._start(wanted), 200
        if start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.end_headers()
            return
        if start:
            code = 206
        self.send_response(code)
        if code == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if host.tag:
            self.send_header("ETag", host.tag)
        self.send_header("Content-Type", host.kind)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self._send(content[start:])

    def _start(self, wanted: str) -> int:
        condition = self.headers.get("If-Range")
        if not wanted or not self.host.ranges or (condition and condition != self.host.tag):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send(self, content: bytes) -> None:
        host = self.host
        with contextlib.suppress(OSError):
            if host.cut:
                self.wfile.write(content[: host.cut])
                return
            if host.hold:
                self.wfile.write(content[: host.hold])
                self.wfile.flush()
                host.go_on.wait(10)
                content = content[host.hold :]
            self.wfile.write(content)


@contextlib.contextmanager
def served(**files: bytes) -> Iterator[Host]:
    """A server of some files, `name_mat` as `/name.mat`."""
    host = Host(files={"/" + name.replace("_mat", ".mat"): content for name, content in files.items()})
    handler = type("Handler", (_Handler,), {"host": host})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="server of files")
    thread.start()
    try:
        yield host
    finally:
        host.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_at(*hosts: str, name: str = "cube.mat", kind: str = SCENE, content: bytes | None = CUBE) -> SampleFile:
    """A row of a file; without a content its checksum is not known."""
    addresses = tuple(f"{host}/{name}" for host in hosts)
    return SampleFile(name, kind, addresses, digest(content) if content is not None else "")


def scene_of(*files: SampleFile) -> SampleScene:
    """A row of a scene, in the place of Samson."""
    return SampleScene("samson", "Tiny", "AVIRIS", 4, 4, 8, 2, "none", "Nobody", "http://127.0.0.1:9/page", 2, files)


__all__ = ["CUBE", "DATA", "LABELS", "SCENE", "TRUTH", "Host", "digest", "file_at", "scene_of", "served"]
