"""Pods that keep each other off a node or want each other there: inter-pod affinity and topology spread.

That they do is the scheduler's word (plugins `interpodaffinity` and `podtopologyspread`), since a topology domain
can be wider than what was read. Which pod of the node itself it is about, and what would free it, is worked out.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from kubectl_ds.core.label_selector import compile_selector, matches, selects_everything
from kubectl_ds.core.model import Node, Pod, PodAffinity, PodAffinityTerm
from kubectl_ds.core.ownership import is_same_controller, is_terminating
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.scheduling.node_room import priority_of
from kubectl_ds.core.scheduling.relief import OUTLOOK_OF_RELIEF, Relief

_OWN_RULE = "didn't match pod anti-affinity rules"
_RULE_OF_OTHERS = "didn't satisfy existing pods anti-affinity rules"
_AFFINITY = "didn't match pod affinity rules"
_SPREAD = "didn't match pod topology spread constraints"


class PodAntiAffinityConflict(Fact, frozen=True):
    """A required anti-affinity, the pod's own or another pod's, keeps the two apart."""

    code: ClassVar[str] = "PodAntiAffinityConflict"
    varying: ClassVar[frozenset[str]] = frozenset({"blockers"})

    whose: Literal["own", "others"]
    blockers: tuple[str, ...]
    """`namespace/name` of pods on the node; empty where the one it is about is elsewhere or was not read."""
    topology_keys: tuple[str, ...]
    """Of the rules in question; empty where they are not known."""
    relief: Relief

    @property
    def source(self) -> Source:
        return "computed" if self.blockers else "pod"

    @property
    def outlook(self) -> Outlook:
        return OUTLOOK_OF_RELIEF[self.relief]


class PodAffinityMismatch(Fact, frozen=True):
    """A required pod affinity finds no pod that it wants in the node's topology domain."""

    code: ClassVar[str] = "PodAffinityMismatch"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"

    wants: tuple[str, ...]
    """`app=db per kubernetes.io/hostname`, one for each term."""
    missing_labels: tuple[str, ...]
    """Topology keys that the node has no label for."""


class TopologySpreadConflict(Fact, frozen=True):
    """The pod would make the spread over a topology more uneven than its constraint allows."""

    code: ClassVar[str] = "TopologySpreadConflict"
    source: ClassVar[Source] = "pod"

    constraints: tuple[str, ...]
    """`zone (maxSkew 1)`; empty where they are the scheduler's own defaults."""
    missing_labels: tuple[str, ...]
    """Topology keys that the node has no label for."""

    @property
    def outlook(self) -> Outlook:
        return "stuck" if self.missing_labels else "unknown"


NeighbourReason = PodAntiAffinityConflict | PodAffinityMismatch | TopologySpreadConflict


def neighbour_reason(words: str, pod: Pod, node: Node, neighbours: Sequence[Pod]) -> NeighbourReason | None:
    """What one cause of the scheduler's message is about; None for words about something else."""
    if _SPREAD in words:
        return _spread(pod, node)
    if _OWN_RULE in words:
        own = _terms(pod, anti=True)
        in_the_way = [other for other in neighbours if any(_applies(term, pod, other) for term in own)]
        violated = [term for term in own if any(_applies(term, pod, other) for other in in_the_way)]
        return _conflict("own", pod, node, in_the_way, violated or own)
    if _RULE_OF_OTHERS in words:
        against = [(other, _terms_against(pod, other)) for other in neighbours]
        in_the_way = [other for other, terms in against if terms]
        return _conflict("others", pod, node, in_the_way, [term for _, terms in against for term in terms])
    if _AFFINITY in words:
        terms = _terms(pod, anti=False)
        return PodAffinityMismatch(
            wants=tuple(f"{_spelled(term)} per {term.topology_key}" for term in terms),
            missing_labels=_missing_labels((term.topology_key for term in terms), node),
        )
    return None


def _conflict(
    whose: Literal["own", "others"],
    pod: Pod,
    node: Node,
    blockers: Sequence[Pod],
    terms: Iterable[PodAffinityTerm],
) -> PodAntiAffinityConflict:
    return PodAntiAffinityConflict(
        whose=whose,
        blockers=tuple(sorted(f"{one.metadata.namespace}/{one.metadata.name}" for one in blockers)),
        topology_keys=tuple(dict.fromkeys(term.topology_key for term in terms)),
        relief=_relief(pod, node, blockers),
    )


def _relief(pod: Pod, node: Node, blockers: Sequence[Pod]) -> Relief:
    """What becomes of the blockers; `unknown` where none is known."""
    if pod.status.nominated_node_name == node.metadata.name:
        return "evicting"
    if not blockers:
        return "unknown"
    staying = [one for one in blockers if not is_terminating(one)]
    if not staying:
        return "leaving"
    if pod.spec.preemption_policy != "Never" and all(priority_of(one) < priority_of(pod) for one in staying):
        return "preemption"
    return "sibling" if all(is_same_controller(pod, one) for one in staying) else "none"


def _terms(pod: Pod, *, anti: bool) -> tuple[PodAffinityTerm, ...]:
    affinity = pod.spec.affinity
    rules: PodAffinity | None = None
    if affinity is not None:
        rules = affinity.pod_anti_affinity if anti else affinity.pod_affinity
    return rules.required if rules is not None else ()


def _terms_against(pod: Pod, other: Pod) -> list[PodAffinityTerm]:
    """The anti-affinity of `other` that is about `pod`."""
    return [term for term in _terms(other, anti=True) if _applies(term, other, pod)]


def _applies(term: PodAffinityTerm, owner: Pod, other: Pod) -> bool:
    """Whether the term of `owner` is about `other`. A selector of namespaces other than all is not decided here."""
    return _in_namespaces(term, owner, other) and matches(term.label_selector, other.metadata.labels)


def _in_namespaces(term: PodAffinityTerm, owner: Pod, other: Pod) -> bool:
    if other.metadata.namespace in term.namespaces or selects_everything(term.namespace_selector):
        return True
    own = not term.namespaces and term.namespace_selector is None
    return own and other.metadata.namespace == owner.metadata.namespace


def _spread(pod: Pod, node: Node) -> TopologySpreadConflict:
    hard = [
        one for one in pod.spec.topology_spread_constraints if one.when_unsatisfiable in ("", "DoNotSchedule")
    ]
    return TopologySpreadConflict(
        constraints=tuple(f"{one.topology_key} (maxSkew {one.max_skew})" for one in hard),
        missing_labels=_missing_labels((one.topology_key for one in hard), node),
    )


def _missing_labels(keys: Iterable[str], node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key not in node.metadata.labels))


def _spelled(term: PodAffinityTerm) -> str:
    compiled = compile_selector(term.label_selector)
    return "nothing" if compiled is None else str(compiled) or "any pod"
