"""The DaemonSets that every machine needs to be a node at all: cilium and kube-proxy."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.daemonset_objects import (
    EVERYTHING,
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
from kubectl_ds.kube.sample.pod_objects import (
    Crew,
    bound,
    on_lost_node,
    pod,
    running,
    terminating,
)

NO_VIRTUAL_NODES = required_affinity(
    ("eks.amazonaws.com/compute-type", "NotIn", ["fargate"]),
    ("type", "NotIn", ["virtual-kubelet"]),
)
_LOST = {nodes.NOT_READY: 33.0, nodes.UNREACHABLE: 25.0 * 60}
"""Minutes since the node controller marked the pods of these nodes."""


def mark_lost(moment: Moment, made: Raw) -> Raw:
    """The pod as it stands if its node is not Ready, as it is otherwise."""
    minutes = _LOST.get(made["spec"]["nodeName"])
    return on_lost_node(moment, made, minutes=minutes) if minutes else made


def cilium(moment: Moment) -> list[Raw]:
    """A CNI plugin: everywhere but on the virtual nodes.

    The pod on the unreachable node was deleted for an update and cannot go, since no kubelet confirms it;
    the node that joined a minute ago is still at its init container.
    """
    old, new = _cilium_template("v1.18.1"), _cilium_template("v1.18.2")
    labels = {"k8s-app": "cilium"}
    daemon = daemonset(
        moment.ago(days=212),
        "kube-system",
        "cilium",
        new,
        selector=labels,
        strategy=rolling(max_unavailable=2),
        generation=7,
    )
    crew = Crew(moment, daemon, new, 7, hours=20)
    stuck = Crew(moment, daemon, old, 6, hours=400).ready(nodes.UNREACHABLE)
    healthy = [name for name in nodes.LINUX if name not in (nodes.UNREACHABLE, nodes.FRESH)]
    return [
        counters(daemon, desired=35, current=35, ready=32, updated=34, available=32),
        revision(daemon, 6, moment.ago(days=51), template=old, change_cause="helm upgrade cilium 1.18.1"),
        revision(daemon, 7, moment.ago(hours=21), change_cause="helm upgrade cilium 1.18.2"),
        *(mark_lost(moment, crew.ready(name)) for name in healthy),
        terminating(moment, mark_lost(moment, stuck), seconds=20 * 3600),
        crew.starting(nodes.FRESH, seconds=55),
    ]


def _cilium_template(version: str) -> Raw:
    image = f"quay.io/cilium/cilium:{version}"
    return pod_template(
        {"k8s-app": "cilium", "app.kubernetes.io/part-of": "cilium"},
        container(
            "cilium-agent",
            image,
            command=["cilium-agent"],
            args=["--config-dir=/etc/cilium/config"],
            requests={"cpu": "100m", "memory": "128Mi"},
            readinessProbe={
                "httpGet": {"host": "127.0.0.1", "path": "/healthz", "port": 9879, "scheme": "HTTP"},
                "timeoutSeconds": 5,
                "periodSeconds": 30,
                "successThreshold": 1,
                "failureThreshold": 3,
            },
            volumeMounts=[{"name": "cilium-run", "mountPath": "/var/run/cilium"}],
        ),
        initContainers=[container("config", image, command=["cilium-dbg", "build-config"])],
        service_account="cilium",
        affinity=NO_VIRTUAL_NODES,
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[EVERYTHING],
        hostNetwork=True,
        priorityClassName="system-node-critical",
        volumes=[host_path("cilium-run", "/var/run/cilium", "DirectoryOrCreate")],
    )


def kube_proxy(moment: Moment) -> list[Raw]:
    """One node has none and nobody says why, one has two, and one pod's node is gone.

    The second pod was made by hand with the same labels and a nodeName; the controller has adopted it and
    is about to delete one of the two.
    """
    template = pod_template(
        {"k8s-app": "kube-proxy"},
        container(
            "kube-proxy",
            "registry.k8s.io/kube-proxy:v1.36.2",
            command=["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"],
            requests={"cpu": "50m", "memory": "32Mi"},
            securityContext={"privileged": True},
        ),
        service_account="kube-proxy",
        affinity=NO_VIRTUAL_NODES,
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[EVERYTHING],
        hostNetwork=True,
        priorityClassName="system-node-critical",
    )
    daemon = daemonset(moment.ago(days=212), "kube-system", "kube-proxy", template, generation=4)
    crew = Crew(moment, daemon, template, 4, hours=190)
    lacking = "worker-c-3"
    by_hand = _debug_copy(moment, crew.ready("worker-a-2"))
    return [
        counters(daemon, desired=35, current=34, ready=32, updated=34, available=32),
        revision(daemon, 4, moment.ago(days=8)),
        *(mark_lost(moment, crew.ready(name)) for name in nodes.LINUX if name not in (lacking, nodes.FRESH)),
        crew.ready(nodes.FRESH, seconds=60),
        by_hand,
        crew.ready(nodes.REMOVED),
        event(
            moment,
            by_hand,
            "Started",
            "Started container kube-proxy",
            component="kubelet",
            warning=False,
            host="worker-a-2",
            last=3,
        ),
    ]


def _debug_copy(moment: Moment, original: Raw) -> Raw:
    """`kubectl run --overrides` with a nodeName: no pin, no scheduler, the old way of being bound."""
    fields = ("containers", "restartPolicy", "terminationGracePeriodSeconds", "dnsPolicy", "securityContext")
    spec = {
        name: original["spec"][name]
        for name in (*fields, "schedulerName", "hostNetwork", "priorityClassName")
    }
    for one in spec["containers"]:
        one["volumeMounts"] = []
    made = pod(moment, "kube-system", "kube-proxy-debug", spec, original["metadata"]["labels"], age=4)
    made["metadata"]["ownerReferences"] = original["metadata"]["ownerReferences"]
    made["metadata"]["managedFields"][0] |= {
        "manager": "kubectl-run",
        "fieldsV1": {"f:spec": {"f:containers": {}, "f:nodeName": {}}},
    }
    return running(moment, bound(moment, made, "worker-a-2"))
