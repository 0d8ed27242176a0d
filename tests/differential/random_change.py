"""What a seed does to the cluster that it made, in steps of one request each."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tests.differential.moment import Moment, condition_of, is_terminating, name_of, target_of
from tests.differential.random_cluster import NAMESPACE_CLOSED, compares, shards_of, strategy
from tests.differential.random_node import SIZES, a_node, a_state, labels, taints
from tests.differential.random_template import FINALIZER, template, tolerations
from tests.differential.vocabulary import SHARD, STATE_ANNOTATION, Raw

Verb = Literal["create", "merge", "delete", "delete and wait"]


@dataclass(frozen=True)
class Step:
    """`what` is the object to create, or what is merged into the one named."""

    verb: Verb
    kind: str
    name: str
    namespace: str = ""
    what: Raw | None = None
    propagation: str = "Background"

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.verb} {self.kind} {where}{self.name}" + (f" {self.what}" if self.what else "")


def random_change(seed: int, moment: Moment) -> list[list[Step]]:
    """Half of everything changes, in one group of steps for each object.

    They are the same for the same seed but for what happens to single pods: which ones there are and how they are
    called is up to the cluster.
    """
    rng = random.Random(f"change of {seed}")
    nodes = sorted(moment.nodes)
    rng.shuffle(nodes)
    few, shards = max(1, len(nodes) // 25), shards_of(len(nodes))
    gone, touched = nodes[:few], nodes[few : len(nodes) // 2]
    groups = [[Step("delete", "Node", name)] for name in gone]
    for number in range(few):
        name = f"differential-new-{number}"
        groups.append([Step("create", "Node", name, what=a_node(rng, name, shards))])
    groups += [list(_node_steps(rng, moment.nodes[name], shards)) for name in touched]
    changed = rng.sample(sorted(moment.daemonsets), len(moment.daemonsets) // 2)
    comparing = compares(seed)
    return groups + [
        list(_daemonset_steps(rng, moment, moment.daemonsets[key], comparing)) for key in changed
    ]


_OF_NODES = ("labels", "labels", "taints", "taints", "no taints", "cordon", "state", "size", "hold")


def _node_steps(rng: random.Random, node: Raw, shards: int) -> Iterator[Step]:
    name = name_of(node)
    for change in rng.sample([*_OF_NODES], rng.randint(1, 2)):
        match change:
            case "labels":
                held = dict.fromkeys(node["metadata"]["labels"])
                yield _node_step(name, metadata={"labels": held | labels(rng, name, shards)})
            case "taints":
                kept = {(taint["key"], taint["effect"]): taint for taint in node["spec"].get("taints", [])}
                more = {(taint["key"], taint["effect"]): taint for taint in taints(rng)}
                yield _node_step(name, spec={"taints": list((kept | more).values())})
            case "no taints":
                yield _node_step(name, spec={"taints": None})
            case "cordon":
                yield _node_step(name, spec={"unschedulable": not node["spec"].get("unschedulable", False)})
            case "state":
                yield _node_step(name, metadata={"annotations": {STATE_ANNOTATION: a_state(rng) or None}})
            case "hold":
                yield _node_step(name, metadata={"finalizers": [FINALIZER]})
                yield Step("delete", "Node", name)
            case _:
                size = rng.choice(SIZES)
                yield _node_step(f"{name}/status", status={"allocatable": size, "capacity": size})


def _node_step(name: str, **fields: Raw) -> Step:
    return Step("merge", "Node", name, what=fields)


def _daemonset_steps(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Iterator[Step]:
    kinds = [*_IN_SPEC] * 2 + [*_TO_PODS]
    change = rng.choice(kinds)
    if change in _IN_SPEC:
        spec = _IN_SPEC[change](rng, moment, daemonset, comparing)
        yield Step("merge", "DaemonSet", *_where(daemonset), what={"spec": spec})
    elif daemonset["metadata"]["namespace"] != NAMESPACE_CLOSED:
        yield from _TO_PODS[change](rng, moment, daemonset)


def _where(item: Raw) -> tuple[str, str]:
    return name_of(item), item["metadata"]["namespace"]


# --- what changes in a spec --------------------------------------------------------------------------


def _image(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Raw:
    """A new revision, and nothing else: merging replaces the list of containers as a whole."""
    containers = [dict(one) for one in daemonset["spec"]["template"]["spec"]["containers"]]
    containers[0]["image"] = f"registry.example/agent:{rng.choice([2, 3])}"
    return {"template": {"spec": {"containers": containers}}}


def _template(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Raw:
    old = daemonset["spec"]["template"]
    new = template(
        rng,
        old["metadata"]["labels"],
        sorted(moment.nodes),
        shards_of(len(moment.nodes)),
        comparing=comparing,
    )
    removed = {field: None for field in old["spec"] if field not in new["spec"]}
    if selector := old["spec"].get("nodeSelector"):
        new["spec"]["nodeSelector"] = dict.fromkeys(selector) | new["spec"].get("nodeSelector", {})
        removed.pop("nodeSelector", None)
    if "affinity" in new["spec"]:
        held = dict.fromkeys(["nodeAffinity", "podAntiAffinity"])
        new["spec"]["affinity"] = held | new["spec"]["affinity"]
    required = dict.fromkeys(["restartPolicy", "dnsPolicy", "schedulerName", "securityContext"])
    metadata = {"annotations": dict.fromkeys(old["metadata"].get("annotations", {}))}
    metadata["annotations"] |= new["metadata"].get("annotations", {})
    metadata["finalizers"] = new["metadata"].get("finalizers")
    return {"template": {"metadata": metadata, "spec": required | removed | new["spec"]}}


def _tolerations(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Raw:
    return {"template": {"spec": {"tolerations": tolerations(rng, comparing=comparing)}}}


def _shard(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Raw:
    return {"template": {"spec": {"nodeSelector": {SHARD: str(rng.randrange(shards_of(len(moment.nodes))))}}}}


def _strategy(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Raw:
    return {"updateStrategy": strategy(rng), **_image(rng, moment, daemonset, comparing)}


def _min_ready_seconds(rng: random.Random, moment: Moment, daemonset: Raw, comparing: bool) -> Raw:
    return {"minReadySeconds": rng.choice([0, 2, 3600])}


_IN_SPEC: dict[str, Callable[[random.Random, Moment, Raw, bool], Raw]] = {
    "image": _image,
    "template": _template,
    "tolerations": _tolerations,
    "shard": _shard,
    "strategy": _strategy,
    "minReadySeconds": _min_ready_seconds,
}


# --- what happens to pods and owners -----------------------------------------------------------------


def _hold(rng: random.Random, moment: Moment, daemonset: Raw) -> Iterator[Step]:
    """Deleted, and kept by a finalizer."""
    where = _where(daemonset)
    yield Step("merge", "DaemonSet", *where, what={"metadata": {"finalizers": [FINALIZER]}})
    how = rng.choice(["Background", "Background", "Foreground", "Orphan"])
    yield Step("delete", "DaemonSet", *where, propagation=how)


def _recreate(rng: random.Random, moment: Moment, daemonset: Raw) -> Iterator[Step]:
    """The pods stay without an owner, and the next DaemonSet of that name takes them for its own."""
    name, namespace = _where(daemonset)
    yield Step("delete and wait", "DaemonSet", name, namespace, propagation="Orphan")
    spec = {key: held for key, held in daemonset["spec"].items() if key != "minReadySeconds"}
    if rng.random() < 0.5:
        spec = {**spec, "updateStrategy": strategy(rng)}
    metadata = {"name": name, "namespace": namespace}
    yield Step(
        "create", "DaemonSet", name, namespace, {"kind": "DaemonSet", "metadata": metadata, "spec": spec}
    )


def _release(rng: random.Random, moment: Moment, daemonset: Raw) -> Iterator[Step]:
    """A pod loses the labels by which it is selected, and runs on with nobody."""
    pods = sorted(moment.pods_of(daemonset), key=target_of)
    if pods:
        pod = rng.choice(pods)
        held = {**dict.fromkeys(pod["metadata"]["labels"]), "released": "yes"}
        yield Step("merge", "Pod", *_where(pod), what={"metadata": {"labels": held}})


def _adopt(rng: random.Random, moment: Moment, daemonset: Raw) -> Iterator[Step]:
    """Pods by hand that the selector matches, on any node that runs, one of them meant for no node."""
    name, namespace = _where(daemonset)
    running = [one for one in moment.nodes.values() if condition_of(one, "Ready").get("status") == "True"]
    nodes = rng.sample(sorted(name_of(one) for one in running), 2)
    container = {"name": "main", "image": "registry.example/agent:0"}
    for number, node in enumerate([*nodes, ""]):
        spec = {"nodeName": node} if node else {"schedulerName": "nobody"}
        pod = {
            "kind": "Pod",
            "metadata": {
                "name": f"{name}-by-hand-{number}",
                "namespace": namespace,
                "labels": daemonset["spec"]["template"]["metadata"]["labels"],
            },
            "spec": {**spec, "terminationGracePeriodSeconds": 1, "containers": [container]},
        }
        yield Step("create", "Pod", name_of(pod), namespace, pod)


def _lose_pods(rng: random.Random, moment: Moment, daemonset: Raw) -> Iterator[Step]:
    for pod in sorted(moment.pods_of(daemonset), key=target_of)[:2]:
        if not is_terminating(pod):
            yield Step("delete", "Pod", *_where(pod))


_TO_PODS: dict[str, Callable[[random.Random, Moment, Raw], Iterator[Step]]] = {
    "hold": _hold,
    "recreate": _recreate,
    "release": _release,
    "adopt": _adopt,
    "lose pods": _lose_pods,
}
