"""Metrics and logs: node-exporter, windows-exporter and fluent-bit."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.daemonset_objects import (
    EVERYTHING,
    container,
    counters,
    daemonset,
    host_path,
    pod_template,
    revision,
    rolling,
)
from kubectl_ds.kube.sample.event_objects import event, scheduling_event
from kubectl_ds.kube.sample.networking import NO_VIRTUAL_NODES, mark_lost
from kubectl_ds.kube.sample.pod_objects import Crew, bound, failed, unschedulable, waiting

SIZE = len(nodes.ALL)


def no_node_available(cause: str, *, victims: str = "No preemption victims found for incoming pod") -> str:
    """The scheduler's words when the pod's one node will not do for `cause`."""
    preemption = f"{SIZE - 1} Preemption is not helpful for scheduling"
    if victims:
        preemption = f"1 {victims}, {preemption}"
    return (
        f"0/{SIZE} nodes are available: 1 {cause}, {SIZE - 1} node(s) didn't satisfy plugin(s) [NodeAffinity]. "
        f"preemption: 0/{SIZE} nodes are available: {preemption}."
    )


def refused(moment: Moment, made: Raw, message: str) -> list[Raw]:
    """An unbound pod with what the scheduler says of it, and the event that goes with it."""
    return [unschedulable(moment, made, message), scheduling_event(moment, made, message)]


def node_exporter(moment: Moment) -> list[Raw]:
    """Its host port is taken on one node, another is full of pods.

    A third node drives it out as we look: the taint is seconds old, and the controller has neither deleted
    the pod nor counted the node out yet.
    """
    template = pod_template(
        {"app.kubernetes.io/name": "node-exporter"},
        container(
            "node-exporter",
            "quay.io/prometheus/node-exporter:v1.10.2",
            args=["--web.listen-address=0.0.0.0:9100"],
            ports=[{"name": "metrics", "containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}],
            requests={"cpu": "20m", "memory": "32Mi"},
        ),
        service_account="node-exporter",
        affinity=NO_VIRTUAL_NODES,
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[{**EVERYTHING, "effect": "NoSchedule"}],
        hostNetwork=True,
        hostPID=True,
    )
    daemon = daemonset(
        moment.ago(days=130), "monitoring", "node-exporter", template, strategy=rolling(max_unavailable="10%")
    )
    crew = Crew(moment, daemon, template, 1, hours=900)
    apart = (nodes.PORT_TAKEN, nodes.PODS_FULL, nodes.FRESH)
    return [
        counters(daemon, desired=35, current=35, ready=31, updated=35, available=31),
        revision(daemon, 1, moment.ago(days=130)),
        *(mark_lost(moment, crew.ready(name)) for name in nodes.LINUX if name not in apart),
        crew.ready(nodes.FRESH, seconds=58),
        *refused(
            moment,
            crew.made_for(nodes.PORT_TAKEN, seconds=47 * 60),
            no_node_available("node(s) didn't have free ports for the requested pod ports"),
        ),
        *refused(
            moment, crew.made_for(nodes.PODS_FULL, seconds=3 * 3600), no_node_available("Too many pods")
        ),
    ]


def windows_exporter(moment: Moment) -> list[Raw]:
    """On the Windows nodes alone; one of them cannot pull the image."""
    image = "ghcr.io/prometheus-community/windows-exporter:0.31.3"
    template = pod_template(
        {"app.kubernetes.io/name": "windows-exporter"},
        container(
            "windows-exporter", image, ports=[{"name": "metrics", "containerPort": 9182, "protocol": "TCP"}]
        ),
        nodeSelector={"kubernetes.io/os": "windows"},
        tolerations=[{"key": "os", "operator": "Equal", "value": "windows", "effect": "NoSchedule"}],
    )
    daemon = daemonset(moment.ago(days=40), "monitoring", "windows-exporter", template)
    crew = Crew(moment, daemon, template, 1, hours=70)
    cause = f'failed to pull and unpack image "{image}": no space left on device'
    words = f'Back-off pulling image "{image}": ErrImagePull: {cause}'
    stuck = waiting(bound(moment, crew.made_for("win-2"), "win-2"), "ImagePullBackOff", words)
    return [
        counters(daemon, desired=2, current=2, ready=1, updated=2, available=1),
        revision(daemon, 1, moment.ago(days=40)),
        crew.ready("win-1"),
        stuck,
        event(
            moment,
            stuck,
            "BackOff",
            f'Back-off pulling image "{image}"',
            component="kubelet",
            host="win-2",
            count=812,
            first=70 * 3600,
            last=140,
        ),
    ]


def fluent_bit(moment: Moment) -> list[Raw]:
    """A log agent that tolerates everything, the virtual nodes too, and comes to grief in six ways."""
    template = pod_template(
        {"app.kubernetes.io/name": "fluent-bit"},
        container(
            "fluent-bit",
            "cr.fluentbit.io/fluent/fluent-bit:4.1.1",
            requests={"cpu": "200m", "memory": "64Mi"},
            limits={"memory": "256Mi"},
            volumeMounts=[{"name": "varlog", "mountPath": "/var/log"}],
        ),
        service_account="fluent-bit",
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[EVERYTHING],
        volumes=[host_path("varlog", "/var/log")],
    )
    daemon = daemonset(moment.ago(days=77), "logging", "fluent-bit", template, generation=2)
    crew = Crew(moment, daemon, template, 2, hours=160)
    apart = ("worker-a-5", nodes.CPU_FULL, nodes.DISK_PRESSURE, nodes.FRESH)
    return [
        counters(daemon, desired=37, current=37, ready=29, updated=37, available=29),
        revision(daemon, 2, moment.ago(days=30)),
        *(mark_lost(moment, crew.ready(name)) for name in nodes.LINUX if name not in apart),
        crew.starting(nodes.FRESH, seconds=52),
        *_crash_loop(moment, crew, "worker-a-5"),
        *_evicted(moment, daemon, crew, nodes.DISK_PRESSURE),
        *refused(
            moment, crew.made_for(nodes.CPU_FULL, seconds=5 * 3600), no_node_available("Insufficient cpu")
        ),
        *refused(moment, crew.made_for("fargate-1"), no_node_available("Too many pods")),
        _refused_by_provider(moment, crew, "virtual-node-1"),
    ]


def _crash_loop(moment: Moment, crew: Crew, node: str) -> list[Raw]:
    last = {
        "exitCode": 1,
        "reason": "Error",
        "startedAt": moment.ago(minutes=3, seconds=2),
        "finishedAt": moment.ago(minutes=3),
        "containerID": f"containerd://{0x5CA1AB1E:064x}",
    }
    name = crew.template["spec"]["containers"][0]["name"]
    made = bound(moment, crew.made_for(node), node)
    words = (
        f"back-off 5m0s restarting failed container={name} "
        f"pod={made['metadata']['name']}_logging({made['metadata']['uid']})"
    )
    waiting(made, "CrashLoopBackOff", words, restarts=214, last=last)
    told = f"Back-off restarting failed container {name} in pod {made['metadata']['name']}_logging"
    return [
        made,
        event(
            moment, made, "BackOff", told, component="kubelet", host=node, count=5012, first=18 * 3600, last=9
        ),
    ]


def _evicted(moment: Moment, daemon: Raw, crew: Crew, node: str) -> list[Raw]:
    """The kubelet evicted it; the controller deletes and remakes it, ever more slowly."""
    made = bound(moment, crew.made_for(node, seconds=130), node)
    failed(
        made,
        "Evicted",
        "The node was low on resource: ephemeral-storage. Threshold quantity: 12581065816, available: 9817368Ki. ",
    )
    name = made["metadata"]["name"]
    told = f"Found failed daemon pod logging/{name} on node {node}, will try to kill it"
    return [
        made,
        event(moment, made, "Evicted", made["status"]["message"], component="kubelet", host=node, last=128),
        event(moment, daemon, "FailedDaemonPod", told, count=1, last=128),
    ]


def _refused_by_provider(moment: Moment, crew: Crew, node: str) -> Raw:
    """A virtual kubelet says no in this way: the pod stays bound and Pending."""
    made = bound(moment, crew.made_for(node), node)
    made["status"] |= {
        "reason": "ProviderFailed",
        "message": "HostPath volumes are not supported by this provider",
    }
    return made
