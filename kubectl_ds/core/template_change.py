"""Whether a manifest changes the pod template that is there, the API's defaults left out of account.

A manifest says less than the object that the server keeps, which has every default filled in. So it changes
nothing when all that it says stands there already; of what people write as a whole (labels, selectors, lists)
what it no longer says counts as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_ds.core.quantity import parse_quantity

_WHOLE = frozenset({"labels", "annotations", "nodeSelector", "limits", "requests", "matchLabels"})
"""Maps of which a missing key is a key taken away. Elsewhere it may be a default."""
_OTHERS = frozenset({"kubectl.kubernetes.io/restartedAt"})
"""Written into a template by `kubectl rollout restart`, and left alone by whoever applies a manifest."""
_QUANTITIES = frozenset({"limits", "requests"})


def template_changes(manifest: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether applying `manifest` makes a new revision of the DaemonSet `live`; both plain trees."""
    wanted, present = _template(manifest), _template(live)
    return not _says_no_more(wanted, present, "template") or _takes_away(wanted, present)


def _template(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    template = (tree.get("spec") or {}).get("template")
    return template if isinstance(template, Mapping) else {}


def _says_no_more(wanted: Any, present: Any, key: str) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, Mapping):
        held = present if isinstance(present, Mapping) else {}
        if key in _WHOLE and set(held) - set(wanted) - _OTHERS:
            return False
        return all(
            _same_amount(value, held.get(name))
            if key in _QUANTITIES
            else _says_no_more(value, held.get(name), name)
            for name, value in wanted.items()
        )
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        held_list = present if isinstance(present, Sequence) and not isinstance(present, str) else ()
        return len(wanted) == len(held_list) and all(
            _says_no_more(one, other, key) for one, other in zip(wanted, held_list, strict=True)
        )
    return bool(wanted == present) or (present is None and wanted in ("", 0, False))


def _same_amount(wanted: Any, present: Any) -> bool:
    try:
        return present is not None and parse_quantity(wanted) == parse_quantity(present)
    except (ValueError, TypeError):
        return bool(wanted == present)


_FIELDS_WITHOUT_DEFAULT = (
    "nodeName",
    "nodeSelector",
    "affinity",
    "tolerations",
    "initContainers",
    "volumes",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "priorityClassName",
    "runtimeClassName",
    "schedulingGates",
    "topologySpreadConstraints",
    "serviceAccountName",
    "overhead",
    "resources",
)
"""Fields of a pod spec that the API leaves empty: one that is there and not in the manifest was taken away.

`serviceAccountName` is defaulted on pods, and not in templates."""
_CONTAINER_FIELDS_WITHOUT_DEFAULT = (
    "args",
    "command",
    "env",
    "envFrom",
    "ports",
    "volumeMounts",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "securityContext",
)


def _takes_away(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    spec, held = wanted.get("spec") or {}, present.get("spec") or {}
    if any(held.get(field) and not spec.get(field) for field in _FIELDS_WITHOUT_DEFAULT):
        return True
    metadata, held_metadata = wanted.get("metadata") or {}, present.get("metadata") or {}
    if any(
        set(held_metadata.get(field) or ()) - set(metadata.get(field) or ()) - _OTHERS
        for field in ("labels", "annotations")
    ):
        return True
    containers = zip(spec.get("containers") or (), held.get("containers") or (), strict=False)
    return any(_container_loses(one, present_one) for one, present_one in containers)


def _container_loses(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    if any(present.get(field) and not wanted.get(field) for field in _CONTAINER_FIELDS_WITHOUT_DEFAULT):
        return True
    resources, held = wanted.get("resources") or {}, present.get("resources") or {}
    return any(held.get(field) and not resources.get(field) for field in ("limits", "requests"))
