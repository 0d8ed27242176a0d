"""What goes wrong on the wire, as plain values for `ApiServer(faults=[…])`.

faults=[on("/pods", forbid(), times=1), on("/nodes", with_body(b"<html>"))]
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kubectl_ds.kube.api_server import Answer, Fault, RecordedRequest, status_answer

Way = Callable[[RecordedRequest, Callable[[], Answer]], Answer]

LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in\x1b[31m</title></head><body>Please sign in</body></html>"
)


def on(path_end: str, way: Way, *, times: int | None = None, after: int = 0, where: str = "") -> Fault:
    """The fault for requests whose path ends so; only `times` of them, after the first `after`.

    `where` names a query parameter that must be there: `continue`, `watch`.
    """
    met = [0]

    def fault(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        if not request.path.endswith(path_end) or (where and not request.parameter(where)):
            return answer()
        met[0] += 1
        if met[0] <= after or (times is not None and met[0] > after + times):
            return answer()
        return way(request, answer)

    return fault


def refuse(code: int, message: str = "refused", **headers: str) -> Way:
    """An error with a Status object; `Retry_After="1"` becomes the header Retry-After."""
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, answer: status_answer(code, message, headers=spelled)


def forbid(user: str = "jane") -> Way:
    """403 in the API server's words."""

    def way(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        resource = request.path.rstrip("/").rsplit("/", 1)[-1]
        message = (
            f'{resource} is forbidden: User "{user}" cannot list resource "{resource}" at the cluster scope'
        )
        return status_answer(403, message)

    return way


def with_body(body: bytes, *, status: int = 200, content_type: str = "application/json") -> Way:
    """Any other answer."""
    return lambda request, answer: Answer(status=status, body=body, content_type=content_type)


def login_page(status: int = 200) -> Way:
    """A proxy's HTML in place of JSON."""
    return with_body(LOGIN_PAGE, status=status, content_type="text/html; charset=utf-8")


def typed_as(content_type: str) -> Way:
    """The true body under another content type."""
    return lambda request, answer: replace(answer(), content_type=content_type)


def redirect_to(location: str, status: int = 302) -> Way:
    """Somewhere else."""
    headers = {"Location": location}
    return lambda request, answer: Answer(status=status, headers=headers)


def cut_after(count: int) -> Way:
    """The header promises the whole body, and the connection ends after `count` bytes."""

    def way(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        true = answer()
        assert isinstance(true.body, bytes)
        return replace(true, body=true.body[:count], content_length=len(true.body), close=True)

    return way


def truncated_json(count: int) -> Way:
    """A body that ends in the middle, under a header that agrees with it."""

    def way(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        true = answer()
        assert isinstance(true.body, bytes)
        return replace(true, body=true.body[:count])

    return way


def dripping(part: int, pause: float) -> Way:
    """The true body in chunks of `part` bytes, `pause` seconds apart."""

    def way(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        true = answer()
        assert isinstance(true.body, bytes)
        whole = true.body

        def drops() -> Iterator[bytes]:
            for start in range(0, len(whole), part):
                yield whole[start : start + part]
                time.sleep(pause)

        return replace(true, body=drops())

    return way


def stalled(until: threading.Event) -> Way:
    """A stream that the server has begun and in which nothing comes, until the event is set."""

    def nothing() -> Iterator[bytes]:
        until.wait(60)
        yield b""

    return lambda request, answer: Answer(body=nothing(), content_type="application/json;stream=watch")


def late(seconds: float) -> Way:
    """The true answer, after a while."""

    def way(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        time.sleep(seconds)
        return answer()

    return way


def changed(change: Callable[[Any], Any]) -> Way:
    """The true document, changed: nulls, other kinds, items twice."""

    def way(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        true = answer()
        assert isinstance(true.body, bytes)
        return replace(true, body=json.dumps(change(json.loads(true.body))).encode())

    return way


def with_empty_collections_null(tree: Any) -> Any:
    """Go's way to write what was never set: every empty collection as null, and some that are left out."""
    if isinstance(tree, dict):
        nulls = {"finalizers": None, "ownerReferences": None} if "resourceVersion" in tree else {}
        return nulls | {
            key: None if value in ({}, []) else with_empty_collections_null(value)
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [with_empty_collections_null(one) for one in tree]
    return tree
