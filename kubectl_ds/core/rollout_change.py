"""What happened to a rollout between two looks at it."""

from msgspec import Struct

from kubectl_ds.core.rollout_report import NodeRollout, RolloutReport


class StepChange(Struct, frozen=True):
    """One node that is at another step; None where it was not, or is no longer, part of the rollout."""

    node: str
    before: NodeRollout | None
    after: NodeRollout | None


def step_changes(before: RolloutReport, after: RolloutReport) -> tuple[StepChange, ...]:
    """Nodes with another step or another reason for it, in natural order: those that are gone come last."""
    was = {node.node: node for node in before.nodes or ()}
    now = {node.node: node for node in after.nodes or ()}
    names = [*now, *(name for name in was if name not in now)]
    changes = (StepChange(name, was.get(name), now.get(name)) for name in names)
    return tuple(change for change in changes if _face(change.before) != _face(change.after))


def is_news(before: RolloutReport, after: RolloutReport) -> bool:
    """Whether the whole has to be told anew: another verdict, another revision, another number of nodes done."""
    return _whole(before) != _whole(after)


def _whole(report: RolloutReport) -> tuple[object, ...]:
    number = report.current.number if report.current else None
    return report.verdict, number, report.done, len(report.eligible)


def _face(node: NodeRollout | None) -> object:
    """What is told of a node: ages and amounts are no change."""
    if node is None:
        return None
    return node.step, node.eligible, tuple(type(reason).__name__ for reason in node.awaited)
