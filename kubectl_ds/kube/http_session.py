"""The program's own session: a Transport on urllib3 that does on the wire what kubectl does.

Mirrors client-go `transport/round_trippers.go` (which headers) and Go's net/http client (a limit on the
whole exchange, bodies that must be whole).
"""

import platform
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from urllib.parse import urlencode, urljoin, urlsplit

from urllib3 import HTTPHeaderDict, PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError
from urllib3.response import BaseHTTPResponse

from kubectl_ds import __version__
from kubectl_ds.errors import ConnectionFailed
from kubectl_ds.kube.connection_errors import connection_failed
from kubectl_ds.kube.credentials import Credential, CredentialSource, KeyPair
from kubectl_ds.kube.transport import JSON, Query, Response

CONNECT_SECONDS = 30.0
"""As Go's default dialer."""
SILENCE_SECONDS = 90.0
"""How long a server may say nothing in the middle of an answer; API servers give up after 60 by themselves."""
MAX_REDIRECTS = 10
_READ_SIZE = 1 << 20
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class HttpSession:
    """A conversation with one server, as one identity. Safe for several threads."""

    def __init__(
        self,
        server: str,
        *,
        credentials: CredentialSource,
        pools: Callable[[KeyPair | None], PoolManager],
        headers: tuple[tuple[str, str], ...] = (),
        timeout: float | None = None,
        compression: bool = True,
        proxy: str = "",
        unreachable_hint: str = "",
        owns_pools: bool = True,
    ) -> None:
        """`server` is a base URL; `pools` is called for each new client certificate (None: without one).

        `timeout` limits a whole request, in seconds; `proxy` and `unreachable_hint` are for sentences.
        """
        self._server = server
        self._credentials = credentials
        self._open_pools = pools
        self._headers = headers
        self._timeout = timeout
        self._compression = compression
        self._proxy = proxy
        self._hint = unreachable_hint
        self._owns_pools = owns_pools
        self._lock = threading.Lock()
        self._pools: tuple[KeyPair | None, PoolManager] | None = None
        self._has_answered = False

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
    ) -> Response:
        headers = self._request_headers(accept, compression=self._compression)
        if body is not None:
            headers["Content-Type"] = content_type
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        url = self._url(path, query, with_timeout=True)
        with self._named_errors():
            response = self._authorized(method, url, headers, body, deadline)
            for _ in range(MAX_REDIRECTS):
                target = _same_host_redirect(response, url) if method == "GET" else ""
                if not target:
                    break
                response.drain_conn()
                url = target
                response = self._authorized(method, url, headers, body, deadline)
            content = self._whole_body(response, deadline)
        return Response(status=response.status, headers=_lower(response.headers), body=content)

    @contextmanager
    def stream(
        self, path: str, query: Query = (), *, accept: str = JSON, silence: float | None = None
    ) -> Iterator[tuple[int, Iterator[bytes]]]:
        headers = self._request_headers(accept, compression=False)
        url = self._url(path, query, with_timeout=False)
        with self._named_errors(silence):
            response = self._authorized("GET", url, headers, None, None, silence=silence)
        try:
            yield response.status, self._lines(response, silence)
        finally:
            # The rest of a watch never comes to an end: the connection is of no more use.
            response.close()

    def close(self) -> None:
        with self._lock:
            if self._pools is not None and self._owns_pools:
                self._pools[1].clear()
            self._pools = None

    def _request_headers(self, accept: str, *, compression: bool) -> HTTPHeaderDict:
        headers = HTTPHeaderDict({"Accept": accept, "User-Agent": USER_AGENT})
        headers["Accept-Encoding"] = "gzip" if compression else "identity"
        for name, value in self._headers:
            headers.add(name, value)
        return headers

    def _url(self, path: str, query: Query, *, with_timeout: bool) -> str:
        pairs = list(query)
        if with_timeout and self._timeout is not None:
            # kubectl tells the server too, which then stops working on an answer nobody waits for.
            pairs.append(("timeout", f"{self._timeout:g}s"))
        return f"{self._server}{path}" + (f"?{urlencode(pairs)}" if pairs else "")

    def _authorized(
        self,
        method: str,
        url: str,
        headers: HTTPHeaderDict,
        body: bytes | None,
        deadline: float | None,
        silence: float | None = SILENCE_SECONDS,
    ) -> BaseHTTPResponse:
        """Send with the current credential, and once more with a fresh one if the server says 401."""
        credential = self._credentials.current()
        response = self._send(method, url, headers, body, deadline, silence, credential)
        if response.status == HTTPStatus.UNAUTHORIZED:
            fresh = self._credentials.after_unauthorized(credential)
            if fresh is not None:
                response.drain_conn()
                return self._send(method, url, headers, body, deadline, silence, fresh)
        return response

    def _send(
        self,
        method: str,
        url: str,
        headers: HTTPHeaderDict,
        body: bytes | None,
        deadline: float | None,
        silence: float | None,
        credential: Credential,
    ) -> BaseHTTPResponse:
        sent = headers.copy()
        for name, value in credential.headers:
            sent[name] = value
        pools = self._pools_for(credential.key_pair)

        def attempt() -> BaseHTTPResponse:
            return pools.urlopen(  # type: ignore[no-untyped-call, no-any-return, unused-ignore]
                method,
                url,
                headers=sent,
                body=body,
                timeout=_timeout(deadline, silence),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )

        try:
            response = attempt()
        except HTTPError as error:
            # A server may close a kept connection just as it is used again; Go's client tries once more too.
            if method != "GET" or not self._has_answered or not _went_stale(error):
                raise
            response = attempt()
        self._has_answered = True
        return response

    def _pools_for(self, key_pair: KeyPair | None) -> PoolManager:
        with self._lock:
            if self._pools is None or self._pools[0] != key_pair:
                # Connections that showed the old certificate still speak for it: they end here.
                if self._pools is not None and self._owns_pools:
                    self._pools[1].clear()
                self._pools = (key_pair, self._open_pools(key_pair))
            return self._pools[1]

    def _whole_body(self, response: BaseHTTPResponse, deadline: float | None) -> bytes:
        parts: list[bytes] = []
        while True:
            if deadline is not None:
                _limit_read(response, deadline)
            part = response.read1(_READ_SIZE)
            if not part:
                break
            parts.append(part)
        content = b"".join(parts)
        response.release_conn()
        if response.headers.get("content-encoding", "").lower() != "gzip":
            return content
        try:
            return gunzip(content)
        except (zlib.error, EOFError) as error:
            raise ConnectionFailed(
                f"the compressed answer of the server {urlsplit(self._server).netloc} was broken: {error}",
                hint="try again, or do without compression: --disable-compression",
            ) from error

    def _lines(self, response: BaseHTTPResponse, silence: float | None) -> Iterator[bytes]:
        rest = b""
        gzipped = response.headers.get("content-encoding", "").lower() == "gzip"
        inflate = zlib.decompressobj(wbits=31).decompress if gzipped else bytes
        with self._named_errors(silence):
            while part := response.read1(_READ_SIZE):
                *lines, rest = (rest + inflate(part)).split(b"\n")
                yield from (line for line in lines if line.strip())
        if rest.strip():
            yield rest

    @contextmanager
    def _named_errors(self, silence: float | None = None) -> Iterator[None]:
        try:
            yield
        except (HTTPError, OSError, zlib.error) as error:
            raise connection_failed(
                error,
                self._server,
                proxy=self._proxy,
                seconds=silence or self._timeout or _default_limit(error),
                hint=self._hint,
            ) from error


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


def user_agent() -> str:
    """`kubectl-ds/<version> (os/arch)`, os and arch as Go spells them."""
    machine = platform.machine().lower()
    arch = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386"}.get(machine, machine)
    return f"kubectl-ds/{__version__} ({platform.system().lower()}/{arch})"


USER_AGENT = user_agent()


def _timeout(deadline: float | None, silence: float | None) -> Timeout:
    left = None if deadline is None else max(deadline - time.monotonic(), 0.001)
    limits = [limit for limit in (left, silence) if limit is not None]
    return Timeout(
        connect=CONNECT_SECONDS if left is None else min(CONNECT_SECONDS, left),
        read=min(limits) if limits else None,
    )


def _limit_read(response: BaseHTTPResponse, deadline: float) -> None:
    """urllib3 limits each read by itself; kubectl's limit is on all of them together."""
    left = deadline - time.monotonic()
    if left <= 0:
        response.close()
        raise TimeoutError("the whole answer took too long")
    sock = getattr(response.connection, "sock", None)
    if sock is not None:
        with suppress(OSError):
            sock.settimeout(min(left, SILENCE_SECONDS))


def _default_limit(error: Exception) -> float:
    return CONNECT_SECONDS if isinstance(error, ConnectTimeoutError) else SILENCE_SECONDS


def _went_stale(error: HTTPError) -> bool:
    cause = next((argument for argument in error.args if isinstance(argument, OSError)), None)
    return isinstance(cause, ConnectionError)


def _same_host_redirect(response: BaseHTTPResponse, url: str) -> str:
    if response.status not in _REDIRECTS:
        return ""
    target = urljoin(url, response.headers.get("location", url))
    here, there = urlsplit(url), urlsplit(target)
    same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    return target if same and target != url else ""


def _lower(headers: HTTPHeaderDict) -> dict[str, str]:
    return {name.lower(): headers[name] for name in headers}
