"""What a rollout report holds: which revision is where, what the budget allows, who uses it up. No prose."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.coverage_report import NodeCoverage
from kubectl_ds.core.history import RevisionNodes
from kubectl_ds.core.model import IntOrString
from kubectl_ds.core.reason import Outlook
from kubectl_ds.core.snapshot import Consistency, Gap

Step = Literal["Done", "NotAvailable", "Old", "OldNotAvailable", "Replacing", "Empty", "Crowded"]
"""Where a node stands, by its live pods, terminating ones being as good as gone:

`Done`: a new pod, available. `NotAvailable`: a new pod that is not. `Old`: an old pod, available: a candidate.
`OldNotAvailable`: an old pod that is not; the controller replaces it at once. `Replacing`: one of each.
`Empty`: none. `Crowded`: several of one revision.
"""

RolloutVerdict = Literal["Done", "Progressing", "WillNotFinish", "OnDelete", "NotObserved", "Deleting"]
"""`OnDelete`: old pods are left, and the controller waits until somebody deletes them. `NotObserved`: the
controller has not seen the newest spec. `Deleting`: the DaemonSet is being deleted, so nothing is rolled out."""

BudgetKind = Literal["maxUnavailable", "maxSurge"]


class NodeRollout(Struct, frozen=True, kw_only=True):
    """One node that the rollout is about: an eligible one, or one that still holds a pod."""

    node: str
    step: Step
    eligible: bool
    uses_budget: bool
    judged: NodeCoverage | None
    """The pod that is waited for (the new one, or else the old one), judged alone, with its reasons.

    None for a node that is gone.
    """
    available_at: datetime | None = None
    """A Ready pod that `minReadySeconds` still holds up counts as available from then on."""

    @property
    def outlook(self) -> Outlook:
        """Whether the step gets done by itself."""
        if self.step in ("Done", "Old") or self.available_at is not None or self.judged is None:
            return "heals"
        if not self.eligible and self.step != "Empty":
            # An old pod that does not belong here is taken away; why a new one is unwell its node does not tell.
            return "heals" if self.holds_old else "unknown"
        return self.judged.outlook or "heals"

    @property
    def holds_old(self) -> bool:
        """Whether a live pod of an older revision is here."""
        return self.step in ("Old", "OldNotAvailable", "Replacing")

    @property
    def is_open(self) -> bool:
        """Whether the rollout cannot be done while the node stands as it does."""
        return self.step != "Done" and (self.eligible or self.holds_old)

    @property
    def in_motion(self) -> bool:
        """Whether something is under way here, or should be."""
        return self.step not in ("Done", "Old")

    @property
    def awaited(self) -> tuple[NodeReason, ...]:
        """Why what is under way here is not done; empty where nothing is."""
        return self.judged.reasons if self.judged is not None and self.in_motion else ()


class RolloutBudget(Struct, frozen=True, kw_only=True):
    """How many nodes may be at work at the same time. `used` may exceed `limit`: old pods that are unwell
    count, and are replaced whatever the budget says."""

    kind: BudgetKind
    setting: IntOrString
    limit: int
    used: int
    stuck: int
    """Of those used, by nodes that somebody has to mend first."""

    @property
    def left(self) -> int:
        """Nodes that the controller may begin with now."""
        return max(0, self.limit - self.used)

    @property
    def usable(self) -> int:
        """Nodes at a time once everything that heals has healed."""
        return max(0, self.limit - self.stuck)


class Pace(Struct, frozen=True, kw_only=True):
    """How fast it has gone since the rollout began: `nodes` in `span`, and what that means for the rest.

    Taken from the pods' own times: from the creation of the first new pod to the moment when the last one
    became available. `remaining` is None where nothing is left to do or nodes are stuck.
    """

    nodes: int
    span: timedelta
    remaining: timedelta | None


class RolloutReport(Struct, frozen=True, kw_only=True):
    """One DaemonSet's rollout. None stands for what could not be known; `incomplete` says why."""

    namespace: str
    name: str
    uid: str
    strategy: str
    generation: int
    observed_generation: int
    verdict: RolloutVerdict | None
    revisions: tuple[RevisionNodes, ...] | None
    nodes: tuple[NodeRollout, ...] | None
    """In natural order."""
    budget: RolloutBudget | None
    """None also where the controller replaces nothing (OnDelete)."""
    waves: int | None
    """Rounds left, the one under way counted; None where it cannot finish, or with OnDelete."""
    pace: Pace | None
    taken_at: datetime
    incomplete: tuple[Gap, ...] = ()
    consistency: Consistency = "consistent"

    @property
    def current(self) -> RevisionNodes | None:
        """The revision that is rolled out."""
        return next((one for one in self.revisions or () if one.current), None)

    @property
    def is_done(self) -> bool:
        """What a pipeline waits for."""
        return self.verdict == "Done"

    @property
    def eligible(self) -> tuple[NodeRollout, ...]:
        """The nodes that are to hold a new pod."""
        return tuple(node for node in self.nodes or () if node.eligible)

    @property
    def done(self) -> int:
        """Eligible nodes with a new pod that is available, and nothing else."""
        return sum(node.step == "Done" for node in self.eligible)

    @property
    def behind(self) -> tuple[NodeRollout, ...]:
        """Nodes, eligible or not, that still hold an old pod."""
        return tuple(node for node in self.nodes or () if node.holds_old)
