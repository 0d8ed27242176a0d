"""What happened on nodes between two looks: DaemonSets in another state there, nodes that came or went."""

from msgspec import Struct

from kubectl_ds.core.node_report import NodeDaemonSet, NodeItem, NodeReport


class NodeStateChange(Struct, frozen=True):
    """One DaemonSet on one node; None where it had, or has, nothing to do with it. Without a DaemonSet it is the
    node itself that came, went, or became Ready or not."""

    node: str
    daemonset: str
    before: NodeDaemonSet | None
    after: NodeDaemonSet | None
    node_before: NodeItem | None
    node_after: NodeItem | None


def node_changes(before: NodeReport, after: NodeReport) -> tuple[NodeStateChange, ...]:
    """In the order of the nodes now, those that went last; of a node its own change first."""
    was = {item.node: item for item in before.items}
    now = {item.node: item for item in after.items}
    changes: list[NodeStateChange] = []
    for name in [*now, *(name for name in was if name not in now)]:
        changes += _of_node(name, was.get(name), now.get(name))
    return tuple(changes)


def _of_node(name: str, before: NodeItem | None, after: NodeItem | None) -> list[NodeStateChange]:
    changes = []
    if _standing(before) != _standing(after):
        changes.append(NodeStateChange(name, "", None, None, before, after))
    was = {one.qualified: one for one in before.daemonsets} if before else {}
    now = {one.qualified: one for one in after.daemonsets} if after else {}
    for daemonset in sorted({*was, *now}):
        old, new = was.get(daemonset), now.get(daemonset)
        if _face(old) != _face(new):
            changes.append(NodeStateChange(name, daemonset, old, new, before, after))
    return changes


def _standing(item: NodeItem | None) -> object:
    return None if item is None else (item.not_ready is None, item.is_covered)


def _face(one: NodeDaemonSet | None) -> object:
    """What is told of it: ages and amounts are no change."""
    if one is None:
        return None
    reasons = tuple(type(reason).__name__ for reason in one.coverage.reasons)
    return one.coverage.state, one.required, one.coverage.outdated, reasons
