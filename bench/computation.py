"""`python -m bench.computation FOLDER COUNT`: places so many DaemonSets on the nodes of a made cluster.

Prints JSON: the seconds of processor time that placing alone took, how many decisions there were, and which of
a sample `bench.rules` decides otherwise. Every tenth DaemonSet names hosts, so that no two nodes are alike to it.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from bench.clusters.daemonset_objects import DaemonSetPlan, daemonset_tree, plan_of
from bench.rules import verdict
from kubectl_ds.core.model import DaemonSet, Node
from kubectl_ds.core.placement import place_all

_LOOKED_AT = 20_000
"""Decisions that are decided a second time."""


def main(folder: Path, count: int) -> None:
    data = b"[" + (folder / "nodes" / "items").read_bytes() + b"]"
    nodes = msgspec.json.decode(data, type=list[Node])
    trees = [_tree(plan_of(number), nodes) for number in range(count)]
    daemonsets = [msgspec.convert(tree, DaemonSet) for tree in trees]
    begin = time.process_time()
    placements = [place_all(one, nodes) for one in daemonsets]
    seconds = time.process_time() - begin
    plain: list[dict[str, Any]] = json.loads(data)
    chance = random.Random(1)  # noqa: S311 - the same run must look at the same decisions
    wrong = []
    for _ in range(_LOOKED_AT):
        place, node = chance.randrange(count), chance.choice(plain)
        name = node["metadata"]["name"]
        ours = placements[place][name]
        should = verdict(trees[place]["spec"]["template"]["spec"], node)
        if (ours.should_run, ours.should_continue_running) != should:
            wrong.append(
                f"{trees[place]['metadata']['name']} on {name}: {ours.should_run}, should be {should}"
            )
    decisions = sum(len(one) for one in placements)
    print(json.dumps({"seconds": seconds, "decisions": decisions, "looked_at": _LOOKED_AT, "wrong": wrong}))


def _tree(plan: DaemonSetPlan, nodes: list[Node]) -> dict[str, Any]:
    tree = daemonset_tree(plan, {})
    if plan.number % 10 == 9:
        hosts = [node.metadata.name for node in nodes[plan.number :: 500]]
        not_there = {"key": "kubernetes.io/hostname", "operator": "NotIn", "values": hosts}
        terms = {"nodeSelectorTerms": [{"matchExpressions": [not_there]}]}
        affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
        tree["spec"]["template"]["spec"]["affinity"] = affinity
    return tree


main(Path(sys.argv[1]), int(sys.argv[2]))
