"""Everything else that runs: what fills nodes up and holds ports, and the control plane's static pods."""

from kubectl_ds.kube.sample import nodes
from kubectl_ds.kube.sample.api_objects import Moment, Raw, suffix, uid
from kubectl_ds.kube.sample.daemonset_objects import container, pod_template
from kubectl_ds.kube.sample.pod_objects import bound, pod, running


def workloads(moment: Moment) -> list[Raw]:
    """All pods that no DaemonSet has made."""
    web, ledger = {"cpu": "1900m", "memory": "2Gi"}, {"cpu": "200m", "memory": "10200Mi"}
    return [
        *(_replica(moment, "shop", "web", nodes.CPU_FULL, number, web) for number in range(4)),
        *(
            _replica(moment, "shop", "ledger", nodes.MEMORY_FULL, number, ledger, "business-critical")
            for number in range(3)
        ),
        *(_replica(moment, "shop", "session-cache", nodes.PODS_FULL, number) for number in range(12)),
        _replica(moment, "batch", "nightly-report", nodes.DEDICATED, 0, {"cpu": "2", "memory": "4Gi"}),
        _replica(moment, "batch", "thumbnailer", "fargate-1", 0, {"cpu": "1", "memory": "2Gi"}),
        _replica(moment, "gpu", "training", "gpu-4", 0, {"cpu": "32", "nvidia.com/gpu": "4"}),
        _port_holder(moment),
        *(
            static_pod(moment, name, node)
            for node in nodes.CONTROL_PLANE
            for name in ("etcd", "kube-apiserver")
        ),
    ]


def _replica(
    moment: Moment,
    namespace: str,
    app: str,
    node: str,
    number: int,
    requests: dict[str, str] | None = None,
    priority_class: str = "",
) -> Raw:
    """One pod of a Deployment, bound to `node`."""
    one = container(app, f"registry.example.com/{namespace}/{app}:12", requests=requests)
    if requests and "nvidia.com/gpu" in requests:
        one["resources"]["limits"] = {"nvidia.com/gpu": requests["nvidia.com/gpu"]}
    spec = pod_template({}, one)["spec"]
    if priority_class:
        spec["priorityClassName"] = priority_class
    replica_set = f"{app}-{suffix(app, length=9)}"
    made = pod(
        moment,
        namespace,
        f"{replica_set}-{suffix(app, node, str(number))}",
        spec,
        {"app": app, "pod-template-hash": replica_set.rsplit("-", 1)[1]},
        age=86400 * 5 + number * 11,
    )
    made["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "name": replica_set,
            "uid": uid("ReplicaSet", namespace, replica_set),
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    return running(moment, bound(moment, made, node))


def _port_holder(moment: Moment) -> Raw:
    """An exporter that somebody started by hand, on the port that node-exporter wants."""
    ports = [{"containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}]
    one = container("exporter", "registry.example.com/green/old-exporter:0.1", ports=ports)
    spec = pod_template({}, one)["spec"]
    made = pod(moment, "team-green", "old-exporter", spec, {"run": "old-exporter"}, age=47 * 60 + 30)
    return running(moment, bound(moment, made, nodes.PORT_TAKEN))


def static_pod(moment: Moment, name: str, node: str) -> Raw:
    """The mirror of a static pod: alike on every control plane node, and no DaemonSet's."""
    one = container(name, f"registry.k8s.io/{name}:v1.36.2", requests={"cpu": "100m", "memory": "256Mi"})
    spec = pod_template({}, one)["spec"] | {
        "hostNetwork": True,
        "priorityClassName": "system-node-critical",
        "tolerations": [{"operator": "Exists", "effect": "NoExecute"}],
    }
    made = pod(
        moment,
        "kube-system",
        f"{name}-{node}",
        spec,
        {"component": name, "tier": "control-plane"},
        age=212 * 86400,
    )
    digest = uid("static", name, node).replace("-", "")
    made["metadata"]["annotations"] = {
        "kubernetes.io/config.hash": digest,
        "kubernetes.io/config.mirror": digest,
        "kubernetes.io/config.source": "file",
    }
    made["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid("Node", "", node), "controller": True}
    ]
    return running(moment, bound(moment, made, node))
