"""Taints and tolerations, and the tolerations that the controller adds to every daemon pod.

Upstream: staging/src/k8s.io/api/core/v1/toleration.go, component-helpers/scheduling/corev1/helpers.go and
`AddOrUpdateDaemonPodTolerations` of pkg/controller/daemon/util/daemonset_util.go.
"""

from collections.abc import Iterable

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.integers import parse_canonical_int64
from kubectl_ds.core.model import PodSpec, Taint, Toleration

TAINT_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
SCHEDULING_EFFECTS = frozenset(("NoSchedule", "NoExecute"))
"""The effects that keep a pod out; PreferNoSchedule is a score of the scheduler only."""

_NO_GATES = FeatureGates()


def _exists(key: str, effect: str) -> Toleration:
    return Toleration(key=key, operator="Exists", effect=effect)


_ALWAYS = (
    _exists("node.kubernetes.io/not-ready", "NoExecute"),
    _exists("node.kubernetes.io/unreachable", "NoExecute"),
    _exists("node.kubernetes.io/disk-pressure", "NoSchedule"),
    _exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
    _exists("node.kubernetes.io/pid-pressure", "NoSchedule"),
    _exists("node.kubernetes.io/unschedulable", "NoSchedule"),
)
_HOST_NETWORK = _exists("node.kubernetes.io/network-unavailable", "NoSchedule")


def tolerates(toleration: Toleration, taint: Taint, gates: FeatureGates = _NO_GATES) -> bool:
    """Whether one toleration tolerates one taint. `tolerationSeconds` never matters here."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    match toleration.operator:
        case "" | "Equal":
            return toleration.value == taint.value
        case "Exists":
            return True
        case "Gt" | "Lt":
            return gates.taint_toleration_comparison_operators and _compares(toleration, taint)
        case _:
            return False


def _compares(toleration: Toleration, taint: Taint) -> bool:
    wants = parse_canonical_int64(toleration.value)
    has = parse_canonical_int64(taint.value)
    if wants is None or has is None:
        return False
    return has > wants if toleration.operator == "Gt" else has < wants


def untolerated_taints(
    taints: Iterable[Taint],
    tolerations: tuple[Toleration, ...],
    gates: FeatureGates = _NO_GATES,
    *,
    effects: frozenset[str] = SCHEDULING_EFFECTS,
) -> tuple[Taint, ...]:
    """The taints of the considered effects that no toleration tolerates, in the node's order."""
    return tuple(
        [
            taint
            for taint in taints
            if taint.effect in effects
            and not any(tolerates(toleration, taint, gates) for toleration in tolerations)
        ]
    )


def seconds_tolerated(
    taints: Iterable[Taint], tolerations: tuple[Toleration, ...], gates: FeatureGates = _NO_GATES
) -> int | None:
    """After how many seconds a NoExecute taint that is tolerated for a while ends the pod; None for never.

    Of the first toleration that matches each taint the shortest counts (`GetMatchingTolerations` and
    `getMinTolerationTime` of pkg/controller/tainteviction/taint_eviction.go). A taint that is not tolerated at
    all is not asked about here.
    """
    shortest: int | None = None
    for taint in taints:
        if taint.effect != "NoExecute":
            continue
        used = next((one for one in tolerations if tolerates(one, taint, gates)), None)
        if used is not None and used.toleration_seconds is not None:
            seconds = max(0, used.toleration_seconds)
            shortest = seconds if shortest is None else min(shortest, seconds)
    return shortest


def controller_tolerations(pod_spec: PodSpec) -> tuple[Toleration, ...]:
    """What the controller adds to a template's tolerations on every pod it creates; never on the object."""
    return (*_ALWAYS, _HOST_NETWORK) if pod_spec.host_network else _ALWAYS


def merged_tolerations(pod_spec: PodSpec) -> tuple[Toleration, ...]:
    """The tolerations of a created pod, in order.

    An equal one of the template (key, effect, operator, value) is replaced in place, and so loses its
    `tolerationSeconds`; the others are appended.
    """
    merged = list(pod_spec.tolerations)
    for added in controller_tolerations(pod_spec):
        places = [place for place, own in enumerate(merged) if _matches(own, added)]
        for place in places:
            merged[place] = added
        if not places:
            merged.append(added)
    return tuple(merged)


def is_replaced(own: Toleration, pod_spec: PodSpec) -> bool:
    """Whether the controller puts one of its own in the place of this toleration of a template."""
    return any(_matches(own, added) for added in controller_tolerations(pod_spec))


def _matches(own: Toleration, added: Toleration) -> bool:
    return (own.key, own.effect, own.operator, own.value) == (
        added.key,
        added.effect,
        added.operator,
        added.value,
    )
