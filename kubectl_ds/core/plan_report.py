"""What a plan holds: by DaemonSet the nodes gained and lost, the pods replaced, and whether new pods fit. No prose."""

from typing import Literal

from msgspec import Struct

from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.near_miss import NearMiss
from kubectl_ds.core.planned_change import PlannedChange
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.core.unmodelled import Unmodelled
from kubectl_ds.core.update_strategy import Budget

Action = Literal["created", "changed", "deleted", "unchanged"]
"""What happens to the object itself; `unchanged` where only nodes change."""

Fit = Literal["fits", "preempts", "pending", "unknown"]
"""Of a new pod: `preempts` where pods of lower priority are evicted for it, or others that leave anyway make
room. `pending`: it stays unbound, or is refused by the kubelet where the template names the node. `unknown`:
something in its template is not modelled, and nothing that is modelled keeps it off."""

Loss = Literal["evicted", "left", "absent", "gone", "deleted"]
"""`evicted`: the pod is deleted at once. `left`: it runs on until somebody deletes it, and is not replaced.
`absent`: the node had no pod. `gone`: the node itself goes. `deleted`: the DaemonSet goes."""


class NewPod(Struct, frozen=True, kw_only=True):
    """A pod that will be made for a node. `victims`: `namespace/name` of the pods evicted for it."""

    node: str
    fit: Fit
    reasons: tuple[NodeReason, ...] = ()
    victims: tuple[str, ...] = ()


class LostNode(Struct, frozen=True, kw_only=True):
    """A node that the DaemonSet leaves. `reason`: the rule that fails there from now on."""

    node: str
    loss: Loss
    reasons: tuple[NodeReason, ...] = ()


class DaemonSetPlan(Struct, frozen=True, kw_only=True):
    """One DaemonSet under the changes. Counts are None where the DaemonSet is not there before or after.

    `refused`: why the API server would not take the manifest; nothing else is then said. `replaced`: nodes
    whose pod gives way to one of the new template, all at once by the budget with RollingUpdate, and with
    OnDelete when somebody deletes it. `evicted_after`: seconds after which a NoExecute taint ends the pods on
    `loop`, over and over, since the toleration ends and the controller makes the pod again.
    """

    namespace: str
    name: str
    action: Action
    eligible_before: int | None
    eligible_after: int | None
    gained: tuple[NewPod, ...] = ()
    lost: tuple[LostNode, ...] = ()
    replaced: tuple[NewPod, ...] = ()
    on_delete: bool = False
    budget: Budget | None = None
    refused: str = ""
    near_miss: NearMiss | None = None
    unmodelled: tuple[Unmodelled, ...] = ()
    loop: tuple[str, ...] = ()
    evicted_after: int | None = None

    @property
    def new_pods(self) -> tuple[NewPod, ...]:
        """Gained and replaced together."""
        return self.gained + self.replaced

    def fitting(self, fit: Fit) -> int:
        """How many new pods end so."""
        return sum(pod.fit == fit for pod in self.new_pods)

    @property
    def has_findings(self) -> bool:
        """Whether a person should look: nodes lost, pods that stay pending or evict others, what is not known."""
        return bool(
            self.refused
            or self.lost
            or self.loop
            or any(pod.fit != "fits" for pod in self.new_pods)
            or (self.eligible_after == 0 and self.action in ("created", "changed"))
        )

    @property
    def has_effects(self) -> bool:
        """Whether anything at all happens to it."""
        return bool(
            self.action != "unchanged"
            or self.gained
            or self.lost
            or self.replaced
            or self.loop
            or self.eligible_before != self.eligible_after
        )


class PlanReport(Struct, frozen=True, kw_only=True):
    """What would happen if all changes were made at once. `items`: DaemonSets with effects, by namespace and
    name; `untouched` counts the others."""

    changes: tuple[PlannedChange, ...]
    items: tuple[DaemonSetPlan, ...]
    untouched: int
    ignored: tuple[str, ...] = ()
    """Kinds among the manifests that a plan has nothing to say of."""
    incomplete: tuple[Gap, ...] = ()

    @property
    def has_findings(self) -> bool:
        """Whether any DaemonSet has."""
        return any(item.has_findings for item in self.items)
