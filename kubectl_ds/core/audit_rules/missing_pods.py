"""DS001: nodes where a DaemonSet belongs and has no pod."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, of_them
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.missing import ControllerBehind, UnknownCause


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Nodes that are Missing, unless all of it passes by itself: between two pods of a rollout, say."""
    causes = audited.lasting_causes_of("Missing")
    if causes and (audited.is_just_changed or audited.is_being_filled):
        causes = tuple(
            one for one in causes if not isinstance(one.reasons[0], ControllerBehind | UnknownCause)
        )
    if not causes or audited.is_going_in_time:
        return
    nodes = audited.nodes_of(causes)
    said = f"{of_them(len(nodes), audited.coverage.summary.eligible or 0)} no pod of it"
    namespace, name = audited.key
    look = command("kubectl ds coverage", name, "-n", namespace, "--state Missing")
    if audited.going_for is None:
        yield Found(
            message=f"{said}.",
            nodes=nodes,
            causes=causes,
            fix=f"See to the cause that is told; {look} shows it node by node.",
        )
        return
    yield Found(
        message=f"{said} and gets none: it has been in deletion for {human_duration(audited.going_for)}.",
        nodes=nodes,
        causes=causes,
        fix=f"See what keeps it: {command('kubectl get', *audited.flags, '-o yaml')} shows its finalizers, "
        f"{look} its pods that do not go.",
        level="warning",
    )


RULE = Rule(
    id="DS001",
    name="missing-pods",
    level="error",
    needs=NODES_AND_PODS,
    means="The controller's rules put a pod of the DaemonSet on these nodes, and none is there that lives. A node "
    "between two pods (the old one terminates, or the new one is a moment away) is not told, nor is one that the "
    "controller gets to while it rolls out, or fills a new DaemonSet, and makes pods all the time.",
    why="What the agent does for every node, nobody does for these: no logs, no network, no policy.",
    mend="The cause is told with the finding. `kubectl ds coverage NAME --state Missing` shows it node by node.",
    check=check,
)
