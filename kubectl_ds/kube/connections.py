"""The program's own connections to one server: opened when needed, kept for the next request."""

import threading

from kubectl_ds.kube.credentials import KeyPair
from kubectl_ds.kube.dialing import Dialer
from kubectl_ds.kube.http1 import Connection, Http1Answer
from kubectl_ds.kube.tls_settings import TlsSettings
from kubectl_ds.kube.wire import Headers, Limits, NoAnswer


class Connections:
    """A `wire.Wire` to the server at `url`."""

    def __init__(self, url: str, *, tls: TlsSettings, key_pair: KeyPair | None, proxy: str) -> None:
        """Nothing is connected yet.

        Raises `KubeconfigError` or `CredentialError` for certificates that cannot be used.
        """
        self._dialer = Dialer(url, tls=tls, key_pair=key_pair, proxy=proxy)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._is_closed = False

    def ask(self, method: str, url: str, headers: Headers, body: bytes | None, limits: Limits) -> Http1Answer:
        target, headers = self._dialer.request_line_target(url), [*self._dialer.headers(), *headers]
        kept = self._kept()
        if kept is not None:
            try:
                return self._asked(kept, method, target, headers, body, limits)
            except (NoAnswer, ConnectionError):
                # A server may hang up just as its connection is used again; Go's client tries once more too.
                if method != "GET":
                    raise
        return self._asked(self._dialer.dial(limits), method, target, headers, body, limits)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _kept(self) -> Connection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if not connection.is_stale():
                return connection
            connection.close()

    def _asked(
        self,
        connection: Connection,
        method: str,
        target: str,
        headers: Headers,
        body: bytes | None,
        limits: Limits,
    ) -> Http1Answer:
        try:
            return connection.ask(method, target, headers, body, limits, self._freed)
        except BaseException:
            connection.close()
            raise

    def _freed(self, connection: Connection) -> None:
        with self._lock:
            if not self._is_closed:
                self._idle.append(connection)
                return
        connection.close()
