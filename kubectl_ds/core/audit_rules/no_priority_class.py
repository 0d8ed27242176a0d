"""DS020: agents that must run and have no more right to a node than any workload."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Level, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import command, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import Taint, Toleration
from kubectl_ds.core.planned_change import PASSING_TAINTS
from kubectl_ds.core.predicted_pod import priority_class_of
from kubectl_ds.core.scheduling.virtual_nodes import node_cannot_host

_SYSTEM = "kube-system"
_NODE_CRITICAL = "system-node-critical"
_NEARLY_ALL = 0.9
_FEW_NODES = 3
"""Below this many machines a DaemonSet that is on all of them shows no intention by it."""


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """A DaemonSet of kube-system, or that tolerates every taint, or that covers nearly all machines all the same."""
    spec = audited.daemonset.spec.template.spec
    if spec.priority_class_name:
        return
    namespace = audited.key[0]
    signs = ["is part of kube-system"] if namespace == _SYSTEM else []
    signs += ["tolerates every taint"] if any(map(_is_for_every_taint, spec.tolerations)) else []
    level: Level | None = None
    if not signs:
        signs, level = _by_coverage(audited)
    if signs:
        yield Found(
            message=f"It {listed(signs)}, and has no priority class: {_rank(audited)}.",
            level=level,
            fix=_mend_here(audited),
            patch=_node_critical() if namespace == _SYSTEM else None,
        )


def _is_for_every_taint(toleration: Toleration) -> bool:
    """Of those that keep pods out at least: NoExecute may be left to drive it away."""
    return not toleration.key and toleration.operator == "Exists" and toleration.effect in ("", "NoSchedule")


def _by_coverage(audited: AuditedDaemonSet) -> tuple[list[str], Level | None]:
    """How many of the machines it covers, where that is nearly all of them; virtual nodes are none.

    Who tolerates the taints that some of them have means all of them; without taints nobody has said so.
    """
    machines = [node for node in audited.cluster.nodes if node_cannot_host(node) is None]
    covered = [node for node in audited.eligible if node_cannot_host(node) is None]
    if len(machines) < _FEW_NODES or len(covered) < _NEARLY_ALL * len(machines):
        return [], None
    told = f"covers {len(covered)} of {len(machines)} nodes"
    if any(_keeps_out(taint) for node in covered for taint in node.spec.taints):
        return [f"{told}, tainted ones among them"], None
    return [told], "info"


def _keeps_out(taint: Taint) -> bool:
    return taint.effect != "PreferNoSchedule" and taint.key not in PASSING_TAINTS


def _rank(audited: AuditedDaemonSet) -> str:
    default = priority_class_of(
        audited.daemonset.spec.template.spec, audited.cluster.snapshot.priority_classes
    )
    if default is None:
        return "its pods rank with any workload"
    return f"by the cluster's default, {default.metadata.name}, its pods rank with any workload"


def _mend_here(audited: AuditedDaemonSet) -> str:
    if audited.key[0] == _SYSTEM:
        return f"Give it {_NODE_CRITICAL}, as the node's own agents have."
    return (
        "Make a class above that of workloads ("
        + command("kubectl", "create", "priorityclass", "node-agents", "--value=1000000")
        + f") and name it in the template's priorityClassName, or take {_NODE_CRITICAL} if the node is of no use "
        "without this agent."
    )


def _node_critical() -> Patch:
    return Patch(type="merge", body={"spec": {"template": {"spec": {"priorityClassName": _NODE_CRITICAL}}}})


RULE = Rule(
    id="DS020",
    name="no-priority-class",
    level="warning",
    needs=frozenset(("nodes",)),
    means="A DaemonSet that is meant to run whatever happens names no priority class. Meant to are those in "
    "kube-system, those that tolerate every taint, and those that cover 90 % of the machines or more, of three at "
    "least, where they tolerate the taints of some. Where no node is tainted the last ones are told as info: nobody "
    "has said of them that they must run.",
    why="On a full node the scheduler makes room for a pod only among pods of a lower priority. Without a class the "
    "agent waits on each new or full node behind the workloads that it is there for, and under pressure it is "
    "evicted among them.",
    mend="Give it a priority class above that of workloads.",
    check=check,
)
