"""DS002: nodes that hold a pod of a DaemonSet that does not belong there."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Level
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.core.extra import ControllerDeletesPod, ControllerLeavesPod


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Nodes that are Extra. What passes with the nodes' conditions, or in the controller's next pass, is a note."""
    if audited.is_going_in_time:
        return
    causes = audited.causes_of("Extra")
    if lasting := [one for one in causes if one.outlook != "heals" and not _passes_with_the_node(one)]:
        yield _found(audited, lasting, "", level=None)
    if passing := [one for one in causes if _passes_with_the_node(one) or _is_deleted_next(one)]:
        yield _found(audited, passing, "passing", level="info")


def _passes_with_the_node(cause: Cause) -> bool:
    return any(isinstance(one, ControllerLeavesPod) and one.passing for one in cause.reasons)


def _is_deleted_next(cause: Cause) -> bool:
    return any(isinstance(one, ControllerDeletesPod) for one in cause.reasons)


def _found(audited: AuditedDaemonSet, causes: list[Cause], subject: str, *, level: Level | None) -> Found:
    nodes = audited.nodes_of(causes)
    pods = [pod.name for one in audited.coverage.nodes if one.node in set(nodes) for pod in one.pods]
    has = "has" if len(nodes) == 1 else "have"
    message = f"{counted(len(nodes), 'node')} where it does not belong {has} a pod of it."
    if level == "info":
        return Found(
            message=message,
            nodes=nodes,
            causes=tuple(causes),
            subject=subject,
            fix="Nothing: it passes with the nodes' conditions, or in the controller's next pass. Where it stays, see "
            "that kube-controller-manager runs and holds its lease.",
            level="info",
        )
    namespace, _ = audited.key
    delete = command("kubectl delete pod", *pods[:3], "-n", namespace)
    rest = f" (and {counted(len(pods) - 3, 'more pod')})" if len(pods) > 3 else ""
    return Found(
        message=message,
        nodes=nodes,
        causes=tuple(causes),
        subject=subject,
        fix=f"Where it should run, tolerate the taint in its template ({command('kubectl edit', *audited.flags)}); "
        f"where it should not, delete the pod, and no other comes: {delete}{rest}.",
    )


RULE = Rule(
    id="DS002",
    name="extra-pods",
    level="warning",
    needs=NODES_AND_PODS,
    means="A pod of the DaemonSet is on these nodes, and the controller's rules keep it off them. It counts them as "
    "`numberMisscheduled`. A note where it passes: the taint is one that Kubernetes sets and takes away with the "
    "node's conditions, or the controller deletes the pod in its next pass.",
    why="A NoSchedule taint leaves a pod that is there alone, and makes no other one when it is gone: the next "
    "restart, eviction or rollout takes the agent off the node without a word.",
    mend="Tolerate the taint where the agent should stay. Delete the pod where it should not.",
    check=check,
)
