"""Affinity in words: what `kubectl describe` leaves out of a pod template. Takes the raw object."""

from collections.abc import Iterator, Sequence

from kubectl_ds.output.describe_values import (
    NONE,
    Object,
    items_of,
    object_of,
    selector_text,
    text_of,
    texts_of,
)
from kubectl_ds.output.terminal_text import paragraph

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def affinity_lines(affinity: Object, columns: int) -> Iterator[str]:
    """The `Node Affinity`, `Pod Affinity` and `Pod Anti-Affinity` of a pod spec."""
    yield from _block("Node Affinity", list(_node_affinity(object_of(affinity, "nodeAffinity"))), columns)
    for title, field in (("Pod Affinity", "podAffinity"), ("Pod Anti-Affinity", "podAntiAffinity")):
        if asked := list(_pod_affinity(object_of(affinity, field))):
            yield from _block(title, asked, columns)


def _block(title: str, asked: Sequence[str], columns: int) -> Iterator[str]:
    if not asked:
        yield f"  {title}:".ljust(23) + NONE
        return
    yield f"  {title}:"
    for words in asked:
        yield paragraph(words, columns, first="    ", rest="      ")


def _node_affinity(affinity: Object) -> Iterator[str]:
    required = affinity.get(_REQUIRED)
    if required is not None:
        terms = items_of(object_of(affinity, _REQUIRED), "nodeSelectorTerms")
        if not terms:
            yield "required: no terms, which matches no node"
        for index, term in enumerate(terms):
            yield f"{'or ' if index else ''}required: {_term(term)}"
    for preference in items_of(affinity, _PREFERRED):
        weight = text_of(preference, "weight")
        yield f"preferred (weight {weight}): {_term(object_of(preference, 'preference'))}"


def _term(term: Object) -> str:
    asked = [*items_of(term, "matchExpressions"), *items_of(term, "matchFields")]
    return " and ".join(map(_requirement, asked)) or "an empty term, which matches no node"


def _requirement(requirement: Object) -> str:
    values = texts_of(requirement, "values")
    text = f"{requirement.get('key', '')} {requirement.get('operator', '')}"
    return f"{text} [{', '.join(values)}]" if values else text


def _pod_affinity(affinity: Object) -> Iterator[str]:
    for term in items_of(affinity, _REQUIRED):
        yield f"required: {_pod_term(term)}"
    for weighted in items_of(affinity, _PREFERRED):
        term = object_of(weighted, "podAffinityTerm")
        yield f"preferred (weight {text_of(weighted, 'weight')}): {_pod_term(term)}"


def _pod_term(term: Object) -> str:
    text = f"pods {selector_text(term.get('labelSelector')) or NONE} by {term.get('topologyKey', '')}"
    namespaces = texts_of(term, "namespaces")
    return f"{text} in {', '.join(namespaces)}" if namespaces else text
