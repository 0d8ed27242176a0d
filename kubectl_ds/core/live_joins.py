"""A cluster's joins kept up to date object by object: what core/coverage.py builds anew for each snapshot.

Every question is answered by the rule that the one-shot joins have, given the few objects that it is about.
"""

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from kubectl_ds.core.coverage import Cluster
from kubectl_ds.core.event_index import EventIndex
from kubectl_ds.core.feature_gates import FeatureGates, infer_feature_gates
from kubectl_ds.core.model import DaemonSet, Event, Node, ObjectMeta, Pod
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.ownership import PodIndex, controller_of, place_of, pods_by_node
from kubectl_ds.core.scheduling.node_room import RoomIndex, Tenant
from kubectl_ds.core.snapshot import ClusterSnapshot


class LiveNodes:
    """Nodes by name, and all of them in natural order."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.by_name = {node.metadata.name: node for node in nodes}
        self._order = sorted((natural_key(name), name) for name in self.by_name)
        self._sorted: tuple[Node, ...] | None = None

    def put(self, name: str, node: Node | None) -> None:
        place = (natural_key(name), name)
        if node is None:
            if self.by_name.pop(name, None) is not None:
                del self._order[bisect_left(self._order, place)]
        else:
            if name not in self.by_name:
                insort(self._order, place)
            self.by_name[name] = node
        self._sorted = None

    @property
    def names(self) -> list[str]:
        return [name for _, name in self._order]

    @property
    def in_order(self) -> tuple[Node, ...]:
        if self._sorted is None:
            self._sorted = tuple(self.by_name[name] for name in self.names)
        return self._sorted


class LivePods(PodIndex):
    """Pods by key, by who manages them, and by the node on which they take room."""

    def __init__(self, pods: Iterable[Pod]) -> None:
        super().__init__(())
        self.by_key: dict[Key, Pod] = {}
        self._by_owner: dict[Hashable, dict[Key, Pod]] = {}
        self._by_place: dict[Hashable, dict[Key, Pod]] = {}
        for pod in pods:
            self.put(key_of(pod.metadata), pod)

    def put(self, key: Key, pod: Pod | None) -> None:
        before = self.by_key.pop(key, None)
        if before is not None:
            _forget(self._by_owner, _owner(before), key)
            _forget(self._by_place, place_of(before), key)
        if pod is not None:
            self.by_key[key] = pod
            self._by_owner.setdefault(_owner(pod), {})[key] = pod
            self._by_place.setdefault(place_of(pod), {})[key] = pod

    def claimed(self, daemonset: DaemonSet) -> tuple[Pod, ...]:
        """As upstream's, of the pods that the DaemonSet owns and those that nobody does."""
        own = self._by_owner.get(daemonset.metadata.uid, {})
        orphans = self._by_owner.get(_orphans_of(daemonset.metadata.namespace), {})
        return PodIndex([*own.values(), *orphans.values()]).claimed(daemonset)

    def on(self, node: str) -> list[Pod]:
        """What takes room there, in the order of a list: the first one in the way is always the same."""
        here = self._by_place.get(node, {})
        return [here[key] for key in sorted(here)]


class LiveRoom(RoomIndex):
    """What is taken on each node, worked out when it is asked for."""

    def __init__(self, pods: LivePods) -> None:
        super().__init__(())
        self._pods = pods

    def tenants(self, node: str, *, besides: Pod) -> list[Tenant]:
        return RoomIndex(self._pods.on(node)).tenants(node, besides=besides)


def claimed_by_node(daemonset: DaemonSet, pods: Iterable[Pod]) -> dict[str, list[Pod]]:
    """Those of `pods` that the DaemonSet claims, by target node. One pod's claim depends on no other pod."""
    return pods_by_node(daemonset, PodIndex(pods).claimed(daemonset))


class LiveEvents(EventIndex):
    """Events by the object that they are about."""

    def __init__(self, events: Iterable[Event]) -> None:
        super().__init__(())
        self._by_object: dict[Hashable, dict[Key, Event]] = {}
        for event in events:
            self.put(None, event)

    def put(self, before: Event | None, after: Event | None) -> None:
        if before is not None:
            _forget(self._by_object, _about(before), key_of(before.metadata))
        if after is not None:
            self._by_object.setdefault(_about(after), {})[key_of(after.metadata)] = after

    def about(self, kind: str, metadata: ObjectMeta) -> Sequence[Event]:
        """As `EventIndex.about`; of events that are equally new the first of a list comes first."""
        found: list[Event] = []
        for about in (metadata.uid, (kind, *key_of(metadata))):
            of_object = self._by_object.get(about, {})
            found += (of_object[key] for key in sorted(of_object))
        return EventIndex(found).about(kind, metadata)


class LiveGates:
    """The feature gates that objects give away, by the few objects that do."""

    def __init__(self, daemonsets: Iterable[DaemonSet], pods: Iterable[Pod]) -> None:
        self._daemonsets: dict[Key, DaemonSet] = {}
        self._pods: dict[Key, Pod] = {}
        # One look at all of them: hardly ever does any give something away.
        if infer_feature_gates(daemonsets, pods) != FeatureGates():
            for daemonset in daemonsets:
                self.put_daemonset(key_of(daemonset.metadata), daemonset)
            for pod in pods:
                self.put_pod(key_of(pod.metadata), pod)

    @property
    def gates(self) -> FeatureGates:
        return infer_feature_gates(self._daemonsets.values(), self._pods.values())

    def put_daemonset(self, key: Key, daemonset: DaemonSet | None) -> None:
        self._daemonsets.pop(key, None)
        if daemonset is not None and infer_feature_gates([daemonset]) != FeatureGates():
            self._daemonsets[key] = daemonset

    def put_pod(self, key: Key, pod: Pod | None) -> None:
        self._pods.pop(key, None)
        if pod is not None and infer_feature_gates([], [pod]) != FeatureGates():
            self._pods[key] = pod


class LiveJoins(Cluster):
    """The joins of a snapshot that goes on. `snapshot` holds what is few, and the time of the last look."""

    def __init__(self, snapshot: ClusterSnapshot, gates: FeatureGates | None) -> None:
        super().__init__(replace(snapshot, nodes=(), pods=(), events=()), gates)
        self.live_nodes = LiveNodes(snapshot.nodes)
        self.live_pods = LivePods(snapshot.pods)
        self.live_events = LiveEvents(snapshot.events)
        self.live_gates = LiveGates(snapshot.daemonsets, snapshot.pods)
        self._given_gates = gates
        self._room = LiveRoom(self.live_pods) if snapshot.all_pods else None

    @property
    def gates(self) -> FeatureGates:
        return self._given_gates or self.live_gates.gates

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.live_nodes.in_order

    @property
    def node_of(self) -> dict[str, Node]:
        return self.live_nodes.by_name

    @property
    def pods(self) -> PodIndex:
        return self.live_pods

    @property
    def events(self) -> EventIndex:
        return self.live_events

    @property
    def room(self) -> RoomIndex | None:
        return self._room


def _owner(pod: Pod) -> Hashable:
    controller = controller_of(pod.metadata)
    return _orphans_of(pod.metadata.namespace) if controller is None else controller.uid


def _orphans_of(namespace: str) -> Hashable:
    return ("orphans", namespace)


def _about(event: Event) -> Hashable:
    about = event.involved_object
    return about.uid or (about.kind, about.namespace, about.name)


def _forget(index: dict[Hashable, dict[Key, Any]], name: Hashable, key: Key) -> None:
    """Take one object out, and the entry with the last one: nothing is left behind by what comes and goes."""
    held = index.get(name)
    if held is not None:
        held.pop(key, None)
        if not held:
            del index[name]
