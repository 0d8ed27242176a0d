"""Disks: a CSI driver in the middle of a rollout, and a scrubber that shares one volume."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.daemonset_objects import (
    container,
    counters,
    daemonset,
    host_path,
    pod_template,
    revision,
    rolling,
)
from kubectl_ds.kube.sample.event_objects import event
from kubectl_ds.kube.sample.observability import no_node_available, refused
from kubectl_ds.kube.sample.pod_objects import Crew, terminating, unschedulable

_MACHINES = (*nodes.WORKERS, *nodes.GPU, *nodes.ARM, *nodes.STORAGE)


def csi_node(moment: Moment) -> list[Raw]:
    """A rolling update half-way: three nodes at a time, twelve done, three at it, eleven to go.

    The one that is retired drives its pod out, and the one that is not ready takes no new one.
    """
    old, new = _csi_template("v2.3.0"), _csi_template("v2.4.1")
    daemon = daemonset(
        moment.ago(days=96),
        "kube-system",
        "csi-node",
        new,
        strategy=rolling(max_unavailable="10%"),
        generation=5,
        min_ready_seconds=10,
    )
    before = Crew(moment, daemon, old, 4, hours=340)
    after = Crew(moment, daemon, new, 5, hours=0.2)
    eligible = [name for name in _MACHINES if name not in (nodes.NOT_READY, nodes.RETIRING)]
    done, starting, going, waits = eligible[:12], eligible[12:14], eligible[14], eligible[15:]
    return [
        counters(daemon, desired=26, current=26, ready=24, updated=14, available=24, misscheduled=1),
        revision(daemon, 4, moment.ago(days=14), template=old),
        revision(daemon, 5, moment.ago(minutes=16)),
        *(after.ready(name) for name in done),
        *(after.starting(name, seconds=12) for name in starting),
        terminating(moment, before.ready(going), seconds=6),
        *(before.ready(name) for name in waits),
        terminating(moment, before.ready(nodes.RETIRING), seconds=5),
        event(
            moment,
            daemon,
            "SuccessfulDelete",
            f"Deleted pod: {before.ready(going)['metadata']['name']}",
            warning=False,
            last=6,
        ),
    ]


def _csi_template(version: str) -> Raw:
    plugin = {"name": "plugin-dir", "mountPath": "/csi"}
    return pod_template(
        {"app": "csi-node"},
        container(
            "driver",
            f"registry.example.com/storage/csi-driver:{version}",
            args=["node", "--endpoint=unix:/csi/csi.sock"],
            requests={"cpu": "20m", "memory": "40Mi"},
            securityContext={"privileged": True},
            volumeMounts=[plugin],
        ),
        container(
            "node-driver-registrar",
            "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0",
            requests={"cpu": "10m", "memory": "20Mi"},
            volumeMounts=[plugin],
        ),
        service_account="csi-node",
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[
            {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
            {"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"},
        ],
        priorityClassName="system-node-critical",
        volumes=[host_path("plugin-dir", "/var/lib/kubelet/plugins/csi.example.com", "DirectoryOrCreate")],
    )


def volume_scrubber(moment: Moment) -> list[Raw]:
    """One ReadWriteOnce claim cannot be on three nodes, and a gate holds one pod back until it is approved."""
    template = pod_template(
        {"app": "volume-scrubber"},
        container(
            "scrub",
            "registry.example.com/storage/scrubber:0.9.4",
            requests={"cpu": "50m", "memory": "64Mi"},
            volumeMounts=[{"name": "journal", "mountPath": "/journal"}],
        ),
        nodeSelector={"node.example.com/storage": "nvme"},
        schedulingGates=[{"name": "example.com/approved"}],
        volumes=[{"name": "journal", "persistentVolumeClaim": {"claimName": "scrub-journal"}}],
    )
    daemon = daemonset(moment.ago(days=3), "storage", "volume-scrubber", template)
    crew = Crew(moment, daemon, template, 1, hours=70)
    approved, conflicting, gated = nodes.STORAGE
    gates = "Scheduling is blocked due to non-empty scheduling gates"
    return [
        counters(daemon, desired=3, current=3, ready=1, updated=3, available=1),
        revision(daemon, 1, moment.ago(days=3)),
        _without_gates(crew.ready(approved)),
        *refused(
            moment,
            _without_gates(crew.made_for(conflicting)),
            no_node_available("node(s) didn't match PersistentVolume's node affinity", victims=""),
        ),
        unschedulable(moment, crew.made_for(gated), gates, reason="SchedulingGated"),
    ]


def _without_gates(made: Raw) -> Raw:
    """Whoever approves takes the gate off the pod; it cannot be put back."""
    del made["spec"]["schedulingGates"]
    return made
