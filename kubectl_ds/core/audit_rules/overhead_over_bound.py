"""DS024: nodes that lose too much of themselves to DaemonSets."""

from collections.abc import Iterator, Mapping

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import listed
from kubectl_ds.core.audited_cluster import AuditedCluster
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.overhead_report import NodeShape
from kubectl_ds.core.scheduling.pod_requests import Amounts
from kubectl_ds.core.scheduling.virtual_nodes import node_cannot_host
from kubectl_ds.core.spelled_amount import spelled_amount

_RESOURCES = ("cpu", "memory")
_MOST_NAMED = 3


def check(cluster: AuditedCluster) -> Iterator[tuple[Key, Found]]:
    """Shape by shape of the machines; the DaemonSet that requests most there is blamed, and the others are named."""
    bound = cluster.settings.overhead_share
    shapes = [one for one in cluster.shapes if node_cannot_host(cluster.node_of[one.example]) is None]
    per_pod = {one.key: one.requests for one in cluster.daemonsets}
    for resource in _RESOURCES:
        over = [one for one in shapes if _share(one, resource) > bound]
        if over:
            worst = max(over, key=lambda one: _share(one, resource))
            largest = _largest(worst, resource, per_pod)
            yield (
                largest[0],
                Found(
                    message=_message(worst, resource, bound, largest, per_pod),
                    subject=resource,
                    nodes=tuple(sorted((name for one in over for name in one.nodes), key=natural_key)),
                ),
            )


def _share(shape: NodeShape, resource: str) -> float:
    has = shape.allocatable.get(resource, 0)
    return shape.lost.get(resource, 0) / has if has > 0 else 0.0


def _largest(shape: NodeShape, resource: str, per_pod: Mapping[Key, Amounts]) -> list[Key]:
    """Those that request any of it on a node of this shape, the largest request first."""
    keys = [(one.partition("/")[0], one.partition("/")[2]) for one in shape.daemonsets]
    asking = [key for key in keys if per_pod[key].get(resource, 0) > 0]
    return sorted(asking, key=lambda key: (-per_pod[key][resource], key))


def _message(
    shape: NodeShape, resource: str, bound: float, largest: list[Key], per_pod: Mapping[Key, Amounts]
) -> str:
    def spelled(amount: int) -> str:
        return spelled_amount(resource, amount)

    named = [
        f"{namespace}/{name} {spelled(per_pod[namespace, name][resource])}" for namespace, name in largest
    ]
    return (
        f"DaemonSets request {spelled(shape.lost[resource])} ({_percent(_share(shape, resource))}) of the "
        f"{spelled(shape.allocatable[resource])} {resource} that a node like {shape.example} has allocatable, over the "
        f"bound of {_percent(bound)}; this one asks for most: {listed(named, _MOST_NAMED)}."
    )


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


RULE = Rule(
    id="DS024",
    name="overhead-over-bound",
    level="warning",
    needs=frozenset(("nodes", "limitranges", "runtimeclasses")),
    means="On a node of some shape all DaemonSets together request more of its CPU or memory than the bound allows: "
    "a quarter of what is allocatable, if nothing else is set. The DaemonSet that requests most is blamed. DaemonSets "
    "count wherever they belong, whether their pods are there or not; with `-n` only those of that namespace.",
    why="What DaemonSets take every node pays before its first workload, and small nodes pay the largest share.",
    mend="Lower the largest requests (`kubectl ds overhead` lists them beside what is used), or take larger nodes.",
    check_cluster=check,
)
