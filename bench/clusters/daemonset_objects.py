"""DaemonSets of the sorts that clusters have, and their revisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.clusters.metadata import CHANGED, CREATED, Tree, fields_of, managed, uid

NAMES = ("cni", "kube-proxy", "node-exporter", "csi-node", "node-local-dns")
NAMESPACES = ("kube-system", "kube-system", "monitoring", "kube-system", "kube-system", "logging", "security")

DAEMON_POD_CPU = 100
"""Millicores that each daemon pod asks for."""

_DAEMONSET_UID = 0xD5


@dataclass(frozen=True, kw_only=True)
class DaemonSetPlan:
    """One DaemonSet: what its template asks for, and which shares of its pods are not well."""

    number: int
    name: str
    namespace: str
    spec: Tree
    missing: float = 0.001
    crashing: float = 0.003
    terminating: float = 0.0005
    pending: float = 0.0
    outdated: float = 0.0
    left_behind: float = 0.02
    """Of the nodes that keep it out by NoSchedule: those with a pod from before the taint."""

    @property
    def uid(self) -> str:
        return uid(_DAEMONSET_UID, self.number)

    @property
    def labels(self) -> dict[str, str]:
        """What it selects."""
        return {"app.kubernetes.io/name": self.name, "app.kubernetes.io/instance": f"{self.name}-main"}

    def revision_hash(self, *, old: bool) -> str:
        """Ten hexadecimal digits, as long as the controller's own."""
        return f"{(self.number * 2 + old + 1) * 0x9E3779B97F4A7C15 % 2**40:010x}"


def plan_of(number: int) -> DaemonSetPlan:
    """The DaemonSet of this number: the first five have the names that everybody knows."""
    common = number < len(NAMES)
    return DaemonSetPlan(
        number=number,
        name=NAMES[number] if common else f"agent-{number:02d}",
        namespace=NAMESPACES[number % len(NAMESPACES)],
        spec=_pod_spec(number),
        pending=0.001 if number % 10 == 3 else 0.0,
        outdated=0.2 if number % 5 == 1 else 0.0,
    )


def template_tree(plan: DaemonSetPlan, *, old: bool) -> Tree:
    """The pod template; the older revision has the older image."""
    spec = plan.spec
    if old:
        (only,) = spec["containers"]
        spec = spec | {"containers": [only | {"image": only["image"].replace(":v2", ":v1")}]}
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "9102"}
    return {
        "metadata": {"creationTimestamp": None, "labels": plan.labels, "annotations": annotations},
        "spec": spec,
    }


def daemonset_tree(plan: DaemonSetPlan, counts: Mapping[str, int]) -> Tree:
    """The DaemonSet, with the status that its controller would have written."""
    spec = {
        "selector": {"matchLabels": plan.labels},
        "template": template_tree(plan, old=False),
        "updateStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "10%"},
        },
        "revisionHistoryLimit": 10,
    }
    managed_fields = [
        managed("helm", {"f:spec": fields_of(spec)}, api_version="apps/v1"),
        managed(
            "kube-controller-manager",
            {"f:status": fields_of(dict(counts))},
            subresource="status",
            api_version="apps/v1",
        ),
    ]
    metadata = {
        "name": plan.name,
        "namespace": plan.namespace,
        "uid": plan.uid,
        "resourceVersion": "1000",
        "generation": 2,
        "creationTimestamp": CREATED,
        "labels": plan.labels | {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {
            "deprecated.daemonset.template.generation": "2",
            "meta.helm.sh/release-name": plan.name,
        },
        "managedFields": managed_fields,
    }
    return {"metadata": metadata, "spec": spec, "status": {"observedGeneration": 2, **counts}}


def revision_tree(plan: DaemonSetPlan, *, old: bool) -> Tree:
    """One ControllerRevision."""
    revision_hash = plan.revision_hash(old=old)
    owner = owner_reference("apps/v1", "DaemonSet", plan.name, plan.uid)
    return {
        "metadata": {
            "name": f"{plan.name}-{revision_hash}",
            "namespace": plan.namespace,
            "uid": uid(0xC0 + old, plan.number),
            "resourceVersion": "1000",
            "creationTimestamp": CREATED if old else CHANGED,
            "labels": plan.labels | {"controller-revision-hash": revision_hash},
            "annotations": {"deprecated.daemonset.template.generation": "1" if old else "2"},
            "ownerReferences": [owner],
        },
        "data": {"spec": {"template": template_tree(plan, old=old) | {"$patch": "replace"}}},
        "revision": 1 if old else 2,
    }


def owner_reference(api_version: str, kind: str, name: str, owner_uid: str) -> Tree:
    """Who controls an object."""
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": name,
        "uid": owner_uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _pod_spec(number: int) -> Tree:
    spec: Tree = {
        "containers": [_container(number)],
        "volumes": [{"name": "host", "hostPath": {"path": "/var/lib/agent", "type": "DirectoryOrCreate"}}],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "serviceAccountName": "agent",
        "serviceAccount": "agent",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "priorityClassName": "system-node-critical",
        **_placement(number),
    }
    return spec


def _placement(number: int) -> Tree:
    everywhere = [{"operator": "Exists"}]
    match number % 10:
        case 6:
            return {}
        case 7:
            not_arm = {"key": "kubernetes.io/arch", "operator": "NotIn", "values": ["arm64"]}
            terms = {"nodeSelectorTerms": [{"matchExpressions": [not_arm]}]}
            required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
            return {"affinity": {"nodeAffinity": required}, "tolerations": everywhere}
        case 8 if number % 30 == 8:
            gpu = {"kubernetes.io/os": "linux", "accelerator": "nvidia"}
            tolerated = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
            return {"nodeSelector": gpu, "tolerations": [tolerated]}
        case 0:
            return {"hostNetwork": True, "tolerations": everywhere}
    return {"tolerations": everywhere}


def _container(number: int) -> Tree:
    field_path = {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}
    probe: dict[str, Any] = {
        "httpGet": {"path": "/healthz", "port": 9102, "scheme": "HTTP"},
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    }
    return {
        "name": "main",
        "image": f"registry.example.com/agents/main-{number}:v2.{number}.0",
        "args": ["--log-level=info", "--node=$(NODE_NAME)", f"--instance={number}"],
        "env": [{"name": "NODE_NAME", "valueFrom": field_path}],
        "resources": {
            "requests": {"cpu": f"{DAEMON_POD_CPU}m", "memory": "64Mi"},
            "limits": {"memory": "256Mi"},
        },
        "volumeMounts": [{"name": "host", "mountPath": "/var/lib/agent"}],
        "readinessProbe": probe,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    }
