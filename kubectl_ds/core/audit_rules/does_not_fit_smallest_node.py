"""DS023: pods that are too large for some of the nodes where they belong."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import Node
from kubectl_ds.core.scheduling.pod_requests import Amounts, add_all, amounts
from kubectl_ds.core.scheduling.virtual_nodes import node_cannot_host
from kubectl_ds.core.spelled_amount import spelled_amount

_PODS = "pods"


class _TooSmall(Struct, frozen=True):
    """A node that cannot give what a pod asks for; `taken` is what other DaemonSets have a prior claim to."""

    node: str
    resource: str
    allocatable: int
    taken: int


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """By what nodes have allocatable, less what DaemonSets of its own or a higher priority request there."""
    wanted = {_PODS: 1, **{name: amount for name, amount in audited.requests.items() if amount > 0}}
    small = [
        one
        for node, taken in _nodes_with_claims(audited)
        if (one := _lacking(node, wanted, taken)) is not None
    ]
    if small:
        yield Found(message=_message(audited, wanted, small), nodes=tuple(one.node for one in small))


def _nodes_with_claims(audited: AuditedDaemonSet) -> Iterator[tuple[Node, Amounts]]:
    """Machines where it belongs, each with what goes first there. Nodes of the same DaemonSets are summed once."""
    claims: dict[int, Amounts] = {}
    for node in audited.eligible:
        if node_cannot_host(node) is None:
            there = audited.cluster.belonging[node.metadata.name]
            if id(there) not in claims:
                claims[id(there)] = _claimed(audited, there)
            yield node, claims[id(there)]


def _claimed(audited: AuditedDaemonSet, there: Sequence[AuditedDaemonSet]) -> Amounts:
    before = [one for one in there if one is not audited and one.priority >= audited.priority]
    return {**add_all(one.requests for one in before), _PODS: len(before)}


def _lacking(node: Node, wanted: Mapping[str, int], taken: Amounts) -> _TooSmall | None:
    """The first resource that does not suffice, CPU and memory before others. What a node does not list it has not."""
    try:
        allocatable = amounts(node.status.allocatable)
    except ValueError:
        return None
    for resource in sorted(wanted, key=lambda one: (one not in ("cpu", "memory"), one)):
        has, claimed = allocatable.get(resource, 0), taken.get(resource, 0)
        if wanted[resource] > has - claimed:
            return _TooSmall(node.metadata.name, resource, has, claimed)
    return None


def _message(audited: AuditedDaemonSet, wanted: Mapping[str, int], small: Sequence[_TooSmall]) -> str:
    least = min(small, key=lambda one: (one.resource != small[0].resource, one.allocatable - one.taken))
    of = f"{len(small)} of the {counted(len(audited.eligible), 'node')} where it belongs"
    if least.resource == _PODS:
        return (
            f"{of} {'has' if len(small) == 1 else 'have'} no place for a pod of it: {least.node} takes "
            f"{counted(least.allocatable, 'pod')}, and {counted(least.taken, 'DaemonSet')} of its own or a higher "
            "priority belong there too."
        )

    def spelled(amount: int) -> str:
        return f"{spelled_amount(least.resource, amount)} {least.resource}"

    claims = (
        f", of which DaemonSets of its own or a higher priority request {spelled(least.taken)}"
        if least.taken
        else ""
    )
    return (
        f"A pod of it requests {spelled(wanted[least.resource])}, which {of} cannot give: {least.node} has "
        f"{spelled(least.allocatable)} allocatable{claims}."
    )


RULE = Rule(
    id="DS023",
    name="does-not-fit-smallest-node",
    level="warning",
    needs=frozenset(("nodes", "pods", "limitranges", "runtimeclasses", "priorityclasses")),
    means="On some nodes where the DaemonSet belongs its pod does not fit even if no workload is there: it requests "
    "more than the node has allocatable, less what DaemonSets of the same or a higher priority request there.",
    why="On these nodes a pod stays Pending for ever, or keeps a place only until it has to be made anew. Nothing "
    "that is drained or evicted there helps.",
    mend="Lower the requests of this DaemonSet or of the others, or keep it off the small nodes with a node selector "
    "or affinity.",
    check=check,
)
