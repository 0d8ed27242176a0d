"""Where a DaemonSet would land: the nodes that its template lets in, and why the others are left out."""

from collections.abc import Iterable

from msgspec import Struct

from kubectl_ds.core.causes import distinct_causes
from kubectl_ds.core.coverage_reasons import outlook_of
from kubectl_ds.core.coverage_report import Cause, NodeCoverage
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import DaemonSet, Node
from kubectl_ds.core.near_miss import NearMiss, near_miss
from kubectl_ds.core.placement import in_natural_order, place_all


class Landing(Struct, frozen=True, kw_only=True):
    """`eligible` in natural order; `excluded`: the distinct causes, the largest first. `near_miss` where no
    node is eligible."""

    nodes: int
    eligible: tuple[str, ...]
    excluded: tuple[Cause, ...]
    near_miss: NearMiss | None


def landing(daemonset: DaemonSet, nodes: Iterable[Node], gates: FeatureGates | None = None) -> Landing:
    """By the controller's rules alone: whether a pod then fits is the scheduler's question."""
    gates = gates or FeatureGates()
    ordered = in_natural_order(nodes)
    placements = place_all(daemonset, ordered, gates)
    left_out = []
    for name, placement in placements.items():
        deciding = placement.deciding
        if deciding is not None and deciding.reason is not None:
            reasons = (deciding.reason,)
            left_out.append(
                NodeCoverage(
                    node=name,
                    state="Excluded",
                    eligible=False,
                    duplicate=False,
                    outdated=False,
                    reasons=reasons,
                    outlook=outlook_of(reasons),
                )
            )
    eligible = tuple(name for name, placement in placements.items() if placement.should_run)
    return Landing(
        nodes=len(placements),
        eligible=eligible,
        excluded=distinct_causes(left_out),
        near_miss=None if eligible or not placements else near_miss(daemonset, ordered, gates, placements),
    )
