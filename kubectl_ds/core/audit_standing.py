"""Which findings count: those that no exception accepts and no baseline knows."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.audit_baseline import AuditBaseline, subject_of
from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_policy import AuditPolicy
from kubectl_ds.core.audit_report import ExceptedFinding, Finding, FindingIdentity
from kubectl_ds.core.model import Node


class Standing(Struct, frozen=True, kw_only=True):
    """The parts of `AuditReport` of these names."""

    findings: tuple[Finding, ...]
    known: tuple[Finding, ...]
    excepted: tuple[ExceptedFinding, ...]
    gone: tuple[FindingIdentity, ...]
    expired: tuple[AuditException, ...]


def standing_of(
    found: Sequence[Finding],
    policy: AuditPolicy,
    node_of: Mapping[str, Node],
    day: date,
    is_judged: Callable[[FindingIdentity], bool],
) -> Standing:
    """Exceptions come before the baseline. `day`: that of the snapshot, in UTC.

    `is_judged`: whether something of this identity would have been found, so that its absence means that it is gone.
    """
    expired = tuple(one for one in policy.exceptions if one.is_expired(day))
    in_force = [_InForce(one, node_of) for one in policy.exceptions if one not in expired]
    counted: list[Finding] = []
    known: list[Finding] = []
    excepted: list[ExceptedFinding] = []
    in_baseline = policy.baseline.nodes_by_subject() if policy.baseline is not None else {}
    for finding in found:
        accepted, rest = _excepted(finding, in_force)
        excepted += accepted
        new, old = _held_against(rest, in_baseline) if rest is not None else (None, None)
        counted += [new] if new is not None else []
        known += [old] if old is not None else []
    return Standing(
        findings=tuple(counted),
        known=tuple(known),
        excepted=tuple(excepted),
        gone=_gone(found, policy.baseline, is_judged),
        expired=expired,
    )


# --- exceptions ------------------------------------------------------------------------------------


class _InForce:
    """An exception with the nodes that it is about; None: whichever, and findings that concern no node too."""

    def __init__(self, exception: AuditException, node_of: Mapping[str, Node]) -> None:
        self.exception = exception
        self.nodes: frozenset[str] | None = None
        if (selector := exception.nodes) is not None:
            self.nodes = frozenset(
                name for name, node in node_of.items() if selector.matches(node.metadata.labels)
            )

    def concerns(self, finding: Finding) -> bool:
        return self.exception.concerns(finding.rule, finding.rule_name, finding.namespace, finding.name)


def _excepted(finding: Finding, in_force: Iterable[_InForce]) -> tuple[list[ExceptedFinding], Finding | None]:
    """What is accepted, and what is left to be found."""
    accepted: list[ExceptedFinding] = []
    for one in in_force:
        if not one.concerns(finding):
            continue
        taken = finding.nodes if one.nodes is None else _those_in(finding.nodes, one.nodes)
        if one.nodes is not None and not taken:
            continue
        accepted.append(ExceptedFinding(finding=narrowed(finding, taken), exception=one.exception))
        accepted_here = frozenset(taken)
        left = tuple(node for node in finding.nodes if node not in accepted_here)
        if not left:
            return accepted, None
        finding = replace(narrowed(finding, left), excepted_nodes=(*finding.excepted_nodes, *taken))
    return accepted, finding


def narrowed(finding: Finding, nodes: tuple[str, ...]) -> Finding:
    """The part of a finding that is about these of its nodes."""
    if nodes == finding.nodes:
        return replace(finding, excepted_nodes=(), known_nodes=())
    kept = frozenset(nodes)
    causes = tuple(cause for cause in finding.causes if not kept.isdisjoint(cause.nodes))
    remedies = finding.remedies if finding.remedied_node in kept else ()
    return replace(finding, nodes=nodes, causes=causes, remedies=remedies, excepted_nodes=(), known_nodes=())


def _those_in(nodes: tuple[str, ...], chosen: Collection[str]) -> tuple[str, ...]:
    return tuple(node for node in nodes if node in chosen)


# --- the baseline ----------------------------------------------------------------------------------


def _held_against(
    finding: Finding, in_baseline: Mapping[tuple[str, str, str, str], frozenset[str]]
) -> tuple[Finding | None, Finding | None]:
    """What is new of a finding, and what is known."""
    known = in_baseline.get(subject_of(finding))
    if known is None:
        return finding, None
    if not finding.nodes:
        return None, finding
    old, new = _those_in(finding.nodes, known), tuple(node for node in finding.nodes if node not in known)
    if not old or not new:
        return (finding, None) if new else (None, finding)
    return replace(narrowed(finding, new), excepted_nodes=finding.excepted_nodes, known_nodes=old), narrowed(
        finding, old
    )


def _gone(
    found: Sequence[Finding], baseline: AuditBaseline | None, is_judged: Callable[[FindingIdentity], bool]
) -> tuple[FindingIdentity, ...]:
    """What was known and is not there any more, node by node where only some of its nodes are."""
    nodes_now: dict[tuple[str, str, str, str], set[str]] = {}
    for finding in found:
        nodes_now.setdefault(subject_of(finding), set()).update(finding.nodes)
    gone: list[FindingIdentity] = []
    for one in baseline.findings if baseline is not None else ():
        now = nodes_now.get(subject_of(one))
        left = one.nodes if now is None else tuple(node for node in one.nodes if node not in now)
        if (now is None or left) and is_judged(one):
            gone.append(replace(one, nodes=left))
    return tuple(gone)
