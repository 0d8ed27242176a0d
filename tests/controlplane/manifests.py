"""Small objects for tests of the control plane itself."""

from typing import Any

from tests.controlplane.cluster import NODE_ANNOTATIONS


def daemonset(name: str, namespace: str, **pod_spec: Any) -> dict[str, Any]:
    labels = {"app": name}
    spec = {"containers": [{"name": "main", "image": "registry.example/agent:1"}], **pod_spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def node(name: str, **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "labels": labels, "annotations": NODE_ANNOTATIONS}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def conditions(item: dict[str, Any]) -> dict[str, str]:
    """The statuses of a node's or pod's conditions by type; none yet is no entry."""
    return {told["type"]: told["status"] for told in item.get("status", {}).get("conditions", [])}
