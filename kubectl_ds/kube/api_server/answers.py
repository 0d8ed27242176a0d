"""Requests as they came and answers as they will go out: plain values, so that faults can be plain too."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """One request as the server saw it. Header names are lower case; both may come more than once."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The header's first value, or an empty text."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    def header_values(self, name: str) -> tuple[str, ...]:
        """All values of a header, in order: impersonation sends one a group."""
        return tuple(value for key, value in self.headers if key == name.lower())

    def parameter(self, name: str) -> str:
        """The query parameter's first value, or an empty text."""
        return next((value for key, value in self.query if key == name), "")

    @property
    def watches(self) -> bool:
        """Whether this asks for a watch stream."""
        return self.parameter("watch") in ("true", "1")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes out. An iterator as `body` is sent in chunks as it yields; bytes go out whole.

    `content_length` is what the header claims, when that is to differ from the truth; the connection is
    then closed after the body, as it is with `close`.
    """

    status: int = 200
    body: bytes | Iterator[bytes] = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    content_length: int | None = None
    close: bool = False


Fault = Callable[[RecordedRequest, Callable[[], Answer]], Answer]
"""Stands between a request and its answer: calls the second argument for the true answer, or does not."""


def json_answer(tree: Mapping[str, Any], status: int = 200) -> Answer:
    """A document as JSON."""
    return Answer(status=status, body=json.dumps(tree, separators=(",", ":")).encode())


_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def status_tree(code: int, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A metav1.Status that says a failure."""
    tree: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": _REASONS.get(code, ""),
    }
    if details:
        tree["details"] = dict(details)
    return tree | {"code": code}


def status_answer(
    code: int,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error as the API server words it."""
    body = json.dumps(status_tree(code, message, details), separators=(",", ":")).encode()
    return Answer(status=code, body=body, headers=headers or {})
