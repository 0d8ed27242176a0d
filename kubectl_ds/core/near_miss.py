"""Why no node matches: what the template asks for that no node has, and what nodes have in its place.

kubectl shows DESIRED 0 and nothing else. Here every requirement that no node meets is held against the
labels that are there, and the node that lacks least is named with what it lacks.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.model import DaemonSet, Node, Taint
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.placement import (
    FeatureGates,
    NodeAffinityMismatch,
    NodeNameMismatch,
    NodeSelectorMismatch,
    Placement,
    RuleOutcome,
    UntoleratedTaint,
    place_all,
)
from kubectl_ds.core.placement.node_affinity import (
    RequiredNodeAffinity,
    RequirementOutcome,
    TermOutcome,
    required_node_affinity,
)
from kubectl_ds.core.placement_change import Remedy
from kubectl_ds.core.remedies import remedies
from kubectl_ds.core.similar_names import MOST_SIMILAR, similar_names

RequirementPlace = Literal["nodeName", "nodeSelector", "matchExpressions", "matchFields"]


class UnmetRequirement(Struct, frozen=True, kw_only=True):
    """A requirement of the template that not one node meets.

    `term` counts the required affinity's terms from 0; None elsewhere. `nodes_with_key` nodes have the label
    with another value; `seen` says which values, the most frequent first, with the number of nodes.
    `similar` are keys (or node names) that are there and look like a misspelling. `errors` are upstream's
    words for a malformed requirement, which no node can ever meet.
    """

    place: RequirementPlace
    term: int | None = None
    key: str = ""
    operator: str = "In"
    values: tuple[str, ...] = ()
    nodes_with_key: int = 0
    seen: tuple[tuple[str, int], ...] = ()
    similar: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class NearestNode(Struct, frozen=True, kw_only=True):
    """The node that lacks least: the first in natural order of those."""

    node: str
    failing: tuple[RuleOutcome, ...]
    remedies: tuple[Remedy, ...]


class NearMiss(Struct, frozen=True, kw_only=True):
    """What keeps nodes out. `nearest` is there only where no node is eligible at all.

    `matching` nodes pass all rules but the taints; `shared_taints` are untolerated ones that every one of
    these nodes has (every node of the cluster, where none matches).
    """

    nodes: int
    eligible: int
    matching: int
    unmet: tuple[UnmetRequirement, ...]
    empty_affinity: bool
    """Required node affinity without terms, or with empty ones only: matches no node by definition."""
    shared_taints: tuple[Taint, ...]
    nearest: NearestNode | None


def near_miss(
    daemonset: DaemonSet,
    nodes: Sequence[Node],
    gates: FeatureGates,
    placements: Mapping[str, Placement] | None = None,
) -> NearMiss | None:
    """What almost matched; None where nodes are eligible and every requirement is met by some node.

    `placements` saves computing them again.
    """
    if placements is None:
        placements = place_all(daemonset, nodes, gates)
    eligible = sum([placement.should_run for placement in placements.values()])
    unmet = tuple(_unmet(daemonset, nodes, placements))
    if eligible and not unmet:
        return None
    matches = {id(placement): _matches(placement) for placement in _verdicts(placements)}
    matching = [node for node in nodes if matches[id(placements[node.metadata.name])]]
    return NearMiss(
        nodes=len(nodes),
        eligible=eligible,
        matching=len(matching),
        unmet=unmet,
        empty_affinity=_is_empty(daemonset),
        shared_taints=() if eligible else _shared_taints(matching or nodes, placements),
        nearest=None if eligible or not nodes else _nearest(daemonset, nodes, placements, gates),
    )


def _verdicts(placements: Mapping[str, Placement]) -> Iterable[Placement]:
    """Each verdict once: `place_all` gives one object to all nodes that it decides at once."""
    return {id(placement): placement for placement in placements.values()}.values()


def _matches(placement: Placement) -> bool:
    return all(outcome.passed for outcome in placement.outcomes if outcome.rule != "Taints")


def _is_empty(daemonset: DaemonSet) -> bool:
    affinity = daemonset.spec.template.spec.affinity
    required = affinity.node_affinity.required if affinity and affinity.node_affinity else None
    return required is not None and not any(
        term.match_expressions or term.match_fields for term in required.node_selector_terms
    )


# --- requirements ----------------------------------------------------------------------------------


def _unmet(
    daemonset: DaemonSet, nodes: Sequence[Node], placements: Mapping[str, Placement]
) -> Iterable[UnmetRequirement]:
    spec = daemonset.spec.template.spec
    names = [node.metadata.name for node in nodes]
    if spec.node_name and spec.node_name not in names:
        yield UnmetRequirement(
            place="nodeName", values=(spec.node_name,), similar=similar_names(spec.node_name, names)
        )
    for key, value in sorted(spec.node_selector.items()):
        seen = _values(nodes, key)
        if value not in seen:
            yield _unmet_label(nodes, UnmetRequirement(place="nodeSelector", key=key, values=(value,)), seen)
    yield from _unmet_by_affinity(daemonset, nodes, placements)


def _unmet_by_affinity(
    daemonset: DaemonSet, nodes: Sequence[Node], placements: Mapping[str, Placement]
) -> Iterable[UnmetRequirement]:
    affinity = required_node_affinity(daemonset.spec.template.spec)
    if affinity is None:
        return
    met = {
        (term.index, position)
        for terms in _terms_of_all(affinity, nodes, placements)
        for term in terms
        for position, requirement in enumerate(term.requirements)
        if requirement.holds
    }
    # A node without labels stands for the cluster where there is no node: malformed terms show all the same.
    for term in affinity.mismatch(nodes[0] if nodes else Node()).terms:
        for position, requirement in enumerate(term.requirements):
            if (term.index, position) not in met and (nodes or requirement.errors):
                yield _unmet_in_term(nodes, term.index, requirement)


def _terms_of_all(
    affinity: RequiredNodeAffinity, nodes: Iterable[Node], placements: Mapping[str, Placement]
) -> Iterable[tuple[TermOutcome, ...]]:
    """The terms on the nodes, once for all nodes of one verdict; where they all fail they are known already."""
    seen: set[int] = set()
    for node in nodes:
        placement = placements[node.metadata.name]
        if id(placement) in seen:
            continue
        seen.add(id(placement))
        reason = placement.outcomes[2].reason
        if not isinstance(reason, NodeAffinityMismatch):
            reason = affinity.mismatch(node)
        yield reason.terms


def _unmet_in_term(nodes: Sequence[Node], term: int, requirement: RequirementOutcome) -> UnmetRequirement:
    wanted = UnmetRequirement(
        place=requirement.source,
        term=term,
        key=requirement.key,
        operator=requirement.operator,
        values=requirement.values,
        errors=requirement.errors,
    )
    if requirement.source == "matchExpressions":
        return _unmet_label(nodes, wanted, _values(nodes, requirement.key))
    names = [node.metadata.name for node in nodes]
    there = set(names)
    similar = (
        near for value in requirement.values if value not in there for near in similar_names(value, names)
    )
    return replace(wanted, nodes_with_key=len(nodes), seen=(), similar=tuple(islice(similar, MOST_SIMILAR)))


def _unmet_label(nodes: Sequence[Node], wanted: UnmetRequirement, seen: Counter[str]) -> UnmetRequirement:
    similar: tuple[str, ...] = ()
    if not seen and wanted.operator in ("In", "Exists", "Gt", "Lt"):
        similar = similar_names(wanted.key, {key for node in nodes for key in node.metadata.labels})
    most_frequent = sorted(seen.items(), key=lambda entry: (-entry[1], natural_key(entry[0])))
    return replace(wanted, nodes_with_key=seen.total(), seen=tuple(most_frequent), similar=similar)


def _values(nodes: Sequence[Node], key: str) -> Counter[str]:
    return Counter(value for node in nodes if (value := node.metadata.labels.get(key)) is not None)


# --- taints and the nearest node -------------------------------------------------------------------


def _shared_taints(nodes: Sequence[Node], placements: Mapping[str, Placement]) -> tuple[Taint, ...]:
    shared: list[Taint] | None = None
    for placement in _verdicts({node.metadata.name: placements[node.metadata.name] for node in nodes}):
        reason = placement.outcomes[-1].reason
        taints = reason.taints if isinstance(reason, UntoleratedTaint) else ()
        shared = list(taints) if shared is None else [taint for taint in shared if taint in taints]
    return tuple(shared or ())


def _nearest(
    daemonset: DaemonSet, nodes: Sequence[Node], placements: Mapping[str, Placement], gates: FeatureGates
) -> NearestNode:
    lacking = {
        id(placement): sum(_lacking(outcome) for outcome in placement.outcomes)
        for placement in _verdicts(placements)
    }
    fewest = min(lacking.values())
    nearest = min(
        (node for node in nodes if lacking[id(placements[node.metadata.name])] == fewest),
        key=lambda node: natural_key(node.metadata.name),
    )
    outcomes = placements[nearest.metadata.name].outcomes
    return NearestNode(
        node=nearest.metadata.name,
        failing=tuple(outcome for outcome in outcomes if not outcome.passed),
        remedies=remedies(daemonset, nearest, gates),
    )


def _lacking(outcome: RuleOutcome) -> int:
    """How many single things the rule misses on the node; of several terms the one that misses least."""
    match outcome.reason:
        case None:
            return 0
        case NodeNameMismatch():
            return 1
        case NodeSelectorMismatch(labels=labels):
            return len(labels)
        case NodeAffinityMismatch(terms=terms):
            missing = [
                sum(not requirement.holds for requirement in term.requirements)
                for term in terms
                if term.requirements
            ]
            return min(missing, default=1)
        case UntoleratedTaint(taints=taints):
            return len(taints)
