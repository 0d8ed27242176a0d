"""The short spelling of the conformance cases, and the whole API objects that it stands for.

README.md in this folder explains the notation; whatever it leaves unsaid is filled in here.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from kubectl_ds.core.model import PodSpec
from tests.clusters import Raw, a_taint, affinity_to, pinned_to

LABELS = {"name": "simple-daemon", "type": "production"}
"""Labels that every DaemonSet of the cases selects, and every pod carries unless said otherwise."""
CURRENT_HASH = "7c5ddbdf54"
OLD_HASH = "5d69b8c7f9"
HASHES = {"current": CURRENT_HASH, "old": OLD_HASH}
NOW = "2026-01-01T01:00:00Z"
CREATED = "2026-01-01T00:00:00Z"
NAMESPACE = "default"
UID = "6d0f6f0a-0000-4000-8000-0000000000aa"
OTHER_OWNER = {"name": "foo2", "uid": "6d0f6f0a-0000-4000-8000-0000000000cc"}

_UNREAD = {"os", "topologySpreadConstraints"}
"""Fields of a pod's spec that no rule reads, which is the point of the cases that have them."""
_POD_SPEC_FIELDS = {field.encode_name for field in msgspec.structs.fields(PodSpec)} | _UNREAD
_IMAGE = "registry.example/foo/bar:1"


def daemonset(short: Mapping[str, Any]) -> Raw:
    """`name`, `namespace`, `generation`, `deleting`, `strategy`, `minReadySeconds`, `template`, `status`."""
    short = dict(short)
    metadata: Raw = {
        "name": short.pop("name", "foo"),
        "namespace": short.pop("namespace", NAMESPACE),
        "uid": UID,
        "generation": short.pop("generation", 1),
    }
    if short.pop("deleting", False):
        metadata |= {"deletionTimestamp": CREATED, "finalizers": ["foregroundDeletion"]}
    strategy = short.pop("strategy", {})
    rolling = {"maxUnavailable": 1, "maxSurge": 0, **(strategy if isinstance(strategy, dict) else {})}
    spec = {
        "selector": {"matchLabels": LABELS},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}
        if isinstance(strategy, dict)
        else {"type": strategy},
        "template": {"metadata": {"labels": LABELS}, "spec": pod_spec(short.pop("template", {}))},
    }
    if "minReadySeconds" in short:
        spec["minReadySeconds"] = short.pop("minReadySeconds")
    raw = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": spec}
    if "status" in short:
        raw["status"] = short.pop("status")
    return _all_used(short, raw)


def node(short: str | Mapping[str, Any]) -> Raw:
    """A name, or `name`, `labels`, `taints`, `unschedulable`, `ready`, `pressure`, `allocatable`."""
    short = {"name": short} if isinstance(short, str) else dict(short)
    metadata: Raw = {"name": short.pop("name")}
    if "labels" in short:
        metadata["labels"] = short.pop("labels")
    spec: Raw = {}
    if "taints" in short:
        spec["taints"] = [a_taint(text) for text in short.pop("taints")]
    if "unschedulable" in short:
        spec["unschedulable"] = short.pop("unschedulable")
    ready = short.pop("ready", True)
    conditions = [] if ready is None else [{"type": "Ready", "status": str(ready)}]
    conditions += [{"type": f"{kind}Pressure", "status": "True"} for kind in short.pop("pressure", ())]
    status = {"conditions": conditions, "allocatable": {"pods": "100", **short.pop("allocatable", {})}}
    raw = {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec, "status": status}
    return _all_used(short, raw)


def pod(short: Mapping[str, Any]) -> Raw:
    """A pod of the DaemonSet, pinned to `node` and bound there; see README.md for what can differ."""
    short = dict(short)
    revision = short.pop("hash", "current")
    own_labels = (
        {**LABELS, "controller-revision-hash": HASHES.get(revision, revision)} if revision else LABELS
    )
    metadata: Raw = {
        "name": short.pop("name"),
        "namespace": short.pop("namespace", NAMESPACE),
        "labels": short.pop("labels", own_labels),
        "creationTimestamp": short.pop("created", CREATED),
    }
    if owner := short.pop("owner", "DaemonSet"):
        metadata["ownerReferences"] = [_owner(owner)]
    if deleted := short.pop("deleted", None):
        metadata |= {"deletionTimestamp": deleted, "deletionGracePeriodSeconds": 30}
    target = short.pop("node", None)
    pin = short.pop("pin", target)
    status: Raw = {"phase": short.pop("phase", "Running"), **short.pop("status", {})}
    if "ready" in short:
        condition = {"type": "Ready", "status": str(short.pop("ready"))}
        if "since" in short:
            condition["lastTransitionTime"] = short.pop("since")
        status["conditions"] = [condition]
    bound = short.pop("bound", True)
    spec = pod_spec(short)
    if bound and target:
        spec["nodeName"] = target
    if pin:
        spec["affinity"] = pinned_to(pin)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}


def revision(short: Mapping[str, Any], owner: Raw) -> Raw:
    """A ControllerRevision of `owner`, the DaemonSet: `hash`, `number`, another `owner`, another `template`."""
    short = dict(short)
    hash_ = short.pop("hash")
    template = owner["spec"]["template"]
    if "template" in short:
        template = {**template, "spec": pod_spec(short.pop("template"))}
    metadata = {
        "name": f"{owner['metadata']['name']}-{hash_}",
        "namespace": owner["metadata"]["namespace"],
        "labels": {**LABELS, "controller-revision-hash": hash_},
        "ownerReferences": [_owner(short.pop("owner", "DaemonSet"))],
    }
    data = {"spec": {"template": {"$patch": "replace", **template}}}
    raw = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
        "revision": short.pop("number"),
        "data": data,
    }
    return _all_used(short, raw)


def pod_spec(short: Mapping[str, Any]) -> Raw:
    """A pod's spec: the API's own fields, with `required` (terms), `requests` and `hostPorts` in short."""
    short = dict(short)
    container: Raw = {"name": "main", "image": _IMAGE}
    if "requests" in short:
        container["resources"] = {"requests": short.pop("requests")}
    if "hostPorts" in short:
        container["ports"] = [
            {"containerPort": port, "hostPort": port, "protocol": "TCP"} for port in short.pop("hostPorts")
        ]
    spec: Raw = {"containers": [container]}
    if "required" in short:
        required = short.pop("required")
        spec["affinity"] = affinity_to(*(term(one) for one in required or ()))
        if required is None:
            _required(spec)["nodeSelectorTerms"] = None
    _all_used({field for field in short if field not in _POD_SPEC_FIELDS}, spec)
    return {**spec, **short}


def _required(spec: Raw) -> Raw:
    required: Raw = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return required


def term(short: Mapping[str, Any]) -> Raw:
    """A node selector term whose requirements are lists: `[key, operator]` or `[key, operator, values]`."""
    return {source: [_requirement(one) for one in rows] for source, rows in short.items()}


def _requirement(short: list[Any]) -> Raw:
    key, operator, *values = short
    return {"key": key, "operator": operator, **({"values": values[0]} if values else {})}


def _owner(owner: str | Mapping[str, Any]) -> Raw:
    own = {"name": "foo", "uid": UID}
    named = OTHER_OWNER if owner == "another DaemonSet" else own if owner == "DaemonSet" else owner
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "controller": True,
        "blockOwnerDeletion": True,
        **named,
    }


def _all_used(rest: Collection[str], raw: Raw) -> Raw:
    if rest:
        raise ValueError(f"the notation has no {', '.join(sorted(rest))}")
    return raw
