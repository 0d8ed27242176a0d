"""HTTP/1.1 on loopback: keep-alive, chunks for streams, gzip when asked, TLS with a context that is given."""

import contextlib
import gzip
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kubectl_ds.kube.api_server.answers import Answer, RecordedRequest

GZIP_FROM = 128 * 1024
"""Bytes: shorter answers go out as they are, as upstream's responsewriters/writers.go has it."""

Respond = Callable[[RecordedRequest], Answer]


class LoopbackHttpServer(ThreadingMixIn, TCPServer):
    """One thread a connection. `close` ends the connections too, so that no thread outlives it."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        respond: Respond,
        clock: Callable[[], datetime],
        tls: ssl.SSLContext | None,
        gzip_from: int,
        port: int = 0,
    ) -> None:
        """`port` 0 lets the system choose."""
        self.respond = respond
        self.clock = clock
        self.gzip_from = gzip_from
        self._tls = tls
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self.server_address[1])

    def close(self) -> None:
        """Stop listening and end every connection."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls:
            # The handshake waits for the client: it belongs in the connection's own thread.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LoopbackHttpServer

    def setup(self) -> None:
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: `ApiServer.requests` records them."""

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_GET, do_POST …: one method answers them all.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        request = RecordedRequest(
            method=self.command,
            path=unquote(parts.path),
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers=tuple((name.lower(), value) for name, value in self.headers.items()),
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        answer = self.server.respond(request)
        if isinstance(answer.body, bytes):
            self._send_whole(request, answer, answer.body)
        else:
            self._send_chunks(answer, answer.body)
        if answer.close or answer.content_length is not None:
            self.close_connection = True

    def _send_whole(self, request: RecordedRequest, answer: Answer, body: bytes) -> None:
        headers = dict(answer.headers)
        if len(body) >= self.server.gzip_from and "gzip" in request.header("accept-encoding"):
            body = gzip.compress(body, compresslevel=1)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        length = len(body) if answer.content_length is None else answer.content_length
        head = self._head(answer, headers | {"Content-Length": str(length)})
        if request.method == "HEAD":
            body = b""
        # One segment for small answers; large ones are not copied once more.
        if len(body) < 65536:
            self.wfile.write(head + body)
        else:
            self.wfile.write(head)
            self.wfile.write(body)

    def _send_chunks(self, answer: Answer, body: Any) -> None:
        claimed = answer.content_length
        framing = {"Transfer-Encoding": "chunked"} if claimed is None else {"Content-Length": str(claimed)}
        self.wfile.write(self._head(answer, {**answer.headers, **framing}))
        for part in body:
            framed = b"%x\r\n%s\r\n" % (len(part), part) if claimed is None else part
            if part:
                self.wfile.write(framed)
        if claimed is None:
            self.wfile.write(b"0\r\n\r\n")

    def _head(self, answer: Answer, headers: dict[str, str]) -> bytes:
        try:
            phrase = HTTPStatus(answer.status).phrase
        except ValueError:
            phrase = ""
        known = {
            "Date": format_datetime(self.server.clock(), usegmt=True),
            "Cache-Control": "no-cache, private",
        }
        known |= {"Content-Type": answer.content_type} if answer.content_type else {}
        known |= {"Connection": "close"} if answer.close else {}
        lines = [f"HTTP/1.1 {answer.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in (known | headers).items() if value]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
