"""DS025: updates that go over many nodes by ones and twos."""

from collections.abc import Iterator
from datetime import timedelta

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.model import Pod, RollingUpdateDaemonSet
from kubectl_ds.core.status import is_ready, ready_condition
from kubectl_ds.core.update_strategy import budget, rolls

_MANY_TIMES = 4
"""From so many times the bound on it is a warning."""
_ENOUGH_PODS = 10
_LONGEST_START = timedelta(minutes=10)
"""Pods that took longer have more likely been restarted since: nothing is estimated from them."""
_QUICKER = "10%"


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Rounds: the nodes where it belongs, by as many as are replaced at once."""
    daemonset, eligible = audited.daemonset, len(audited.eligible)
    if not rolls(daemonset):
        return
    try:
        allowed = budget(daemonset, eligible)
    except ValueError:
        # The controller gives up on it, and replaces nothing.
        return
    at_once = allowed.max_surge or allowed.max_unavailable
    bound = audited.cluster.settings.rollout_rounds
    rounds = -(-eligible // at_once) if at_once > 0 else 0
    if rounds <= bound:
        return
    rolling = daemonset.spec.update_strategy.rolling_update or RollingUpdateDaemonSet()
    field, setting = (
        ("maxSurge", rolling.max_surge) if allowed.max_surge else ("maxUnavailable", rolling.max_unavailable)
    )
    yield Found(
        message=f"{field} {1 if setting is None else setting} updates {counted(at_once, 'node')} at a time: over "
        f"{eligible} nodes a rollout takes {rounds} rounds{_time(audited, rounds, eligible)}.",
        level="warning" if rounds > _MANY_TIMES * bound else None,
        patch=Patch(type="merge", body={"spec": {"updateStrategy": {"rollingUpdate": {field: _QUICKER}}}}),
    )


# --- how long that takes -----------------------------------------------------------------------------


def _time(audited: AuditedDaemonSet, rounds: int, eligible: int) -> str:
    """By the rollout that is under way, else by its pods' own starts, else by what it has to wait at least."""
    if audited.coverage.summary.outdated:
        pace = audited.rollout.pace
        if pace is not None:
            whole = pace.span * eligible / pace.nodes
            so_far = f"{counted(pace.nodes, 'node')} in {human_duration(pace.span)}"
            return f", {human_duration(whole)} at the pace of the one under way ({so_far})"
    waits = timedelta(seconds=audited.daemonset.spec.min_ready_seconds)
    start = _usual_start(audited)
    if start:
        return (
            f", about {human_duration((start + waits) * rounds)}: half of its pods were Ready within "
            f"{human_duration(start)}{_and(waits)}"
        )
    return f", {human_duration(waits * rounds)} at least{_and(waits)}" if waits else ""


def _and(waits: timedelta) -> str:
    return f", and minReadySeconds is {int(waits.total_seconds())}" if waits else ""


def _usual_start(audited: AuditedDaemonSet) -> timedelta | None:
    """The median from the creation of a pod until it was Ready; None with too few pods or too long a time."""
    starts = sorted(start for pod in audited.pods if is_ready(pod) and (start := _start(pod)) is not None)
    if len(starts) < _ENOUGH_PODS:
        return None
    usual = starts[(len(starts) - 1) // 2]
    return usual if usual <= _LONGEST_START else None


def _start(pod: Pod) -> timedelta | None:
    condition, created = ready_condition(pod), pod.metadata.creation_timestamp
    if condition is None or condition.last_transition_time is None or created is None:
        return None
    return max(condition.last_transition_time - created, timedelta())


RULE = Rule(
    id="DS025",
    name="slow-rollout",
    level="info",
    needs=frozenset(("nodes",)),
    means="A rolling update goes over so few nodes at a time that it takes more rounds than the bound allows: 25, if "
    "nothing else is set. From four times the bound on it is a warning. Where it can be known how long a round takes, "
    "that is told.",
    why="An urgent fix reaches the last node hours or days later, and until then two versions run side by side. "
    "The default, maxUnavailable 1, was made for small clusters.",
    mend="Raise maxUnavailable (or maxSurge) to a percentage, which grows with the cluster.",
    check=check,
)
