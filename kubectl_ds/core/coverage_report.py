"""What a coverage report holds: facts by node, counted and grouped, with no prose.

Whatever could not be known is None and has a gap in `incomplete`; nothing is 0 for lack of sight.
"""

from typing import Literal

from msgspec import Struct

from kubectl_ds.core.binding import BindingKind
from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.near_miss import NearMiss
from kubectl_ds.core.reason import Outlook
from kubectl_ds.core.snapshot import Consistency, Gap
from kubectl_ds.core.status import Disagreement

State = Literal["Ready", "NotReady", "Pending", "Missing", "Extra", "Excluded"]
STATES: tuple[State, ...] = ("Ready", "NotReady", "Pending", "Missing", "Extra", "Excluded")
PROBLEM_STATES: frozenset[State] = frozenset({"NotReady", "Pending", "Missing", "Extra"})


class PodCoverage(Struct, frozen=True, kw_only=True, gc=False):
    """A pod on, or meant for, a node."""

    name: str
    phase: str
    ready: bool
    binding: BindingKind
    pinned_to: str | None
    revision: str | None
    """The pod's `controller-revision-hash`; None for a pod without that label."""


class NodeCoverage(Struct, frozen=True, kw_only=True, gc=False):
    """One node and one DaemonSet. `state` and `duplicate` are None when the pods could not be read."""

    node: str
    state: State | None
    eligible: bool
    duplicate: bool | None
    outdated: bool | None
    """None when revisions or pods could not be read."""
    pods: tuple[PodCoverage, ...] = ()
    """All that the controller counts here, terminating and failed ones too, in the controller's order."""
    reasons: tuple[NodeReason, ...] = ()
    """The first is the main one. A Ready node has none, unless the new pod of a surge cannot take over there."""
    outlook: Outlook | None = None
    """Of all reasons together; None without reasons."""
    taken_for_current: bool = False
    """A live pod is of another revision, and counts as up to date by its template generation: see
    `DaemonSetCoverage.taken_for_current`."""

    @property
    def is_problem(self) -> bool:
        """Not as it should be: anything but Ready and Excluded, one pod too many, or a surge that halts."""
        return self.state in PROBLEM_STATES or bool(self.duplicate) or self.halts_rollout

    @property
    def halts_rollout(self) -> bool:
        """Served by the old pod of a surge, whose new one does not become Ready by itself."""
        return self.state == "Ready" and bool(self.reasons)


class OrphanedPod(Struct, frozen=True, kw_only=True, gc=False):
    """A pod that is bound or pinned to a node that no longer exists."""

    pod: str
    node: str


class Summary(Struct, frozen=True, kw_only=True, rename="camel"):
    """Counts over all nodes, whatever was asked to be listed. None: could not be known.

    nodes = ready + notReady + pending + missing + extra + excluded; eligible = the first four of them.
    """

    nodes: int | None
    eligible: int | None
    ready: int | None
    not_ready: int | None
    pending: int | None
    missing: int | None
    extra: int | None
    excluded: int | None
    duplicate: int | None
    outdated: int | None
    orphaned: int | None


class Cause(Struct, frozen=True, kw_only=True):
    """One cause and the nodes that suffer from it, in natural order.

    `reasons` are those of the first node; with `varies` the details (a pod's name, free amounts) differ on
    the others.
    """

    state: State
    reasons: tuple[NodeReason, ...]
    outlook: Outlook
    nodes: tuple[str, ...]
    varies: bool


class DaemonSetCoverage(Struct, frozen=True, kw_only=True):
    """One DaemonSet over all nodes."""

    namespace: str
    name: str
    uid: str
    summary: Summary
    controller_disagrees: tuple[Disagreement, ...]
    """Where the stored status is not what the controller would write now. Empty when that cannot be known."""
    nodes: tuple[NodeCoverage, ...]
    """The nodes asked for, in natural order."""
    causes: tuple[Cause, ...]
    """Distinct causes over the nodes listed: problems before exclusions, the largest first."""
    orphaned: tuple[OrphanedPod, ...]
    incomplete: tuple[Gap, ...]
    """The gaps that touch this DaemonSet."""
    near_miss: NearMiss | None = None
    """What almost matched; only where no node is eligible and the nodes are known."""
    up_to_date: int | None = None
    """Eligible nodes, listed or not, whose live pods are all of the newest revision, where that can be known."""
    taken_for_current: tuple[str, ...] = ()
    """Nodes, listed or not, with a live pod of another revision that the controller does not replace.

    A DaemonSet that was deleted without its pods and created anew counts its template generations from the
    start, so that old pods carry the generation of the new template. Only a further change tells them apart.
    """
    namespace_is_going: bool = False
    """The namespace is being deleted, as far as it was looked at: nothing can be created in it."""
    halted_surges: int = 0
    """Nodes, listed or not, where the new pod of a surge cannot take over from the old one."""

    @property
    def has_problems(self) -> bool:
        """Whether anything is not as it should be, of all nodes, listed or not."""
        counts = self.summary
        return any(
            (
                counts.not_ready,
                counts.pending,
                counts.missing,
                counts.extra,
                counts.duplicate,
                counts.orphaned,
                self.halted_surges,
            )
        )


class CoverageReport(Struct, frozen=True, kw_only=True):
    """All DaemonSets asked for, by namespace and name."""

    items: tuple[DaemonSetCoverage, ...]
    incomplete: tuple[Gap, ...]
    consistency: Consistency = "consistent"
