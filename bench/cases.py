"""What is measured: a command of ours, and the nearest thing that kubectl does, at which size of cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bench.clusters.daemonset_objects import plan_of
from bench.clusters.size import Size

Scale = Literal["small", "full"]
SCALES: tuple[Scale, ...] = ("small", "full")

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`clusters` by scale: at a scale without a cluster the case is left out, unless it needs none at all.

    `kubectl` is a few commands, one after another. With `curl` the pages that our command asked for are
    fetched by curl too: the least that a transfer can take. `optional` cases are left out where our program
    does not have the command.
    """

    name: str
    title: str
    ours: Words
    kubectl: tuple[Words, ...] = ()
    clusters: Mapping[Scale, Size] | None = None
    rounds: Mapping[Scale, int]
    tls: bool = False
    curl: bool = False
    interpreter: bool = False
    optional: bool = False


_TINY = Size(nodes=5, daemonsets=8)
_SMALL = Size(nodes=500, daemonsets=10)
_LARGE = Size(nodes=5000, daemonsets=30)
_WIDE = Size(nodes=15000, daemonsets=20)
_NARROW = Size(nodes=5000, daemonsets=20)

_CNI = plan_of(0)
_WITH_PENDING_PODS = plan_of(3)


def _nodes_and_pods_of(number: int) -> tuple[Words, ...]:
    """kubectl's nearest to the coverage of one DaemonSet."""
    plan = plan_of(number)
    labels = ",".join(f"{key}={value}" for key, value in plan.labels.items())
    return (
        ("get", "nodes", "-o", "wide"),
        ("get", "pods", "-n", plan.namespace, "-l", labels, "-o", "wide"),
    )


def _start_up(name: str, title: str, *words: str, optional: bool = False) -> Case:
    return Case(
        name=name,
        title=title,
        ours=words,
        kubectl=(("version", "--client"),),
        rounds={"small": 21, "full": 41},
        interpreter=True,
        optional=optional,
    )


CASES: tuple[Case, ...] = (
    _start_up("help", "`--help`, against `kubectl version --client`", "--help"),
    _start_up("version", "`version`, against `kubectl version --client`", "version"),
    _start_up("completion", "`completion bash`, against the same", "completion", "bash", optional=True),
    Case(
        name="get",
        title="`get` on 5 nodes over TLS, against `kubectl get ds`",
        ours=("get", "-n", "kube-system"),
        kubectl=(("get", "ds", "-n", "kube-system"),),
        clusters={"small": _TINY, "full": _TINY},
        rounds={"small": 15, "full": 31},
        tls=True,
    ),
    Case(
        name="coverage-name",
        title="`coverage NAME`, against `kubectl get nodes -o wide` and `get pods -l … -o wide`",
        ours=("coverage", _CNI.name, "-n", _CNI.namespace),
        kubectl=_nodes_and_pods_of(0),
        clusters={"small": _SMALL, "full": _LARGE},
        rounds={"small": 11, "full": 9},
        curl=True,
    ),
    Case(
        name="coverage-pending",
        title="`coverage NAME` where pods wait for room, against the same of kubectl",
        ours=("coverage", _WITH_PENDING_PODS.name, "-n", _WITH_PENDING_PODS.namespace),
        kubectl=_nodes_and_pods_of(3),
        clusters={"full": _LARGE},
        rounds={"full": 5},
        curl=True,
    ),
    Case(
        name="explain-name",
        title="`explain NAME`, against the same of kubectl",
        ours=("explain", _CNI.name, "-n", _CNI.namespace),
        kubectl=_nodes_and_pods_of(0),
        clusters={"full": _LARGE},
        rounds={"full": 5},
        curl=True,
    ),
    Case(
        name="coverage-all",
        title="`coverage -A`, against `kubectl get nodes -o wide` and `get pods -A -o wide`",
        ours=("coverage", "-A"),
        kubectl=(("get", "nodes", "-o", "wide"), ("get", "pods", "-A", "-o", "wide")),
        clusters={"small": _SMALL, "full": _LARGE},
        rounds={"small": 7, "full": 5},
        curl=True,
    ),
    Case(
        name="growth-base",
        title="`coverage -A`, 5,000 nodes and 20 DaemonSets",
        ours=("coverage", "-A"),
        clusters={"full": _NARROW},
        rounds={"full": 3},
        curl=True,
    ),
    Case(
        name="growth",
        title="`coverage -A`, 15,000 nodes and 20 DaemonSets",
        ours=("coverage", "-A"),
        clusters={"full": _WIDE},
        rounds={"full": 3},
        curl=True,
    ),
)  # fmt: skip
