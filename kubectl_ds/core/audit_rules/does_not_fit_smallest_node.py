"""DS023: pods that are too large for some of the nodes where they belong."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.scheduling.pod_requests import Amounts, add_all
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
    small = list(_too_small(audited, wanted))
    if small:
        yield Found(message=_message(audited, wanted, small), nodes=tuple(one.node for one in small))


def _too_small(audited: AuditedDaemonSet, wanted: Mapping[str, int]) -> Iterator[_TooSmall]:
    """Machines where it belongs and does not fit, with the first resource that lacks: CPU and memory before others.

    What a node does not list it has not. Nodes of the same DaemonSets are summed once.
    """
    resources = sorted(wanted, key=lambda one: (one not in ("cpu", "memory"), one))
    claims: dict[int, Amounts] = {}
    belonging, allocatable = audited.cluster.belonging, audited.cluster.allocatable
    for node in audited.eligible:
        name = node.metadata.name
        there, has = belonging[name], allocatable.get(name)
        if has is None:
            continue
        if id(there) not in claims:
            claims[id(there)] = _claimed(audited, there)
        taken = claims[id(there)]
        for resource in resources:
            free = has.get(resource, 0) - taken.get(resource, 0)
            if wanted[resource] > free and node_cannot_host(node) is None:
                yield _TooSmall(name, resource, has.get(resource, 0), taken.get(resource, 0))
                break


def _claimed(audited: AuditedDaemonSet, there: Sequence[AuditedDaemonSet]) -> Amounts:
    before = [one for one in there if one is not audited and one.priority >= audited.priority]
    return {**add_all(one.requests for one in before), _PODS: len(before)}


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
