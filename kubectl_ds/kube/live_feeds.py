"""The feed for each resource of a live cluster: which list, narrowed how, decoded by what."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from kubectl_ds.core.model import ControllerRevision, DaemonSet, Event, Node, Pod
from kubectl_ds.core.shared_parts import SharedParts
from kubectl_ds.core.snapshot import Resource
from kubectl_ds.kube import watched
from kubectl_ds.kube.decoding import Decode, decode_events, decode_nodes, decode_pods, decode_revisions
from kubectl_ds.kube.feed import Feed, Pace
from kubectl_ds.kube.gathering import Narrowing, narrowings_of
from kubectl_ds.kube.inbox import Inbox
from kubectl_ds.kube.lists import ListRequest
from kubectl_ds.kube.reader import LIVE_PODS, is_about, pod_lists_about
from kubectl_ds.kube.resource_lists import list_of, may_be_a_daemonsets
from kubectl_ds.kube.scope import ReadOptions, Scope
from kubectl_ds.kube.transport import Transport
from kubectl_ds.kube.watch_stream import WatchedModel
from kubectl_ds.kube.watched import HasMetadata, WatchedDaemonSet

T = TypeVar("T", bound=HasMetadata)

_FORGET_AFTER = 5_000
"""Lines of a stream, or pages of a list."""
_ABOUT = frozenset({"DaemonSet", "Pod"})


class Feeds:
    """Makes the feeds of one live cluster, none of them started."""

    def __init__(
        self, inbox: Inbox, transport: Transport, scope: Scope, options: ReadOptions, pace: Pace
    ) -> None:
        self._inbox, self._transport, self._scope = inbox, transport, scope
        self._options, self._pace = options, pace

    def of(
        self, resource: Resource, source: Hashable, narrowing: Narrowing, matters: Callable[[Event], bool]
    ) -> Feed[Any]:
        """The feed of one resource. `matters`: which events of a list are worth keeping at all."""
        match resource:
            case "daemonsets":
                return self._of_daemonsets(source, narrowing)
            case "nodes":
                return self._of_nodes(source)
            case "pods" if self._scope.nodes:
                return self._of_pods_about_nodes(source)
            case "pods":
                model, share = watched.pods(), self._share_pods()
                return self._make(source, "pods", narrowing, decode_pods, model, share=share)
            case "controllerrevisions":
                return self._of_revisions(source, narrowing)
            case "events":
                # One watch for both kinds of events: a field selector has no "or".
                return self._make(
                    *(source, "events", narrowing, decode_events, watched.events()),
                    keep=matters,
                    heeds=_is_about_either,
                )
        raise LookupError(f"{resource} are not followed")

    def _of_daemonsets(self, source: Hashable, narrowing: Narrowing) -> Feed[WatchedDaemonSet]:
        scope, named = self._scope, _named(self._scope)
        labels = "" if scope.names else scope.label_selector
        return self._make(
            *(source, "daemonsets", Narrowing(narrowing.namespace, labels, _fields_of(scope))),
            *(watched.decode_daemonsets, watched.daemonsets()),
            keep=named,
            heeds=named,
        )

    def _of_nodes(self, source: Hashable) -> Feed[Node]:
        names = self._scope.nodes
        narrowing = Narrowing(None, fields=f"metadata.name={names[0]}" if len(names) == 1 else "")
        model, share, named = watched.nodes(), _Sharing().nodes, _among(names)
        return self._make(
            source, "nodes", narrowing, decode_nodes, model, keep=named, keeps=named, share=share
        )

    def _of_revisions(self, source: Hashable, narrowing: Narrowing) -> Feed[ControllerRevision]:
        model, keep = watched.revisions(), may_be_a_daemonsets
        return self._make(
            source, "controllerrevisions", narrowing, decode_revisions, model, keep=keep, keeps=keep
        )

    def of_neighbours(self, source: Hashable, keep: Callable[[Pod], bool]) -> Feed[Pod]:
        """All pods of the cluster that have not ended, of which `keep` says which are held."""
        everywhere = Narrowing(None, fields=LIVE_PODS)
        model, share = watched.pods(), _Sharing().pods
        return self._make(source, "pods", everywhere, decode_pods, model, keep=keep, keeps=keep, share=share)

    def _of_pods_about_nodes(self, source: Hashable) -> Feed[Pod]:
        """Listed are those on the nodes and those on none; since pods go from here to there, all are watched."""
        keep, share = is_about(self._scope.nodes), self._share_pods()
        lists = pod_lists_about(self._scope.nodes)
        requests = [self._request("pods", one, decode_pods, keep=keep, share=share) for one in lists]
        return self._make(
            *(source, "pods", Narrowing(None), decode_pods, watched.pods()),
            lists=requests,
            keep=keep,
            keeps=keep,
            share=share,
        )

    def _share_pods(self) -> Callable[[Iterable[Pod]], Iterable[Pod]] | None:
        # What is shared leaves out since when containers of Ready pods run.
        return None if self._options.start_times else _Sharing().pods

    def _make(
        self,
        source: Hashable,
        resource: Resource,
        narrowing: Narrowing,
        decode: Decode[T],
        model: WatchedModel[T],
        *,
        lists: Sequence[ListRequest[T]] = (),
        keep: Callable[[T], bool] | None = None,
        heeds: Callable[[T], bool] | None = None,
        keeps: Callable[[T], bool] | None = None,
        share: Callable[[Iterable[T]], Iterable[T]] | None = None,
    ) -> Feed[T]:
        request = self._request(resource, narrowing, decode, keep=keep, share=share)
        return Feed(
            *(source, self._inbox, self._transport, request, model),
            pace=self._pace,
            patience=self._options.patience,
            lists=lists,
            heeds=heeds,
            keeps=keeps,
        )

    def _request(
        self,
        resource: Resource,
        narrowing: Narrowing,
        decode: Decode[T],
        *,
        keep: Callable[[T], bool] | None,
        share: Callable[[Iterable[T]], Iterable[T]] | None,
    ) -> ListRequest[T]:
        return list_of(
            *(self._transport, resource, narrowing.namespace, decode, self._options),
            labels=narrowing.labels,
            fields=narrowing.fields,
            keep=keep,
            share=share,
        )


class _Sharing:
    """What objects have in common is held once, as a single read does it.

    What has been seen is forgotten now and then: in a day of watching most of it is of no more use.
    """

    def __init__(self) -> None:
        self._parts, self._calls = SharedParts(), 0

    def nodes(self, nodes: Iterable[Node]) -> list[Node]:
        return self._fresh().nodes(nodes)

    def pods(self, pods: Iterable[Pod]) -> list[Pod]:
        return self._fresh().pods(pods)

    def _fresh(self) -> SharedParts:
        self._calls += 1
        if self._calls % _FORGET_AFTER == 0:
            self._parts = SharedParts()
        return self._parts


def one_narrowing_of(daemonsets: Iterable[DaemonSet]) -> Narrowing | None:
    """The one list, as narrow as one can be, that holds all that these DaemonSets select; None for nothing."""
    narrow = narrowings_of(daemonsets)
    if len(narrow) < 2:
        return narrow[0] if narrow else None
    namespaces = {one.namespace for one in narrow}
    return Narrowing(namespaces.pop() if len(namespaces) == 1 else None)


def _fields_of(scope: Scope) -> str:
    if scope.names:
        return f"metadata.name={scope.names[0]}" if len(set(scope.names)) == 1 else ""
    return scope.field_selector


def _named(scope: Scope) -> Callable[[WatchedDaemonSet], bool] | None:
    names = frozenset(scope.names)
    return (lambda one: one.metadata.name in names) if len(names) > 1 else None


def _among(names: Sequence[str]) -> Callable[[Node], bool] | None:
    wanted = frozenset(names)
    return (lambda one: one.metadata.name in wanted) if len(wanted) > 1 else None


def _is_about_either(event: Event) -> bool:
    return event.involved_object.kind in _ABOUT
