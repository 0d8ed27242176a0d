"""DaemonSets with DESIRED 0, each for another cause, and one that is being deleted."""

from typing import Any

from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.daemonset_objects import (
    container,
    counters,
    daemonset,
    pod_template,
    required_affinity,
    revision,
)
from kubectl_ds.kube.sample.pod_objects import Crew, terminating


def spot_handler(moment: Moment) -> list[Raw]:
    """A near miss: two nodes carry the label with another value."""
    return _idle(moment, "spot-handler", 33, nodeSelector={"node.example.com/lifecycle": "spot"})


def fpga_driver(moment: Moment) -> list[Raw]:
    """No node has the label at all."""
    return _idle(moment, "fpga-driver", 120, nodeSelector={"hardware.example.com/fpga": "true"})


def kernel_module(moment: Moment) -> list[Raw]:
    """A malformed requirement: the server takes `Gt v5`, and no node can ever match it."""
    affinity = required_affinity(
        ("kubernetes.io/os", "In", ["linux"]), ("node.example.com/generation", "Gt", ["v5"])
    )
    return _idle(moment, "kernel-module", 12, affinity=affinity)


def _idle(moment: Moment, name: str, days: float, **spec: Any) -> list[Raw]:
    template = pod_template(
        {"app": name}, container("main", f"registry.example.com/batch/{name}:1.0"), **spec
    )
    daemon = daemonset(moment.ago(days=days), "batch", name, template)
    return [
        counters(daemon, desired=0, current=0, ready=0, updated=0, available=0),
        revision(daemon, 1, moment.ago(days=days)),
    ]


def agent_v1(moment: Moment) -> list[Raw]:
    """Deleted in the foreground: frozen until its last pod is gone, status included."""
    template = pod_template(
        {"app": "agent-v1"},
        container(
            "agent", "registry.example.com/legacy/agent:1.9", requests={"cpu": "10m", "memory": "32Mi"}
        ),
        nodeSelector={"kubernetes.io/arch": "arm64"},
        terminationGracePeriodSeconds=600,
    )
    daemon = daemonset(
        moment.ago(days=400), "legacy", "agent-v1", template, generation=2, template_generation=1
    )
    daemon["metadata"] |= {
        "deletionTimestamp": moment.ago(seconds=95),
        "deletionGracePeriodSeconds": 0,
        "finalizers": ["foregroundDeletion"],
    }
    last = Crew(moment, daemon, template, 1, hours=41 * 24).ready("arm-1")
    return [
        counters(daemon, desired=3, current=3, ready=3, updated=3, available=3, observed_generation=1),
        revision(daemon, 1, moment.ago(days=400)),
        terminating(moment, last, seconds=95, grace=600),
    ]
