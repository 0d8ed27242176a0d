"""Required node affinity: terms are ORed, what is in a term is ANDed, a malformed term never matches.

Upstream: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go. It parses
lazily: errors come out only when no term matches, and the controller drops even those, so that people see
DESIRED 0 and nothing else. Here every error is kept.
"""

from functools import cached_property
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.label_selector import Requirement, requirement_errors
from kubectl_ds.core.label_syntax import invalid, not_supported
from kubectl_ds.core.model import Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec

RequirementSource = Literal["matchExpressions", "matchFields"]

NODE_NAME_FIELD = "metadata.name"
"""The only field of a node that `matchFields` can ask for."""

_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!", "Gt": "gt", "Lt": "lt"}
_FIELD_OPERATORS = ("In", "NotIn")
REQUIRED_PATH = "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
_TERMS_PATH = f"{REQUIRED_PATH}.nodeSelectorTerms"


class RequirementOutcome(Struct, frozen=True):
    """One requirement of a term against one node.

    `has` is the node's label (or name), None where there is none. `errors` are upstream's words for what is
    malformed; a malformed requirement never holds.
    """

    source: RequirementSource
    key: str
    operator: str
    values: tuple[str, ...]
    has: str | None
    holds: bool
    errors: tuple[str, ...] = ()


class TermOutcome(Struct, frozen=True):
    """One term against one node. A term without requirements matches no node, and is no error either."""

    index: int
    requirements: tuple[RequirementOutcome, ...]

    @property
    def malformed(self) -> bool:
        """Whether the whole term is void because a requirement cannot be parsed."""
        return any(requirement.errors for requirement in self.requirements)

    @property
    def matches(self) -> bool:
        """Whether the term lets the node in."""
        return bool(self.requirements) and all(requirement.holds for requirement in self.requirements)


class NodeAffinityMismatch(Struct, frozen=True, tag=True):
    """No term of the required node affinity lets the node in; without terms none can."""

    terms: tuple[TermOutcome, ...]

    @property
    def errors(self) -> tuple[str, ...]:
        """All parse errors, which upstream returns here and the controller drops."""
        return tuple(
            error for term in self.terms for requirement in term.requirements for error in requirement.errors
        )


class MalformedRequirement(Struct, frozen=True):
    """A requirement of a template that makes its term match no node, whatever the nodes are."""

    term: int
    source: RequirementSource
    requirement: int
    error: str
    """As API validation puts it: field path, value, what is wrong."""


class _ParsedRequirement(Struct, frozen=True):
    source: RequirementSource
    written: NodeSelectorRequirement
    parsed: Requirement
    errors: tuple[str, ...]

    def outcome(self, node: Node) -> RequirementOutcome:
        written = self.written
        return RequirementOutcome(
            self.source,
            written.key,
            written.operator,
            written.values,
            self._value_on(node),
            not self.errors and self.holds(node),
            self.errors,
        )

    def holds(self, node: Node) -> bool:
        if self.source == "matchExpressions":
            return self.parsed.matches(node.metadata.labels)
        # Upstream skips fields on a node without a name, and reads an unknown field as an empty text.
        if not node.metadata.name:
            return True
        has = self._value_on(node) or ""
        return (has == self.written.values[0]) == (self.written.operator == "In")

    def _value_on(self, node: Node) -> str | None:
        if self.source == "matchExpressions":
            return node.metadata.labels.get(self.written.key)
        return node.metadata.name if self.written.key == NODE_NAME_FIELD else None


class RequiredNodeAffinity:
    """A template's required node affinity, parsed once for all nodes."""

    def __init__(self, selector: NodeSelector) -> None:
        self._terms = tuple(
            _parse_term(term, index) for index, term in enumerate(selector.node_selector_terms)
        )
        self._legal_terms = tuple(
            term for term in self._terms if term and not any(requirement.errors for requirement in term)
        )

    @cached_property
    def label_keys(self) -> frozenset[str]:
        """The labels whose values decide, beside the node's name where `uses_node_name`."""
        return frozenset(
            requirement.written.key
            for term in self._terms
            for requirement in term
            if requirement.source == "matchExpressions"
        )

    @cached_property
    def uses_node_name(self) -> bool:
        """Whether two nodes with equal labels can differ here."""
        return any(requirement.source == "matchFields" for term in self._terms for requirement in term)

    def matches(self, node: Node) -> bool:
        """Whether some term lets the node in."""
        # Plain loops: where a template asks for hostnames, this runs once for every node and DaemonSet.
        for term in self._legal_terms:
            for requirement in term:
                if not requirement.holds(node):
                    break
            else:
                return True
        return False

    def mismatch(self, node: Node) -> NodeAffinityMismatch:
        """Every requirement of every term against this node."""
        return NodeAffinityMismatch(
            terms=tuple(
                [
                    TermOutcome(index, tuple([requirement.outcome(node) for requirement in term]))
                    for index, term in enumerate(self._terms)
                ]
            )
        )

    def malformed(self) -> tuple[MalformedRequirement, ...]:
        """What is malformed, in the order written."""
        found: list[MalformedRequirement] = []
        for index, term in enumerate(self._terms):
            places = {"matchExpressions": 0, "matchFields": 0}
            for requirement in term:
                place = places[requirement.source]
                places[requirement.source] += 1
                found.extend(
                    MalformedRequirement(
                        term=index, source=requirement.source, requirement=place, error=error
                    )
                    for error in requirement.errors + _unknown_field(requirement, index, place)
                )
        return tuple(found)


def required_node_affinity(template: PodSpec) -> RequiredNodeAffinity | None:
    """The template's required node affinity; None where it has none, which lets every node in."""
    affinity = template.affinity.node_affinity if template.affinity else None
    return RequiredNodeAffinity(affinity.required) if affinity and affinity.required is not None else None


def check_node_affinity(affinity: RequiredNodeAffinity | None, node: Node) -> NodeAffinityMismatch | None:
    """The second half of `GetRequiredNodeAffinity(pod).Match(node)`."""
    return None if affinity is None or affinity.matches(node) else affinity.mismatch(node)


def malformed_terms(template: PodSpec) -> tuple[MalformedRequirement, ...]:
    """What is malformed in the template's required node affinity, independent of any node.

    Beside the parse errors that void a term it names fields other than `metadata.name`, which the API server
    refuses and the controller reads as an empty text.
    """
    affinity = required_node_affinity(template)
    return affinity.malformed() if affinity else ()


def _parse_term(term: NodeSelectorTerm, index: int) -> tuple[_ParsedRequirement, ...]:
    expressions = tuple(
        _parse_expression(written, f"{_TERMS_PATH}[{index}].matchExpressions[{place}]")
        for place, written in enumerate(term.match_expressions)
    )
    fields = tuple(
        _parse_field(written, f"{_TERMS_PATH}[{index}].matchFields[{place}]")
        for place, written in enumerate(term.match_fields)
    )
    return expressions + fields


def _parse_expression(written: NodeSelectorRequirement, path: str) -> _ParsedRequirement:
    operator = _OPERATORS.get(written.operator, "")
    parsed = Requirement(written.key, operator, written.values)
    if operator:
        errors = requirement_errors(written.key, operator, written.values, path)
    else:
        errors = (not_supported(f"{path}.operator", written.operator, tuple(_OPERATORS)),)
    return _ParsedRequirement("matchExpressions", written, parsed, errors)


def _parse_field(written: NodeSelectorRequirement, path: str) -> _ParsedRequirement:
    errors: tuple[str, ...] = ()
    if written.operator not in _FIELD_OPERATORS:
        errors = (not_supported(f"{path}.operator", written.operator, _FIELD_OPERATORS),)
    elif len(written.values) != 1:
        errors = (invalid(f"{path}.values", written.values, "must have one element"),)
    parsed = Requirement(written.key, _OPERATORS.get(written.operator, ""), written.values)
    return _ParsedRequirement("matchFields", written, parsed, errors)


def _unknown_field(requirement: _ParsedRequirement, term: int, place: int) -> tuple[str, ...]:
    if requirement.source == "matchExpressions" or requirement.written.key == NODE_NAME_FIELD:
        return ()
    path = f"{_TERMS_PATH}[{term}].matchFields[{place}].key"
    return (invalid(path, requirement.written.key, "not a valid field selector key"),)
