"""HTTP/1.1 on loopback, one thread a connection: request line in, slices of files out."""

import hashlib
import json
import os
import ssl
import zlib
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from bench.clusters.collection import Form, Span
from bench.clusters.metadata import NOW
from bench.serving.pages import Page, Pages, UnknownToken
from bench.serving.selection import BadSelector
from bench.serving.wire import Road, Tally
from kubectl_ds.kube.api_server.answers import status_tree
from kubectl_ds.kube.api_server.discovery import discovery_content_type, discovery_tree
from kubectl_ds.kube.api_server.http_server import GZIP_FROM

TALLY: Final = "/bench/tally"
"""Asks what was asked so far, and begins a new count."""

_GIT_VERSION: Final = "v1.37.1"


@dataclass(frozen=True)
class _Answer:
    status: int
    content_type: str
    page: Page


class BenchServer(ThreadingHTTPServer):
    """Serves one made cluster. `gzip_folder` keeps what was compressed once: the next one gets it at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, folder: Path, road: Road, tls: ssl.SSLContext | None = None) -> None:
        self.pages = Pages(folder)
        self.road = road
        self.tally = Tally()
        self.gzip_folder = folder / "gzip"
        self.gzip_folder.mkdir(exist_ok=True)
        self._tls = tls
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: BenchServer

    def setup(self) -> None:
        # A new connection is a round trip, and TLS 1.3 one more.
        self.server.road.travel()
        if isinstance(self.request, ssl.SSLSocket):
            self.server.road.travel()
            self.request.do_handshake()
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tally counts."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == TALLY:
            self._send(_json_answer(200, self.server.tally.taken()), counted=False)
            return
        self.server.road.travel()
        try:
            answer = self._answer(parts.path, dict(parse_qsl(parts.query)))
        except (BadSelector, UnknownToken) as error:
            answer = _status(410 if isinstance(error, UnknownToken) else 400, str(error))
        self._send(answer, counted=True)

    def _answer(self, path: str, query: dict[str, str]) -> _Answer:
        accept = self.headers.get("Accept", "")
        tree = discovery_tree(path, accept, _GIT_VERSION)
        if tree is not None:
            return _json_answer(200, tree, discovery_content_type(path, accept))
        namespace, resource, name = _route(path)
        if not self.server.pages.has(resource):
            return _status(404, "the server could not find the requested resource")
        if "watch" in query:
            return _status(405, "the bench serves no watches")
        form: Form = "rows" if "as=Table" in accept else "items"
        if not name:
            return _Answer(200, "application/json", self.server.pages.page(resource, namespace, query, form))
        found = self.server.pages.object(resource, namespace, name, form)
        if found is None:
            return _status(404, f'{resource} "{name}" not found')
        return _Answer(200, "application/json", found)

    def _send(self, answer: _Answer, *, counted: bool) -> None:
        page = answer.page
        gzip = page.length >= GZIP_FROM and "gzip" in self.headers.get("Accept-Encoding", "")
        if gzip:
            page = _gzipped(page, self.server.gzip_folder)
        if counted:
            self.server.tally.add(self.path, page.length, gzipped=gzip)
        head = [
            f"HTTP/1.1 {answer.status} {self.responses[answer.status][0]}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {page.length}",
            f"Date: {NOW}",
            *(["Content-Encoding: gzip", "Vary: Accept-Encoding"] if gzip else []),
        ]
        before = "\r\n".join([*head, "", ""]).encode() + page.head
        road, connection = self.server.road, self.connection
        road.send(connection, before)
        if page.file:
            with page.file.open("rb") as file:
                for place, span in enumerate(page.spans):
                    if place:
                        road.send(connection, b",")
                    road.send_file(connection, file.fileno(), span.start, span.length)
        if page.foot:
            road.send(connection, page.foot)


def _route(path: str) -> tuple[str, str, str]:
    """Namespace, resource and name of `/apis/apps/v1/namespaces/NS/daemonsets/NAME` and shorter ones."""
    words = path.strip("/").split("/")
    rest = words[2 if words[0] == "api" else 3 :]
    namespace = ""
    if len(rest) >= 3 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    return (namespace, *[*rest, "", ""][:2])  # type: ignore[return-value]


def _gzipped(page: Page, folder: Path) -> Page:
    """The same page compressed at level 1, as upstream does it; compressed once and kept."""
    key = hashlib.sha1(repr((page.head, page.file, page.spans)).encode(), usedforsecurity=False).hexdigest()
    kept = folder / key
    if not kept.exists():
        data = zlib.compress(page.read(), level=1, wbits=31)
        fresh = kept.with_suffix(f".{os.getpid()}.{id(page)}")
        fresh.write_bytes(data)
        fresh.replace(kept)
    return Page(b"", kept, (Span(0, kept.stat().st_size),), b"")


def _json_answer(status: int, tree: Any, content_type: str = "application/json") -> _Answer:
    return _Answer(status, content_type, Page(json.dumps(tree).encode(), None, (), b""))


def _status(code: int, message: str) -> _Answer:
    return _json_answer(code, status_tree(code, message))
