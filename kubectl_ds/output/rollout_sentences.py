"""The sentences of a rollout: its verdict, the budget's arithmetic, what is left and how long that may take."""

from collections.abc import Sequence
from typing import assert_never

from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.rollout_report import NodeRollout, RolloutBudget, RolloutReport
from kubectl_ds.output.coverage import folded

_NAMES = 60
"""Columns that a sentence has for names of nodes."""


def verdict_sentence(report: RolloutReport) -> str:
    """Whether it will finish, and what for it waits."""
    match report.verdict:
        case None:
            return "whether it will finish is not known"
        case "Deleting":
            return "the DaemonSet is being deleted, and nothing is rolled out any more"
        case "NotObserved":
            return _not_observed(report)
        case "OnDelete":
            return _on_delete(report)
        case "Done":
            return f"{_to(report)}: done on {_all(len(report.eligible))}"
        case "Progressing":
            return f"{_to(report)}: progressing, {_done(report)}{_without_room(report)}"
        case "WillNotFinish":
            return f"{_to(report)}: will not finish unless {_unless(report)}; {_done(report)}"
        case _:
            assert_never(report.verdict)


def _not_observed(report: RolloutReport) -> str:
    what = f"the newest spec (generation {report.generation}, observed {report.observed_generation})"
    if report.generation <= report.observed_generation:
        what = "the present template: there is no revision of it yet"
    return f"the controller has not seen {what}; see that kube-controller-manager runs if this stays"


def arithmetic(report: RolloutReport) -> list[tuple[str, str]]:
    """The sentences about the budget and what is left, each with its title; only while there is something to do."""
    if report.budget is None or report.is_done:
        return []
    told = (
        ("Budget", budget_sentence(report.budget, len(report.eligible))),
        ("Waves left", waves_sentence(report)),
        ("Pace", pace_sentence(report)),
    )
    return [(title, words) for title, words in told if words]


def budget_sentence(budget: RolloutBudget, eligible: int) -> str:
    """`maxUnavailable 10% of 96 nodes is 10; 3 are used, 1 of them stuck; 7 are left`."""
    of = (
        f" of {eligible} eligible node{'s' * (eligible != 1)} is {budget.limit}"
        if isinstance(budget.setting, str)
        else ""
    )
    stuck = f", {budget.stuck} of them by nodes that are stuck" if budget.stuck else ""
    return f"{budget.kind} {budget.setting}{of}; {budget.used} used{stuck}; {budget.left} left"


def waves_sentence(report: RolloutReport) -> str:
    """Empty where the budget's sentence says it all."""
    if report.budget is None:
        return ""
    if report.waves is None:
        return "none can begin: stuck nodes use the whole budget"
    if not report.waves:
        return ""
    at_a_time = report.budget.usable
    if not at_a_time:
        return str(report.waves)
    return f"{report.waves}, {at_a_time} node{'s' * (at_a_time != 1)} at a time"


def pace_sentence(report: RolloutReport) -> str:
    """Empty before the first node is done."""
    pace = report.pace
    if pace is None:
        return ""
    words = f"{pace.nodes} node{'s' * (pace.nodes != 1)} in {human_duration(pace.span)}"
    return words if pace.remaining is None else f"{words}; about {human_duration(pace.remaining)} to go"


def _to(report: RolloutReport) -> str:
    return "rollout" if report.current is None else f"revision {report.current.number}"


def _done(report: RolloutReport) -> str:
    eligible = len(report.eligible)
    return f"{report.done} of {eligible} node{'s' * (eligible != 1)} done"


def _all(count: int) -> str:
    return (
        "its only node"
        if count == 1
        else f"all of its {count} nodes"
        if count
        else "no node, since none is eligible"
    )


def _without_room(report: RolloutReport) -> str:
    if (
        report.budget is None
        or report.budget.left
        or not any(node.step == "Old" for node in report.nodes or ())
    ):
        return ""
    return "; the next ones wait until a node of the budget is done"


def _unless(report: RolloutReport) -> str:
    stuck = [node for node in report.nodes or () if node.is_open and node.outlook == "stuck"]
    blocked = report.waves is None
    words = f"{_named(stuck)} {'is' if len(stuck) == 1 else 'are'} mended"
    return words + (", and until then no other node is begun" if blocked else "")


def _on_delete(report: RolloutReport) -> str:
    behind = report.behind
    return (
        f"{_to(report)}: OnDelete, so the controller waits until somebody deletes the old pods; "
        f"{_named(behind)} still carr{'ies' if len(behind) == 1 else 'y'} one"
    )


def _named(nodes: Sequence[NodeRollout]) -> str:
    names = [node.node for node in nodes]
    if len(names) == 1:
        return names[0]
    return f"{len(names)} nodes ({folded(names, _NAMES)})"
