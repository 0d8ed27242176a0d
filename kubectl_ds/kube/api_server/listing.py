"""One page of a list: selectors, limit and continue tokens, as the real API server has them."""

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from kubectl_ds.core import label_selector
from kubectl_ds.errors import UsageError
from kubectl_ds.kube.api_server.answers import RecordedRequest
from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.api_server.store import Key, Moment, Stored

Test = Callable[[Stored], bool]


class Shelves(Protocol):
    """Objects by resource: those of a server that goes on, or of a dump."""

    def moment(self, resource: ServedResource, at: int | None = None) -> Moment:
        """All objects of a resource, now or at a version that is still kept. Raises `VersionExpired`."""
        ...

    def find(self, resource: ServedResource, key: Key) -> Stored | None:
        """One object as it is now."""
        ...


class BadQuery(Exception):
    """The query cannot be answered (HTTP 400); the text is the Status message."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a list request."""

    resource_version: int
    objects: tuple[Stored, ...]
    continue_token: str = ""
    remaining: int | None = None
    """How many come after this page; upstream leaves it out when a selector narrows the list."""


def selection(resource: ServedResource, namespace: str, request: RecordedRequest) -> Test:
    """Which objects the request is about. Raises `BadQuery`."""
    selected = _selected(resource, request)
    return lambda one: (not namespace or one.key[0] == namespace) and selected(one)


def _selected(resource: ServedResource, request: RecordedRequest) -> Test:
    tests: list[Test] = []
    if text := request.parameter("labelSelector"):
        tests.append(_label_test(text))
    tests += _field_tests(resource, request.parameter("fieldSelector"))
    if len(tests) == 1:
        return tests[0]
    return lambda one: all(test(one) for test in tests)


def read_page(store: Shelves, resource: ServedResource, namespace: str, request: RecordedRequest) -> Page:
    """One page. Raises `BadQuery`, and `VersionExpired` for a continue token that is too old."""
    chosen = _selected(resource, request)
    limit = _number(request.parameter("limit"), "limit")
    token = request.parameter("continue")
    if token and request.parameter("resourceVersion") not in ("", "0"):
        raise BadQuery("specifying resource version is not allowed when using continue")
    version, start = _decode_token(token) if token else (None, ("", ""))
    moment = store.moment(resource, version)
    places = _places(moment.objects, namespace, start)
    fitting = (place for place in places if chosen(moment.objects[place]))
    found = list(islice(fitting, limit + 1)) if limit else list(fitting)
    objects = tuple(moment.objects[place] for place in (found[:limit] if limit else found))
    if not limit or len(found) <= limit:
        return Page(moment.version, objects)
    narrowed = bool(request.parameter("labelSelector") or request.parameter("fieldSelector"))
    return Page(
        moment.version,
        objects,
        _encode_token(moment.version, moment.objects[found[limit]].key),
        None if narrowed else places.stop - found[limit],
    )


def _places(objects: Sequence[Stored], namespace: str, start: Key) -> range:
    """Where the objects of a namespace stand, or all of them, from `start` on: they are in the order of their keys."""
    if namespace:
        start = max(start, (namespace, ""))
    begin = bisect_left(objects, start, key=lambda one: one.key)
    if not namespace:
        return range(begin, len(objects))
    return range(begin, bisect_right(objects, namespace, key=lambda one: one.key[0]))


def _label_test(text: str) -> Test:
    try:
        requirements = label_selector.parse(text)
    except UsageError as error:
        raise BadQuery(f"unable to parse requirement: {error}") from error
    return lambda one: requirements.matches(one.labels)


def _field_tests(resource: ServedResource, text: str) -> list[Test]:
    tests: list[Test] = []
    known = {"metadata.name", *resource.fields} | ({"metadata.namespace"} if resource.namespaced else set())
    for term in filter(None, text.split(",")):
        name, operator, wanted = _field_term(term)
        if name not in known:
            raise BadQuery(f"field label not supported: {name}")
        tests.append(_field_test(name, wanted, negated=operator == "!="))
    return tests


def _field_test(name: str, wanted: str, *, negated: bool) -> Test:
    return lambda one: (one.fields.get(name, "") == wanted) != negated


def _field_term(term: str) -> tuple[str, str, str]:
    for operator in ("!=", "==", "="):
        name, found, wanted = term.partition(operator)
        if found:
            return name, operator, wanted
    raise BadQuery(f"invalid field selector: {term!r}; can't understand it")


def _number(text: str, name: str) -> int:
    try:
        return int(text or "0")
    except ValueError as error:
        raise BadQuery(f"invalid {name}: {text!r}") from error


def _encode_token(version: int, start: Key) -> str:
    plain = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": "/".join(start)})
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decode_token(token: str) -> tuple[int, Key]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, _, name = plain["start"].partition("/")
        return int(plain["rv"]), (namespace, name)
    except (ValueError, KeyError, TypeError) as error:
        raise BadQuery("continue key is not valid: it must come from this server") from error
