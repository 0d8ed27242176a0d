"""What admission does to tenants' DaemonSets: it changes pods, or refuses them."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw, suffix
from kubectl_ds.kube.sample.daemonset_objects import (
    container,
    counters,
    daemonset,
    pod_template,
    required_affinity,
    revision,
)
from kubectl_ds.kube.sample.event_objects import event
from kubectl_ds.kube.sample.observability import no_node_available, refused
from kubectl_ds.kube.sample.pod_objects import Crew


def cache_warmer(moment: Moment) -> list[Raw]:
    """The namespace's node selector is put on every pod by admission; the controller knows nothing of it.

    One of its nodes has been given to batch jobs since. The pod there runs on, and as nothing has moved
    since then the controller's counters still have the node in.
    """
    template = pod_template(
        {"app": "cache-warmer"},
        container("warm", "registry.example.com/blue/cache-warmer:17"),
        affinity=required_affinity(
            ("topology.kubernetes.io/zone", "In", ["eu-central-1b"]), ("kubernetes.io/arch", "In", ["amd64"])
        ),
    )
    daemon = daemonset(moment.ago(days=6), "team-blue", "cache-warmer", template)
    crew = Crew(moment, daemon, template, 1, hours=140)
    own = nodes.TENANT_BLUE
    added = {"tenant": "blue"}
    cause = "node(s) didn't match Pod's node affinity/selector"
    return [
        counters(daemon, desired=6, current=6, ready=3, updated=6, available=3),
        revision(daemon, 1, moment.ago(days=6)),
        *(crew.ready(name, nodeSelector=added) for name in own),
        *(
            one
            for name in nodes.ZONE_B
            if name not in own
            for one in refused(
                moment, crew.made_for(name, nodeSelector=added), no_node_available(cause, victims="")
            )
        ),
    ]


def kernel_tuner(moment: Moment) -> list[Raw]:
    """Pod Security will not have a privileged pod in this namespace."""
    template = pod_template(
        {"app": "kernel-tuner"},
        container("tune", "registry.example.com/green/kernel-tuner:1", securityContext={"privileged": True}),
        nodeSelector={"node.example.com/storage": "nvme"},
        hostPID=True,
    )
    daemon = daemonset(moment.ago(hours=30), "team-green", "kernel-tuner", template)
    refusal = (
        f'Error creating: pods "kernel-tuner-{suffix("refused", "kernel-tuner")}" is forbidden: violates '
        'PodSecurity "baseline:latest": host namespaces (hostPID=true), privileged (container "tune" must not '
        "set securityContext.privileged=true)"
    )
    return [
        counters(daemon, desired=3, current=0, ready=0, updated=0, available=0),
        revision(daemon, 1, moment.ago(hours=30)),
        event(moment, daemon, "FailedCreate", refusal, count=124, first=30 * 3600, last=410),
    ]


def sandbox_warmer(moment: Moment) -> list[Raw]:
    """Its service account was never made."""
    template = pod_template(
        {"app": "sandbox-warmer"},
        container("warm", "registry.example.com/green/sandbox-warmer:2"),
        service_account="sandbox-warmer",
        nodeSelector={"sandbox.example.com/runtime": "gvisor"},
    )
    daemon = daemonset(moment.ago(minutes=50), "team-green", "sandbox-warmer", template)
    refusal = (
        'Error creating: pods "sandbox-warmer-" is forbidden: error looking up service account '
        'team-green/sandbox-warmer: serviceaccount "sandbox-warmer" not found'
    )
    return [
        counters(daemon, desired=3, current=0, ready=0, updated=0, available=0),
        revision(daemon, 1, moment.ago(minutes=50)),
        event(moment, daemon, "FailedCreate", refusal, count=17, first=3000, last=95),
    ]
