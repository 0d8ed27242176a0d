"""The manifest of a new DaemonSet: from an image, or from a workload of another kind. Plain trees in and out.

Container names follow `kubectl create deployment` (kubectl pkg/cmd/create/create_deployment.go), without its
random suffixes: the same command gives the same manifest.
"""

import copy
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

Raw = dict[str, Any]

SOURCE_KINDS = ("Deployment", "ReplicaSet", "StatefulSet")
_DROPPED_ANNOTATIONS = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "kubernetes.io/change-cause",
    }
)
_GENERATED_LABELS = frozenset(
    {"pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name"}
)
_CARRIED = ("minReadySeconds", "revisionHistoryLimit")
"""Fields of the spec that mean the same in a DaemonSet."""
_SPEC_OF_ITS_OWN = frozenset({"selector", "template", *_CARRIED})


class HostMount(Struct, frozen=True):
    """A folder or file of the node, mounted at the same path."""

    path: str
    read_only: bool = False


class Creation(Struct, frozen=True, kw_only=True):
    """What was asked for. `namespace` empty leaves it out of the manifest. `all_nodes` tolerates every taint."""

    name: str
    namespace: str = ""
    images: tuple[str, ...] = ()
    command: bool = False
    """Whether `arguments` are the command itself."""
    arguments: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    node_selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[Mapping[str, str], ...] = ()
    all_nodes: bool = False
    host_network: bool = False
    host_pid: bool = False
    host_mounts: tuple[HostMount, ...] = ()
    service_account: str = ""
    priority_class: str = ""
    max_unavailable: int | str | None = None
    labels: tuple[tuple[str, str], ...] = ()


class Made(Struct, frozen=True):
    """A manifest, and what was left behind on the way to it, one sentence each."""

    manifest: Raw
    notes: tuple[str, ...] = ()


class CannotCarryOver(Exception):
    """The workload has something that a DaemonSet cannot have."""


def from_images(creation: Creation) -> Made:
    """A DaemonSet of these images, labelled `app=NAME` as `kubectl create deployment` labels."""
    own = {"app": creation.name}
    labels = {**own, **dict(creation.labels)}
    containers = [
        {"name": name, "image": image}
        for name, image in zip(container_names(creation.images), creation.images, strict=True)
    ]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec: Raw = {"selector": {"matchLabels": own}, "template": template}
    return Made(_manifest(creation, {"labels": labels}, spec))


def from_workload(workload: Mapping[str, Any], creation: Creation) -> Made:
    """The same pods, one on each node. Raises `CannotCarryOver`."""
    kind = str(workload.get("kind"))
    if kind not in SOURCE_KINDS:
        raise CannotCarryOver(f"a {kind} has no pod template to make a DaemonSet of")
    spec = workload.get("spec") or {}
    if spec.get("volumeClaimTemplates"):
        names = ", ".join(
            str((one.get("metadata") or {}).get("name")) for one in spec["volumeClaimTemplates"]
        )
        raise CannotCarryOver(
            f"its volumeClaimTemplates ({names}) give every pod a volume of its own, which a DaemonSet cannot"
        )
    template = copy.deepcopy(dict(spec.get("template") or {}))
    template["metadata"] = _without_generated(template.get("metadata") or {}, creation.labels)
    if (policy := (template.get("spec") or {}).get("restartPolicy", "Always")) != "Always":
        raise CannotCarryOver(f"its pods have restartPolicy {policy}, and a DaemonSet's must have Always")
    kept: Raw = {"selector": _selector(spec.get("selector") or {}, creation.labels), "template": template}
    kept |= {field: spec[field] for field in _CARRIED if field in spec}
    metadata = workload.get("metadata") or {}
    own = _without_generated(metadata, creation.labels)
    if not creation.namespace and metadata.get("namespace"):
        own["namespace"] = metadata["namespace"]
    return Made(_manifest(creation, own, kept), _dropped(kind, workload, spec, creation))


def container_names(images: Sequence[str]) -> list[str]:
    """The last part of each image without tag and digest; of equal ones the later ones are numbered."""
    names: list[str] = []
    for image in images:
        base = re.sub(r"[^a-z0-9-]+", "-", re.split("[:@]", image.rsplit("/", 1)[-1])[0].lower()).strip("-")
        names.append(_unlike(base[:60].rstrip("-") or "main", names))
    return names


def _unlike(base: str, taken: Collection[str]) -> str:
    """The name, numbered where it is taken."""
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def as_applied(manifest: Mapping[str, Any], spelled: str) -> Raw:
    """The manifest with the annotation that `kubectl apply` compares with later; `spelled` is it in JSON."""
    metadata = dict(manifest["metadata"])
    noted = {"kubectl.kubernetes.io/last-applied-configuration": spelled + "\n"}
    metadata["annotations"] = {**metadata.get("annotations", {}), **noted}
    return {**manifest, "metadata": metadata}


# --- the manifest ----------------------------------------------------------------------------------


def _manifest(creation: Creation, metadata: Mapping[str, Any], spec: Raw) -> Raw:
    pod = dict(spec["template"].get("spec") or {})
    spec["template"]["spec"] = _with_pod_fields(pod, creation)
    if creation.max_unavailable is not None:
        rolling = {"maxUnavailable": creation.max_unavailable}
        spec["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": rolling}
    named: Raw = {"name": creation.name}
    if creation.namespace:
        named["namespace"] = creation.namespace
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {**metadata, **named}, "spec": spec}


def _with_pod_fields(pod: Raw, creation: Creation) -> Raw:
    pod["containers"] = [
        _with_container_fields(dict(container), creation, first=place == 0)
        for place, container in enumerate(pod.get("containers") or [])
    ]
    if creation.node_selector:
        pod["nodeSelector"] = {**(pod.get("nodeSelector") or {}), **dict(creation.node_selector)}
    tolerations = [dict(one) for one in creation.tolerations]
    if creation.all_nodes:
        tolerations.append({"operator": "Exists"})
    if tolerations:
        pod["tolerations"] = [*(pod.get("tolerations") or []), *tolerations]
    if creation.host_network:
        # Without it pods on the node's own network cannot look up the cluster's names.
        pod |= {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    if creation.host_pid:
        pod["hostPID"] = True
    if creation.service_account:
        pod["serviceAccountName"] = creation.service_account
    if creation.priority_class:
        pod["priorityClassName"] = creation.priority_class
    if creation.host_mounts:
        volumes = [
            {"name": name, "hostPath": {"path": one.path}}
            for name, one in _volumes(creation.host_mounts).items()
        ]
        pod["volumes"] = [*(pod.get("volumes") or []), *volumes]
    return pod


def _with_container_fields(container: Raw, creation: Creation, *, first: bool) -> Raw:
    """Ports and arguments are the first container's; variables and mounts are every container's."""
    if first and creation.arguments:
        container["command" if creation.command else "args"] = list(creation.arguments)
    if first and creation.ports:
        ports = [{"containerPort": port} for port in creation.ports]
        container["ports"] = [*(container.get("ports") or []), *ports]
    if creation.env:
        variables = [{"name": name, "value": value} for name, value in creation.env]
        container["env"] = [*(container.get("env") or []), *variables]
    if creation.host_mounts:
        mounts = [
            {"name": name, "mountPath": one.path, **({"readOnly": True} if one.read_only else {})}
            for name, one in _volumes(creation.host_mounts).items()
        ]
        container["volumeMounts"] = [*(container.get("volumeMounts") or []), *mounts]
    return container


def _volumes(mounts: Sequence[HostMount]) -> dict[str, HostMount]:
    """A volume name for each mount: `/var/log` is `host-var-log`."""
    named: dict[str, HostMount] = {}
    for one in mounts:
        base = "host-" + (re.sub(r"[^a-z0-9]+", "-", one.path.lower()).strip("-") or "root")
        named[_unlike(base[:58].rstrip("-"), named)] = one
    return named


# --- from another workload -------------------------------------------------------------------------


def _without_generated(metadata: Mapping[str, Any], more: Sequence[tuple[str, str]]) -> Raw:
    """Labels and annotations that people wrote; what a controller or the server put there is left out."""
    labels = {
        key: held for key, held in (metadata.get("labels") or {}).items() if key not in _GENERATED_LABELS
    }
    annotations = {
        key: held
        for key, held in (metadata.get("annotations") or {}).items()
        if key not in _DROPPED_ANNOTATIONS
    }
    labels |= dict(more)
    return {**({"labels": labels} if labels else {}), **({"annotations": annotations} if annotations else {})}


def _selector(selector: Mapping[str, Any], more: Sequence[tuple[str, str]]) -> Raw:
    """Labels asked for are selected too: they are what tells its pods from the workload's."""
    kept = copy.deepcopy(dict(selector))
    labels = {k: v for k, v in (kept.get("matchLabels") or {}).items() if k not in _GENERATED_LABELS}
    if labels or more:
        kept["matchLabels"] = {**labels, **dict(more)}
    return kept


def _dropped(
    kind: str, workload: Mapping[str, Any], spec: Mapping[str, Any], creation: Creation
) -> tuple[str, ...]:
    notes = []
    if "replicas" in spec:
        notes.append(f"replicas: {spec['replicas']} is dropped, as a DaemonSet has one pod on each node.")
    others = sorted(field for field in spec if field not in _SPEC_OF_ITS_OWN and field != "replicas")
    if others:
        notes.append(
            f"Dropped, as a DaemonSet has no such field, or means another thing by it: {', '.join(others)}."
        )
    if workload.get("status"):
        notes.append(f"status is dropped: it is the {kind}'s own.")
    if (workload.get("metadata") or {}).get("uid") and not creation.labels:
        notes.append(
            f"The {kind} stays as it is, and both select the same pods: delete it, or give --label a label of its own."
        )
    return tuple(notes)
