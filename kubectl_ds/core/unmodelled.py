"""What in a pod template decides on scheduling and is not modelled: said, and never taken to fit."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.binding import DEFAULT_SCHEDULER

What = Literal[
    "scheduler",
    "resourceClaims",
    "podAffinity",
    "podAntiAffinity",
    "topologySpreadConstraints",
    "volumes",
]


class Unmodelled(Struct, frozen=True):
    """One such thing; `name` is the scheduler's, the claims', the volumes', joined by commas."""

    what: What
    name: str = ""


def unmodelled(daemonset_object: Mapping[str, Any]) -> tuple[Unmodelled, ...]:
    """In the order of the fields of `What`. Takes the plain tree, since the model leaves most of these out.

    Profiles and out-of-tree plugins of the default scheduler, webhooks and quotas show in no template: they are
    never modelled.
    """
    template = ((daemonset_object.get("spec") or {}).get("template") or {}).get("spec") or {}
    return tuple(_found(template))


def _found(spec: Mapping[str, Any]) -> Iterator[Unmodelled]:
    scheduler = spec.get("schedulerName") or DEFAULT_SCHEDULER
    if scheduler != DEFAULT_SCHEDULER:
        yield Unmodelled("scheduler", str(scheduler))
    if claims := spec.get("resourceClaims"):
        yield Unmodelled("resourceClaims", _names(claims))
    affinity = spec.get("affinity") or {}
    for kind in ("podAffinity", "podAntiAffinity"):
        if (affinity.get(kind) or {}).get("requiredDuringSchedulingIgnoredDuringExecution"):
            yield Unmodelled(kind)
    constraints = spec.get("topologySpreadConstraints") or ()
    if any(one.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule" for one in constraints):
        yield Unmodelled("topologySpreadConstraints")
    claimed = [
        one for one in spec.get("volumes") or () if one.get("persistentVolumeClaim") or one.get("ephemeral")
    ]
    if claimed:
        yield Unmodelled("volumes", _names(claimed))


def _names(items: Any) -> str:
    return ", ".join(str(one.get("name", "")) for one in items)
