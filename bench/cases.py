"""What is measured: a command of ours, and the nearest thing that kubectl does, at which size of cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench.clusters.daemonset_objects import DaemonSetPlan, plan_of
from bench.clusters.size import Size
from bench.measuring.server_process import LOOPBACK, Distance

Scale = Literal["small", "full"]
SCALES: tuple[Scale, ...] = ("small", "full")

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`clusters` by scale: at a scale without a cluster the case is left out, unless it needs none at all.

    `kubectl` is a few commands, one after another. `variants` are further commands of ours, by what tells them
    apart. With `curl` the pages that our command asked for are fetched by curl too: the least that a transfer
    can take. With `interpreter` Python runs too, with nothing to do. `dispatched` cases are
    also run by kubectl, which looks for the plugin first.
    What a `checked` case decides is decided a second time. `real` cases run on a real control plane.
    A case with `placed` is no command: so many DaemonSets are placed on the cluster's nodes.
    """

    name: str
    title: str
    ours: Words = ()
    kubectl: tuple[Words, ...] = ()
    clusters: Mapping[Scale, Size] | None = None
    rounds: Mapping[Scale, int]
    tls: bool = False
    distance: Distance = LOOPBACK
    variants: Mapping[str, Words] = field(default_factory=dict)
    curl: bool = False
    checked: bool = False
    real: bool = False
    placed: int = 0
    interpreter: bool = False
    dispatched: bool = False


_TINY = Size(nodes=5, daemonsets=8)
_SMALL = Size(nodes=500, daemonsets=10)
_LARGE = Size(nodes=5000, daemonsets=30)
_NODES_ONLY = Size(nodes=5000, daemonsets=1, workload_pods=0)
_NODES_ONLY_SMALL = Size(nodes=500, daemonsets=1, workload_pods=0)
REAL = Size(nodes=300, daemonsets=6, workload_pods=0)
"""What a real control plane has to hold."""

_CNI = plan_of(0)
_WITH_PENDING_PODS = plan_of(3)
_GET: Words = ("get", "-n", "kube-system")
_KUBECTL_GET: tuple[Words, ...] = (("get", "ds", "-n", "kube-system"),)
_COVERAGE_OF_ONE: Words = ("coverage", _CNI.name, "-n", _CNI.namespace)

_COVERAGE_OF_ALL: Words = ("coverage", "-A")
_NODES_AND_ALL_PODS: tuple[Words, ...] = (("get", "nodes", "-o", "wide"), ("get", "pods", "-A", "-o", "wide"))


def _nodes_and_pods_of(plan: DaemonSetPlan) -> tuple[Words, ...]:
    """kubectl's nearest to the coverage of one DaemonSet."""
    labels = ",".join(f"{key}={value}" for key, value in plan.labels.items())
    return (
        ("get", "nodes", "-o", "wide"),
        ("get", "pods", "-n", plan.namespace, "-l", labels, "-o", "wide"),
    )


def _start_up(name: str, title: str, *words: str, dispatched: bool = False) -> Case:
    return Case(
        name=name,
        title=title,
        ours=words,
        kubectl=(("version", "--client"),),
        rounds={"small": 21, "full": 41},
        interpreter=True,
        dispatched=dispatched,
    )


def _grown(nodes: int) -> Size:
    return Size(nodes=nodes, daemonsets=20)


def _growing(name: str, title: str, clusters: Mapping[Scale, Size], *, checked: bool = False) -> Case:
    return Case(
        name=name,
        title=f"`coverage -A`, {title}",
        ours=_COVERAGE_OF_ALL,
        clusters=clusters,
        rounds={"small": 5, "full": 3},
        curl=True,
        checked=checked,
    )


def _from_afar(name: str, where: str, distance: Distance) -> Case:
    """gzip against none where the road is long: what `--disable-compression` is for."""
    return Case(
        name=name,
        title=f"`coverage NAME` {where}, with gzip and without",
        ours=_COVERAGE_OF_ONE,
        kubectl=_nodes_and_pods_of(_CNI),
        clusters={"full": _LARGE},
        rounds={"full": 3},
        distance=distance,
        variants={"--disable-compression": (*_COVERAGE_OF_ONE, "--disable-compression")},
    )


def _on_a_control_plane(name: str, title: str, ours: Words, kubectl: tuple[Words, ...]) -> Case:
    return Case(
        name=name,
        title=title,
        ours=ours,
        kubectl=kubectl,
        clusters={"small": REAL, "full": REAL},
        rounds={"small": 9, "full": 9},
        real=True,
        curl=True,
        checked=ours[0] == "coverage",
    )


CASES: tuple[Case, ...] = (
    _start_up("help", "`--help`, against `kubectl version --client`", "--help"),
    _start_up("version", "`version`, against `kubectl version --client`", "version", dispatched=True),
    _start_up("completion", "`completion bash`, against the same", "completion", "bash"),
    Case(
        name="get",
        title="`get` on 5 nodes over TLS, against `kubectl get ds`",
        ours=_GET,
        kubectl=_KUBECTL_GET,
        clusters={"small": _TINY, "full": _TINY},
        rounds={"small": 15, "full": 31},
        tls=True,
        dispatched=True,
    ),
    Case(
        name="coverage-name",
        title="`coverage NAME`, against `kubectl get nodes -o wide` and `get pods -l … -o wide`",
        ours=_COVERAGE_OF_ONE,
        kubectl=_nodes_and_pods_of(_CNI),
        clusters={"small": _SMALL, "full": _LARGE},
        rounds={"small": 11, "full": 11},
        curl=True,
        checked=True,
    ),
    Case(
        name="coverage-pending",
        title="`coverage NAME` where pods wait for room, against the same of kubectl",
        ours=("coverage", _WITH_PENDING_PODS.name, "-n", _WITH_PENDING_PODS.namespace),
        kubectl=_nodes_and_pods_of(_WITH_PENDING_PODS),
        clusters={"full": _LARGE},
        rounds={"full": 5},
        curl=True,
        checked=True,
    ),
    Case(
        name="explain-name",
        title="`explain NAME`, against the same of kubectl",
        ours=("explain", _CNI.name, "-n", _CNI.namespace),
        kubectl=_nodes_and_pods_of(_CNI),
        clusters={"full": _LARGE},
        rounds={"full": 5},
        curl=True,
    ),
    Case(
        name="coverage-all",
        title="`coverage -A`, against `kubectl get nodes -o wide` and `get pods -A -o wide`",
        ours=_COVERAGE_OF_ALL,
        kubectl=_NODES_AND_ALL_PODS,
        clusters={"small": _SMALL, "full": _LARGE},
        rounds={"small": 7, "full": 3},
        curl=True,
        checked=True,
    ),
    _growing("growth-half", "half the nodes", {"full": _grown(2500)}),
    _growing("growth-base", "the nodes to grow from", {"small": _SMALL, "full": _grown(5000)}),
    _growing("growth-double", "twice the nodes", {"full": _grown(10000)}),
    _growing(
        "growth-triple",
        "three times the nodes",
        {"small": Size(nodes=1500, daemonsets=10), "full": _grown(15000)},
        checked=True,
    ),
    Case(
        name="computation",
        title="Placing alone, on one core",
        placed=100,
        clusters={"small": _NODES_ONLY_SMALL, "full": _NODES_ONLY},
        rounds={"small": 3, "full": 5},
    ),
    _from_afar("distance-zone", "at 1 ms and 1 Gbit/s", Distance(0.001, 125e6)),
    _from_afar("distance-region", "at 20 ms and 200 Mbit/s", Distance(0.020, 25e6)),
    _from_afar("distance-far", "at 60 ms and 50 Mbit/s", Distance(0.060, 6.25e6)),
    _on_a_control_plane("real-get", "`get`, against `kubectl get ds`", _GET, _KUBECTL_GET),
    _on_a_control_plane(
        "real-coverage-name",
        "`coverage NAME`, against `kubectl get nodes -o wide` and `get pods -l … -o wide`",
        _COVERAGE_OF_ONE,
        _nodes_and_pods_of(_CNI),
    ),
    _on_a_control_plane(
        "real-coverage-all",
        "`coverage -A`, against `kubectl get nodes -o wide` and `get pods -A -o wide`",
        _COVERAGE_OF_ALL,
        _NODES_AND_ALL_PODS,
    ),
)
