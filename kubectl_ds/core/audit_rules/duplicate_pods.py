"""DS004: nodes with more than one live pod of a DaemonSet."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """More than one live pod on a node, beside the old and the new one of a surge."""
    crowded = [one for one in audited.coverage.nodes if one.duplicate]
    if not crowded or audited.is_going_in_time:
        return
    told = [f"{one.node} has {listed([pod.name for pod in one.pods])}" for one in crowded[:3]]
    if rest := len(crowded) - 3:
        told += [f"and so on for {counted(rest, 'more node')}"] if rest > 0 else []
    namespace, _ = audited.key
    yield Found(
        message=f"{counted(len(crowded), 'node')} {'has' if len(crowded) == 1 else 'have'} more than one live pod of "
        f"it: {'; '.join(told)}.",
        nodes=tuple(one.node for one in crowded),
        fix="The controller keeps the oldest bound pod of a node and deletes the others in its next pass. Where they "
        "stay, see that kube-controller-manager runs and holds its lease. Where they come again, find who makes pods "
        f"with its labels: {command('kubectl get pods', '-n', namespace, '-o wide --show-labels')}.",
    )


RULE = Rule(
    id="DS004",
    name="duplicate-pods",
    level="warning",
    needs=NODES_AND_PODS,
    means="More than one pod of the DaemonSet lives on these nodes. The old and the new pod of a surge are none.",
    why="Two agents on a node send everything twice, fight for ports and files, and take room twice. The controller "
    "counts the first of them alone, so that no status tells of it.",
    mend="Find who makes the second pod: pods of another workload with the same labels that the controller has "
    "adopted, another DaemonSet whose selector overlaps, a pod made by hand. Give them labels of their own.",
    check=check,
)
