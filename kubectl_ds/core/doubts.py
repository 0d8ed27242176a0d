"""What nobody should be told on the word of a cache that may be seconds behind."""

from msgspec import Struct

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_report import State
from kubectl_ds.core.snapshot import ClusterSnapshot

DOUBTED: frozenset[State] = frozenset({"Missing", "Extra"})


class Doubt(Struct, frozen=True):
    """A DaemonSet, by its uid, that seems to lack a pod on a node, or to have one that does not belong there."""

    daemonset: str
    node: str


def doubts(snapshot: ClusterSnapshot) -> frozenset[Doubt]:
    """Nodes that are Missing or Extra, and nodes that seem to be gone though pods are still tied to them."""
    return frozenset(
        Doubt(item.uid, node)
        for item in coverage(snapshot).items
        for node in (
            *(one.node for one in item.nodes if one.state in DOUBTED),
            *(one.node for one in item.orphaned),
        )
    )
