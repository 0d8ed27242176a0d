"""DS007: a rollout that stands still."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, counted
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.causes import distinct_causes
from kubectl_ds.core.rollout_report import NodeRollout, RolloutReport
from kubectl_ds.core.update_strategy import is_budget_legal


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """The rollout's own verdict where old pods are left; and a budget that nobody knows to become free."""
    summary, daemonset = audited.coverage.summary, audited.daemonset
    if audited.going_for is not None:
        return
    if daemonset.metadata.generation > daemonset.status.observed_generation:
        if not audited.is_just_changed:
            yield _not_observed(audited)
    elif (summary.outdated or audited.coverage.halted_surges) and is_budget_legal(daemonset):
        yield from _halted(audited)


def _not_observed(audited: AuditedDaemonSet) -> Found:
    daemonset = audited.daemonset
    seen = daemonset.status.observed_generation
    return Found(
        message=f"The controller has not acted on the newest spec: it is generation {daemonset.metadata.generation}, "
        f"and the status is of {f'generation {seen}' if seen else 'none'}.",
        subject="generation",
        fix="See that kube-controller-manager runs and holds its lease: "
        "`kubectl get lease kube-controller-manager -n kube-system -o yaml`.",
        level="warning",
    )


def _halted(audited: AuditedDaemonSet) -> Iterator[Found]:
    report = audited.rollout
    if report.verdict not in ("WillNotFinish", "Progressing") or not report.behind:
        return
    stuck = [one for one in report.nodes or () if one.is_open and one.outlook == "stuck"]
    holding = stuck or _unclear(report)
    if not holding:
        return
    yield Found(
        message=f"{_how_it_stands(report, stuck)} {_how_far(report)}",
        nodes=tuple(one.node for one in holding),
        causes=distinct_causes([one.judged for one in holding if one.judged is not None]),
        fix=f"See to the cause that is told, or go back{_undo(audited, report)}. "
        f"{command('kubectl ds rollout', audited.key[1], '-n', audited.key[0])} shows who uses up the budget.",
        level=None if stuck else "warning",
    )


def _unclear(report: RolloutReport) -> list[NodeRollout]:
    """Who uses up the whole budget, where nobody can tell whether any of them gets ready; else empty."""
    users = [one for one in report.nodes or () if one.uses_budget]
    waiting = any(one.step == "Old" for one in report.nodes or ())
    full = report.budget is not None and report.budget.left == 0
    return users if waiting and full and all(one.outlook == "unknown" for one in users) else []


def _how_it_stands(report: RolloutReport, stuck: Sequence[NodeRollout]) -> str:
    allowed = report.budget
    revision = f" of revision {report.current.number}" if report.current is not None else ""
    if allowed is None or (stuck and allowed.usable):
        needs = "needs" if len(stuck) == 1 else "need"
        return f"The rollout{revision} cannot finish: {counted(len(stuck), 'node')} {needs} somebody to act."
    used_by = counted(allowed.used, "node")
    return (
        f"The rollout{revision} stands still: {allowed.kind} {allowed.setting} allows "
        f"{counted(allowed.limit, 'node')} at a time, and {used_by} {'is' if allowed.used == 1 else 'are'} "
        f"{'stuck' if stuck else 'not ready, with no end in sight'}."
    )


def _how_far(report: RolloutReport) -> str:
    behind = len(report.behind)
    return (
        f"{report.done} of {counted(len(report.eligible), 'node')} {'is' if report.done == 1 else 'are'} done, and "
        f"{behind} still {'has' if behind == 1 else 'have'} a pod of an older revision."
    )


def _undo(audited: AuditedDaemonSet, report: RolloutReport) -> str:
    before = [one for one in report.revisions or () if one.number is not None and not one.current]
    if not before:
        return ""
    return f" to revision {before[0].number}: " + command(
        "kubectl rollout undo", *audited.flags, f"--to-revision={before[0].number}"
    )


RULE = Rule(
    id="DS007",
    name="rollout-stuck",
    level="error",
    needs=NODES_AND_PODS | {"controllerrevisions"},
    means="Pods of an older revision are left, and the rollout does not get to them: nodes that need mending use up "
    "`maxUnavailable` or `maxSurge`, or can never get their new pod. A warning where nobody can tell whether they "
    "become ready, and where the controller has not acted on the newest spec.",
    why="A DaemonSet's rollout has no progress deadline and no way back of its own. It waits for ever, half of the "
    "nodes on each revision, and only `kubectl rollout status` that never ends gives it away.",
    mend="Mend the nodes that use up the budget, or go back with `kubectl rollout undo`. `kubectl ds rollout NAME` "
    "shows both.",
    check=check,
)
