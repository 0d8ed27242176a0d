"""One moment of a cluster: independent lists side by side, each as narrow as the question allows.

Never one request a node or a pod. What may not be read becomes a `Gap`; only the DaemonSets themselves
are worth an error.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from msgspec.structs import replace

from kubectl_ds.core.model import DaemonSet, Event, Node, Pod
from kubectl_ds.core.ownership import target_node_name
from kubectl_ds.core.shared_parts import SharedParts
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.kube.daemonset_objects import (
    DaemonSetObjects,
    read_daemonset_objects,
    typed_daemonsets,
)
from kubectl_ds.kube.decoding import (
    decode_events,
    decode_limit_ranges,
    decode_nodes,
    decode_pod_metrics,
    decode_pods,
    decode_priority_classes,
    decode_revisions,
    decode_runtime_classes,
    garbage_collector_paused,
)
from kubectl_ds.kube.gathering import LISTS_AT_MOST, Begun, Gathering, Narrowing, narrowings_of
from kubectl_ds.kube.lists import ListProgress, read_list
from kubectl_ds.kube.namespaces import ReadingNamespaces, in_question
from kubectl_ds.kube.resource_lists import list_of, may_be_a_daemonsets
from kubectl_ds.kube.scope import AS_USUAL, ReadOptions, Scope
from kubectl_ds.kube.server_version import read_server_version
from kubectl_ds.kube.side_by_side import Pending
from kubectl_ds.kube.transport import Transport

__all__ = [
    "ReadOptions",
    "Scope",
    "narrowings_of",
    "read_daemonset_objects",
    "read_nodes",
    "read_snapshot",
]

Named = TypeVar("Named", Node, Pod)

_TERMINAL: Final = frozenset({"Succeeded", "Failed"})
LIVE_PODS: Final = "status.phase!=Succeeded,status.phase!=Failed"
NO_FREE_ROOM: Final = (
    "free room on nodes cannot be computed, since the pods of all namespaces could not be read"
)
_DAEMONSET_EVENTS: Final = "involvedObject.kind=DaemonSet"
_POD_EVENTS: Final = "involvedObject.kind=Pod"


def read_snapshot(
    transport: Transport, scope: Scope, wants: frozenset[Resource], options: ReadOptions = AS_USUAL
) -> ClusterSnapshot:
    """Read what is wanted of the DaemonSets in scope. Names or selectors narrow pods, revisions and events.

    Events are those of DaemonSets and, where pods are wanted too, of the pods that are not well.
    With `options.fast` the server's watch cache is read, and nodes that would be called Missing or Extra on its
    word are looked at once more (kube/second_look.py).
    Raises `ApiError` when the DaemonSets cannot be read, `NotFoundError` for a name that is not there,
    `CredentialError`, and `ConnectionFailed` or `UnexpectedAnswer` when that happens to the DaemonSets; to
    anything else it is a gap.
    """
    with garbage_collector_paused():
        snapshot = _Reader(transport, scope, wants, options).snapshot()
        if options.fast and wants >= {"nodes", "pods"}:
            from kubectl_ds.core.doubts import doubts
            from kubectl_ds.kube.second_look import confirmed

            if not scope.nodes:
                return confirmed(transport, scope, snapshot, options)
            if doubts(snapshot):
                # A few nodes and what is on them: all of it again is narrow too.
                return _Reader(transport, scope, wants, replace(options, fast=False)).snapshot()
        return snapshot


def read_nodes(transport: Transport, options: ReadOptions = AS_USUAL) -> tuple[Node, ...]:
    """All nodes. Raises what a list raises: there is nothing beside them that a gap could be named in."""
    request = list_of(transport, "nodes", None, decode_nodes, options)
    return tuple(read_list(transport, request, options.patience).items)


class _Reader:
    def __init__(
        self, transport: Transport, scope: Scope, wants: frozenset[Resource], options: ReadOptions
    ) -> None:
        self._transport = transport
        self._scope = scope
        self._options = options
        self._gathering = Gathering(transport, wants, options)
        self._shared = SharedParts()
        self._reading_daemonsets = Pending(lambda: read_daemonset_objects(transport, scope, options))
        self._reading_version = (
            Pending(lambda: read_server_version(transport)) if "version" in wants else None
        )

    def snapshot(self) -> ClusterSnapshot:
        """Start all that can be started, and wait for the DaemonSets first where they narrow the rest."""
        gathering, scope = self._gathering, self._scope
        nodes = gathering.start("nodes", decode_nodes, self._node_lists(), share=self._shared.nodes)
        objects = self._narrowing_daemonsets() if scope.narrows else None
        narrowings = narrowings_of(typed_daemonsets(objects)) if objects else [Narrowing(scope.namespace)]
        pods_begun = gathering.start(
            "pods",
            decode_pods,
            pod_lists_about(scope.nodes) if scope.nodes else narrowings,
            keep=is_about(scope.nodes) if scope.nodes else None,
            share=None if self._options.start_times else self._shared.pods,
        )
        revisions = gathering.start(
            "controllerrevisions", decode_revisions, narrowings, keep=may_be_a_daemonsets
        )
        events = gathering.start("events", decode_events, [self._about_daemonsets()])
        where = [Narrowing(scope.namespace)]
        limit_ranges = gathering.start("limitranges", decode_limit_ranges, where)
        metrics = gathering.start("podmetrics", decode_pod_metrics, where)
        priorities = gathering.start("priorityclasses", decode_priority_classes, [Narrowing(None)])
        runtimes = gathering.start("runtimeclasses", decode_runtime_classes, [Narrowing(None)])
        objects = objects or self._reading_daemonsets.result()
        gathering.saw(objects.date)
        gathering.read.add("daemonsets")
        if objects.lacks:
            gathering.miss("daemonsets", scope.namespace, objects.lacks)
        pods = _unique(gathering.finish(pods_begun))
        daemonsets = typed_daemonsets(objects)
        unwell = [pod for pod in pods if may_be_a_daemonsets(pod) and not is_well(pod)]
        pod_events = self._begin_pod_events(unwell)
        namespaces = self._begin_namespaces(daemonsets, unwell)
        pods, all_pods = self._with_neighbours(pods)
        return ClusterSnapshot(
            daemonsets=daemonsets,
            daemonset_objects={
                one.metadata.uid: raw for one, raw in zip(daemonsets, objects.objects, strict=True)
            },
            nodes=tuple(self._asked_for(_unique(gathering.finish(nodes)))),
            namespace=scope.namespace or "",
            some_daemonsets=scope.narrows,
            some_nodes=bool(scope.nodes),
            pods=tuple(pods),
            all_pods=all_pods,
            events=(*gathering.finish(events), *gathering.finish(pod_events)),
            revisions=tuple(gathering.finish(revisions)),
            limit_ranges=tuple(gathering.finish(limit_ranges)),
            priority_classes=tuple(gathering.finish(priorities)),
            runtime_classes=tuple(gathering.finish(runtimes)),
            pod_metrics=tuple(gathering.finish(metrics)),
            namespaces=namespaces.result(),
            server_version="" if self._reading_version is None else self._reading_version.result(),
            read=frozenset(gathering.read),
            gaps=tuple(gathering.gaps),
            taken_at=gathering.taken_at(),
            consistency="cache" if self._options.fast else "consistent",
        )

    def _node_lists(self) -> list[Narrowing]:
        if 0 < len(self._scope.nodes) <= LISTS_AT_MOST:
            return [Narrowing(None, fields=f"metadata.name={name}") for name in self._scope.nodes]
        return [Narrowing(None)]

    def _asked_for(self, nodes: list[Node]) -> list[Node]:
        names = frozenset(self._scope.nodes)
        return [node for node in nodes if node.metadata.name in names] if names else nodes

    def _narrowing_daemonsets(self) -> DaemonSetObjects:
        objects = self._reading_daemonsets.result()
        if self._options.on_progress is not None and self._scope.names:
            # They were got by name, which is no list, and is an answer all the same.
            self._options.on_progress(
                ListProgress(number=-1, resource="daemonsets", seen=len(objects.objects), complete=True)
            )
        return objects

    def _about_daemonsets(self) -> Narrowing:
        names = self._scope.names
        one = f",involvedObject.name={names[0]}" if len(names) == 1 else ""
        return Narrowing(self._scope.namespace, fields=_DAEMONSET_EVENTS + one)

    def _begin_namespaces(self, daemonsets: tuple[DaemonSet, ...], unwell: list[Pod]) -> ReadingNamespaces:
        """Only where reasons are asked for, which rest on events as well."""
        asked = {"pods", "events"} <= self._gathering.wants
        names = in_question(daemonsets, unwell) if asked else frozenset()
        return ReadingNamespaces(self._transport, names, self._options)

    def _begin_pod_events(self, unwell: list[Pod]) -> Begun[Event]:
        """Events of pods tell something only about those that are not well: for none of them, no list."""
        uids = {pod.metadata.uid for pod in unwell}
        namespaces = {pod.metadata.namespace for pod in unwell}
        one = f",involvedObject.name={unwell[0].metadata.name}" if len(unwell) == 1 else ""
        where = namespaces if len(namespaces) <= LISTS_AT_MOST else {None}
        return self._gathering.start(
            "events",
            decode_events,
            [Narrowing(namespace, fields=_POD_EVENTS + one) for namespace in where],
            keep=lambda event: event.involved_object.uid in uids,
        )

    def _with_neighbours(self, pods: list[Pod]) -> tuple[list[Pod], bool]:
        """Whatever takes room where one of our pods waits for it; and whether all of that is known.

        A few nodes are asked for one by one, and once for unbound pods, which may be nominated for them; of one
        list of all pods only those on many nodes are kept, page by page. Pods that have ended take no room.
        """
        gathering = self._gathering
        if "pods" not in gathering.read or gathering.lacks("pods"):
            return pods, False
        if self._scope.holds_all_pods:
            return pods, True
        waited_for = {name for pod in pods if waits_for_room(pod) and (name := target_node_name(pod))}
        if not self._options.free_room or not waited_for:
            return pods, False
        begun = gathering.start(
            "pods",
            decode_pods,
            _narrowed_to(waited_for),
            keep=lambda pod: (pod.spec.node_name or pod.status.nominated_node_name) in waited_for,
            share=self._shared.pods,
        )
        everywhere = gathering.finish(begun, for_want_of=NO_FREE_ROOM)
        return _unique([*pods, *everywhere]), not gathering.lacks("pods")


def pod_lists_about(nodes: Sequence[str]) -> list[Narrowing]:
    """What is bound to these nodes, and what is bound to none: some of that is meant for them."""
    if len(nodes) < LISTS_AT_MOST:
        return [Narrowing(None, fields=f"spec.nodeName={name}") for name in (*nodes, "")]
    return [Narrowing(None)]


def is_about(nodes: Iterable[str]) -> Callable[[Pod], bool]:
    """Whether a pod is on one of these nodes, or meant for one."""
    names = frozenset(nodes)
    return lambda pod: not names.isdisjoint((target_node_name(pod), pod.status.nominated_node_name))


def _narrowed_to(nodes: set[str]) -> list[Narrowing]:
    """The live pods of a few nodes and the unbound ones, or all live pods."""
    if len(nodes) > LISTS_AT_MOST:
        return [Narrowing(None, fields=LIVE_PODS)]
    return [Narrowing(None, fields=f"spec.nodeName={name},{LIVE_PODS}") for name in sorted({"", *nodes})]


def _unique(objects: list[Named]) -> list[Named]:
    """Each object once, as it was seen last: lists that overlap, or pages, may bring one twice."""
    # A list comes in etcd's order of keys, and is then known to hold nothing twice without an index of it.
    keys = (f"{one.metadata.namespace}/{one.metadata.name}" for one in objects)
    if all(before < after for before, after in pairwise(keys)):
        return objects
    seen = {(one.metadata.namespace, one.metadata.name): one for one in objects}
    return list(seen.values()) if len(seen) < len(objects) else objects


def is_well(pod: Pod) -> bool:
    """Whether there is nothing to ask of its events."""
    ready = any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)
    return bool(ready and pod.spec.node_name) and pod.metadata.deletion_timestamp is None


def waits_for_room(pod: Pod) -> bool:
    """Whether what else runs on its node decides if a pod, maybe a DaemonSet's, can be bound there."""
    return (
        not pod.spec.node_name
        and pod.status.phase not in _TERMINAL
        and pod.metadata.deletion_timestamp is None
        and may_be_a_daemonsets(pod)
    )
