"""What the metrics API would say of the sample's Ready daemon pods; not random, and never more than their limits."""

import zlib
from collections.abc import Iterable

from kubectl_ds.core.quantity import milli_value, value
from kubectl_ds.kube.sample.api_objects import Moment, Raw, metadata

_CPU = 40
"""Millicores where nothing is requested."""
_MEMORY = 48 << 20


def pod_metrics(moment: Moment, objects: Iterable[Raw]) -> list[Raw]:
    """One PodMetrics for each Ready pod of a DaemonSet among `objects`."""
    return [_metrics(moment, one) for one in objects if one["kind"] == "Pod" and _is_ready_daemon(one)]


def _is_ready_daemon(pod: Raw) -> bool:
    owners = pod["metadata"].get("ownerReferences", [])
    conditions = pod["status"].get("conditions", [])
    return any(owner["kind"] == "DaemonSet" for owner in owners) and any(
        one["type"] == "Ready" and one["status"] == "True" for one in conditions
    )


def _metrics(moment: Moment, pod: Raw) -> Raw:
    meta = pod["metadata"]
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": metadata(
            "PodMetrics",
            meta["name"],
            moment.ago(seconds=20),
            namespace=meta["namespace"],
            manager="metrics-server",
            labels=meta["labels"],
        ),
        "timestamp": moment.ago(seconds=20),
        "window": "15s",
        "containers": [_usage(meta["name"], container) for container in pod["spec"]["containers"]],
    }


def _usage(pod: str, container: Raw) -> Raw:
    """Between 40 and 103 percent of the request."""
    requests = container.get("resources", {}).get("requests", {})
    percent = 40 + zlib.crc32(f"{pod}/{container['name']}".encode()) % 64
    cpu = milli_value(requests["cpu"]) if "cpu" in requests else _CPU
    memory = value(requests["memory"]) if "memory" in requests else _MEMORY
    return {
        "name": container["name"],
        "usage": {"cpu": f"{cpu * percent * 10_000}n", "memory": f"{memory * percent // 102_400}Ki"},
    }
