"""From the words of `plan` to the changes that it supposes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kubectl_ds.commands.reading import read_with, say_what_is_lacking, session_from
from kubectl_ds.core.label_selector import parse
from kubectl_ds.core.label_syntax import label_key_errors, label_value_errors
from kubectl_ds.core.model import DaemonSet, Node, PriorityClass, Taint
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.object_key import key_of
from kubectl_ds.core.planned_change import (
    AddNode,
    ApplyDaemonSet,
    ApplyPriorityClass,
    DeleteDaemonSet,
    DrainNode,
    LabelNodes,
    PlannedChange,
    RemoveNode,
    TaintNodes,
    UntaintNodes,
    node_like,
)
from kubectl_ds.core.tolerations import TAINT_EFFECTS
from kubectl_ds.environment import Environment
from kubectl_ds.errors import NotFoundError, UsageError
from kubectl_ds.kube.decoding import typed_object
from kubectl_ds.kube.manifests import Manifest, read_manifests
from kubectl_ds.kube.scope import Scope

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot, Resource

_MOST_NODES = 1000
"""Nodes that one --add-node may add: more are a slip of the finger."""
_SOMETHING = ("filenames", "taints", "labels", "added", "removed", "drained", "deleted")


def manifests_from(environment: Environment, values: Mapping[str, Any]) -> tuple[Manifest, ...]:
    """Before a cluster is asked. Raises `UsageError` when nothing at all is supposed."""
    if not any(values[name] for name in _SOMETHING):
        raise UsageError(
            "there is nothing to plan",
            hint="give -f FILE, --taint, --label, --add-node, --remove-node, --drain or --delete",
        )
    if (values["nodes"] or values["node_selector"]) and not (values["taints"] or values["labels"]):
        raise UsageError("--node and --nodes say where a --taint or --label goes, and there is none")
    return read_manifests(values["filenames"], environment.stdin, recursive=values["recursive"])


def planned_on(
    environment: Environment, values: Mapping[str, Any], manifests: Sequence[Manifest]
) -> "tuple[ClusterSnapshot, str]":
    """The whole cluster, since any DaemonSet may be touched and any pod may be in the way; and the namespace
    of what names none."""
    wants: set[Resource] = {"daemonsets", "nodes", "pods", "priorityclasses", "limitranges"}
    if any(_runtime_class_of(one) for one in manifests) or not manifests:
        wants.add("runtimeclasses")
    scope = Scope(namespace=None)
    with session_from(environment, values) as session:
        snapshot = read_with(session, values, scope, frozenset(wants))
        namespace = session.namespace
    say_what_is_lacking(environment, snapshot, scope, empty_is_fine=True)
    return snapshot, namespace


def _runtime_class_of(manifest: Manifest) -> str:
    template = ((manifest.object.get("spec") or {}).get("template") or {}).get("spec") or {}
    return str(template.get("runtimeClassName") or "")


def changes_from(
    values: Mapping[str, Any], manifests: Sequence[Manifest], snapshot: "ClusterSnapshot", namespace: str
) -> tuple[list[PlannedChange], list[str]]:
    """Nodes that join come first, so that they can be tainted and labelled too; and the kinds passed over.

    Raises `UsageError` for words that mean nothing, `NotFoundError` for nodes and DaemonSets that are not there.
    """
    changes: list[PlannedChange] = []
    ignored: list[str] = []
    for manifest in manifests:
        change = _applied(manifest, namespace)
        if change is not None:
            changes.append(change)
        else:
            ignored.append(str(manifest.object["kind"]))
    known = {node.metadata.name: node for node in snapshot.nodes}
    joining = [change for change in changes if isinstance(change, AddNode)]
    joining += [change for word in values["added"] for change in _joining(word, known)]
    nodes = {**known, **{change.node.metadata.name: change.node for change in joining}}
    changes = [*joining, *(change for change in changes if not isinstance(change, AddNode))]
    changes += [_taint(word, values, nodes) for word in values["taints"]]
    changes += [_label(word, values, nodes) for word in values["labels"]]
    changes += [DrainNode(_there(word, nodes)) for word in values["drained"]]
    changes += [RemoveNode(_there(word, nodes)) for word in values["removed"]]
    changes += [_deletion(word, snapshot, namespace) for word in values["deleted"]]
    return changes, list(dict.fromkeys(ignored))


# --- manifests -------------------------------------------------------------------------------------


def _applied(manifest: Manifest, namespace: str) -> PlannedChange | None:
    raw = manifest.object
    try:
        match raw["kind"], str(raw["apiVersion"]).partition("/")[0]:
            case "DaemonSet", "apps":
                metadata = {**(raw.get("metadata") or {})}
                metadata.setdefault("namespace", namespace)
                placed = {**raw, "metadata": metadata}
                return ApplyDaemonSet(typed_object(placed, DaemonSet), placed, manifest.source)
            case "PriorityClass", "scheduling.k8s.io":
                return ApplyPriorityClass(typed_object(raw, PriorityClass))
            case "Node", "v1":
                return AddNode(typed_object(raw, Node), manifest.source)
    except msgspec.ValidationError as error:
        name = (raw.get("metadata") or {}).get("name")
        raise UsageError(
            f"{raw['kind']} {name} in {manifest.source} is not as the API has it: {error}"
        ) from None
    return None


# --- nodes -----------------------------------------------------------------------------------------


def _joining(word: str, known: Mapping[str, Node]) -> Iterator[AddNode]:
    """`n7`, `n7=3`, `node.yaml`: named n7-new-1 and so on, or as the file names them."""
    counted = re.fullmatch(r"(.+)=(\d+)", word)
    name, number = (counted[1], int(counted[2])) if counted else (word, 1)
    if not 1 <= number <= _MOST_NODES:
        raise UsageError(f"--add-node adds 1 to {_MOST_NODES} nodes, not {number}")
    if name in known:
        for place in range(1, number + 1):
            yield AddNode(node_like(known[name], f"{name}-new-{place}"), name)
        return
    if not Path(name).exists():
        raise _no_node(name, known, hint="or a file with a Node in it")
    nodes = [one for one in read_manifests([name], StringIO()) if one.object["kind"] == "Node"]
    if not nodes:
        raise UsageError(f"{name} holds no Node")
    for one in nodes:
        change = _applied(one, "")
        assert isinstance(change, AddNode)
        own = change.node.metadata.name
        for place in range(1, number + 1):
            yield AddNode(node_like(change.node, own if number == 1 else f"{own}-{place}"), name)


def _taint(word: str, values: Mapping[str, Any], nodes: Mapping[str, Node]) -> PlannedChange:
    parts = word.removesuffix("-").split(":")
    effect = parts.pop() if parts[-1] in TAINT_EFFECTS else ""
    own = parts.pop(0) if len(parts) == 2 else ""
    key, equals, value = parts[0].partition("=") if len(parts) == 1 else ("", "", "")
    taken_off = word.endswith("-")
    if (
        label_key_errors(key)
        or label_value_errors(value)
        or not (effect or taken_off)
        or (taken_off and equals)
    ):
        raise UsageError(
            f"--taint takes [NODE:]KEY[=VALUE]:EFFECT, or KEY[:EFFECT]- to take it off, not {word!r}",
            hint="the effects are " + ", ".join(TAINT_EFFECTS),
        )
    where = _where("--taint", own, values, nodes)
    if taken_off:
        return UntaintNodes(where, key, effect)
    return TaintNodes(where, Taint(key=key, value=value, effect=effect))


def _label(word: str, values: Mapping[str, Any], nodes: Mapping[str, Node]) -> PlannedChange:
    own, _, rest = word.rpartition(":")
    key, equals, value = rest.partition("=")
    taken_off = not equals and rest.endswith("-")
    key = key.removesuffix("-") if taken_off else key
    if label_key_errors(key) or label_value_errors(value) or not (equals or taken_off):
        raise UsageError(f"--label takes [NODE:]KEY=VALUE, or KEY- to take it off, not {word!r}")
    return LabelNodes(_where("--label", own, values, nodes), key, None if taken_off else value)


def _where(flag: str, own: str, values: Mapping[str, Any], nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """The nodes that a taint or label goes to: its own, those named, those selected."""
    if own:
        return (_there(own, nodes),)
    chosen = [_there(name, nodes) for name in values["nodes"]]
    if values["node_selector"]:
        selector = parse(values["node_selector"])
        chosen += [name for name, node in nodes.items() if selector.matches(node.metadata.labels)]
        if not chosen:
            raise UsageError(f"no node has the labels of --nodes {values['node_selector']}")
    if not chosen:
        raise UsageError(
            f"{flag} does not say on which nodes",
            hint="write NODE:…, or give --node NODE or --nodes SELECTOR",
        )
    return tuple(sorted(dict.fromkeys(chosen), key=natural_key))


def _there(name: str, nodes: Mapping[str, Node]) -> str:
    if name not in nodes:
        raise _no_node(name, nodes)
    return name


def _no_node(name: str, nodes: Mapping[str, Node], *, hint: str = "") -> NotFoundError:
    from difflib import get_close_matches

    near = get_close_matches(name, list(nodes), n=1)
    meant = f"did you mean {near[0]!r}?" if near else ""
    return NotFoundError(f'nodes "{name}" not found', hint=", ".join(part for part in (meant, hint) if part))


def _deletion(word: str, snapshot: "ClusterSnapshot", namespace: str) -> DeleteDaemonSet:
    from kubectl_ds.commands.names import TYPES

    parts = word.split("/")
    if len(parts) > 1 and parts[0].lower() in TYPES:
        parts = parts[1:]
    if not 1 <= len(parts) <= 2 or not all(parts):
        raise UsageError(f"--delete takes NAME or NAMESPACE/NAME, not {word!r}")
    where, name = (namespace, parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    if not any(key_of(one.metadata) == (where, name) for one in snapshot.daemonsets):
        raise NotFoundError(f'daemonsets.apps "{name}" not found in namespace {where}')
    return DeleteDaemonSet(where, name)
