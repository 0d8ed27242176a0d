"""Two ways of being bound without the default scheduler: a scheduler of one's own, and a nodeName."""

from kubectl_ds.kube.sample.api_objects import Moment, Raw, uid
from kubectl_ds.kube.sample.daemonset_objects import (
    EVERYTHING,
    container,
    counters,
    daemonset,
    pod_template,
    revision,
)
from kubectl_ds.kube.sample.event_objects import event
from kubectl_ds.kube.sample.pod_objects import Crew, bound, failed

_TOLERATION = {"key": "node-role.example.com/edge", "operator": "Exists", "effect": "NoSchedule"}


def edge_agent(moment: Moment) -> list[Raw]:
    """Asks for a scheduler that somebody took out of service, after it had begun to ignore the pin.

    Its last act was to bind the pod made for edge-2 to edge-1, whose kubelet refuses it.
    """
    template = pod_template(
        {"app": "edge-agent"},
        container("agent", "registry.example.com/edge/agent:5.1", requests={"cpu": "100m", "memory": "64Mi"}),
        nodeSelector={"node-role.example.com/edge": ""},
        tolerations=[EVERYTHING],
        schedulerName="edge-scheduler",
    )
    daemon = daemonset(moment.ago(days=9), "edge", "edge-agent", template)
    crew = Crew(moment, daemon, template, 1, hours=1.5)
    lost = crew.made_for("edge-2", seconds=400)
    name = f"{lost['metadata']['name']}x"
    lost["metadata"] |= {"name": name, "uid": uid("Pod", "edge", name)}
    failed(
        bound(moment, lost, "edge-1"),
        "NodeAffinity",
        "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    )
    told = f"Found failed daemon pod edge/{lost['metadata']['name']} on node edge-1, will try to kill it"
    return [
        counters(daemon, desired=3, current=3, ready=0, updated=3, available=0),
        revision(daemon, 1, moment.ago(days=9)),
        lost,
        crew.made_for("edge-2"),
        crew.made_for("edge-3"),
        event(moment, daemon, "FailedDaemonPod", told, last=395),
    ]


def edge_gateway(moment: Moment) -> list[Raw]:
    """The template names its one node: bound at birth, past every scheduler."""
    template = pod_template(
        {"app": "edge-gateway"},
        container(
            "gateway",
            "docker.io/library/haproxy:3.2",
            ports=[{"name": "https", "containerPort": 8443, "hostPort": 443, "protocol": "TCP"}],
            requests={"cpu": "250m", "memory": "128Mi"},
        ),
        tolerations=[_TOLERATION],
        nodeName="edge-1",
    )
    daemon = daemonset(moment.ago(days=300), "edge", "edge-gateway", template)
    crew = Crew(moment, daemon, template, 1, hours=2000)
    return [
        counters(daemon, desired=1, current=1, ready=1, updated=1, available=1),
        revision(daemon, 1, moment.ago(days=300)),
        crew.ready("edge-1"),
    ]
