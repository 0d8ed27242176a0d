"""One verdict on a DaemonSet, for the last column of `get`.

Healthy       every node that it belongs on has a Ready pod of the newest revision, and no other node has one
Idle          it belongs on no node, and is on none
Progressing   not there yet, and it gets there by itself: a rollout, pods starting, a deletion
Degraded      something is amiss, and nobody can tell whether it passes
Stuck         a node that it belongs on has no Ready pod of the newest revision, and gets none before somebody acts
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.coverage_report import Cause, DaemonSetCoverage, State
from kubectl_ds.core.idle_reason import idle_reason
from kubectl_ds.core.missing import OF_THE_GARBAGE_COLLECTOR
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.update_strategy import rolls

VerdictState = Literal["Healthy", "Idle", "Progressing", "Degraded", "Stuck"]
_SEVERITY: tuple[VerdictState, ...] = ("Healthy", "Progressing", "Degraded", "Stuck")
_MOST_KINDS = 2
_WORDS: dict[State, str] = {
    "NotReady": "not ready",
    "Pending": "pending",
    "Missing": "missing",
    "Extra": "extra",
    "Excluded": "excluded",
    "Ready": "surge halted",
}


class Verdict(Struct, frozen=True, kw_only=True):
    """`reason` is short, and empty for a plain Healthy. `by_status_alone`: nodes or pods could not be read,
    so that only what the controller last wrote was looked at."""

    state: VerdictState
    reason: str = ""
    by_status_alone: bool = False


def health(item: DaemonSetCoverage | None, daemonset: DaemonSet) -> Verdict:
    """The verdict from a whole coverage (not narrowed to some states), or from the status where that is None
    or rests on nodes or pods that could not be read."""
    if daemonset.metadata.deletion_timestamp is not None:
        return Verdict(state="Progressing", reason=_being_deleted(daemonset))
    if item is not None and item.namespace_is_going:
        return Verdict(state="Progressing", reason="its namespace is being deleted")
    if item is None or item.summary.eligible is None or item.summary.ready is None:
        return _by_status(daemonset)
    if (amiss := _amiss(item, daemonset)) is not None:
        return amiss
    if item.summary.eligible == 0:
        return Verdict(state="Idle", reason=_why_idle(item))
    return _on_its_way(item, daemonset)


def _being_deleted(daemonset: DaemonSet) -> str:
    """With who keeps it, other than the garbage collector that waits for its pods."""
    keeping = [one for one in daemonset.metadata.finalizers if one not in OF_THE_GARBAGE_COLLECTOR]
    return f"being deleted, kept by {', '.join(keeping)}" if keeping else "being deleted"


# --- from coverage ---------------------------------------------------------------------------------


def _amiss(item: DaemonSetCoverage, daemonset: DaemonSet) -> Verdict | None:
    problems = [cause for cause in item.causes if cause.state != "Excluded"]
    # A duplicate on a Ready node and an orphan have no cause: the controller and the pod GC remove them.
    spare = [
        f"{count} {word}"
        for count, word in ((item.summary.duplicate, "with duplicates"), (item.summary.orphaned, "orphaned"))
        if count
    ]
    if not problems and not spare:
        return None
    problems.sort(key=lambda cause: (-_SEVERITY.index(_severity(cause)), -len(cause.nodes)))
    state = _severity(problems[0]) if problems else "Progressing"
    return Verdict(state=state, reason=", ".join([*_told(problems), *spare, *_how_far(item, daemonset)]))


def _how_far(item: DaemonSetCoverage, daemonset: DaemonSet) -> list[str]:
    """How far a rollout has come; empty without one."""
    if not item.summary.outdated or not rolls(daemonset):
        return []
    return [f"{item.up_to_date} of {item.summary.eligible} up to date"]


def _severity(cause: Cause) -> VerdictState:
    if cause.outlook == "heals":
        return "Progressing"
    # A pod too many holds nothing up: the nodes where the DaemonSet belongs are served.
    return "Stuck" if cause.outlook == "stuck" and cause.state != "Extra" else "Degraded"


def _told(problems: Sequence[Cause]) -> Iterable[str]:
    """The worst kinds of trouble with their numbers of nodes; what differs in details only is one kind."""
    kinds: dict[str, int] = {}
    for cause in problems:
        kind = f"{_WORDS[cause.state]} ({code_of(cause.reasons[0])})"
        kinds[kind] = kinds.get(kind, 0) + len(cause.nodes)
    told = list(kinds.items())
    yield from (f"{count} {kind}" for kind, count in told[:_MOST_KINDS])
    if rest := sum(count for _, count in told[_MOST_KINDS:]):
        yield f"{rest} more"


def _why_idle(item: DaemonSetCoverage) -> str:
    if not item.summary.nodes:
        return "the cluster has no nodes"
    if item.near_miss is not None and (told := idle_reason(item.near_miss)):
        return told
    codes = {code_of(cause.reasons[0]) for cause in item.causes if cause.state == "Excluded"}
    return f"no node is eligible ({codes.pop()})" if len(codes) == 1 else "no node is eligible"


def _on_its_way(item: DaemonSetCoverage, daemonset: DaemonSet) -> Verdict:
    if daemonset.status.observed_generation < daemonset.metadata.generation:
        return Verdict(state="Progressing", reason="the controller has not seen the newest spec")
    if mistaken := len(item.taken_for_current):
        return Verdict(state="Degraded", reason=f"{mistaken} of another revision, taken for current")
    eligible, outdated = item.summary.eligible or 0, item.summary.outdated or 0
    if far := _how_far(item, daemonset):
        return Verdict(state="Progressing", reason=far[0])
    available = daemonset.status.number_available
    if daemonset.spec.min_ready_seconds and available < eligible:
        return Verdict(state="Progressing", reason=f"{available} of {eligible} available")
    return Verdict(state="Healthy", reason=f"{outdated} outdated, OnDelete" if outdated else "")


# --- from the status -------------------------------------------------------------------------------


def _by_status(daemonset: DaemonSet) -> Verdict:
    status = daemonset.status
    desired = status.desired_number_scheduled
    if status.observed_generation < daemonset.metadata.generation:
        return _told_by_status("Progressing", "the controller has not seen the newest spec")
    if status.number_misscheduled:
        return _told_by_status("Degraded", f"{status.number_misscheduled} misscheduled")
    if desired == 0:
        return _told_by_status("Idle", "no node is eligible")
    if rolls(daemonset) and status.updated_number_scheduled < desired:
        return _told_by_status("Progressing", f"{status.updated_number_scheduled} of {desired} up to date")
    if status.number_available < desired:
        return _told_by_status("Degraded", f"{status.number_available} of {desired} available")
    return _told_by_status("Healthy", "")


def _told_by_status(state: VerdictState, reason: str) -> Verdict:
    return Verdict(state=state, reason=reason, by_status_alone=True)
