"""Builders for tests: raw API objects as a server returns them, with everything unsaid filled in.

    cni = a_daemonset("cni", nodeSelector={"role": "edge"})
    a_pod(cni, "n1")                       # pinned, bound by the default scheduler, Ready, up to date
    a_pod(cni, "n2", bound=False)          # made for n2, nobody has bound it
    snapshot_of(cni, a_node("n1"), a_pod(cni, "n1"))

Objects are fresh dicts: change them as you like. `model(raw)` decodes one as the program does.
"""

import copy
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from kubectl_ds.core.model import ControllerRevision, DaemonSet, Event, Namespace, Node, Pod
from kubectl_ds.core.snapshot import ClusterSnapshot, Gap, Resource

Raw = dict[str, Any]

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)
"""The moment of every cluster built here."""

NEW_HASH = "6c8f9d7b54"
"""The controller-revision-hash of a DaemonSet's present template, unless said otherwise."""
OLD_HASH = "59d4c7f8b6"

NAMESPACE = "kube-system"
KINDS: dict[str, type] = {
    "Node": Node,
    "DaemonSet": DaemonSet,
    "Pod": Pod,
    "Event": Event,
    "ControllerRevision": ControllerRevision,
    "Namespace": Namespace,
}
_AUTOMATIC_TOLERATIONS = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


def ago(**span: float) -> str:
    """A timestamp before NOW in the API's spelling: `ago(minutes=5)`."""
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def uid_of(*parts: str) -> str:
    """A uid that is the same in every run."""
    return str(uuid.UUID(bytes=hashlib.sha256("/".join(parts).encode()).digest()[:16], version=4))


def model(raw: Mapping[str, Any]) -> Any:
    """The core Struct for a raw object of any kind in KINDS."""
    return msgspec.convert(raw, KINDS[raw["kind"]])


def models(*raw: Mapping[str, Any]) -> tuple[Any, ...]:
    """Several at once, in order."""
    return tuple(model(one) for one in raw)


def a_taint(text: str) -> Raw:
    """`key[=value]:Effect`, as kubectl taint spells it."""
    pair, effect = text.rsplit(":", 1)
    key, equals, value = pair.partition("=")
    return {"key": key, "value": value, "effect": effect} if equals else {"key": key, "effect": effect}


def a_node(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    taints: Iterable[str | Raw] = (),
    ready: bool | None = True,
    unschedulable: bool = False,
    allocatable: Mapping[str, str] | None = None,
    architecture: str = "amd64",
    operating_system: str = "linux",
    age: timedelta = timedelta(days=30),
    deleting: bool = False,
) -> Raw:
    """A Node. `ready=None` means that the kubelet stopped reporting (Ready=Unknown).

    Taints are given as texts or dicts; none is added for `ready` or `unschedulable`: say them, since the
    controllers that set them are not part of a test.
    """
    room = {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": "110", **(allocatable or {})}
    given = [a_taint(one) if isinstance(one, str) else one for one in taints]
    spec: Raw = {"podCIDR": "10.244.0.0/24", "providerID": f"kind://docker/test/{name}"}
    if given:
        spec["taints"] = given
    if unschedulable:
        spec["unschedulable"] = True
    created = (NOW - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {
        "name": name,
        "uid": uid_of("Node", name),
        "resourceVersion": "1000",
        "creationTimestamp": created,
        "labels": {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": operating_system,
            "kubernetes.io/arch": architecture,
            **(labels or {}),
        },
    }
    if deleting:
        metadata["deletionTimestamp"] = ago(minutes=1)
    status, reason = {
        True: ("True", "KubeletReady"),
        False: ("False", "KubeletNotReady"),
        None: ("Unknown", "NodeStatusUnknown"),
    }[ready]
    condition = {"type": "Ready", "status": status, "reason": reason, "lastTransitionTime": created}
    info = {
        "kubeletVersion": "v1.35.0",
        "operatingSystem": operating_system,
        "architecture": architecture,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata,
        "spec": spec,
        "status": {"allocatable": room, "capacity": room, "conditions": [condition], "nodeInfo": info},
    }


def a_namespace(name: str, *, deleting: bool = False, held: Sequence[str] = ()) -> Raw:
    """A Namespace; `held` is what its controller says holds the deletion up."""
    metadata: Raw = {"name": name, "uid": uid_of("Namespace", name), "creationTimestamp": ago(days=9)}
    conditions = [
        {"type": "NamespaceDeletionContentFailure", "status": "True", "message": message} for message in held
    ]
    if deleting:
        metadata["deletionTimestamp"] = ago(minutes=5)
        conditions.append(
            {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All found"}
        )
    phase = "Terminating" if deleting else "Active"
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": metadata,
        "status": {"phase": phase, "conditions": conditions},
    }


def a_limit_range(
    name: str,
    *,
    namespace: str = NAMESPACE,
    default: Mapping[str, str] | None = None,
    default_request: Mapping[str, str] | None = None,
) -> Raw:
    """A LimitRange with defaults for containers; as the server stores it, a default limit is a default request too."""
    limits: Raw = {"type": "Container"}
    limits |= {"default": dict(default)} if default else {}
    limits |= {"defaultRequest": {**(default or {}), **(default_request or {})}}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name, "namespace": namespace, "uid": uid_of("LimitRange", namespace, name)},
        "spec": {"limits": [limits]},
    }


def a_priority_class(name: str, value: int, *, is_default: bool = False) -> Raw:
    """A PriorityClass; `is_default`: of all pods that name none."""
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name, "uid": uid_of("PriorityClass", name)},
        "value": value,
        "globalDefault": is_default,
        "preemptionPolicy": "PreemptLowerPriority",
    }


def a_container(name: str = "main", *, requests: Mapping[str, str] | None = None, **fields: Any) -> Raw:
    """A container with the API's defaults; `fields` are the API's own (`ports=[…]`, `restartPolicy=…`)."""
    return {
        "name": name,
        "image": f"registry.example/{name}:1.0",
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": dict(requests)} if requests else {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        **fields,
    }


def a_daemonset(
    name: str,
    *,
    namespace: str = NAMESPACE,
    uid: str = "",
    labels: Mapping[str, str] | None = None,
    selector: Raw | None = None,
    template_labels: Mapping[str, str] | None = None,
    strategy: Raw | None = None,
    max_unavailable: int | str | None = None,
    max_surge: int | str | None = None,
    min_ready_seconds: int = 0,
    generation: int = 1,
    observed_generation: int | None = None,
    template_generation: int | None = 1,
    status: Mapping[str, int] | None = None,
    age: timedelta = timedelta(days=20),
    deleting: bool = False,
    **spec: Any,
) -> Raw:
    """A DaemonSet. Everything in `spec` goes into the template's spec under the API's own names:
    `a_daemonset("cni", hostNetwork=True, nodeSelector={…}, tolerations=[…], affinity=affinity_to(…))`.

    The status counters are zero unless given: a test says what the controller wrote.
    """
    own = {"app": name}
    metadata: Raw = {
        "name": name,
        "namespace": namespace,
        "uid": uid or uid_of("DaemonSet", namespace, name),
        "resourceVersion": "2000",
        "generation": generation,
        "creationTimestamp": (NOW - age).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "labels": dict(labels or {}),
        "annotations": {},
    }
    if template_generation is not None:
        metadata["annotations"]["deprecated.daemonset.template.generation"] = str(template_generation)
    if deleting:
        metadata |= {"deletionTimestamp": ago(minutes=1), "finalizers": ["foregroundDeletion"]}
    template_spec = {
        "containers": [a_container()],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        **spec,
    }
    rolling = {
        "maxUnavailable": max_unavailable if max_unavailable is not None else (0 if max_surge else 1),
        "maxSurge": max_surge if max_surge is not None else 0,
    }
    counters = {
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
        "observedGeneration": generation if observed_generation is None else observed_generation,
        **(status or {}),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata,
        "spec": {
            "selector": selector or {"matchLabels": own},
            "template": {
                "metadata": {"labels": dict(template_labels or own)},
                "spec": template_spec,
            },
            "updateStrategy": strategy or {"type": "RollingUpdate", "rollingUpdate": rolling},
            "revisionHistoryLimit": 10,
            **({"minReadySeconds": min_ready_seconds} if min_ready_seconds else {}),
        },
        "status": counters,
    }


def affinity_to(*terms: Raw) -> Raw:
    """`affinity` with these required node selector terms."""
    required = {"nodeSelectorTerms": list(terms)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def a_term(
    *requirements: tuple[str, str, Sequence[str]], fields: Sequence[tuple[str, str, Sequence[str]]] = ()
) -> Raw:
    """A node selector term from (key, operator, values) triples, labels first and then `fields`."""
    spelled = {
        "matchExpressions": [{"key": k, "operator": o, "values": list(v)} for k, o, v in requirements],
        "matchFields": [{"key": k, "operator": o, "values": list(v)} for k, o, v in fields],
    }
    return {name: rows for name, rows in spelled.items() if rows}


def pinned_to(node: str) -> Raw:
    """The affinity that the DaemonSet controller gives the pod for `node`."""
    return affinity_to(a_term(fields=[("metadata.name", "In", [node])]))


def owner_of(owner: Mapping[str, Any], *, controller: bool = True) -> Raw:
    """The owner reference that `owner` puts on what it creates."""
    meta = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": controller,
        "blockOwnerDeletion": True,
    }


def a_pod(
    daemonset: Mapping[str, Any] | None,
    node: str,
    *,
    name: str = "",
    namespace: str = NAMESPACE,
    bound: bool = True,
    pin: str | None = "",
    ready: bool = True,
    phase: str = "",
    reason: str = "",
    revision_hash: str = NEW_HASH,
    labels: Mapping[str, str] | None = None,
    age: timedelta = timedelta(hours=5),
    ready_for: timedelta = timedelta(hours=4),
    deleting: bool = False,
    conditions: Sequence[Raw] | None = None,
    container_statuses: Sequence[Raw] | None = None,
    **spec: Any,
) -> Raw:
    """A pod of `daemonset` for `node`, as the controller makes it; of nothing when `daemonset` is None.

    `pin`: "" pins to `node`, another name pins there, None leaves the pin out (the way before v1.12).
    `bound=False`: no nodeName, phase Pending, no PodScheduled condition (pass `conditions` for one).
    `spec` replaces fields of the pod's spec under the API's own names.
    """
    template: Raw = (
        copy.deepcopy(daemonset["spec"]["template"]) if daemonset else a_daemonset("x")["spec"]["template"]
    )
    owner_name = daemonset["metadata"]["name"] if daemonset else "lone"
    namespace = daemonset["metadata"]["namespace"] if daemonset else namespace
    pod_spec: Raw = template["spec"]
    if daemonset:
        pod_spec["tolerations"] = [*pod_spec.get("tolerations", []), *controller_tolerations(pod_spec)]
        if pin is not None:
            pod_spec["affinity"] = {**(pod_spec.get("affinity") or {}), **pinned_to(pin or node)}
    if bound:
        pod_spec["nodeName"] = node
    pod_spec |= {
        "priority": 0,
        "preemptionPolicy": "PreemptLowerPriority",
        "serviceAccountName": "default",
        **spec,
    }
    phase = phase or ("Running" if bound else "Pending")
    running = phase == "Running"
    pod_name = name or f"{owner_name}-{uid_of(owner_name, node)[:5]}"
    created = NOW - age
    metadata: Raw = {
        "name": pod_name,
        "generateName": f"{owner_name}-",
        "namespace": namespace,
        "uid": uid_of("Pod", namespace, pod_name),
        "resourceVersion": "3000",
        "creationTimestamp": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "labels": {**template["metadata"]["labels"], **(labels or {})},
    }
    if daemonset:
        metadata["ownerReferences"] = [owner_of(daemonset)]
        metadata["labels"] = {"controller-revision-hash": revision_hash, **metadata["labels"]}
    if deleting:
        metadata |= {"deletionTimestamp": ago(seconds=10), "deletionGracePeriodSeconds": 30}
    since = (NOW - min(ready_for, age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    status: Raw = {"phase": phase, "qosClass": "BestEffort"}
    if reason:
        status["reason"] = reason
    if conditions is not None:
        status["conditions"] = list(conditions)
    elif bound:
        status["conditions"] = [
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": since},
            {
                "type": "Ready",
                "status": "True" if ready and running else "False",
                "lastTransitionTime": since,
            },
        ]
    if container_statuses is not None:
        status["containerStatuses"] = list(container_statuses)
    elif bound and phase in ("Running", "Pending"):
        status["containerStatuses"] = [
            a_container_status(one["name"], ready=ready and running, running=running)
            for one in pod_spec["containers"]
        ]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_spec, "status": status}


def controller_tolerations(pod_spec: Mapping[str, Any]) -> list[Raw]:
    """The tolerations of `daemonset_util.go`, as plain data and for building pods only."""
    pairs = [*_AUTOMATIC_TOLERATIONS]
    if pod_spec.get("hostNetwork"):
        pairs.append(("network-unavailable", "NoSchedule"))
    return [
        {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect} for key, effect in pairs
    ]


def a_container_status(
    name: str = "main",
    *,
    ready: bool = True,
    running: bool = True,
    waiting: str = "",
    message: str = "",
    restarts: int = 0,
    last_exit_code: int | None = None,
) -> Raw:
    """One entry of containerStatuses; `waiting` is a reason such as CrashLoopBackOff."""
    state: Raw
    if waiting or not running:
        state = {"waiting": {"reason": waiting or "ContainerCreating"}}
        if message:
            state["waiting"]["message"] = message
    else:
        state = {"running": {"startedAt": ago(hours=4)}}
    last: Raw = {}
    if last_exit_code is not None:
        last = {"terminated": {"exitCode": last_exit_code, "reason": "Error", "finishedAt": ago(minutes=2)}}
    return {
        "name": name,
        "ready": ready and not waiting,
        "started": running and not waiting,
        "restartCount": restarts,
        "state": state,
        "lastState": last,
        "image": f"registry.example/{name}:1.0",
        "imageID": "",
    }


def unschedulable(message: str = "0/3 nodes are available", *, reason: str = "Unschedulable") -> list[Raw]:
    """`conditions` of a pod that the scheduler has looked at and could not bind."""
    since = ago(minutes=9)
    return [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": reason,
            "message": message,
            "lastTransitionTime": since,
        }
    ]


def a_revision(
    daemonset: Mapping[str, Any],
    revision: int = 1,
    *,
    revision_hash: str = NEW_HASH,
    template: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Raw:
    """A ControllerRevision of `daemonset` holding its present template, or `template`."""
    held = copy.deepcopy(dict(template or daemonset["spec"]["template"]))
    meta = daemonset["metadata"]
    name = f"{meta['name']}-{revision_hash}"
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": name,
            "namespace": meta["namespace"],
            "uid": uid_of("ControllerRevision", meta["namespace"], name),
            "resourceVersion": "1500",
            "creationTimestamp": meta["creationTimestamp"],
            "labels": {"controller-revision-hash": revision_hash, **held["metadata"]["labels"]},
            "annotations": dict(annotations if annotations is not None else meta.get("annotations", {})),
            "ownerReferences": [owner_of(daemonset)],
        },
        "revision": revision,
        "data": {"spec": {"template": {"$patch": "replace", **held}}},
    }


def an_event(
    about: Mapping[str, Any],
    reason: str,
    message: str,
    *,
    kind: str = "Warning",
    component: str = "daemonset-controller",
    count: int = 1,
    last: timedelta = timedelta(minutes=1),
    first: timedelta = timedelta(minutes=30),
) -> Raw:
    """An Event on `about`; `an_event(ds, "FailedCreate", "Error creating: …")`."""
    meta = about["metadata"]
    namespace = meta.get("namespace", "default")
    name = f"{meta['name']}.{uid_of(meta['name'], reason, message)[:16].replace('-', '')}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": uid_of("Event", namespace, name),
            "resourceVersion": "4000",
            "creationTimestamp": (NOW - first).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": meta["name"],
            "namespace": meta.get("namespace", ""),
            "uid": meta["uid"],
        },
        "reason": reason,
        "message": message,
        "type": kind,
        "count": count,
        "source": {"component": component},
        "reportingComponent": component,
        "reportingInstance": "",
        "eventTime": None,
        "firstTimestamp": (NOW - first).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lastTimestamp": (NOW - last).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def snapshot_of(
    *objects: Mapping[str, Any],
    now: datetime = NOW,
    all_pods: bool = True,
    gaps: Sequence[Gap] = (),
    read: Iterable[Resource] | None = None,
) -> ClusterSnapshot:
    """The snapshot that reading a cluster of exactly these objects gives."""

    def of(kind: str) -> tuple[Any, ...]:
        return tuple(model(one) for one in objects if one["kind"] == kind)

    everything: tuple[Resource, ...] = ("daemonsets", "nodes", "pods", "events", "controllerrevisions")
    missing = {gap.resource for gap in gaps}
    return ClusterSnapshot(
        taken_at=now,
        daemonsets=of("DaemonSet"),
        nodes=of("Node"),
        pods=of("Pod"),
        all_pods=all_pods,
        events=of("Event"),
        revisions=of("ControllerRevision"),
        namespaces=of("Namespace"),
        daemonset_objects={one["metadata"]["uid"]: one for one in objects if one["kind"] == "DaemonSet"},
        read=frozenset(everything if read is None else read) - missing,
        gaps=tuple(gaps),
    )
