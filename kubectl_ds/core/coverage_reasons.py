"""Every reason that a coverage report can give: one closed union, and what all of its members can be asked."""

from collections.abc import Iterable
from typing import assert_never

from kubectl_ds.core.extra import ControllerDeletesPod, ControllerLeavesPod, ExtraReason
from kubectl_ds.core.missing import MissingReason
from kubectl_ds.core.placement import (
    NodeAffinityMismatch,
    NodeNameMismatch,
    NodeSelectorMismatch,
    PlacementReason,
    UntoleratedTaint,
)
from kubectl_ds.core.pod_health_reasons import PodHealthReason
from kubectl_ds.core.reason import Fact, Outlook, Source, worst
from kubectl_ds.core.scheduling import SchedulingReason

__all__ = [
    "ControllerDeletesPod",
    "ControllerLeavesPod",
    "NodeReason",
    "cause_of",
    "code_of",
    "details_of",
    "distinct_codes",
    "outlook_of",
    "source_of",
]

NodeReason = PlacementReason | ExtraReason | MissingReason | SchedulingReason | PodHealthReason


def code_of(reason: NodeReason) -> str:
    """The name that scripts read; for a placement rule the name of its mismatch."""
    return reason.code if isinstance(reason, Fact) else type(reason).__name__


def distinct_codes(reasons: Iterable[NodeReason]) -> list[str]:
    """The codes in their order, each once."""
    return list(dict.fromkeys(map(code_of, reasons)))


def source_of(reason: NodeReason) -> Source:
    """Where the fact stands. Taints are the node's; the other placement rules are the DaemonSet's."""
    if isinstance(reason, Fact):
        return reason.source
    return "node" if isinstance(reason, UntoleratedTaint) else "daemonset"


def outlook_of(reasons: Iterable[NodeReason]) -> Outlook | None:
    """The outlook of a node by all its reasons; None without any.

    A placement rule alone is `unknown`: whether the node is left out on purpose only its owner can tell.
    """
    given = tuple(reasons)
    if not given:
        return None
    return worst([reason.outlook for reason in given if isinstance(reason, Fact)]) or "unknown"


def cause_of(reason: NodeReason) -> tuple[object, ...]:
    """Equal for reasons that are the same on several nodes but for the nodes' own facts."""
    if isinstance(reason, Fact):
        return reason.cause()
    match reason:
        case NodeNameMismatch():
            return ("NodeNameMismatch", reason.wants)
        case NodeSelectorMismatch():
            return ("NodeSelectorMismatch", *((label.key, label.wants) for label in reason.labels))
        case NodeAffinityMismatch():
            return ("NodeAffinityMismatch", *_failing_requirements(reason))
        case UntoleratedTaint():
            return ("UntoleratedTaint", reason.taints)
        case _:
            assert_never(reason)


def details_of(reason: NodeReason) -> tuple[object, ...]:
    """The facts of one node within its cause, but for ages."""
    if isinstance(reason, Fact):
        return tuple(
            getattr(reason, name) for name in sorted(reason.varying - {"seconds", "overdue_seconds"})
        )
    if isinstance(reason, NodeNameMismatch):
        return ()
    if isinstance(reason, NodeAffinityMismatch):
        return tuple(
            requirement.has
            for term in reason.terms
            if not term.malformed
            for requirement in term.requirements
            if not requirement.holds
        )
    return (reason,)


def _failing_requirements(reason: NodeAffinityMismatch) -> Iterable[tuple[object, ...]]:
    """A malformed term fails on every node alike, whatever its other requirements say."""
    return (
        (term.index, requirement.source, requirement.key, requirement.operator, requirement.values)
        for term in reason.terms
        for requirement in term.requirements
        if (requirement.errors if term.malformed else not requirement.holds)
    )
