"""Node by node between two moments: what changed on the node, which DaemonSet it gained or lost, and by what."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from kubectl_ds.core.coverage import Cluster
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.coverage_report import DaemonSetCoverage, NodeCoverage
from kubectl_ds.core.diff_report import Because, Move, NodeDiff
from kubectl_ds.core.model import DaemonSet, Node, Taint
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.placement import place_all

_Change = tuple[object, ...]


class Moment(Protocol):
    """One side of a comparison."""

    cluster: Cluster

    @property
    def daemonset_of(self) -> Mapping[Key, DaemonSet]: ...

    @property
    def item_of(self) -> Mapping[Key, DaemonSetCoverage]: ...


def node_diffs(before: Iterable[Node], after: Mapping[str, Node]) -> tuple[NodeDiff, ...]:
    """What changed on nodes that are on both sides; the same change once, on most nodes first."""
    groups: dict[_Change, list[str]] = {}
    changes: dict[_Change, NodeDiff] = {}
    for was in before:
        is_now = after.get(was.metadata.name)
        if is_now is None or (change := _node_diff(was, is_now)) is None:
            continue
        same = (
            tuple(sorted(change.labels.items())),
            change.taints_gone,
            change.taints_new,
            change.unschedulable,
        )
        groups.setdefault(same, []).append(was.metadata.name)
        changes.setdefault(same, change)
    return tuple(
        NodeDiff(
            nodes=tuple(sorted(names, key=natural_key)),
            labels=changes[same].labels,
            taints_gone=changes[same].taints_gone,
            taints_new=changes[same].taints_new,
            unschedulable=changes[same].unschedulable,
        )
        for same, names in sorted(
            groups.items(), key=lambda group: (-len(group[1]), natural_key(group[1][0]))
        )
    )


def _node_diff(was: Node, is_now: Node) -> NodeDiff | None:
    labels, labels_now = was.metadata.labels, is_now.metadata.labels
    changed = {
        key: (labels.get(key), labels_now.get(key))
        for key in sorted({*labels, *labels_now})
        if labels.get(key) != labels_now.get(key)
    }
    gone, new = _taints_without(was, is_now), _taints_without(is_now, was)
    cordoned = is_now.spec.unschedulable if was.spec.unschedulable is not is_now.spec.unschedulable else None
    if not changed and not gone and not new and cordoned is None:
        return None
    return NodeDiff(
        nodes=(was.metadata.name,), labels=changed, taints_gone=gone, taints_new=new, unschedulable=cordoned
    )


def _taints_without(one: Node, other: Node) -> tuple[Taint, ...]:
    """Taints of one that the other has not, whenever they were added."""
    held = {(taint.key, taint.value, taint.effect) for taint in other.spec.taints}
    return tuple(
        Taint(key=taint.key, value=taint.value, effect=taint.effect)
        for taint in one.spec.taints
        if (taint.key, taint.value, taint.effect) not in held
    )


def moves_of(key: Key, one: Moment, other: Moment) -> tuple[Move, ...]:
    """Nodes whose state for a DaemonSet is another one; gained and lost first, the largest group on top.

    Without the DaemonSet or the node on a side there is no state there: nodes that it is Excluded from on the other
    side have then not moved. Nodes whose state is not known on a side are left out.
    """
    before, after = _nodes_of(key, one), _nodes_of(key, other)
    causes = _Causes(key, one, other)
    groups: dict[_Change, list[str]] = {}
    firsts: dict[_Change, Move] = {}
    for name in sorted({*before, *after}, key=natural_key):
        was, is_now = before.get(name), after.get(name)
        if _is_unknown(was) or _is_unknown(is_now):
            continue
        move = _move(name, was, is_now, causes)
        if {move.before, move.after} <= {None, "Excluded"} or move.before == move.after:
            continue
        same = (move.before, move.after, move.because, *(code_of(reason) for reason in move.reasons[:1]))
        groups.setdefault(same, []).append(name)
        firsts.setdefault(same, move)
    moves = [
        Move(
            before=firsts[same].before,
            after=firsts[same].after,
            nodes=tuple(names),
            reasons=firsts[same].reasons,
            because=firsts[same].because,
        )
        for same, names in groups.items()
    ]
    order = ("lost", "gained", "changed")
    return tuple(sorted(moves, key=lambda move: (order.index(move.kind), -len(move.nodes))))


def _nodes_of(key: Key, side: Moment) -> dict[str, NodeCoverage]:
    item = side.item_of.get(key)
    return {} if item is None else {node.node: node for node in item.nodes}


def _is_unknown(node: NodeCoverage | None) -> bool:
    return node is not None and node.state is None


def _move(name: str, was: NodeCoverage | None, is_now: NodeCoverage | None, causes: "_Causes") -> Move:
    let_in = was is not None and is_now is not None and is_now.eligible and not was.eligible
    reasons = was.reasons if let_in and was is not None else is_now.reasons if is_now is not None else ()
    because = None
    if was is not None and is_now is not None and was.eligible is not is_now.eligible:
        because = causes.of(name, eligible=is_now.eligible)
    return Move(
        before=was.state if was is not None else None,
        after=is_now.state if is_now is not None else None,
        nodes=(name,),
        reasons=reasons,
        because=because,
    )


class _Causes:
    """Whether the template or the node let it in or out: each is tried with the other as it was."""

    def __init__(self, key: Key, one: Moment, other: Moment) -> None:
        self._was, self._is_now = one.daemonset_of.get(key), other.daemonset_of.get(key)
        self._one, self._other = one.cluster, other.cluster
        self._tried: tuple[dict[str, bool], dict[str, bool]] | None = None

    def of(self, name: str, *, eligible: bool) -> Because:
        by_node, by_template = (tried.get(name) is eligible for tried in self._both_tried())
        if by_node and by_template:
            return "either"
        return "node" if by_node else "template" if by_template else "both"

    def _both_tried(self) -> tuple[dict[str, bool], dict[str, bool]]:
        """Which nodes of now the old template lets in, and which of before the new one does."""
        if self._tried is None:
            assert self._was is not None
            assert self._is_now is not None
            self._tried = (_let_in(self._was, self._other), _let_in(self._is_now, self._one))
        return self._tried


def _let_in(daemonset: DaemonSet, cluster: Cluster) -> dict[str, bool]:
    placements = place_all(daemonset, cluster.kinds, cluster.gates)
    return {name: placement.should_run for name, placement in placements.items()}
