"""What an audit found, rule by rule and DaemonSet by DaemonSet, and what could not be judged."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.core.object_key import Key
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
    `mend`. `level`: where it is not the rule's own.
    """

    message: str
    nodes: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    subject: str = ""
    fix: str = ""
    patch: Patch | None = None
    level: Level | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """What was found, with whose it is. `namespace` and `name` are those of the DaemonSet.

    `nodes` are in natural order, and empty where no node is concerned. `fix` is never empty.
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
    patch: Patch | None = None

    def is_as_bad_as(self, level: FailOn) -> bool:
        """As bad, or worse. Nothing is as bad as `none`."""
        return level != "none" and LEVELS.index(self.level) <= LEVELS.index(level)


class Unjudged(Struct, frozen=True, kw_only=True):
    """A rule that could not be applied, since something was not read, or not in full."""

    rule: str
    daemonset: Key | None
    """None: the rule as a whole."""
    lacking: tuple[Resource, ...]


class AuditReport(Struct, frozen=True, kw_only=True):
    """Findings with the worst level first, then by rule, namespace, name and subject."""

    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    """Identifiers of the rules that were applied."""
    daemonsets: tuple[Key, ...]
    """Those that were looked at, by namespace and name."""
    unjudged: tuple[Unjudged, ...]
    incomplete: tuple[Gap, ...]
    consistency: Consistency = "consistent"

    def count(self, level: Level) -> int:
        return sum(one.level == level for one in self.findings)

    def reaches(self, level: FailOn) -> bool:
        """Whether anything is as bad as this, or worse."""
        return any(one.is_as_bad_as(level) for one in self.findings)
