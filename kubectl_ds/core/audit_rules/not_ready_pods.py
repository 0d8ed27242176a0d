"""DS003: nodes where a DaemonSet's pod is bound and not Ready."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, of_them
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.core.node_condition import NodeNotReady


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Nodes that are NotReady, and not only while a pod starts. A node that is down itself is less than an error."""
    if audited.is_going_in_time:
        return
    causes = audited.lasting_causes_of("NotReady")
    if by_pod := tuple(one for one in causes if not _is_down(one)):
        yield Found(
            message=_message(audited, by_pod),
            nodes=audited.nodes_of(by_pod),
            causes=by_pod,
            fix=f"See to the cause that is told; {_logs(audited, by_pod)} shows what the first of them says.",
        )
    if by_node := tuple(one for one in causes if _is_down(one)):
        nodes = audited.nodes_of(by_node)
        yield Found(
            message=_message(audited, by_node),
            nodes=nodes,
            causes=by_node,
            subject="node",
            fix=f"It is the node that is down: {command('kubectl describe node', nodes[0])}.",
            level="warning",
        )


def _is_down(cause: Cause) -> bool:
    return isinstance(cause.reasons[0], NodeNotReady)


def _message(audited: AuditedDaemonSet, causes: tuple[Cause, ...]) -> str:
    said = of_them(len(audited.nodes_of(causes)), audited.coverage.summary.eligible or 0)
    return f"{said} a pod of it that is not Ready."


def _logs(audited: AuditedDaemonSet, causes: tuple[Cause, ...]) -> str:
    first = next(one for one in audited.coverage.nodes if one.node == causes[0].nodes[0])
    pod = next((pod.name for pod in first.pods if not pod.ready), first.pods[0].name)
    return command("kubectl describe pod", pod, "-n", audited.key[0])


RULE = Rule(
    id="DS003",
    name="not-ready-pods",
    level="error",
    needs=NODES_AND_PODS,
    means="A pod of the DaemonSet is bound to these nodes and is not Ready, and not only for the two minutes that a "
    "start may take. A warning where the node itself is not Ready.",
    why="The pod counts as there, in CURRENT and in `kubectl get pods`, and the node has no working agent.",
    mend="The cause is told with the finding. `kubectl describe pod` and `kubectl logs` of the pod say the rest.",
    check=check,
)
