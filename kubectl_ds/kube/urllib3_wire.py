"""The connections of an official `ApiClient`, which are urllib3's, as a `Wire`."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from urllib3 import HTTPHeaderDict, PoolManager, Timeout, exceptions
from urllib3.response import BaseHTTPResponse

from kubectl_ds.kube.http1 import seconds_left
from kubectl_ds.kube.wire import (
    CONNECT_SECONDS,
    CutShort,
    Headers,
    Limits,
    NoAnswer,
    NotHttp,
    NotReached,
    ProxyFailed,
)

_READ_SIZE = 1 << 20


class Urllib3Wire:
    """A `wire.Wire` on pools that belong to somebody else: closing it leaves them open."""

    def __init__(self, pools: PoolManager) -> None:
        self._pools = pools
        self._has_answered = False

    def ask(
        self, method: str, url: str, headers: Headers, body: bytes | None, limits: Limits
    ) -> "Urllib3Answer":
        sent = HTTPHeaderDict()
        for name, value in headers:
            sent.add(name, value)

        def attempt() -> BaseHTTPResponse:
            return self._pools.urlopen(  # type: ignore[no-untyped-call, no-any-return, unused-ignore]
                method,
                url,
                headers=sent,
                body=body,
                timeout=Timeout(connect=seconds_left(limits, CONNECT_SECONDS), read=seconds_left(limits)),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )

        with _translated():
            try:
                response = attempt()
            except exceptions.ProtocolError as error:
                # urllib3 does not tell whether the connection was a kept one, which may go stale.
                if method != "GET" or not self._has_answered or not _went_stale(error):
                    raise
                response = attempt()
        self._has_answered = True
        return Urllib3Answer(response, limits)

    def close(self) -> None:
        """Nothing: the pools are their owner's."""


class Urllib3Answer:
    """An answer whose head has been read: see `wire.Answer`."""

    def __init__(self, response: BaseHTTPResponse, limits: Limits) -> None:
        self._response = response
        self._limits = limits
        self.status = int(response.status)
        self.headers: Mapping[str, str] = {name.lower(): response.headers[name] for name in response.headers}

    def parts(self) -> Iterator[bytes]:
        while True:
            with _translated():
                self._limit_read()
                part = self._response.read1(_READ_SIZE)
            if not part:
                break
            yield part
        self._response.release_conn()

    def close(self) -> None:
        self._response.close()

    def _limit_read(self) -> None:
        """urllib3 limits each read by itself; our limit is on all of them together."""
        if self._limits.deadline is None:
            return
        sock: Any = getattr(self._response.connection, "sock", None)
        seconds = seconds_left(self._limits)
        if sock is not None:
            with suppress(OSError):
                sock.settimeout(seconds)


def _went_stale(error: exceptions.ProtocolError) -> bool:
    return any(isinstance(argument, ConnectionError) for argument in error.args)


@contextmanager
def _translated() -> Iterator[None]:
    """urllib3's exceptions as those of `wire.py`."""
    try:
        yield
    except exceptions.HTTPError as error:
        cause = _cause(error)
        ours = _as_ours(error, cause)
        if ours is cause:
            raise ours from error
        raise ours from cause


def _as_ours(error: exceptions.HTTPError, cause: BaseException) -> Exception:
    if isinstance(error, exceptions.ProxyError):
        return ProxyFailed()
    if isinstance(error, exceptions.SSLError) and isinstance(cause, OSError):
        return cause
    if isinstance(error, exceptions.NewConnectionError | exceptions.ConnectTimeoutError):
        return NotReached()
    if isinstance(error, exceptions.TimeoutError):
        return TimeoutError()
    if isinstance(cause, http.client.RemoteDisconnected):
        return NoAnswer()
    if isinstance(cause, http.client.IncompleteRead) or isinstance(error, exceptions.IncompleteRead):
        return CutShort()
    if isinstance(cause, http.client.HTTPException):
        return NotHttp(str(cause))
    return cause if isinstance(cause, OSError) else NotHttp(str(error))


def _cause(error: BaseException) -> BaseException:
    """The innermost exception that says more than its wrapper."""
    seen = error
    while True:
        inner = seen.__cause__ or getattr(seen, "original_error", None)
        if inner is None:
            inner = next((argument for argument in seen.args if isinstance(argument, BaseException)), None)
        if inner is None or inner is seen:
            return seen
        seen = inner
