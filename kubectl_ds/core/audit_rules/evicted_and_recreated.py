"""DS030: pods that taints drive out after a while, and that the controller makes again."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import PodSpec, Taint, Toleration
from kubectl_ds.core.scheduling.admission import spelled_taint
from kubectl_ds.core.template_patch import placement_patch
from kubectl_ds.core.tolerations import is_replaced, merged_tolerations, seconds_tolerated, tolerates

_LOST_NODE = tuple(
    Taint(key=f"node.kubernetes.io/{word}", effect="NoExecute") for word in ("not-ready", "unreachable")
)
"""What the node lifecycle controller puts on a node that is lost; every node may get them."""
_LOST_KEYS = frozenset(taint.key for taint in _LOST_NODE)


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Tolerations with seconds: for taints that nodes have, for those of lost nodes, and for others that may come."""
    spec = audited.daemonset.spec.template.spec
    if all(one.toleration_seconds is None for one in spec.tolerations):
        return
    gates, tolerations = audited.cluster.joins.gates, merged_tolerations(spec)
    present, nodes, shortest = _present(audited, tolerations, gates)
    if nodes:
        yield _found_present(present, nodes, shortest, _patch(spec))
    lost = [taint for taint in _LOST_NODE if seconds_tolerated((taint,), tolerations, gates) is not None]
    if lost:
        yield _found_lost(seconds_tolerated(lost, tolerations, gates) or 0, _patch(spec))
    told = (*present, *_LOST_NODE)
    if later := [one.key for one in spec.tolerations if _is_for_later(one, told, tolerations, gates)]:
        yield _found_later(later, _patch(spec))
    limited = [one for one in spec.tolerations if one.toleration_seconds is not None]
    if idle := [one.key for one in limited if is_replaced(one, spec)]:
        yield _found_idle(idle)


def _found_present(taints: Sequence[Taint], nodes: tuple[str, ...], seconds: int, patch: Patch) -> Found:
    return Found(
        message=f"On {counted(len(nodes), 'node')} its pod is driven out {_after(seconds)} and made again, over and "
        f"over: it tolerates {listed([spelled_taint(taint) for taint in taints])} no longer than that.",
        nodes=nodes,
        subject="present taints",
        fix="Tolerate the taint without tolerationSeconds, as the patch does, or not at all: then it leaves the "
        f"{'node' if len(nodes) == 1 else 'nodes'}.",
        patch=patch,
    )


def _found_lost(seconds: int, patch: Patch) -> Found:
    return Found(
        message=f"On a node that is not ready or unreachable its pod is driven out {_after(seconds)}: a toleration "
        "of the template comes before the controller's own, which would let it stay.",
        subject="lost nodes",
        fix="Take tolerationSeconds out, as the patch does.",
        patch=patch,
    )


def _found_later(keys: Sequence[str], patch: Patch) -> Found:
    return Found(
        message=f"It tolerates {listed([f'{key}:NoExecute' for key in keys])} for a while only. No node of its own has "
        "such a taint now; on one that gets it, its pod is driven out and made again, over and over.",
        subject="taints to come",
        fix="Take tolerationSeconds out, as the patch does, or the whole toleration, if it may leave such nodes.",
        patch=patch,
    )


def _found_idle(keys: Sequence[str]) -> Found:
    return Found(
        message=f"Its tolerationSeconds for {listed(keys)} has no effect: the controller's own toleration, which has "
        "no end, takes the place of an equal one.",
        subject="without effect",
        fix="Take such tolerations out: every daemon pod has them.",
        level="info",
    )


def _present(
    audited: AuditedDaemonSet, tolerations: tuple[Toleration, ...], gates: FeatureGates
) -> tuple[tuple[Taint, ...], tuple[str, ...], int]:
    """The taints of its nodes that end its pods, the nodes, and after how many seconds at the soonest."""
    taints: dict[Taint, None] = {}
    nodes: dict[str, int] = {}
    for node in audited.eligible:
        for taint in node.spec.taints:
            seconds = seconds_tolerated((taint,), tolerations, gates)
            if seconds is not None and taint.key not in _LOST_KEYS:
                name = node.metadata.name
                nodes[name] = min(seconds, nodes.get(name, seconds))
                taints[Taint(key=taint.key, value=taint.value, effect=taint.effect)] = None
    return tuple(taints), tuple(nodes), min(nodes.values(), default=0)


def _is_for_later(
    one: Toleration, told: tuple[Taint, ...], tolerations: tuple[Toleration, ...], gates: FeatureGates
) -> bool:
    """Whether it ends pods for a taint that nobody has, and has not been told of for another."""
    if one.toleration_seconds is None or not one.key or any(tolerates(one, taint, gates) for taint in told):
        return False
    taint = Taint(key=one.key, value=one.value, effect="NoExecute")
    return seconds_tolerated((taint,), tolerations, gates) is not None


def _after(seconds: int) -> str:
    return f"after {counted(seconds, 'second')}" if seconds else "at once"


def _patch(spec: PodSpec) -> Patch:
    lasting = tuple(replace(one, toleration_seconds=None) for one in spec.tolerations)
    return placement_patch(spec, replace(spec, tolerations=lasting))


RULE = Rule(
    id="DS030",
    name="evicted-and-recreated",
    level="warning",
    needs=frozenset(("nodes",)),
    means="The template tolerates a NoExecute taint with tolerationSeconds. Where a node has the taint, the pod is "
    "evicted when the seconds are over, and the DaemonSet controller, to which a taint that is tolerated for a while "
    "is tolerated, makes it again. Nodes may get the taint later, too.",
    why="The pod starts, ends and starts again for as long as the taint stays. To daemon pods the controller adds "
    "tolerations without an end for nodes that are not ready or unreachable; one with seconds of the template's own, "
    "which comes first, undoes that.",
    mend="Leave tolerationSeconds out of a DaemonSet's template. One that is exactly a toleration of the controller's "
    "own (`key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute`) is replaced by it, does no harm, "
    "and is a note.",
    check=check,
)
