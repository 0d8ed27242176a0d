"""From an HTTP answer to the sentence that a person reads: kubectl's words, and what to do next.

kubectl's shapes are those of cmd/util/helpers.go (`Error from server (Forbidden): …`).
"""

from typing import Final

import msgspec
from msgspec import Struct

from kubectl_ds.errors import ApiError, KubectlDsError, NotFoundError, UnexpectedAnswer
from kubectl_ds.kube.learned_types import learned
from kubectl_ds.kube.transport import Response

_EXCERPT = 80
"""Characters of a strange answer that are shown."""

# The names of http.HTTPStatus, whose import costs more than a request to a server nearby.
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_TOO_MANY_REQUESTS: Final = 429
_INTERNAL_SERVER_ERROR: Final = 500

_MAY_NOT_IMPERSONATE = (
    "It is the impersonation that is refused: leave --as (and `as` in the kubeconfig's user) out, or have the verb "
    "impersonate granted on these users, groups and service accounts."
)

_GROUPS = {"daemonsets": "apps", "controllerrevisions": "apps"}


class ApiCall(Struct, frozen=True, kw_only=True):
    """What was asked of the server, for sentences. No namespace: the whole cluster."""

    server: str
    verb: str
    resource: str
    namespace: str = ""
    name: str = ""

    @property
    def qualified(self) -> str:
        """`daemonsets.apps`."""
        group = _GROUPS.get(self.resource)
        return f"{self.resource}.{group}" if group else self.resource

    @property
    def place(self) -> str:
        """`in namespace x` or `in all namespaces`; nothing for what has no namespace."""
        if self.resource == "nodes":
            return ""
        return f"in namespace {self.namespace}" if self.namespace else "in all namespaces"


class _Status(Struct, frozen=True, kw_only=True):
    kind: str | None = ""
    message: str | None = ""
    reason: str | None = ""
    code: int | None = 0


def error_of(response: Response, call: ApiCall) -> KubectlDsError:
    """The error that an answer other than 200 stands for. 404 for a name: `NotFoundError`."""
    if 300 <= response.status < 400:
        return _redirected(response, call)
    status = _status_of(response)
    if status is None:
        return _without_status(response, call)
    message, reason = status.message or "", status.reason or ""
    if response.status == _NOT_FOUND and call.name:
        return NotFoundError(f"Error from server (NotFound): {message}")
    return ApiError(
        _sentence(response.status, reason, message),
        status=response.status,
        reason=reason,
        server_message=message,
        hint=_MAY_NOT_IMPERSONATE if "cannot impersonate" in message else _hint(response.status, call),
    )


def unexpected_answer(response: Response, call: ApiCall, because: str) -> UnexpectedAnswer:
    """For a 200 that is not what was asked for: says of what type it is and how it begins."""
    kind = _plain(response.headers.get("content-type", ""), _EXCERPT) or "no content type"
    said = f"{call.verb} {call.qualified}"
    because = _plain(because, 2 * _EXCERPT)
    return UnexpectedAnswer(
        f"The server at {call.server} did not answer {said!r} with Kubernetes' JSON: {because} "
        f"({kind}, {len(response.body)} bytes, beginning {excerpt(response.body)})",
        hint="Is a proxy or a login page between here and the API server? "
        "`kubectl config view --minify` shows the address in use.",
    )


def excerpt(body: bytes) -> str:
    """The first characters of a body, in quotes, with nothing in them that a terminal would obey."""
    return f'"{_plain(body[: _EXCERPT * 4].decode("utf-8", "replace"), _EXCERPT)}"'


def _plain(text: str, longest: int) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain[:longest] + ("…" if len(plain) > longest else "")


def _status_of(response: Response) -> _Status | None:
    try:
        status = msgspec.json.decode(response.body, type=learned(_Status))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return status if status.kind == "Status" else None


def _sentence(code: int, reason: str, message: str) -> str:
    if code == _UNAUTHORIZED:
        return f"You must be logged in to the server ({message or 'Unauthorized'})"
    return f"Error from server{f' ({reason})' if reason else ''}: {message or _phrase(code)}"


def _hint(code: int, call: ApiCall) -> str:
    if code == _UNAUTHORIZED:
        return (
            "The server refused the credential: log in again, or look with `kubectl config view --minify` "
            "at which user the context takes."
        )
    if code == _FORBIDDEN:
        return _what_grants(call)
    if code == _NOT_FOUND:
        return f"Is {call.server} the address of a Kubernetes API server?"
    if code == _TOO_MANY_REQUESTS or code >= _INTERNAL_SERVER_ERROR:
        return "The server is overloaded or unwell, and asking again did not help: try later."
    return ""


def _what_grants(call: ApiCall) -> str:
    group = _GROUPS.get(call.resource, "")
    kind = "Role or ClusterRole" if call.namespace else "ClusterRole"
    rule = f'apiGroups: ["{group}"], resources: ["{call.resource}"], verbs: ["{call.verb}"]'
    where = f" -n {call.namespace}" if call.namespace else ("" if call.resource == "nodes" else " -A")
    hint = f"A {kind} with {rule} grants it; `kubectl auth can-i {call.verb} {call.qualified}{where}` asks for it."
    if call.namespace or call.resource == "nodes":
        return hint
    return f"You may be allowed to look into one namespace: try -n NAMESPACE in place of -A. {hint}"


def _redirected(response: Response, call: ApiCall) -> UnexpectedAnswer:
    target = excerpt(response.headers.get("location", "").encode())
    return UnexpectedAnswer(
        f"The server at {call.server} sends the question for {call.qualified} elsewhere: "
        f"{response.status} {_phrase(response.status)} to {target}",
        hint="A login page or a proxy answers in place of the API server: check the server's address.",
    )


def _without_status(response: Response, call: ApiCall) -> ApiError:
    kind = _plain(response.headers.get("content-type", ""), _EXCERPT) or "no content type"
    said = f"{_phrase(response.status)}, {kind}, beginning {excerpt(response.body)}"
    if response.status == _UNAUTHORIZED:
        message = f"You must be logged in to the server ({said})"
    else:
        message = f"Error from server ({response.status}): {call.verb} {call.qualified} failed: {said}"
    return ApiError(message, status=response.status, hint=_hint(response.status, call))


def _phrase(code: int) -> str:
    try:
        from http import HTTPStatus

        return HTTPStatus(code).phrase
    except ValueError:
        return f"status {code}"
