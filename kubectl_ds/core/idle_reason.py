"""Why a DaemonSet belongs on no node, in the few words that a table has room for."""

from kubectl_ds.core.near_miss import NearMiss, UnmetRequirement
from kubectl_ds.core.scheduling.admission import spelled_taint


def idle_reason(near: NearMiss) -> str:
    """The first thing that no node meets, and how many more there are; empty when no single thing is to blame."""
    told = [_unmet(one) for one in near.unmet]
    if near.empty_affinity:
        told.append("the node affinity has no terms")
    told += [f"the taint {spelled_taint(taint)} is not tolerated" for taint in near.shared_taints]
    if not told:
        return ""
    return told[0] if len(told) == 1 else f"{told[0]}, and {len(told) - 1} more"


def _unmet(one: UnmetRequirement) -> str:
    if one.errors:
        return "the node affinity is malformed"
    if one.place in ("nodeName", "matchFields"):
        if one.operator == "In":
            return f"there is no node {' or '.join(one.values)}"
        return "every node is ruled out by its name"
    if one.operator == "DoesNotExist":
        return f"every node has {one.key}"
    if one.operator == "NotIn":
        return f"every node has {one.key}={' or '.join(value for value, _ in one.seen)}"
    if not one.nodes_with_key:
        return f"no node has the label {one.key}"
    return f"{one.nodes_with_key} node{'s have' if one.nodes_with_key > 1 else ' has'} {one.key} with another value"
