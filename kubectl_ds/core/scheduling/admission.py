"""Pods that ask for another node than their template does: changed on the way in, or made from an old template."""

from typing import ClassVar, Literal

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import Node, Pod, Taint
from kubectl_ds.core.placement.node_affinity import (
    NodeAffinityMismatch,
    check_node_affinity,
    required_node_affinity,
)
from kubectl_ds.core.placement.node_selector import check_node_selector
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.tolerations import untolerated_taints

ChangedField = Literal["nodeSelector", "nodeAffinity", "tolerations"]
CORDON = Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")
"""What a cordon puts on a node."""


class AdmissionChangedPod(Fact, frozen=True):
    """The template fits the node and the admitted pod does not: a plugin or webhook changed it.

    PodNodeSelector, PodTolerationRestriction, a RuntimeClass's `scheduling` and mutating webhooks do this; the
    DaemonSet controller knows none of them and counts the node as DESIRED.
    """

    code: ClassVar[str] = "AdmissionChangedPod"
    source: ClassVar[Source] = "computed"
    outlook: ClassVar[Outlook] = "stuck"

    field: ChangedField
    wants: tuple[str, ...]
    """What the pod asks for and the node lacks: `key=value`, a requirement, or a taint it does not tolerate."""
    runtime_class: str = ""
    """The pod's RuntimeClass, whose `scheduling` may be what changed it; empty for none."""


class OutdatedPodMismatch(Fact, frozen=True):
    """The pod was made from an older template that does not fit the node any more."""

    code: ClassVar[str] = "OutdatedPod"
    source: ClassVar[Source] = "computed"

    field: ChangedField
    wants: tuple[str, ...]
    replaced: bool
    """The update strategy deletes such a pod (RollingUpdate); OnDelete does not."""

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.replaced else "stuck"


def pod_asks_elsewhere(
    pod: Pod, node: Node, gates: FeatureGates
) -> tuple[ChangedField, tuple[str, ...]] | None:
    """What in the pod's own spec keeps it off a node that its DaemonSet's template fits; None when nothing does."""
    if (selector := check_node_selector(pod.spec, node)) is not None:
        return "nodeSelector", tuple(f"{label.key}={label.wants}" for label in selector.labels)
    if (affinity := check_node_affinity(required_node_affinity(pod.spec), node)) is not None:
        return "nodeAffinity", _failing(affinity)
    taints = (*node.spec.taints, CORDON) if node.spec.unschedulable else node.spec.taints
    if untolerated := untolerated_taints(taints, pod.spec.tolerations, gates):
        return "tolerations", tuple(spelled_taint(taint) for taint in dict.fromkeys(untolerated))
    return None


def spelled_taint(taint: Taint) -> str:
    """As kubectl taint spells it."""
    value = f"={taint.value}" if taint.value else ""
    return f"{taint.key}{value}:{taint.effect}"


def _failing(mismatch: NodeAffinityMismatch) -> tuple[str, ...]:
    return tuple(
        " ".join((requirement.key, requirement.operator, ",".join(requirement.values))).rstrip()
        for term in mismatch.terms
        for requirement in term.requirements
        if not requirement.holds
    )
