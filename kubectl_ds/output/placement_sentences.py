"""The sentence for each rule that keeps a DaemonSet off a node."""

from collections.abc import Iterable
from typing import assert_never

from kubectl_ds.core.placement import (
    NodeAffinityMismatch,
    NodeNameMismatch,
    NodeSelectorMismatch,
    PlacementReason,
    UntoleratedTaint,
)
from kubectl_ds.core.placement.node_affinity import REQUIRED_PATH, RequirementOutcome, TermOutcome
from kubectl_ds.core.scheduling.admission import spelled_taint


def placement_sentence(reason: PlacementReason) -> str:
    """What the rule wants and what the node has. The text may hold anything that a cluster can hold."""
    match reason:
        case NodeNameMismatch():
            return f"The template's nodeName is {reason.wants}, so the DaemonSet belongs on that node alone."
        case NodeSelectorMismatch():
            wants = ", ".join(f"{label.key}={label.wants}" for label in reason.labels)
            has = ", ".join(_has(label.key, label.has) for label in reason.labels)
            return f"The nodeSelector wants {wants}; the node has {has}."
        case NodeAffinityMismatch():
            return _affinity(reason)
        case UntoleratedTaint():
            taints = listed(spelled_taint(taint) for taint in reason.taints)
            return (
                f"The DaemonSet does not tolerate the node's taint{'s' * (len(reason.taints) > 1)} {taints}."
            )
        case _:
            assert_never(reason)


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    every = list(words)
    return f"{', '.join(every[:-1])} and {every[-1]}" if len(every) > 1 else "".join(every)


def short_paths(words: str) -> str:
    """The words with field paths from nodeSelectorTerms on, for a screen: they all begin alike."""
    return words.replace(f"{REQUIRED_PATH}.", "")


def _has(key: str, value: str | None) -> str:
    return f"no label {key}" if value is None else f"{key}={value}"


def _affinity(reason: NodeAffinityMismatch) -> str:
    if not reason.terms:
        return "The required node affinity has no terms, and so matches no node at all; give it a term or take it out."
    if len(reason.terms) == 1:
        return f"The required node affinity does not match: {_term(reason.terms[0])}."
    terms = "; ".join(f"term {term.index + 1}: {_term(term)}" for term in reason.terms)
    return f"No term of the required node affinity matches: {terms}."


def _term(term: TermOutcome) -> str:
    errors = [error for requirement in term.requirements for error in requirement.errors]
    if errors:
        return f"it is malformed and can match no node ({'; '.join(errors)})"
    if not term.requirements:
        return "it is empty, which matches no node"
    return ", ".join(_requirement(one) for one in term.requirements if not one.holds)


def _requirement(one: RequirementOutcome) -> str:
    values = f" [{', '.join(one.values)}]" if one.values else ""
    if one.source == "matchFields":
        return f"it wants {one.key} {one.operator}{values} and the node is {one.has or 'nameless'}"
    return f"it wants {one.key} {one.operator}{values} and the node has {_has(one.key, one.has)}"
