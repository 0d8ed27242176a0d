"""Pods as the API server returns them: defaulted, admitted, with managedFields; about 6 kB each."""

from typing import Any, Literal

from bench.clusters.daemonset_objects import DaemonSetPlan, owner_reference, template_tree
from bench.clusters.metadata import CHANGED, CREATED, DELETED, Tree, digest, fields_of, managed
from bench.clusters.node_objects import partial
from bench.clusters.template import Template

PodState = Literal["ready", "crashing", "on a lost node", "pending", "terminating"]

_TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)


def daemon_pod_tree(plan: DaemonSetPlan, state: PodState, *, old: bool) -> Tree:
    """A daemon pod with the holes name, uid, version, node, address, host and container (its digest)."""
    template = template_tree(plan, old=old)
    pinned = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["@{node}"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [pinned]}}
    added = [{"key": key, "operator": "Exists", "effect": effect} for key, effect in _TOLERATED]
    spec = template["spec"] | {
        "affinity": {"nodeAffinity": required},
        "tolerations": [*template["spec"].get("tolerations", ()), *added],
        "priority": 2000001000,
    }
    labels = plan.labels | {
        "controller-revision-hash": plan.revision_hash(old=old),
        "pod-template-generation": "1" if old else "2",
    }
    owner = owner_reference("apps/v1", "DaemonSet", plan.name, plan.uid)
    return _pod(
        plan.namespace, f"{plan.name}-", labels, template["metadata"]["annotations"], owner, spec, state
    )


def workload_pod_tree(namespace: str, name: str, cpu: int) -> Tree:
    """A pod of a Deployment that takes so many millicores."""
    container = {
        "name": "app",
        "image": f"registry.example.com/apps/{name}:v7",
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": f"SETTING_{number}", "value": f"value-{number}"} for number in range(20)],
        "resources": {"requests": {"cpu": f"{cpu}m", "memory": "512Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    }
    spec = {
        "containers": [container],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "priority": 0,
    }
    labels = {"app.kubernetes.io/name": name, "pod-template-hash": "5d8f7b9c6"}
    owner = owner_reference(
        "apps/v1", "ReplicaSet", f"{name}-5d8f7b9c6", "000000e5-0000-4000-8000-000000000001"
    )
    return _pod(namespace, f"{name}-5d8f7b9c6-", labels, {}, owner, spec, "ready")


def pod_row(tree: Tree, state: PodState) -> Template:
    """The row of a Table. Mirrors `printPod` of pkg/printers/internalversion/printers.go."""
    containers = len(tree["spec"]["containers"])
    ready = 0 if state in ("crashing", "pending", "terminating") else containers
    status = {"crashing": "CrashLoopBackOff", "pending": "Pending", "terminating": "Terminating"}
    restarts = "9 (2m15s ago)" if state == "crashing" else "0"
    bound = state != "pending"
    cells = [
        "@{name}",
        f"{ready}/{containers}",
        status.get(state, "Running"),
        restarts,
        "12d",
        "@{address}" if bound else "<none>",
        "@{node}" if bound else "<none>",
        "<none>",
        "<none>",
    ]
    return Template({"cells": cells, "object": partial(tree["metadata"])})


def _pod(
    namespace: str, prefix: str, labels: Tree, annotations: Tree, owner: Tree, spec: Tree, state: PodState
) -> Tree:
    status = _status(spec, state)
    spec = spec | {
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
        **({} if state == "pending" else {"nodeName": "@{node}"}),
    }
    about = {"generateName": prefix, "labels": labels, "annotations": annotations}
    managed_fields = [
        managed("kube-controller-manager", {"f:metadata": fields_of(about), "f:spec": fields_of(spec)}),
        managed("kubelet", {"f:status": fields_of(status)}, subresource="status"),
    ]
    metadata = {
        "name": "@{name}",
        "generateName": prefix,
        "namespace": namespace,
        "uid": "@{uid}",
        "resourceVersion": "@{version}",
        "generation": 1,
        "creationTimestamp": CREATED,
        **(
            {"deletionTimestamp": DELETED, "deletionGracePeriodSeconds": 30} if state == "terminating" else {}
        ),
        "labels": labels,
        "annotations": annotations,
        "ownerReferences": [owner],
        "managedFields": managed_fields,
    }
    return {"metadata": metadata, "spec": spec, "status": status}


def _status(spec: Tree, state: PodState) -> Tree:
    if state == "pending":
        message = "0/1 nodes are available: 1 Insufficient cpu."
        unscheduled = _condition("PodScheduled", False) | {"reason": "Unschedulable", "message": message}
        return {"phase": "Pending", "conditions": [unscheduled], "qosClass": "Burstable"}
    ready = state == "ready"
    conditions = [
        _condition(name, True) for name in ("PodReadyToStartContainers", "Initialized", "PodScheduled")
    ]
    conditions[2:2] = [_condition(name, ready) for name in ("Ready", "ContainersReady")]
    return {
        "phase": "Running",
        "conditions": conditions,
        "hostIP": "@{host}",
        "hostIPs": [{"ip": "@{host}"}],
        "podIP": "@{address}",
        "podIPs": [{"ip": "@{address}"}],
        "startTime": CREATED,
        "containerStatuses": [_container_status(one, state) for one in spec["containers"]],
        "qosClass": "Burstable",
    }


def _condition(name: str, holds: bool) -> Tree:
    return {
        "type": name,
        "status": "True" if holds else "False",
        "lastProbeTime": None,
        "lastTransitionTime": CHANGED,
    }


def _container_status(container: Any, state: PodState) -> Tree:
    crashing = state == "crashing"
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}
    ended = {"exitCode": 1, "reason": "Error", "startedAt": CHANGED, "finishedAt": CHANGED}
    return {
        "name": container["name"],
        "state": {"waiting": waiting} if crashing else {"running": {"startedAt": CHANGED}},
        "lastState": {"terminated": ended} if crashing else {},
        "ready": state in ("ready", "on a lost node"),
        "started": not crashing,
        "restartCount": 9 if crashing else 0,
        "image": container["image"],
        "imageID": f"{container['image'].rpartition(':')[0]}@sha256:{digest(0x1B, len(container['image']))}",
        "containerID": "containerd://@{container}",
        "resources": container["resources"],
    }
