"""Pages of bytes into the model: typed by msgspec, straight from the wire.

What Go's decoder accepts is accepted: `null` in place of any value means "not set", and bytes that are
not UTF-8 become U+FFFD. Both are rare, so they are mended only after the fast way has failed.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from kubectl_ds.core.model import (
    ControllerRevision,
    Event,
    LimitRange,
    ListMeta,
    Namespace,
    Node,
    Pod,
    PodMetrics,
    PriorityClass,
    RuntimeClass,
)
from kubectl_ds.kube.errors import ApiCall, unexpected_answer
from kubectl_ds.kube.learned_types import learned
from kubectl_ds.kube.transport import Response

T = TypeVar("T")
RawObject = dict[str, Any]

_HEAD = 4096
"""Bytes in which a list's metadata are looked for: the API server writes them before the items."""

_WHOLE_TREES = frozenset({"data"})
"""Fields kept with their nulls: a ControllerRevision's data are compared as they are."""


class Page(Struct, Generic[T], frozen=True):
    """One page of a list. `continue_token` is empty on the last one."""

    items: tuple[T, ...]
    resource_version: str
    continue_token: str


class _WirePage(Struct, Generic[T], frozen=True):
    kind: str = ""
    metadata: ListMeta | None = None
    # Go writes an empty list as null; leaving it out altogether is no list.
    items: tuple[T, ...] | UnsetType | None = UNSET


class _WireHead(Struct, frozen=True):
    metadata: ListMeta | None = None


Decode = Callable[[Response, ApiCall], Page[T]]
"""Decodes one answer, or raises `UnexpectedAnswer`."""


def _typed(model: type[T], kind: str) -> Decode[T]:
    @cache
    def decoder() -> "msgspec.json.Decoder[_WirePage[T]]":
        # Made when first needed: it costs milliseconds that a plain `get` of DaemonSets would not get back.
        return msgspec.json.Decoder(learned(_WirePage[model]))  # type: ignore[valid-type]

    def decode(response: Response, call: ApiCall) -> Page[T]:
        _check_content_type(response, call)
        try:
            page = decoder().decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            tree = without_nulls(_tolerant(response, call))
            page = _converted(tree, _WirePage[model], response, call)  # type: ignore[valid-type]
        return _checked(page, kind, response, call)

    return decode


decode_nodes: Decode[Node] = _typed(Node, "NodeList")
decode_pods: Decode[Pod] = _typed(Pod, "PodList")
decode_events: Decode[Event] = _typed(Event, "EventList")
decode_revisions: Decode[ControllerRevision] = _typed(ControllerRevision, "ControllerRevisionList")
decode_namespaces: Decode[Namespace] = _typed(Namespace, "NamespaceList")
decode_limit_ranges: Decode[LimitRange] = _typed(LimitRange, "LimitRangeList")
decode_priority_classes: Decode[PriorityClass] = _typed(PriorityClass, "PriorityClassList")
decode_runtime_classes: Decode[RuntimeClass] = _typed(RuntimeClass, "RuntimeClassList")
decode_pod_metrics: Decode[PodMetrics] = _typed(PodMetrics, "PodMetricsList")


def decode_raw_daemonsets(response: Response, call: ApiCall) -> Page[RawObject]:
    """DaemonSets as plain trees with kind and apiVersion, as `kubectl get -o json` prints them."""
    _check_content_type(response, call)
    tree = _tree(response, call)
    page: _WirePage[RawObject] = _converted(tree, _WirePage[RawObject], response, call)
    checked = _checked(page, "DaemonSetList", response, call)
    named = tuple({"apiVersion": "apps/v1", "kind": "DaemonSet"} | one for one in checked.items)
    return Page(named, checked.resource_version, checked.continue_token)


def decode_object(response: Response, call: ApiCall, kind: str) -> RawObject:
    """The one object that was asked for by name, as a plain tree."""
    _check_content_type(response, call)
    tree = _tree(response, call)
    if not isinstance(tree, dict) or tree.get("kind") != kind:
        raise unexpected_answer(response, call, f"it is {_kind_in_words(tree)}, not of kind {kind}")
    return tree


def typed_object(raw: Mapping[str, Any], model: type[T]) -> T:
    """A plain tree as a Struct of the model. Raises msgspec's ValidationError when it cannot be one."""
    try:
        return msgspec.convert(raw, learned(model))
    except msgspec.ValidationError:
        return msgspec.convert(without_nulls(raw), model)


def list_meta(body: bytes) -> ListMeta | None:
    """A list's metadata without decoding its items."""
    if (metadata := _meta_before_items(body)) is not None:
        return metadata
    try:
        return msgspec.json.decode(body, type=learned(_WireHead)).metadata
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def token_in_beginning(head: bytes) -> str:
    """The continue token, from the first bytes of a list; empty where they do not tell, or there is none."""
    metadata = _meta_before_items(head)
    return "" if metadata is None else metadata.continue_token


def _meta_before_items(body: bytes) -> ListMeta | None:
    items_at = body.find(b'"items":', 0, _HEAD)
    if items_at < 0:
        return None
    try:
        head = body[:items_at].rstrip(b", \r\n\t") + b"}"
        return msgspec.json.decode(head, type=learned(_WireHead)).metadata
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def without_nulls(value: Any) -> Any:
    """The same tree without anything that is null, and with lone surrogates replaced as Go does."""
    if isinstance(value, dict):
        return {
            key: one if key in _WHOLE_TREES else without_nulls(one)
            for key, one in value.items()
            if one is not None
        }
    if isinstance(value, list):
        return [without_nulls(one) for one in value if one is not None]
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


@contextmanager
def garbage_collector_paused() -> Iterator[None]:
    """Decoding makes many objects and no cycles: the collector would only walk them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check_content_type(response: Response, call: ApiCall) -> None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    # client-go takes an answer without a content type for what it asked for.
    if kind and not kind.endswith("json"):
        raise unexpected_answer(response, call, "it is of another type")


def _tree(response: Response, call: ApiCall) -> Any:
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _tolerant(response, call)


def _tolerant(response: Response, call: ApiCall) -> Any:
    import json

    try:
        return json.loads(response.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise unexpected_answer(response, call, f"it is cut short or not JSON: {error}") from error


def _converted(tree: Any, model: type[T], response: Response, call: ApiCall) -> T:
    try:
        return msgspec.convert(tree, learned(model))
    except (msgspec.ValidationError, RecursionError) as error:
        raise unexpected_answer(response, call, f"a field is not as the API has it: {error}") from error


def _checked(page: _WirePage[T], kind: str, response: Response, call: ApiCall) -> Page[T]:
    if page.kind != kind:
        said = f"of kind {page.kind}" if page.kind else "of no kind"
        raise unexpected_answer(response, call, f"it is {said}, not a {kind}")
    if page.items is UNSET:
        raise unexpected_answer(response, call, f"it is a {kind} without items")
    meta = page.metadata or ListMeta()
    return Page(page.items or (), meta.resource_version, meta.continue_token)


def _kind_in_words(tree: Any) -> str:
    kind = tree.get("kind") if isinstance(tree, dict) else None
    return f"of kind {kind}" if isinstance(kind, str) and kind else "of no kind"
