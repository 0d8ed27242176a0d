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
    return FeatureGates(
        taint_toleration_comparison_operators=any(
            _compares(daemonset.spec.template.spec.tolerations) for daemonset in daemonsets
        )
        or any(_compares(pod.spec.tolerations) for pod in pods)
    )


def _compares(tolerations: tuple[Toleration, ...]) -> bool:
    return any(toleration.operator in ("Gt", "Lt") for toleration in tolerations)
