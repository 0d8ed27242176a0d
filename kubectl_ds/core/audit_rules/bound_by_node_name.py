"""DS012: pods of a DaemonSet that were bound past the scheduler."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.coverage_report import PodCoverage
from kubectl_ds.core.server_version import Release, release_of

_MOST_PODS = 3
_SCHEDULED_SINCE = Release(1, 12, 0)
"""Before, the controller itself set `spec.nodeName` (ScheduleDaemonSetPods is on by default since)."""


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Pods with `spec.nodeName` and no pin to a node, and pods on another node than their pin."""
    release = release_of(audited.cluster.snapshot.server_version)
    if release is not None and release < _SCHEDULED_SINCE:
        return
    by_hand = [
        (one.node, pod) for one in audited.coverage.nodes for pod in one.pods if pod.binding == "NodeName"
    ]
    astray = [
        (one.node, pod)
        for one in audited.coverage.nodes
        for pod in one.pods
        if pod.binding == "NodeAffinity" and pod.pinned_to not in (None, one.node)
    ]
    if by_hand:
        yield _found(
            audited,
            by_hand,
            "no-pin",
            "with spec.nodeName set and no pin to the node: no scheduler was asked",
            "Find who makes such pods, or takes the pin away (a pod made by hand, a mutating webhook)",
        )
    if astray:
        pins = listed(list(dict.fromkeys(pod.pinned_to or "" for _, pod in astray)))
        yield _found(
            audited,
            astray,
            "pin-ignored",
            f"to another node than the one that the controller made it for ({pins})",
            "Find what binds them past their pin (a scheduler of your own, somebody's Binding)",
        )


def _found(
    audited: AuditedDaemonSet, pods: list[tuple[str, PodCoverage]], subject: str, how: str, who: str
) -> Found:
    names = [pod.name for _, pod in pods]
    delete = command("kubectl delete pod", *names[:_MOST_PODS], "-n", audited.key[0])
    rest = f" (and {counted(len(names) - _MOST_PODS, 'more pod')})" if len(names) > _MOST_PODS else ""
    return Found(
        message=f"{counted(len(names), 'pod')} of it, {listed(names, _MOST_PODS)}, "
        f"{'was' if len(names) == 1 else 'were'} bound {how}.",
        nodes=tuple(dict.fromkeys(node for node, _ in pods)),
        subject=subject,
        fix=f"{who}; then delete them, and the controller makes others that a scheduler binds: {delete}{rest}.",
    )


RULE = Rule(
    id="DS012",
    name="bound-by-node-name",
    level="warning",
    needs=NODES_AND_PODS,
    means="Since Kubernetes 1.12 the controller pins each pod to its node (`matchFields metadata.name`), and a "
    "scheduler binds it. These pods count as the DaemonSet's and came to their node another way: with `spec.nodeName` "
    "and no pin, or onto another node than the one that they were pinned to. A template with nodeName is told by "
    "DS013.",
    why="Nobody has weighed room, ports and volumes for them, priority and preemption do not apply, and they may take "
    "the place of the pod that the controller would have made. A pod astray leaves the node it was made for without "
    "one.",
    mend="Find who makes or binds them: somebody by hand, a webhook that strips the affinity, a scheduler that ignores "
    "it, a controller older than 1.12. Then delete them.",
    check=check,
)
