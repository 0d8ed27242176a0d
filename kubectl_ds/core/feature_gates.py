"""Feature gates of the API server that change what a rule means. No client can read them, so they are inferred."""

from collections.abc import Iterable

from msgspec import Struct

from kubectl_ds.core.model import DaemonSet, Pod, Toleration


class FeatureGates(Struct, frozen=True):
    """Defaults are the ones of the newest release that was read (v1.37 in development)."""

    taint_toleration_comparison_operators: bool = False
    """KEP-5471, alpha: tolerations with the operators `Gt` and `Lt` compare numbers. Off: they tolerate nothing."""


def infer_feature_gates(daemonsets: Iterable[DaemonSet], pods: Iterable[Pod] = ()) -> FeatureGates:
    """What the live objects give away: a server with the gate off refuses `Gt` and `Lt` tolerations."""
    templates = [daemonset.spec.template.spec.tolerations for daemonset in daemonsets]
    # Pods of one template share their tolerations (core/shared_parts.py): 150,000 pods have a few dozen of them.
    of_pods = {id(pod.spec.tolerations): pod.spec.tolerations for pod in pods}
    return FeatureGates(
        taint_toleration_comparison_operators=any(map(_compares, (*templates, *of_pods.values())))
    )


def _compares(tolerations: tuple[Toleration, ...]) -> bool:
    return any(toleration.operator in ("Gt", "Lt") for toleration in tolerations)
