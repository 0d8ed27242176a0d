"""GPU nodes: a healthy device plugin, and a health check that is updated only when its pods are deleted."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.daemonset_objects import (
    ON_DELETE,
    container,
    counters,
    daemonset,
    host_path,
    pod_template,
    revision,
)
from kubectl_ds.kube.sample.observability import no_node_available, refused
from kubectl_ds.kube.sample.pod_objects import Crew

_SELECTOR = {"nvidia.com/gpu.present": "true"}
_TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def nvidia_device_plugin(moment: Moment) -> list[Raw]:
    """All is well here."""
    template = pod_template(
        {"name": "nvidia-device-plugin-ds"},
        container(
            "nvidia-device-plugin-ctr",
            "nvcr.io/nvidia/k8s-device-plugin:v0.18.0",
            volumeMounts=[
                {"name": "kubelet-device-plugins-dir", "mountPath": "/var/lib/kubelet/device-plugins"}
            ],
        ),
        nodeSelector=_SELECTOR,
        tolerations=[_TOLERATION],
        priorityClassName="system-node-critical",
        volumes=[host_path("kubelet-device-plugins-dir", "/var/lib/kubelet/device-plugins", "Directory")],
    )
    daemon = daemonset(moment.ago(days=18), "kube-system", "nvidia-device-plugin", template)
    crew = Crew(moment, daemon, template, 1, hours=18 * 24 - 1)
    return [
        counters(daemon, desired=4, current=4, ready=4, updated=4, available=4),
        revision(daemon, 1, moment.ago(days=18)),
        *(crew.ready(name) for name in nodes.GPU),
    ]


def gpu_health_check(moment: Moment) -> list[Raw]:
    """OnDelete: two pods are of the revision before, and nobody replaces them. The last node's GPUs are taken."""
    old, new = _check_template("2.0"), _check_template("2.1")
    daemon = daemonset(moment.ago(days=18), "gpu", "gpu-health-check", new, strategy=ON_DELETE, generation=3)
    before = Crew(moment, daemon, old, 2, hours=300)
    after = Crew(moment, daemon, new, 3, hours=50)
    deleted_since, *stale, taken = nodes.GPU
    return [
        counters(daemon, desired=4, current=4, ready=3, updated=2, available=3),
        revision(daemon, 2, moment.ago(days=13), template=old, change_cause="check 2.0"),
        revision(daemon, 3, moment.ago(days=5), change_cause="check 2.1"),
        after.ready(deleted_since),
        *(before.ready(name) for name in stale),
        *refused(moment, after.made_for(taken), no_node_available("Insufficient nvidia.com/gpu")),
    ]


def _check_template(version: str) -> Raw:
    gpu = {"nvidia.com/gpu": "1"}
    return pod_template(
        {"app": "gpu-health-check"},
        container("check", f"registry.example.com/gpu/health-check:{version}", requests=gpu, limits=gpu),
        nodeSelector=_SELECTOR,
        tolerations=[_TOLERATION],
    )
