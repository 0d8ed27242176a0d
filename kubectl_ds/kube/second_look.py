"""Before a node is called Missing or Extra on the word of the watch cache, it is looked at again, consistently.

Caches of nodes, pods and DaemonSets are behind by spans of their own: a pod may be there before its node is, or
be gone from a node that still waits for it. What is looked at again is narrow: the DaemonSets of the scope, the
pods that the doubted ones select, and the doubted nodes. A healthy cluster costs nothing more.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from kubectl_ds.core.doubts import Doubt, doubts
from kubectl_ds.core.model import Node, Pod
from kubectl_ds.core.shared_parts import SharedParts
from kubectl_ds.core.snapshot import ClusterSnapshot, Gap
from kubectl_ds.kube.daemonset_objects import read_daemonset_objects, typed_daemonsets
from kubectl_ds.kube.decoding import decode_nodes, decode_pods
from kubectl_ds.kube.gathering import LISTS_AT_MOST, Gathering, Narrowing, narrowings_of, selected_by
from kubectl_ds.kube.scope import ReadOptions, Scope
from kubectl_ds.kube.transport import Transport

_ROUNDS: Final = 3
"""After so many looks at a cluster that goes on changing, what is still in doubt is looked at whole."""


def confirmed(
    transport: Transport, scope: Scope, snapshot: ClusterSnapshot, options: ReadOptions
) -> ClusterSnapshot:
    """The snapshot with everything that it would accuse a DaemonSet of read again from etcd's own state.

    What cannot be read again becomes a gap, so that nothing is said about it. Raises what `read_snapshot` raises.
    """
    return _SecondLook(transport, scope, options).at(snapshot)


class _SecondLook:
    """What has been read consistently so far."""

    def __init__(self, transport: Transport, scope: Scope, options: ReadOptions) -> None:
        self._transport, self._scope = transport, scope
        self._options = replace(options, fast=False)
        self._daemonsets: set[str] = set()
        self._nodes: set[str] = set()
        self._every_node = False
        self._shared = SharedParts()

    def at(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """Look again as long as something is in doubt that has not been looked at."""
        for left in reversed(range(_ROUNDS)):
            doubted = self._unsettled(snapshot)
            if not doubted:
                break
            snapshot = self._again(snapshot, doubted, whole=left == 0)
        return snapshot

    def _unsettled(self, snapshot: ClusterSnapshot) -> list[Doubt]:
        return [
            one
            for one in doubts(snapshot)
            if one.daemonset not in self._daemonsets or not (self._every_node or one.node in self._nodes)
        ]

    def _again(self, snapshot: ClusterSnapshot, doubted: list[Doubt], *, whole: bool) -> ClusterSnapshot:
        gathering = Gathering(self._transport, frozenset({"nodes", "pods"}), self._options)
        names = sorted({one.node for one in doubted} - self._nodes)
        few = len(names) <= LISTS_AT_MOST and not whole
        where = (
            [Narrowing(None, fields=f"metadata.name={name}") for name in names] if few else [Narrowing(None)]
        )
        reading_nodes = gathering.start("nodes", decode_nodes, where, share=self._shared.nodes)
        objects = read_daemonset_objects(self._transport, self._scope, self._options)
        fresh = typed_daemonsets(objects)
        uids = {one.daemonset for one in doubted}
        again = [one for one in fresh if whole or one.metadata.uid in uids]
        narrowings = narrowings_of(again)
        reading_pods = gathering.start("pods", decode_pods, narrowings, share=self._shared.pods)
        nodes = gathering.finish(
            reading_nodes, for_want_of="nodes that seem amiss could not be looked at again"
        )
        pods = gathering.finish(reading_pods, for_want_of="pods that seem amiss could not be looked at again")
        self._daemonsets |= uids | {one.metadata.uid for one in again}
        self._nodes |= set(names)
        self._every_node = self._every_node or not few
        return replace(
            snapshot,
            daemonsets=fresh,
            daemonset_objects={
                one.metadata.uid: raw for one, raw in zip(fresh, objects.objects, strict=True)
            },
            nodes=_nodes_with(snapshot.nodes, nodes, names if few else None),
            pods=_pods_with(snapshot.pods, pods, narrowings),
            gaps=(*snapshot.gaps, *_by_namespace(gathering.gaps, {one.metadata.namespace for one in again})),
            taken_at=max(snapshot.taken_at, gathering.taken_at()),
        )


def _nodes_with(before: Iterable[Node], found: list[Node], names: list[str] | None) -> tuple[Node, ...]:
    """`names`: those that were asked for; all of them when None."""
    kept = [] if names is None else [node for node in before if node.metadata.name not in set(names)]
    return (*kept, *found)


def _pods_with(before: Iterable[Pod], found: list[Pod], narrowings: Iterable[Narrowing]) -> tuple[Pod, ...]:
    """What the lists might have held and did not hold is gone."""
    asked = [selected_by(one) for one in narrowings]
    keys = {(pod.metadata.namespace, pod.metadata.name) for pod in found}
    kept = [
        pod
        for pod in before
        if (pod.metadata.namespace, pod.metadata.name) not in keys
        and not any(selects(pod) for selects in asked)
    ]
    return (*kept, *found)


def _by_namespace(gaps: Iterable[Gap], namespaces: Iterable[str]) -> list[Gap]:
    """A gap in pods of all namespaces would mean the other namespaces' pods (core/coverage.py)."""
    told = []
    for gap in gaps:
        if gap.resource == "pods" and not gap.namespace:
            told += [replace(gap, namespace=namespace) for namespace in sorted(namespaces)]
        else:
            told.append(gap)
    return told
