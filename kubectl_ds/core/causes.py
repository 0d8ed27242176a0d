"""The distinct causes behind many nodes: one for all nodes that suffer from the same."""

from collections.abc import Iterable

from kubectl_ds.core.coverage_reasons import cause_of, details_of
from kubectl_ds.core.coverage_report import STATES, Cause, NodeCoverage
from kubectl_ds.core.reason import Outlook

_URGENCY: tuple[Outlook, ...] = ("stuck", "unknown", "heals")


def distinct_causes(nodes: Iterable[NodeCoverage]) -> tuple[Cause, ...]:
    """Nodes with reasons, grouped by state, outlook and all their reasons.

    Problems come before exclusions, the largest first; of equal ones pods too many come last, what is stuck comes
    first, and then the order of the states and of the first node decides.
    Nodes keep the order given.
    """
    groups: dict[tuple[object, ...], list[NodeCoverage]] = {}
    # Excluded nodes of one verdict share their reasons (core/coverage_node.py): they are looked at once.
    causes_of: dict[int, tuple[object, ...]] = {}
    for node in nodes:
        reasons = node.reasons
        if reasons and node.state is not None:
            cause = causes_of.get(id(reasons))
            if cause is None:
                cause = causes_of[id(reasons)] = tuple([cause_of(reason) for reason in reasons])
            groups.setdefault((node.state, node.outlook, cause), []).append(node)
    found = [_cause(group) for group in groups.values()]
    return tuple(
        sorted(
            [one for one in found if one is not None],
            key=lambda cause: (
                cause.state == "Excluded",
                -len(cause.nodes),
                cause.state == "Extra",
                _URGENCY.index(cause.outlook),
                STATES.index(cause.state),
            ),
        )
    )


def _cause(group: list[NodeCoverage]) -> Cause | None:
    first = group[0]
    if first.state is None or first.outlook is None:
        return None
    return Cause(
        state=first.state,
        reasons=first.reasons,
        outlook=first.outlook,
        nodes=tuple(node.node for node in group),
        varies=_varies(group),
    )


def _varies(group: list[NodeCoverage]) -> bool:
    first = _details(group[0])
    apart = {id(node.reasons): node for node in group}
    return any(_details(node) != first for node in apart.values())


def _details(node: NodeCoverage) -> tuple[object, ...]:
    """What a sentence tells of this node alone. Ages differ by seconds on every node, and say nothing by it."""
    return tuple(detail for reason in node.reasons for detail in details_of(reason))
