"""A sample of what the program decided, decided a second time by `bench.rules` on plain JSON.

The objects come from the same server, one node at a time, by plain HTTP. Every count of the whole cluster is
checked too: the plan of the cluster wrote each DaemonSet's status by its own account of nodes and pods, so the
program must find nothing under `controllerDisagrees`.
"""

import json
import random
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from bench.rules import belongs_to, state, target, verdict

Tree = Mapping[str, Any]
Read = Callable[[str], bytes]
"""The answer to one GET of a path with its query."""

_OF_EACH_STATE = 5
_AT_RANDOM = 60
"""Nodes that are looked at, beside a few of each state of each DaemonSet."""


class PodEntry(Struct, frozen=True):
    """A pod as the document has it."""

    name: str


class NodeEntry(Struct, frozen=True):
    """A node as the document has it."""

    node: str
    state: str
    eligible: bool
    pods: list[PodEntry]


class Item(Struct, frozen=True, rename="camel"):
    """A DaemonSet as the document has it."""

    namespace: str
    name: str
    summary: dict[str, int]
    controller_disagrees: list[dict[str, Any]]
    nodes: list[NodeEntry]


class CoverageReport(Struct, frozen=True):
    """As much of the document as is checked; 300,000 entries of it have to fit into memory."""

    items: list[Item]
    incomplete: list[str]


def check(document: bytes, read: Read, seed: int) -> tuple[int, list[str]]:
    """How many decisions of a CoverageReport were checked, and what is wrong with it."""
    report = msgspec.json.decode(document, type=CoverageReport)
    wrong = list(_counts(report, _total(read, "/api/v1/nodes")))
    decided = {(one.namespace, one.name): {node.node: node for node in one.nodes} for one in report.items}
    chosen = [one for one in _objects(read, "/apis/apps/v1/daemonsets") if _key(one) in decided]
    unbound = _objects(read, "/api/v1/pods", fieldSelector="spec.nodeName=")
    decisions = 0
    for name in _sample(decided.values(), seed):
        node = _object(read, f"/api/v1/nodes/{name}")
        bound = _objects(read, "/api/v1/pods", fieldSelector=f"spec.nodeName={name}")
        here = [*bound, *(pod for pod in unbound if target(pod) == name)]
        for daemonset in chosen:
            decisions += 1
            wrong += _differences(daemonset, node, here, decided[_key(daemonset)].get(name))
    return decisions, wrong


def _differences(daemonset: Tree, node: Tree, pods: list[Tree], ours: NodeEntry | None) -> Iterable[str]:
    own = [pod for pod in pods if belongs_to(pod, daemonset)]
    template = daemonset["spec"]["template"]["spec"]
    names = sorted(pod["metadata"]["name"] for pod in own)
    expected = (state(template, node, own), verdict(template, node).should_run, names)
    where = f"{'/'.join(_key(daemonset))} on {node['metadata']['name']}"
    if ours is None:
        yield f"{where}: not in the document"
        return
    said = (ours.state, ours.eligible, sorted(pod.name for pod in ours.pods))
    if said != expected:
        yield f"{where}: state, eligible and pods are {said}, should be {expected}"


def _counts(report: CoverageReport, nodes: int) -> Iterable[str]:
    for one in report.items:
        name = f"{one.namespace}/{one.name}"
        if one.controller_disagrees:
            yield f"{name}: the status is said to be wrong: {one.controller_disagrees}"
        if one.summary["nodes"] != nodes or len(one.nodes) != nodes:
            yield f"{name}: {one.summary['nodes']} nodes and {len(one.nodes)} listed, where {nodes} are"
    if report.incomplete:
        yield f"the document is incomplete: {report.incomplete}"


def _sample(decided: Iterable[Mapping[str, NodeEntry]], seed: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 - the same run must look at the same nodes
    names: set[str] = set()
    for nodes in decided:
        by_state: dict[str, list[str]] = {}
        for name, node in nodes.items():
            by_state.setdefault(node.state, []).append(name)
        for candidates in by_state.values():
            names.update(chance.sample(candidates, min(_OF_EACH_STATE, len(candidates))))
    everyone = sorted({name for nodes in decided for name in nodes})
    names.update(chance.sample(everyone, min(_AT_RANDOM, len(everyone))))
    return sorted(names)


def _key(daemonset: Tree) -> tuple[str, str]:
    return daemonset["metadata"]["namespace"], daemonset["metadata"]["name"]


def _objects(read: Read, path: str, **query: str) -> list[Tree]:
    found: list[Tree] = _object(read, f"{path}?{urllib.parse.urlencode(query)}")["items"]
    return found


def _total(read: Read, path: str) -> int:
    page = _object(read, f"{path}?limit=1")
    return len(page["items"]) + int(page["metadata"].get("remainingItemCount", 0))


def _object(read: Read, path: str) -> Tree:
    tree: Tree = json.loads(read(path))
    return tree
