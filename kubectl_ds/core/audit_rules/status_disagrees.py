"""DS011: status counters that are not what nodes and pods say."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.server_version import release_of
from kubectl_ds.core.status import Disagreement, ready_condition
from kubectl_ds.core.status_bugs import STATUS_BUGS, StatusBug

_TIME_TO_COUNT = timedelta(minutes=1)
"""A controller that is well has counted by then what has happened, and lists read one after the other agree."""


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Counters that differ although nothing has changed for a minute."""
    differing = audited.coverage.controller_disagrees
    daemonset = audited.daemonset
    if not differing or audited.going_for is not None or _is_in_motion(audited):
        return
    if daemonset.metadata.generation > daemonset.status.observed_generation:
        return  # The controller has not looked yet, which DS007 tells.
    bug, why = _explanation(audited, differing)
    recount = command("kubectl annotate", *audited.flags, "kubectl-ds/recount=now --overwrite")
    cure = bug.cure(release_of(audited.cluster.snapshot.server_version)) if bug is not None else None
    better = f" To be rid of the bug, upgrade to {cure} or later." if cure is not None else ""
    yield Found(
        message=f"{_told(differing)} {why}",
        fix=f"Any change of the DaemonSet makes the controller count anew: {recount}. If nothing changes by that, see "
        f"that kube-controller-manager runs and holds its lease.{better}",
    )


def _told(differing: tuple[Disagreement, ...]) -> str:
    counters = [f"{one.field} is {one.status} and should be {one.computed}" for one in differing]
    return f"Its status is not what nodes and pods say: {listed(counters, len(counters))}."


def _explanation(
    audited: AuditedDaemonSet, differing: tuple[Disagreement, ...]
) -> tuple[StatusBug | None, str]:
    """The known bug that leaves just this behind, and what to say of it."""
    git_version = audited.cluster.snapshot.server_version
    release = release_of(git_version)
    by_field = {one.field: one for one in differing}
    alike = [one for one in STATUS_BUGS if one.explains(by_field, audited.daemonset, audited.coverage)]
    if release is not None:
        bug = next((one for one in alike if one.is_in(release)), None)
        if bug is not None:
            return (
                bug,
                f"{bug.what} This is known of Kubernetes {bug.releases} (here {git_version}): {bug.link}.",
            )
        return (
            None,
            f"No bug of {git_version} is known to leave this behind; nodes that were deleted go unnoticed.",
        )
    if alike:
        bug = alike[0]
        return bug, (
            f"Kubernetes {bug.releases}, is known for this; which version the server has was not told. {bug.what} "
            f"See {bug.link}."
        )
    return None, "The controller may be behind, or not running; nodes that were deleted go unnoticed."


def _is_in_motion(audited: AuditedDaemonSet) -> bool:
    """Whether something has changed so lately, or is changing, that the status may differ with every right."""
    now = audited.cluster.snapshot.taken_at
    settling = _TIME_TO_COUNT + timedelta(seconds=audited.daemonset.spec.min_ready_seconds)
    if any(one.outlook == "heals" for one in audited.causes_of("NotReady", "Pending", "Missing")):
        return True
    if any(
        _is_after(node.metadata.creation_timestamp, now - _TIME_TO_COUNT) for node in audited.cluster.nodes
    ):
        return True
    if _is_after(audited.daemonset.metadata.creation_timestamp, now - _TIME_TO_COUNT):
        return True
    for pod in audited.cluster.joins.pods.claimed(audited.daemonset):
        ready = ready_condition(pod)
        changed = (pod.metadata.creation_timestamp, pod.metadata.deletion_timestamp)
        if any(_is_after(moment, now - _TIME_TO_COUNT) for moment in changed):
            return True
        if ready is not None and _is_after(ready.last_transition_time, now - settling):
            return True
    return False


def _is_after(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment > since


RULE = Rule(
    id="DS011",
    name="status-disagrees",
    level="warning",
    needs=NODES_AND_PODS | {"controllerrevisions"},
    means="Counters of the DaemonSet's status are not what the controller would write for these nodes and pods, and "
    "nothing has changed for a minute that it may not have counted yet. Where a known bug of the server's version "
    "leaves just this behind, it is named. Known are "
    f"{listed([f'[#{one.number}]({one.link}) ({one.releases})' for one in STATUS_BUGS])}.",
    why="kubectl, dashboards and alerts read the status and nothing else: a rollout that is done never ends for them, "
    "or a node without its agent is counted as served.",
    mend="Any change of the DaemonSet, an annotation for one, makes the controller count anew. Bugs are mended by an "
    "upgrade: the finding says to what.",
    check=check,
)
