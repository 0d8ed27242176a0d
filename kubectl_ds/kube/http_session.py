"""The program's own session: a Transport that does on the wire what kubectl does.

Mirrors client-go `transport/round_trippers.go` (which headers) and Go's net/http client (a limit on the
whole exchange, bodies that must be whole).
"""

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from kubectl_ds.errors import ConnectionFailed
from kubectl_ds.kube.credentials import Credential, CredentialSource, KeyPair
from kubectl_ds.kube.transport import JSON, Beginning, Query, Response
from kubectl_ds.kube.user_agent import USER_AGENT
from kubectl_ds.kube.wire import CONNECT_SECONDS, Answer, Limits, NotReached, Wire, WireError

SILENCE_SECONDS = 90.0
"""How long a server may say nothing in the middle of an answer; API servers give up after 60 by themselves."""
MAX_REDIRECTS = 10
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_BEGINNING_AT_MOST: Final = 4096
"""Bytes of a body that are told of before all of it is there."""


class HttpSession:
    """A conversation with one server, as one identity. Safe for several threads."""

    def __init__(
        self,
        server: str,
        *,
        credentials: CredentialSource,
        wire: Callable[[KeyPair | None], Wire],
        headers: tuple[tuple[str, str], ...] = (),
        timeout: float | None = None,
        compression: bool = True,
        proxy: str = "",
        unreachable_hint: str = "",
    ) -> None:
        """`server` is a base URL; `wire` is called for each new client certificate (None: without one).

        `timeout` limits a whole request, in seconds; `proxy` and `unreachable_hint` are for sentences.
        """
        self._server = server
        self._credentials = credentials
        self._open_wire = wire
        self._headers = headers
        self._timeout = timeout
        self._compression = compression
        self._proxy = proxy
        self._hint = unreachable_hint
        self._lock = threading.Lock()
        self._wire: tuple[KeyPair | None, Wire] | None = None

    @property
    def server(self) -> str:
        return self._server

    def request(
        self,
        method: str,
        path: str,
        query: Query = (),
        *,
        accept: str = JSON,
        body: bytes | None = None,
        content_type: str = JSON,
        beginning: Beginning | None = None,
    ) -> Response:
        headers = self._request_headers(accept, compression=self._compression)
        if body is not None:
            headers.append(("Content-Type", content_type))
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        limits = Limits(deadline=deadline, silence=SILENCE_SECONDS)
        url = self._url(path, query, with_timeout=True)
        with self._named_errors():
            answer = self._authorized(method, url, headers, body, limits)
            for _ in range(MAX_REDIRECTS):
                target = _same_host_redirect(answer, url) if method == "GET" else ""
                if not target:
                    break
                _drain(answer)
                url = target
                answer = self._authorized(method, url, headers, body, limits)
            content = self._whole_body(answer, beginning if answer.status == _OK else None)
        return Response(status=answer.status, headers=answer.headers, body=content)

    @contextmanager
    def stream(
        self, path: str, query: Query = (), *, accept: str = JSON, silence: float | None = None
    ) -> Iterator[tuple[int, Iterator[bytes]]]:
        headers = self._request_headers(accept, compression=False)
        url = self._url(path, query, with_timeout=False)
        with self._named_errors(silence):
            answer = self._authorized("GET", url, headers, None, Limits(silence=silence))
        try:
            yield answer.status, self._lines(answer, silence)
        finally:
            # The rest of a watch never comes to an end: the connection is of no more use.
            answer.close()

    def close(self) -> None:
        with self._lock:
            if self._wire is not None:
                self._wire[1].close()
            self._wire = None

    def _request_headers(self, accept: str, *, compression: bool) -> list[tuple[str, str]]:
        return [
            ("Accept", accept),
            ("User-Agent", USER_AGENT),
            ("Accept-Encoding", "gzip" if compression else "identity"),
            *self._headers,
        ]

    def _url(self, path: str, query: Query, *, with_timeout: bool) -> str:
        pairs = list(query)
        if with_timeout and self._timeout is not None:
            # kubectl tells the server too, which then stops working on an answer nobody waits for.
            pairs.append(("timeout", f"{self._timeout:g}s"))
        return f"{self._server}{path}" + (f"?{urlencode(pairs)}" if pairs else "")

    def _authorized(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | None, limits: Limits
    ) -> Answer:
        """Send with the current credential, and once more with a fresh one if the server says 401."""
        credential = self._credentials.current()
        answer = self._send(method, url, headers, body, limits, credential)
        if answer.status == _UNAUTHORIZED:
            fresh = self._credentials.after_unauthorized(credential)
            if fresh is not None:
                _drain(answer)
                return self._send(method, url, headers, body, limits, fresh)
        return answer

    def _send(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        limits: Limits,
        credential: Credential,
    ) -> Answer:
        ours = {name.lower() for name, _ in credential.headers}
        sent = [*(pair for pair in headers if pair[0].lower() not in ours), *credential.headers]
        return self._wire_for(credential.key_pair).ask(method, url, sent, body, limits)

    def _wire_for(self, key_pair: KeyPair | None) -> Wire:
        with self._lock:
            if self._wire is None or self._wire[0] != key_pair:
                # Connections that showed the old certificate still speak for it: they end here.
                if self._wire is not None:
                    self._wire[1].close()
                self._wire = (key_pair, self._open_wire(key_pair))
            return self._wire[1]

    def _whole_body(self, answer: Answer, beginning: Beginning | None) -> bytes:
        gzipped = _is_gzipped(answer)
        try:
            content = b"".join(
                answer.parts() if beginning is None else _told_of(answer.parts(), beginning, gzipped=gzipped)
            )
        except BaseException:
            answer.close()
            raise
        if not gzipped:
            return content
        try:
            return gunzip(content)
        except (zlib.error, EOFError) as error:
            raise ConnectionFailed(
                f"the compressed answer of the server {urlsplit(self._server).netloc} was broken: {error}",
                hint="try again, or do without compression: --disable-compression",
            ) from error

    def _lines(self, answer: Answer, silence: float | None) -> Iterator[bytes]:
        rest = b""
        inflate = zlib.decompressobj(wbits=31).decompress if _is_gzipped(answer) else bytes
        with self._named_errors(silence):
            for part in answer.parts():
                *lines, rest = (rest + inflate(part)).split(b"\n")
                yield from (line for line in lines if line.strip())
        if rest.strip():
            yield rest

    @contextmanager
    def _named_errors(self, silence: float | None = None) -> Iterator[None]:
        try:
            yield
        except (WireError, OSError, zlib.error) as error:
            from kubectl_ds.kube.connection_errors import connection_failed

            default = CONNECT_SECONDS if isinstance(error, NotReached) else SILENCE_SECONDS
            raise connection_failed(
                error,
                self._server,
                proxy=self._proxy,
                seconds=silence or self._timeout or default,
                hint=self._hint,
            ) from error


def _is_gzipped(answer: Answer) -> bool:
    return answer.headers.get("content-encoding", "").lower() == "gzip"


def _told_of(parts: Iterator[bytes], beginning: Beginning, *, gzipped: bool) -> Iterator[bytes]:
    """The same parts; with each of the first ones `beginning` hears how the body begins, as far as it is known."""
    received = b""
    for part in parts:
        if len(received) < _BEGINNING_AT_MOST:
            received += part
            # What cannot be inflated is told of when all of it is.
            with suppress(zlib.error):
                inflate = zlib.decompressobj(wbits=31).decompress
                beginning(inflate(received, _BEGINNING_AT_MOST) if gzipped else received[:_BEGINNING_AT_MOST])
        yield part


def gunzip(content: bytes) -> bytes:
    """Inflate a whole gzip body of one or several members. Raises EOFError when it is cut short."""
    inflated = []
    while content:
        member = zlib.decompressobj(wbits=31)
        inflated.append(member.decompress(content))
        if not member.eof:
            raise EOFError("it ends too early")
        content = member.unused_data
    return b"".join(inflated)


def _drain(answer: Answer) -> None:
    """Read what nobody wants to know, so that the connection can be used again."""
    for _ in answer.parts():
        pass


def _same_host_redirect(answer: Answer, url: str) -> str:
    if answer.status not in _REDIRECTS:
        return ""
    target = urljoin(url, answer.headers.get("location", url))
    here, there = urlsplit(url), urlsplit(target)
    same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    return target if same and target != url else ""
