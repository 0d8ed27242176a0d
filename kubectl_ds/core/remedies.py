"""The smallest change to a node or to a template that would put a pod on the node.

Every candidate is applied to copies of the two objects and placed again: only what the controller's own rules
confirm is offered.
"""

from collections.abc import Iterable, Sequence
from itertools import product

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.integers import parse_int64
from kubectl_ds.core.model import DaemonSet, Node, PodSpec, Taint, Toleration
from kubectl_ds.core.placement import (
    NodeAffinityMismatch,
    NodeNameMismatch,
    NodeSelectorMismatch,
    PlacementReason,
    UntoleratedTaint,
    place,
)
from kubectl_ds.core.placement.node_affinity import RequirementOutcome, TermOutcome
from kubectl_ds.core.placement_change import (
    AddTolerations,
    LabelNode,
    OneTermPerNode,
    PlacementChange,
    Remedy,
    RemoveFromNodeSelector,
    RemoveNodeAffinity,
    RemoveNodeName,
    RemoveTaints,
    Side,
    applied,
    pinned_names,
    required_terms_of,
)

_KUBELET_LABELS = frozenset({"kubernetes.io/os", "kubernetes.io/arch", "kubernetes.io/hostname"})
"""What the kubelet says of its machine. Writing something else there would be a lie, and it puts them back."""
_LIFECYCLE_PREFIX = "node.kubernetes.io/"
"""Taints that the node lifecycle controller puts back as long as their condition holds."""
_MOST_TERMS = 3
_WHOLE_RULE = 4
"""What dropping a rule from the template weighs: it lets every node in, so that a label is the smaller change."""


def remedies(daemonset: DaemonSet, node: Node, gates: FeatureGates) -> tuple[Remedy, ...]:
    """The smallest change that lets the node in, and the smallest that touches the other side, if there is one.

    Empty where the node is in already. The second one leaves the node as it is where the first changes it,
    or the template where the first changes that.
    """
    failing = [outcome.reason for outcome in place(daemonset, node, gates).outcomes if outcome.reason]
    if not failing:
        return ()
    found: list[Remedy] = []
    for candidate in sorted(_candidates(daemonset, failing), key=_weight):
        if found and _sides(candidate) & _sides(found[0]):
            continue
        if place(*_applied(candidate, daemonset, node), gates).should_run:
            found.append(candidate)
        if len(found) > 1:
            break
    return tuple(found)


def _applied(remedy: Remedy, daemonset: DaemonSet, node: Node) -> tuple[DaemonSet, Node]:
    for change in remedy:
        daemonset, node = applied(change, daemonset, node)
    return daemonset, node


def _sides(remedy: Remedy) -> set[Side]:
    return {change.side for change in remedy}


def _weight(remedy: Remedy) -> int:
    return sum(_edits(change) for change in remedy)


def _edits(change: PlacementChange) -> int:
    match change:
        case LabelNode(labels=labels):
            return len(labels)
        case RemoveTaints(taints=taints):
            return len(taints)
        case AddTolerations(tolerations=tolerations):
            return len(tolerations)
        case RemoveFromNodeSelector(keys=keys):
            return _WHOLE_RULE + len(keys)
        case RemoveNodeAffinity():
            return _WHOLE_RULE + 1
        case RemoveNodeName() | OneTermPerNode():
            return 1


# --- candidates ------------------------------------------------------------------------------------


def _candidates(daemonset: DaemonSet, failing: Sequence[PlacementReason]) -> Iterable[Remedy]:
    options = [_options(daemonset.spec.template.spec, reason) for reason in failing]
    for combination in product(*options):
        if (merged := _merged(combination)) is not None:
            yield merged


def _options(template: PodSpec, reason: PlacementReason) -> list[PlacementChange]:
    match reason:
        case NodeNameMismatch(wants=wants):
            return [RemoveNodeName(wants)]
        case NodeSelectorMismatch(labels=labels):
            keys = tuple(label.key for label in labels)
            found: list[PlacementChange] = [RemoveFromNodeSelector(keys)]
            if _KUBELET_LABELS.isdisjoint(keys):
                found.append(LabelNode(tuple((label.key, label.wants) for label in labels)))
            return found
        case NodeAffinityMismatch(terms=terms):
            return _affinity_options(template, terms)
        case UntoleratedTaint(taints=taints):
            return _taint_options(taints)


def _affinity_options(template: PodSpec, terms: Sequence[TermOutcome]) -> list[PlacementChange]:
    labels = [change for term in terms if (change := _labels_for(term)) is not None]
    labels.sort(key=lambda change: len(change.labels))
    found: list[PlacementChange] = [*labels[:_MOST_TERMS], RemoveNodeAffinity()]
    several = [pinned_names(term) for term in required_terms_of(template) if len(pinned_names(term)) > 1]
    names = [name for listed in several for name in listed]
    return [*found, OneTermPerNode(tuple(names))] if names else found


def _labels_for(term: TermOutcome) -> LabelNode | None:
    """The labels that would satisfy the term; None where no label of the node could."""
    edits: dict[str, str | None] = {}
    for requirement in term.requirements:
        if requirement.holds:
            continue
        if requirement.source == "matchFields" or requirement.errors or requirement.key in _KUBELET_LABELS:
            return None
        value = _satisfying_value(requirement)
        if edits.setdefault(requirement.key, value) != value:
            return None
    return LabelNode(tuple(sorted(edits.items()))) if edits else None


def _satisfying_value(requirement: RequirementOutcome) -> str | None:
    """A value that the label may have for the requirement to hold; None removes the label."""
    match requirement.operator:
        case "In":
            return requirement.values[0]
        case "Exists":
            return ""
        case "Gt" | "Lt":
            limit = parse_int64(requirement.values[0]) or 0
            # Negative numbers are no legal label values: below 0 only a removal of the requirement helps.
            return str(limit + 1) if requirement.operator == "Gt" else str(max(limit - 1, 0))
        case _:
            return None


def _taint_options(taints: tuple[Taint, ...]) -> list[PlacementChange]:
    added: PlacementChange = AddTolerations(
        tuple(
            Toleration(key=taint.key, operator="Equal", value=taint.value, effect=taint.effect)
            if taint.value
            else Toleration(key=taint.key, operator="Exists", effect=taint.effect)
            for taint in taints
        )
    )
    if any(taint.key.startswith(_LIFECYCLE_PREFIX) for taint in taints):
        return [added]
    return [added, RemoveTaints(taints)]


def _merged(changes: Sequence[PlacementChange]) -> Remedy | None:
    """The changes with all labels in one; None where two of them want different values of one label."""
    labels: dict[str, str | None] = {}
    others: list[PlacementChange] = []
    for change in changes:
        if not isinstance(change, LabelNode):
            others.append(change)
            continue
        for key, value in change.labels:
            if labels.setdefault(key, value) != value:
                return None
    return (LabelNode(tuple(sorted(labels.items()))), *others) if labels else tuple(others)
