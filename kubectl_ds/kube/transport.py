"""How `kube/` speaks to an API server, whichever session stands behind it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

Query = Sequence[tuple[str, str]]
"""Query parameters in order; a name may come more than once. Values are not yet percent-encoded."""

JSON = "application/json"

Beginning = Callable[[bytes], None]
"""Is told the first bytes of a body, a few thousand at most."""


class Response(Struct, frozen=True, kw_only=True):
    """A whole answer, already gunzipped. Header names are lower case.

    `lacks` is a dump's alone: one sentence on what the list may not hold although it was asked for.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    lacks: str = ""


class Transport(Protocol):
    """A conversation with one API server as one identity; safe to use from several threads.

    A dump is one too (kube/dump): it raises `NotHeld` for what it does not hold, and cannot be watched.

    Every method raises `ConnectionFailed` when no whole answer came about (refused, reset, cut body,
    TLS, timeout) and `CredentialError` when the identity asked for cannot be had. Error answers (4xx,
    5xx) are returned, not raised; a 401 has then already been retried once with a fresh credential
    where there is one to be had. Redirects are followed only on the same host and only for GET.
    """

    @property
    def server(self) -> str:
        """The server's URL, for sentences."""
        ...

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
        """One request. `path` begins with `/api` or `/apis`, already percent-encoded.

        `beginning` is told how the body of a 200 begins while the rest is still on its way, from the thread that
        asks; maybe several times, with more each time, and maybe never.
        """
        ...

    def stream(
        self, path: str, query: Query = (), *, accept: str = JSON, silence: float | None = None
    ) -> AbstractContextManager[tuple[int, Iterator[bytes]]]:
        """A watch: the status and the body's lines as they come. The request timeout does not end it.

        `silence`: seconds without a byte after which the stream counts as dead (`ConnectionFailed`).
        """
        ...

    def close(self) -> None:
        """Close the connections; forget key material."""
        ...
