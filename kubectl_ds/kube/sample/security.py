"""Security agents: falco rolling out with surge, a scanner out of quota, an auditor changed seconds ago."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw, suffix
from kubectl_ds.kube.sample.daemonset_objects import (
    container,
    counters,
    daemonset,
    host_path,
    pod_template,
    required_affinity,
    revision,
    rolling,
)
from kubectl_ds.kube.sample.event_objects import event
from kubectl_ds.kube.sample.networking import mark_lost
from kubectl_ds.kube.sample.observability import no_node_available, refused
from kubectl_ds.kube.sample.pod_objects import Crew, bound, running, terminating

_CONTROL_PLANE_TOO = {
    "key": "node-role.kubernetes.io/control-plane",
    "operator": "Exists",
    "effect": "NoSchedule",
}


def falco(moment: Moment) -> list[Raw]:
    """A rollout that adds the new pod before it takes the old one away, on up to a quarter of the nodes.

    Six nodes have both pods. One node has no memory for it, and preemption cannot help: what runs there has
    a higher priority. Three nodes keep a pod that would not be put there again.
    """
    old, new = _falco_template("0.41.3"), _falco_template("0.42.0")
    daemon = daemonset(
        moment.ago(days=60),
        "security",
        "falco",
        new,
        strategy=rolling(max_surge="25%"),
        generation=9,
        min_ready_seconds=10,
    )
    before = Crew(moment, daemon, old, 8, hours=410)
    after = Crew(moment, daemon, new, 9, hours=0.4)
    unready = "storage-2"
    done = (*nodes.CONTROL_PLANE, "worker-a-1", "worker-a-2", "worker-a-4", "worker-a-5", nodes.CPU_FULL)
    both = ("worker-b-1", "worker-b-4", nodes.PORT_TAKEN, "worker-c-1", "worker-c-2")
    waits = (nodes.CORDONED, "worker-c-3", nodes.DISK_PRESSURE, "storage-1", "storage-3")
    return [
        counters(daemon, desired=21, current=21, ready=19, updated=10, available=19, misscheduled=3),
        revision(daemon, 8, moment.ago(days=17), template=old, change_cause="falco 0.41.3"),
        revision(daemon, 9, moment.ago(minutes=26), change_cause="falco 0.42.0"),
        *(after.ready(name) for name in done),
        *(before.ready(name) for name in (*both, nodes.PODS_FULL, *waits, nodes.DEDICATED)),
        *(after.starting(name, seconds=20) for name in both),
        *refused(moment, after.made_for(nodes.PODS_FULL), no_node_available("Too many pods")),
        *refused(moment, after.made_for(nodes.MEMORY_FULL), no_node_available("Insufficient memory")),
        *_readiness_failing(moment, after, unready),
        mark_lost(moment, before.ready(nodes.NOT_READY)),
        terminating(moment, before.ready(nodes.RETIRING), seconds=5),
    ]


def _falco_template(version: str) -> Raw:
    return pod_template(
        {"app.kubernetes.io/name": "falco"},
        container(
            "falco",
            f"docker.io/falcosecurity/falco:{version}",
            args=["/usr/bin/falco", "-o", "engine.kind=modern_ebpf"],
            requests={"cpu": "100m", "memory": "512Mi"},
            limits={"memory": "1Gi"},
            readinessProbe={
                "httpGet": {"path": "/healthz", "port": 8765, "scheme": "HTTP"},
                "timeoutSeconds": 5,
                "periodSeconds": 15,
                "successThreshold": 1,
                "failureThreshold": 3,
            },
            securityContext={"privileged": True},
            volumeMounts=[{"name": "proc", "mountPath": "/host/proc"}],
        ),
        annotations={"checksum/rules": suffix("rules", version, length=16)},
        service_account="falco",
        affinity=required_affinity(("kubernetes.io/arch", "In", ["amd64"])),
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[_CONTROL_PLANE_TOO],
        priorityClassName="security-agents",
        volumes=[host_path("proc", "/proc")],
    )


def _readiness_failing(moment: Moment, crew: Crew, node: str) -> list[Raw]:
    made = running(moment, bound(moment, crew.made_for(node), node), ready=False)
    words = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    told = event(
        moment, made, "Unhealthy", words, component="kubelet", host=node, count=91, first=1380, last=14
    )
    told["involvedObject"]["fieldPath"] = "spec.containers{falco}"
    return [made, told]


def image_scanner(moment: Moment) -> list[Raw]:
    """A quota lets eight of its twenty-one pods in."""
    template = pod_template(
        {"app": "image-scanner"},
        container(
            "scan",
            "registry.example.com/security/image-scanner:3.2.0",
            requests={"cpu": "50m", "memory": "64Mi"},
        ),
        nodeSelector={"kubernetes.io/os": "linux"},
    )
    daemon = daemonset(moment.ago(days=2), "scanning", "image-scanner", template)
    crew = Crew(moment, daemon, template, 1, hours=46)
    there = (
        "worker-a-1",
        "worker-a-2",
        "worker-a-3",
        "worker-a-4",
        "worker-a-5",
        "worker-b-1",
        "worker-c-1",
        "arm-1",
    )
    refusal = (
        f'Error creating: pods "image-scanner-{suffix("refused", "image-scanner")}" is forbidden: exceeded quota: '
        "scanning-pods, requested: pods=1, used: pods=8, limited: pods=8"
    )
    return [
        counters(daemon, desired=21, current=8, ready=8, updated=8, available=8),
        revision(daemon, 1, moment.ago(days=2)),
        *(crew.ready(name) for name in there),
        event(moment, daemon, "FailedCreate", refusal, count=188, first=46 * 3600, last=320),
    ]


def file_audit(moment: Moment) -> list[Raw]:
    """Its nodeSelector was widened three seconds ago; the controller has not seen that yet."""
    before = _audit_template({"node.example.com/storage": "nvme", "audit.example.com/level": "strict"})
    template = _audit_template({"node.example.com/storage": "nvme"})
    daemon = daemonset(moment.ago(days=25), "security", "file-audit", template, generation=2)
    return [
        counters(daemon, desired=1, current=1, ready=1, updated=1, available=1, observed_generation=1),
        revision(daemon, 1, moment.ago(days=25), template=before),
        Crew(moment, daemon, before, 1, hours=600).ready("storage-1"),
    ]


def _audit_template(selector: dict[str, str]) -> Raw:
    return pod_template(
        {"app": "file-audit"},
        container(
            "audit", "registry.example.com/security/file-audit:1.4", requests={"cpu": "10m", "memory": "32Mi"}
        ),
        nodeSelector=selector,
    )
