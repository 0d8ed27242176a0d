"""Taints that keep a daemon pod out, or drive it out."""

from msgspec import Struct

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import Node, Taint, Toleration
from kubectl_ds.core.tolerations import untolerated_taints


class UntoleratedTaint(Struct, frozen=True, tag=True):
    """Taints that neither the template nor the controller's own tolerations tolerate, in the node's order.

    Their `timeAdded` is left out: nodes with equal taints share one reason.
    """

    taints: tuple[Taint, ...]

    @property
    def evicts(self) -> bool:
        """Whether a pod that is there is deleted (NoExecute), and not merely left alone (NoSchedule)."""
        return any(taint.effect == "NoExecute" for taint in self.taints)


def check_taints(
    tolerations: tuple[Toleration, ...], node: Node, gates: FeatureGates
) -> UntoleratedTaint | None:
    """Steps 5 and 6 of `NodeShouldRunDaemonPod`; `tolerations` are the created pod's, merged."""
    failing = untolerated_taints(node.spec.taints, tolerations, gates)
    if not failing:
        return None
    return UntoleratedTaint(
        taints=tuple(Taint(key=taint.key, value=taint.value, effect=taint.effect) for taint in failing)
    )
