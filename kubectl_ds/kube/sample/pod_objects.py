"""Pods as the DaemonSet controller makes them, a scheduler binds them and a kubelet reports on them."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw, content_hash, controlled_by, metadata, suffix
from kubectl_ds.kube.sample.node_objects import hash_of

PRIORITIES: Mapping[str, int] = {
    "system-node-critical": 2000001000,
    "system-cluster-critical": 2000000000,
    "business-critical": 1000000,
    "security-agents": 100000,
    "": 0,
}
"""The cluster's PriorityClasses."""

_AUTOMATIC = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


_BEFORE_LABELS = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
)


@dataclass(frozen=True)
class Crew:
    """The pods of one revision of one DaemonSet, `hours` old unless said otherwise."""

    moment: Moment
    daemonset: Raw
    template: Raw
    number: int
    hours: float = 72

    def made_for(self, node: str, *, seconds: float = 0, **spec: Any) -> Raw:
        """As the controller makes it: pinned to `node`, bound by nobody, seen by no scheduler."""
        owner = self.daemonset["metadata"]
        age = seconds or self.hours * 3600 + hash_of(node) % 240
        name = f"{owner['name']}-{suffix(owner['name'], node, str(self.number))}"
        pod_spec = copy.deepcopy(self.template["spec"])
        pod_spec["affinity"] = {**pod_spec.get("affinity", {}), **_pin(node)}
        pod_spec["tolerations"] = [*pod_spec.get("tolerations", []), *_automatic_tolerations(pod_spec)]
        born_bound = {"nodeName": pod_spec["nodeName"]} if "nodeName" in pod_spec else {}
        labels = {
            **self.template["metadata"]["labels"],
            "controller-revision-hash": content_hash(self.template),
            "pod-template-generation": str(self.number),
        }
        made = pod(self.moment, owner["namespace"], name, pod_spec | spec | born_bound, labels, age=age)
        made["metadata"] |= {
            "generateName": f"{owner['name']}-",
            "annotations": self.template["metadata"].get("annotations", {}),
            "ownerReferences": controlled_by(self.daemonset),
        }
        return _tidied(made)

    def ready(self, node: str, *, seconds: float = 0, **spec: Any) -> Raw:
        """Bound to `node`, running and Ready."""
        return running(self.moment, bound(self.moment, self.made_for(node, seconds=seconds, **spec), node))

    def starting(self, node: str, *, seconds: float = 25) -> Raw:
        """Bound to `node` seconds ago; the kubelet is still at it."""
        made = bound(self.moment, self.made_for(node, seconds=seconds), node)
        if "initContainers" not in made["spec"]:
            return waiting(made, "ContainerCreating")
        up = {"running": {"startedAt": self.moment.ago(seconds=max(seconds - 4, 0))}}
        made["status"]["initContainerStatuses"] = [
            _container_status(one, up, ready=False, restarts=0) for one in made["spec"]["initContainers"]
        ]
        for condition in made["status"]["conditions"]:
            if condition["type"] == "Initialized":
                condition |= {"status": "False", "reason": "ContainersNotInitialized"}
        return waiting(made, "PodInitializing")


def pod(
    moment: Moment, namespace: str, name: str, spec: Raw, labels: Mapping[str, str], *, age: float
) -> Raw:
    """A pod as admission leaves it: priority, service account and token volume filled in; age in seconds."""
    spec = copy.deepcopy(spec)
    account = spec.get("serviceAccountName", "default")
    token = f"kube-api-access-{suffix(name, 'token')}"
    mount = {"name": token, "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    for one in (*spec.get("initContainers", []), *spec["containers"]):
        one["volumeMounts"] = [*one.get("volumeMounts", []), mount]
        if spec.get("hostNetwork"):
            for port in one.get("ports", []):
                port.setdefault("hostPort", port["containerPort"])
    spec |= {
        "volumes": [*spec.get("volumes", []), _token_volume(token)],
        "serviceAccountName": account,
        "serviceAccount": account,
        "priority": PRIORITIES[spec.get("priorityClassName", "")],
        "preemptionPolicy": "PreemptLowerPriority",
        "enableServiceLinks": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(
            "Pod",
            name,
            moment.ago(seconds=age),
            namespace=namespace,
            manager="kube-controller-manager",
            generation=1,
            labels=dict(labels),
        ),
        "spec": spec,
        "status": {"observedGeneration": 1, "phase": "Pending", "qosClass": _quality(spec)},
    }


def bound(moment: Moment, made: Raw, node: str) -> Raw:
    """Bound to `node` by a scheduler, and taken up by the kubelet there."""
    created = made["metadata"]["creationTimestamp"]
    made["spec"]["nodeName"] = node
    made["status"] |= {
        "conditions": [
            _condition("PodReadyToStartContainers", "False", created),
            _condition("Initialized", "True", created),
            _condition("Ready", "False", created, "ContainersNotReady"),
            _condition("ContainersReady", "False", created, "ContainersNotReady"),
            _condition("PodScheduled", "True", created),
        ],
        "hostIP": nodes.address_of(node),
        "hostIPs": [{"ip": nodes.address_of(node)}],
        "startTime": created,
    }
    return made


def running(moment: Moment, made: Raw, *, restarts: int = 0, ready: bool = True) -> Raw:
    """All containers up and, unless said otherwise, Ready since shortly after the pod's creation."""
    created = made["metadata"]["creationTimestamp"]
    node = made["spec"]["nodeName"]
    address = nodes.address_of(node)
    if not made["spec"].get("hostNetwork"):
        address = f"{nodes.pod_network_of(node)}.{10 + hash_of(made['metadata']['name']) % 200}"
    made["status"] |= {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "containerStatuses": [
            _container_status(one, {"running": {"startedAt": created}}, ready=ready, restarts=restarts)
            for one in made["spec"]["containers"]
        ],
    }
    if "initContainers" in made["spec"]:
        done = {
            "terminated": {"exitCode": 0, "reason": "Completed", "startedAt": created, "finishedAt": created}
        }
        made["status"]["initContainerStatuses"] = [
            _container_status(one, done, ready=True, restarts=0) for one in made["spec"]["initContainers"]
        ]
    for condition in made["status"]["conditions"]:
        kind = condition["type"]
        if kind == "PodReadyToStartContainers" or (ready and kind in ("Ready", "ContainersReady")):
            condition["status"] = "True"
            condition.pop("reason", None)
    return made


def waiting(made: Raw, reason: str, message: str = "", *, restarts: int = 0, last: Raw | None = None) -> Raw:
    """The pod's containers wait for `reason`; `last` is how the one before ended."""
    state: Raw = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    made["status"] |= {
        "phase": "Running" if restarts else "Pending",
        "containerStatuses": [
            _container_status(one, state, ready=False, restarts=restarts, last=last)
            for one in made["spec"]["containers"]
        ],
    }
    names = " ".join(one["name"] for one in made["spec"]["containers"])
    for condition in made["status"]["conditions"]:
        if condition["type"] in ("Ready", "ContainersReady"):
            condition["message"] = f"containers with unready status: [{names}]"
    return made


def unschedulable(moment: Moment, made: Raw, message: str, *, reason: str = "Unschedulable") -> Raw:
    """A scheduler has looked at the pod and could not bind it."""
    condition = _condition("PodScheduled", "False", made["metadata"]["creationTimestamp"], reason)
    made["status"]["conditions"] = [{**condition, "message": message}]
    return made


def failed(made: Raw, reason: str, message: str) -> Raw:
    """Phase Failed, as a kubelet leaves a pod that it evicted or would not admit."""
    status = made["status"]
    kept = {key: status[key] for key in ("observedGeneration", "qosClass", "startTime")}
    made["status"] = {**kept, "phase": "Failed", "reason": reason, "message": message}
    return made


def on_lost_node(moment: Moment, made: Raw, *, minutes: float) -> Raw:
    """The node controller marks the pods of a node that is not Ready; the containers may well run on."""
    for condition in made["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition |= {"status": "False", "lastTransitionTime": moment.ago(minutes=minutes)}
    return made


def terminating(moment: Moment, made: Raw, *, seconds: float, grace: int = 30) -> Raw:
    """Deleted `seconds` ago; gone once the kubelet has stopped it."""
    meta = made["metadata"]
    fields = list(meta.items())
    place = next(at for at, (key, _) in enumerate(fields) if key == "creationTimestamp") + 1
    deletion = {"deletionTimestamp": moment.ago(seconds=seconds - grace), "deletionGracePeriodSeconds": grace}
    made["metadata"] = dict([*fields[:place], *deletion.items(), *fields[place:]])
    return made


def _pin(node: str) -> Raw:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}


def _automatic_tolerations(spec: Raw) -> list[Raw]:
    pairs = [*_AUTOMATIC, *([("network-unavailable", "NoSchedule")] if spec.get("hostNetwork") else [])]
    return [
        {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect} for key, effect in pairs
    ]


def _token_volume(name: str) -> Raw:
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
    ]
    return {"name": name, "projected": {"sources": sources, "defaultMode": 420}}


def _quality(spec: Raw) -> str:
    resources = [one.get("resources", {}) for one in spec["containers"]]
    return "Burstable" if any(one.get("requests") for one in resources) else "BestEffort"


def _condition(kind: str, status: str, since: str, reason: str = "") -> Raw:
    return {
        "type": kind,
        "observedGeneration": 1,
        "status": status,
        "lastProbeTime": None,
        "lastTransitionTime": since,
        **({"reason": reason} if reason else {}),
    }


def _container_status(one: Raw, state: Raw, *, ready: bool, restarts: int, last: Raw | None = None) -> Raw:
    up = "running" in state
    requests = one["resources"].get("requests")
    return {
        "name": one["name"],
        "state": state,
        "lastState": {"terminated": last} if last else {},
        "ready": ready,
        "restartCount": restarts,
        "image": one["image"],
        "imageID": f"{one['image'].split(':')[0]}@sha256:{hash_of(one['image']):064x}" if up else "",
        **({"containerID": f"containerd://{hash_of(one['name'] + str(state)):064x}"} if up else {}),
        "started": up,
        **({"allocatedResources": requests, "resources": one["resources"]} if requests and up else {}),
    }


def _tidied(made: Raw) -> Raw:
    """Metadata in the API's order, with empty collections left out."""
    order = (*_BEFORE_LABELS, "labels", "annotations", "ownerReferences", "managedFields")
    meta = made["metadata"]
    made["metadata"] = {
        key: meta[key] for key in order if key in meta and (meta[key] or key == "resourceVersion")
    }
    return made
