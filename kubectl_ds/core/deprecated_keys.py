"""Label and taint keys that Kubernetes gave up, where a template uses them, and the template with the new ones.

Upstream: pkg/api/node/util.go, of whose labels the API server warns whoever writes them; KEP-2067 for the control
plane's label and taint; pkg/scheduler/algorithm/well_known_labels.go of old releases for the other taints.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.control_plane import CONTROL_PLANE, MASTER
from kubectl_ds.core.model import NodeSelectorTerm, PodSpec
from kubectl_ds.core.placement_change import required_terms_of
from kubectl_ds.core.template_patch import with_terms
from kubectl_ds.core.template_tree import Tree, part, pod_spec, text


class Successor(Struct, frozen=True):
    """What took a key's place (empty: nothing did), and the release that gave the old one up, where it is known."""

    key: str
    since: str = ""


LABELS: Mapping[str, Successor] = {
    "beta.kubernetes.io/os": Successor("kubernetes.io/os", "v1.14"),
    "beta.kubernetes.io/arch": Successor("kubernetes.io/arch", "v1.14"),
    "beta.kubernetes.io/instance-type": Successor("node.kubernetes.io/instance-type", "v1.17"),
    "failure-domain.beta.kubernetes.io/zone": Successor("topology.kubernetes.io/zone", "v1.17"),
    "failure-domain.beta.kubernetes.io/region": Successor("topology.kubernetes.io/region", "v1.17"),
    MASTER: Successor(CONTROL_PLANE, "v1.20"),
}
TAINTS: Mapping[str, Successor] = {
    MASTER: Successor(CONTROL_PLANE, "v1.20"),
    "node.alpha.kubernetes.io/notReady": Successor("node.kubernetes.io/not-ready"),
    "node.alpha.kubernetes.io/unreachable": Successor("node.kubernetes.io/unreachable"),
    "node.kubernetes.io/out-of-disk": Successor(""),
}


class KeyUse(Struct, frozen=True, kw_only=True):
    """A place in the template where a deprecated key stands."""

    field: str
    """`nodeSelector`, `affinity`, `topologySpreadConstraints` or `tolerations`."""
    pointer: str
    """JSON pointer to the key itself, or in a nodeSelector and in tolerations to the entry that has it."""
    key: str


def deprecated_uses(daemonset_object: Mapping[str, Any]) -> tuple[KeyUse, ...]:
    """All of them, in the order of the fields and of what is written in each."""
    return tuple(_uses(pod_spec(daemonset_object)))


_SPEC = "/spec/template/spec"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def _uses(spec: Tree) -> Iterator[KeyUse]:
    for key in part(spec, "nodeSelector"):
        if key in LABELS:
            yield KeyUse(field="nodeSelector", pointer=f"{_SPEC}/nodeSelector/{_escaped(key)}", key=key)
    affinity = part(spec, "affinity")
    yield from _in_node_affinity(part(affinity, "nodeAffinity"), f"{_SPEC}/affinity/nodeAffinity")
    for kind in ("podAffinity", "podAntiAffinity"):
        yield from _in_pod_affinity(part(affinity, kind), f"{_SPEC}/affinity/{kind}")
    pointer = f"{_SPEC}/topologySpreadConstraints"
    for index, constraint in _items(spec, "topologySpreadConstraints"):
        yield from _at(constraint, "topologyKey", "topologySpreadConstraints", f"{pointer}/{index}")
    for index, toleration in _items(spec, "tolerations"):
        if (key := text(toleration, "key")) in TAINTS:
            yield KeyUse(field="tolerations", pointer=f"{_SPEC}/tolerations/{index}", key=key)


def _in_node_affinity(affinity: Tree, pointer: str) -> Iterator[KeyUse]:
    for index, term in _items(part(affinity, _REQUIRED), "nodeSelectorTerms"):
        yield from _in_term(term, f"{pointer}/{_REQUIRED}/nodeSelectorTerms/{index}")
    for index, preferred in _items(affinity, _PREFERRED):
        yield from _in_term(part(preferred, "preference"), f"{pointer}/{_PREFERRED}/{index}/preference")


def _in_term(term: Tree, pointer: str) -> Iterator[KeyUse]:
    for index, expression in _items(term, "matchExpressions"):
        yield from _at(expression, "key", "affinity", f"{pointer}/matchExpressions/{index}")


def _in_pod_affinity(affinity: Tree, pointer: str) -> Iterator[KeyUse]:
    for index, term in _items(affinity, _REQUIRED):
        yield from _at(term, "topologyKey", "affinity", f"{pointer}/{_REQUIRED}/{index}")
    for index, weighted in _items(affinity, _PREFERRED):
        term = part(weighted, "podAffinityTerm")
        yield from _at(term, "topologyKey", "affinity", f"{pointer}/{_PREFERRED}/{index}/podAffinityTerm")


def _at(tree: Tree, name: str, field: str, pointer: str) -> Iterator[KeyUse]:
    if (key := text(tree, name)) in LABELS:
        yield KeyUse(field=field, pointer=f"{pointer}/{name}", key=key)


def _items(tree: Tree, key: str) -> Iterator[tuple[int, Tree]]:
    """The objects of a list with their places in it, which a pointer counts whatever else is there."""
    held = tree.get(key)
    for index, one in enumerate(held if isinstance(held, list | tuple) else ()):
        if isinstance(one, Mapping):
            yield index, one


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


# --- the template with the new key -----------------------------------------------------------------


def with_label_renamed(spec: PodSpec, old: str, new: str) -> PodSpec:
    """The spec whose nodeSelector and required node affinity ask for the new label; a new one that is there stays."""
    selector = {**spec.node_selector}
    if old in selector:
        value = selector.pop(old)
        selector.setdefault(new, value)
    renamed = replace(spec, node_selector=selector)
    terms = required_terms_of(spec)
    return with_terms(renamed, tuple(_renamed(term, old, new) for term in terms)) if terms else renamed


def _renamed(term: NodeSelectorTerm, old: str, new: str) -> NodeSelectorTerm:
    expressions = (replace(one, key=new) if one.key == old else one for one in term.match_expressions)
    return replace(term, match_expressions=tuple(expressions))


def patch_operations(
    uses: tuple[KeyUse, ...], spec: PodSpec, new: str, *, drop: bool
) -> list[dict[str, Any]]:
    """JSON patch operations that put the new key in each place of one deprecated key.

    Each is tested first, so that a template that has changed meanwhile is refused and not spoilt. `drop`:
    tolerations go as a whole, from the last one on, since each that goes moves those behind it.
    """
    operations: list[dict[str, Any]] = []
    for use in reversed(uses):
        match use.field:
            case "nodeSelector" if new in spec.node_selector:
                operations.append({"op": "remove", "path": use.pointer})
            case "nodeSelector":
                target = f"{_SPEC}/nodeSelector/{_escaped(new)}"
                operations.append({"op": "move", "from": use.pointer, "path": target})
            case "tolerations" if drop:
                operations += [_test(f"{use.pointer}/key", use.key), {"op": "remove", "path": use.pointer}]
            case "tolerations":
                operations += _replacement(f"{use.pointer}/key", use.key, new)
            case _:
                operations += _replacement(use.pointer, use.key, new)
    return operations


def _replacement(pointer: str, old: str, new: str) -> list[dict[str, Any]]:
    return [_test(pointer, old), {"op": "replace", "path": pointer, "value": new}]


def _test(pointer: str, value: str) -> dict[str, Any]:
    return {"op": "test", "path": pointer, "value": value}
