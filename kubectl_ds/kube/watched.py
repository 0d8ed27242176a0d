"""What a watch brings of each resource: how a line's object is decoded, and where its version stands."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from kubectl_ds.core.model import ControllerRevision, DaemonSet, Event, Node, ObjectMeta, Pod
from kubectl_ds.errors import UnexpectedAnswer
from kubectl_ds.kube.decoding import Page, RawObject, decode_raw_daemonsets, typed_object
from kubectl_ds.kube.errors import ApiCall, excerpt
from kubectl_ds.kube.learned_types import learned
from kubectl_ds.kube.transport import Response
from kubectl_ds.kube.watch_stream import WatchedModel

T = TypeVar("T", bound="HasMetadata")


class HasMetadata(Protocol):
    """Every object that is watched."""

    @property
    def metadata(self) -> ObjectMeta:
        """Namespace, name, uid, version."""
        ...


class WatchedDaemonSet(Struct, frozen=True):
    """A DaemonSet twice: whole, for what prints and compares it, and decoded."""

    object: RawObject
    daemonset: DaemonSet

    @property
    def metadata(self) -> ObjectMeta:
        return self.daemonset.metadata


def decode_daemonsets(response: Response, call: ApiCall) -> Page[WatchedDaemonSet]:
    """A page of DaemonSets, each twice. Raises `UnexpectedAnswer`."""
    page = decode_raw_daemonsets(response, call)
    try:
        both = tuple(_both(raw) for raw in page.items)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(
            f"A DaemonSet of the list is not as the API has it: {error}; the list begins "
            f"{excerpt(response.body)}"
        ) from error
    return Page(both, page.resource_version, page.continue_token)


def _both(raw: RawObject) -> WatchedDaemonSet:
    return WatchedDaemonSet(raw, typed_object(raw, DaemonSet))


def _typed(model: type[T]) -> WatchedModel[T]:
    decode: Callable[[bytes | msgspec.Raw], T] = msgspec.json.Decoder(learned(model)).decode
    return WatchedModel(
        decode=decode,
        convert=lambda tree: typed_object(tree, model),
        version=lambda one: one.metadata.resource_version,
    )


def raw_daemonsets() -> WatchedModel[RawObject]:
    """DaemonSets as plain trees, as `kubectl get -o json --watch` prints them."""
    return WatchedModel(
        decode=_tree,
        convert=lambda tree: tree,
        version=lambda one: (one.get("metadata") or {}).get("resourceVersion") or "",
    )


def daemonsets() -> WatchedModel[WatchedDaemonSet]:
    """DaemonSets, each whole and decoded."""
    return WatchedModel(
        decode=lambda line: _both(_tree(line)),
        convert=_both,
        version=lambda one: one.metadata.resource_version,
    )


def nodes() -> WatchedModel[Node]:
    """Nodes as far as the program uses them."""
    return _typed(Node)


def pods() -> WatchedModel[Pod]:
    """Pods as far as the program uses them."""
    return _typed(Pod)


def revisions() -> WatchedModel[ControllerRevision]:
    """ControllerRevisions with their data."""
    return _typed(ControllerRevision)


def events() -> WatchedModel[Event]:
    """Events as far as the program uses them."""
    return _typed(Event)


def _tree(line: bytes | msgspec.Raw) -> Any:
    tree = msgspec.json.decode(line)
    if not isinstance(tree, dict):
        raise msgspec.ValidationError("it is no object")
    return tree
