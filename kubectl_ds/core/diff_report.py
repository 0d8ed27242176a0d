"""What differs between two moments of a cluster, or between two clusters: facts, no prose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.audit_report import Finding
from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.coverage_report import State, Summary
from kubectl_ds.core.model import Taint
from kubectl_ds.core.snapshot import Gap

PlacementRule = Literal["NodeName", "NodeSelector", "NodeAffinity", "Taints"]
Because = Literal["node", "template", "either", "both"]
"""What let a node in or out: `either` would have done it alone, or it took `both`."""


class DiffSide(Struct, frozen=True, kw_only=True):
    """One of the two: `label` as people called it. `nodes` is None where they could not be read."""

    label: str
    taken_at: datetime
    nodes: int | None
    daemonsets: int
    gaps: tuple[Gap, ...]


class NodeDiff(Struct, frozen=True, kw_only=True):
    """The same change on all of these nodes. Labels with their value before and after, None where there is none."""

    nodes: tuple[str, ...]
    labels: Mapping[str, tuple[str | None, str | None]]
    taints_gone: tuple[Taint, ...]
    taints_new: tuple[Taint, ...]
    unschedulable: bool | None
    """Whether it is cordoned now; None where that has not changed."""


class FieldDiff(Struct, frozen=True, kw_only=True):
    """A field of the template or the update strategy, by its path below the spec; None: not set, or private.

    `rule` is the rule of placement that it is part of.
    """

    field: str
    before: Any
    after: Any
    rule: PlacementRule | None = None
    is_private: bool = False


class Move(Struct, frozen=True, kw_only=True):
    """Nodes that went from one state to another for the same reason. None: there is no such node, or no such DaemonSet.

    `has` and `had`: whether a live pod is there. `reasons` are the first node's, as it is now; where a node was let in,
    those that kept it out before. `because` only where the node's eligibility changed.
    """

    before: State | None
    after: State | None
    nodes: tuple[str, ...]
    reasons: tuple[NodeReason, ...] = ()
    because: Because | None = None

    @property
    def kind(self) -> Literal["gained", "lost", "changed"]:
        had, has = self.before in _HAS_IT, self.after in _HAS_IT
        return "changed" if had == has else "gained" if has else "lost"


_HAS_IT = frozenset({"Ready", "NotReady", "Extra"})


class RevisionDiff(Struct, frozen=True, kw_only=True):
    """The number and hash of the newest revision."""

    before: tuple[int, str]
    after: tuple[int, str]


class DaemonSetDiff(Struct, frozen=True, kw_only=True):
    """One DaemonSet of the two sides. A `summary` is None on the side where it is not.

    `was_recreated`: it is another object of the same name. `coverage_differs`: another part of the nodes where it
    belongs has it Ready; between two clusters that is all that is compared of nodes.
    """

    namespace: str
    name: str
    change: Literal["new", "gone", "changed"]
    before: Summary | None
    after: Summary | None
    was_recreated: bool = False
    coverage_differs: bool = False
    revision: RevisionDiff | None = None
    fields: tuple[FieldDiff, ...] = ()
    moves: tuple[Move, ...] = ()


class DiffReport(Struct, frozen=True, kw_only=True):
    """Nodes in natural order, DaemonSets and findings by namespace and name.

    `compares_nodes`: node by node, by name; otherwise these are two clusters, and `nodes_new`, `nodes_gone`,
    `nodes_changed` and all `moves` are empty. `unjudged`: rules whose findings could not be held against each other.
    """

    before: DiffSide
    after: DiffSide
    compares_nodes: bool
    nodes_new: tuple[str, ...]
    nodes_gone: tuple[str, ...]
    nodes_changed: tuple[NodeDiff, ...]
    daemonsets: tuple[DaemonSetDiff, ...]
    findings_new: tuple[Finding, ...]
    findings_gone: tuple[Finding, ...]
    unjudged: tuple[str, ...]

    @property
    def is_incomplete(self) -> bool:
        """Whether finding no difference is no verdict."""
        return bool(self.before.gaps or self.after.gaps or self.unjudged)

    @property
    def differs(self) -> bool:
        return any(
            (
                self.nodes_new,
                self.nodes_gone,
                self.nodes_changed,
                self.daemonsets,
                self.findings_new,
                self.findings_gone,
            )
        )
