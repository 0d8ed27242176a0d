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
    for node in nodes:
        if node.reasons and node.state is not None:
            key = (node.state, node.outlook, *(cause_of(reason) for reason in node.reasons))
            groups.setdefault(key, []).append(node)
    causes = [cause for group in groups.values() if (cause := _cause(group)) is not None]
    return tuple(
        sorted(
            causes,
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
        varies=any(_details(node) != _details(first) for node in group[1:]),
    )


def _details(node: NodeCoverage) -> tuple[object, ...]:
    """What a sentence tells of this node alone. Ages differ by seconds on every node, and say nothing by it."""
    return tuple(detail for reason in node.reasons for detail in details_of(reason))
