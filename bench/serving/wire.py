"""The road between client and server: how far it is, how wide, and what went over it."""

import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any

_PIECE = 64 * 1024
"""Bytes that a narrow road takes at once."""


@dataclass
class Road:
    """A round trip of `latency` seconds before each answer, and `bandwidth` bytes a second for all connections.

    Loopback without both. TCP's slow start is not played: over a real distance the first pages are slower.
    """

    latency: float = 0.0
    bandwidth: float = 0.0
    _free_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def travel(self) -> None:
        """One round trip."""
        if self.latency:
            time.sleep(self.latency)

    def send(self, connection: socket.socket, data: "bytes | memoryview") -> None:
        """These bytes, as quickly as the road is wide."""
        if not self.bandwidth:
            connection.sendall(data)
            return
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            piece = view[start : start + _PIECE]
            self._wait_for_room(len(piece))
            connection.sendall(piece)

    def send_file(self, connection: socket.socket, file: int, start: int, length: int) -> None:
        """Bytes of a file: by the kernel alone where nothing has to look at them."""
        if self.bandwidth or isinstance(connection, ssl.SSLSocket):
            while length:
                data = os.pread(file, min(length, 1 << 20), start)
                self.send(connection, data)
                start, length = start + len(data), length - len(data)
            return
        while length:
            sent = os.sendfile(connection.fileno(), file, start, length)
            start, length = start + sent, length - sent

    def _wait_for_room(self, size: int) -> None:
        with self._lock:
            begins = max(time.monotonic(), self._free_at)
            self._free_at = begins + size / self.bandwidth
        time.sleep(max(0.0, begins - time.monotonic()))


@dataclass
class Tally:
    """What was asked since the last look: every request line, and the bytes of all bodies."""

    requests: list[str] = field(default_factory=list)
    bytes: int = 0
    gzipped: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, request: str, body: int, *, gzipped: bool) -> None:
        """One more answer."""
        with self._lock:
            self.requests.append(request)
            self.bytes += body
            self.gzipped += gzipped

    def taken(self) -> dict[str, Any]:
        """Everything so far; the next count begins at nothing."""
        with self._lock:
            found = {"requests": self.requests, "bytes": self.bytes, "gzipped": self.gzipped}
            self.requests, self.bytes, self.gzipped = [], 0, 0
            return found
