"""A template that places its pods otherwise, and the ready patch from the one to the other.

What is changed here is whole in the model: `nodeName`, `nodeSelector`, the required node affinity and the
tolerations. A merge patch leaves the rest of an object as it is, and replaces lists as a whole.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from kubectl_ds.core.audit_report import Patch
from kubectl_ds.core.model import (
    Affinity,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    PodSpec,
    Toleration,
)
from kubectl_ds.core.placement_change import required_terms_of


def without_node_name(spec: PodSpec) -> PodSpec:
    """The spec with the binding left to a scheduler."""
    return replace(spec, node_name="")


def with_node_selector(spec: PodSpec, labels: Mapping[str, str]) -> PodSpec:
    """The spec with these labels asked for beside its own."""
    return replace(spec, node_selector={**spec.node_selector, **labels})


def with_terms(spec: PodSpec, terms: tuple[NodeSelectorTerm, ...]) -> PodSpec:
    """The spec with these terms for its required node affinity."""
    affinity = spec.affinity or Affinity()
    node_affinity = affinity.node_affinity or NodeAffinity()
    required = NodeSelector(node_selector_terms=terms)
    return replace(spec, affinity=replace(affinity, node_affinity=replace(node_affinity, required=required)))


def requiring(
    spec: PodSpec,
    *,
    expressions: tuple[NodeSelectorRequirement, ...] = (),
    fields: tuple[NodeSelectorRequirement, ...] = (),
) -> PodSpec:
    """The spec with more for every node to meet. Terms are ORed, so that each of them gets it; empty ones stay."""
    terms = required_terms_of(spec)
    if not terms:
        return with_terms(spec, (NodeSelectorTerm(match_expressions=expressions, match_fields=fields),))
    more = (
        replace(
            term,
            match_expressions=term.match_expressions + expressions,
            match_fields=term.match_fields + fields,
        )
        if term.match_expressions or term.match_fields
        else term
        for term in terms
    )
    return with_terms(spec, tuple(more))


def placement_patch(before: PodSpec, after: PodSpec) -> Patch:
    """The merge patch that makes the placement of the one template that of the other."""
    fields: dict[str, Any] = {}
    if before.node_name != after.node_name:
        fields["nodeName"] = after.node_name or None
    if before.node_selector != after.node_selector:
        gone = dict.fromkeys(sorted(before.node_selector.keys() - after.node_selector.keys()))
        fields["nodeSelector"] = {**gone, **_differing(before.node_selector, after.node_selector)}
    if (terms := required_terms_of(after)) != required_terms_of(before):
        required = {"nodeSelectorTerms": [_term(term) for term in terms]}
        fields["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    if before.tolerations != after.tolerations:
        fields["tolerations"] = [_toleration(one) for one in after.tolerations]
    return Patch(type="merge", body={"spec": {"template": {"spec": fields}}})


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in after.items() if before.get(key) != value}


def _term(term: NodeSelectorTerm) -> dict[str, Any]:
    parts = {"matchExpressions": term.match_expressions, "matchFields": term.match_fields}
    return {name: [_requirement(one) for one in rows] for name, rows in parts.items() if rows}


def _requirement(one: NodeSelectorRequirement) -> dict[str, Any]:
    values = {"values": list(one.values)} if one.values else {}
    return {"key": one.key, "operator": one.operator, **values}


def _toleration(one: Toleration) -> dict[str, Any]:
    fields = {"key": one.key, "operator": one.operator, "value": one.value, "effect": one.effect}
    seconds = {} if one.toleration_seconds is None else {"tolerationSeconds": one.toleration_seconds}
    return {name: value for name, value in fields.items() if value} | seconds
