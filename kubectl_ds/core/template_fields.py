"""What of a DaemonSet decides which pods it makes and how it replaces them, field by field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Fields = dict[str, Any]
"""The value of each field that is set, by its path below the spec: `template.spec.containers[agent].image`.

Entries of a list go by what tells them apart; a list without such a thing is one value.
"""

_KEYS: Final[Mapping[str, str]] = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
}
"""What the API merges the entries of these lists by."""
_UNORDERED: Final = frozenset({"tolerations", "hostAliases"})
_OF_ONE_CLUSTER: Final = frozenset(
    {
        "template.metadata.creationTimestamp",
        "template.metadata.annotations[kubectl.kubernetes.io/restartedAt]",
        "template.metadata.annotations[deprecated.daemonset.template.generation]",
    }
)
"""What tells when something was done, and not what runs."""
_MAPS: Final = frozenset({"labels", "annotations", "nodeSelector", "requests", "limits"})
"""Fields whose keys are people's own, and may have dots in them."""


def template_fields(daemonset: Mapping[str, Any]) -> Fields:
    """The fields of a raw DaemonSet's template, update strategy and minReadySeconds. Anything may be of any type."""
    spec = daemonset.get("spec")
    if not isinstance(spec, Mapping):
        return {}
    decisive = {key: spec.get(key) for key in ("template", "updateStrategy", "minReadySeconds")}
    leaves = (leaf for key, value in decisive.items() for leaf in _leaves(key, key, value))
    return {path: value for path, value in leaves if path not in _OF_ONE_CLUSTER}


def is_private(path: str) -> bool:
    """Whether the value is nobody's business who only wants to know that it differs: environment variables' are."""
    return ".env[" in path and path.endswith(".value")


def _leaves(path: str, key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if value is None or value in ({}, [], ""):
        return
    if isinstance(value, Mapping):
        for name, held in value.items():
            below = f"{path}[{name}]" if key in _MAPS else f"{path}.{name}"
            yield from _leaves(below, str(name), held)
    elif (names := _names(key, value)) is not None:
        for name, entry in zip(names, value, strict=True):
            told = {field: held for field, held in entry.items() if field != _KEYS[key]}
            if told:
                yield from _leaves(f"{path}[{name}]", "", told)
            else:
                yield f"{path}[{name}]", True
    else:
        yield path, sorted(value, key=_spelled) if key in _UNORDERED and isinstance(value, list) else value


def _names(key: str, value: Any) -> Sequence[str] | None:
    """What the entries of a list go by; None where something does not, or two go by the same."""
    by = _KEYS.get(key)
    if by is None or not isinstance(value, list):
        return None
    names = [entry.get(by) if isinstance(entry, Mapping) else None for entry in value]
    told = [name for name in names if isinstance(name, str) and name]
    return told if len(set(told)) == len(value) else None


def _spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
