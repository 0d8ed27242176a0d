"""`-v=6`: one line for each request, as kubectl logs them."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlencode

from kubectl_ds.kube.transport import JSON, Beginning, Query, Response, Transport


class LoggedTransport:
    """Passes everything on and says method, URL, status and milliseconds of each request to `log`."""

    def __init__(self, transport: Transport, log: Callable[[str], None]) -> None:
        self._transport = transport
        self._log = log

    @property
    def server(self) -> str:
        return self._transport.server

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
        begun = time.monotonic()
        outcome = "failed"
        try:
            response = self._transport.request(
                method,
                path,
                query,
                accept=accept,
                body=body,
                content_type=content_type,
                beginning=beginning,
            )
            outcome = f"{response.status} {len(response.body)} bytes"
            return response
        finally:
            milliseconds = (time.monotonic() - begun) * 1000
            self._log(f"{method} {self._url(path, query)} {outcome} in {milliseconds:.0f} ms")

    def stream(
        self, path: str, query: Query = (), *, accept: str = JSON, silence: float | None = None
    ) -> AbstractContextManager[tuple[int, Iterator[bytes]]]:
        return self._logged_stream(path, query, accept, silence)

    @contextmanager
    def _logged_stream(
        self, path: str, query: Query, accept: str, silence: float | None
    ) -> Iterator[tuple[int, Iterator[bytes]]]:
        with self._transport.stream(path, query, accept=accept, silence=silence) as (status, lines):
            self._log(f"GET {self._url(path, query)} {status} watching")
            yield status, lines

    def close(self) -> None:
        self._transport.close()

    def _url(self, path: str, query: Query) -> str:
        return f"{self.server}{path}" + (f"?{urlencode(list(query))}" if query else "")
