"""What an audit found, rule by rule and DaemonSet by DaemonSet, and what could not be judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.coverage_report import Cause, Summary
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.placement_change import Remedy
from kubectl_ds.core.snapshot import Consistency, Gap, Resource

Level = Literal["error", "warning", "info"]
LEVELS: tuple[Level, ...] = ("error", "warning", "info")
"""The worst first."""

FailOn = Level | Literal["none"]
"""From which level on an audit fails; `none`: never."""


class Patch(Struct, frozen=True, kw_only=True):
    """A change to the DaemonSet that mends it, ready for `kubectl patch ds NAME --type TYPE -p BODY`."""

    type: Literal["strategic", "merge", "json"]
    body: Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Found(Struct, frozen=True, kw_only=True):
    """What a rule has to say of one DaemonSet.

    `message` is one sentence that does not name the DaemonSet. `causes` are those of its coverage; their
    sentences follow the message. `subject` is the part that the finding is about (a container, a port, another
    DaemonSet), empty for the whole; with the rule it tells findings of one DaemonSet apart from run to run, so
    that it holds nothing that changes by itself. `fix`: what to do here, where that is more than the rule's own
    `mend`. `remedies`: the smallest changes that let `remedied_node` in (core/remedies.py), told before it.
    `level`: where it is not the rule's own.
    """

    message: str
    nodes: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    subject: str = ""
    fix: str = ""
    remedies: tuple[Remedy, ...] = ()
    remedied_node: str = ""
    patch: Patch | None = None
    level: Level | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """What was found, with whose it is. `namespace` and `name` are those of the DaemonSet.

    `nodes` are in natural order, and empty where no node is concerned. `fix` is never empty. Where part of its nodes
    is excepted or known to the baseline, they stand in `excepted_nodes` and `known_nodes` and no more in `nodes`;
    `message` is about all of them. Words for people are those of output/audit_sentences.py.
    """

    rule: str
    rule_name: str
    level: Level
    namespace: str
    name: str
    message: str
    fix: str
    nodes: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    subject: str = ""
    remedies: tuple[Remedy, ...] = ()
    remedied_node: str = ""
    patch: Patch | None = None
    excepted_nodes: tuple[str, ...] = ()
    known_nodes: tuple[str, ...] = ()

    @property
    def identity(self) -> "FindingIdentity":
        return FindingIdentity(
            rule=self.rule, namespace=self.namespace, name=self.name, subject=self.subject, nodes=self.nodes
        )

    def is_as_bad_as(self, level: FailOn) -> bool:
        """As bad, or worse. Nothing is as bad as `none`."""
        return level != "none" and LEVELS.index(self.level) <= LEVELS.index(level)


class FindingIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a finding is told from others by, from run to run; so it stands in a baseline."""

    rule: str
    namespace: str
    name: str
    subject: str = ""
    nodes: tuple[str, ...] = ()


class ExceptedFinding(Struct, frozen=True, kw_only=True):
    """What was found and is accepted, with the exception that says why and until when."""

    finding: Finding
    exception: AuditException


class Unjudged(Struct, frozen=True, kw_only=True):
    """A rule that could not be applied, since something was not read, or not in full."""

    rule: str
    daemonset: Key | None
    """None: the rule as a whole."""
    lacking: tuple[Resource, ...]


class AuditedCoverage(Struct, frozen=True, kw_only=True):
    """How many nodes a DaemonSet covers, for what counts rather than lists."""

    namespace: str
    name: str
    summary: Summary
    updated: int | None
    """Eligible nodes whose live pods are all of the newest revision, where that can be known."""


class AuditReport(Struct, frozen=True, kw_only=True):
    """Findings with the worst level first, then by rule, namespace, name and subject.

    Each finding stands in one of `findings`, which alone decide the exit code, `known` and `excepted`; one of which
    only some nodes are known or excepted stands in several of them, each with its own nodes.
    """

    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    """Identifiers of the rules that were applied."""
    daemonsets: tuple[Key, ...]
    """Those that were looked at, by namespace and name."""
    unjudged: tuple[Unjudged, ...]
    incomplete: tuple[Gap, ...]
    consistency: Consistency = "consistent"
    known: tuple[Finding, ...] = ()
    """Those of the baseline."""
    excepted: tuple[ExceptedFinding, ...] = ()
    gone: tuple[FindingIdentity, ...] = ()
    """What the baseline holds and was not found any more, as far as that could be judged."""
    expired: tuple[AuditException, ...] = ()
    """Exceptions whose last day is past: they except nothing."""
    has_baseline: bool = False
    """Whether findings were held against a baseline, so that those in `findings` are new."""
    configured_by: str = ""
    """The path of the configuration that settings, levels and exceptions came from; empty without one."""
    coverage: tuple[AuditedCoverage, ...] = ()
    """Of `daemonsets`, in the same order."""
    taken_at: datetime | None = None
    """The moment of the snapshot, by the API server's clock."""

    @property
    def is_incomplete(self) -> bool:
        """Whether finding nothing is no verdict."""
        return bool(self.incomplete or self.unjudged)

    def count(self, level: Level) -> int:
        return sum(one.level == level for one in self.findings)

    def reaches(self, level: FailOn) -> bool:
        """Whether anything is as bad as this, or worse."""
        return any(one.is_as_bad_as(level) for one in self.findings)
