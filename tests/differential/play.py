"""One seed from beginning to end: a cluster from nothing, and the same cluster after half of it has changed."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.differential.comparison import Comparison, Finding, placed
from tests.differential.explained import findings_of_explanation
from tests.differential.moment import Moment, name_of, target_of
from tests.differential.random_change import Step, random_change
from tests.differential.random_cluster import random_cluster
from tests.differential.rolled_out import findings_of_rollout
from tests.differential.stage import Stage, a_stage
from tests.differential.vocabulary import Raw

_SHOWN = 5
"""Disagreements that are shown with their objects; more of them tell nothing new."""

Eligible = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Size:
    """How large a cluster, and of how many of its DaemonSets the commands for a single one are asked."""

    daemonsets: int
    nodes: int
    one_by_one: int

    def __str__(self) -> str:
        return f"{self.daemonsets}x{self.nodes}"


def play(seed: int, size: Size) -> str:
    """What the program and the cluster disagree about, with all that is needed to look into it; empty for nothing."""
    cluster = random_cluster(seed, nodes=size.nodes, daemonsets=size.daemonsets)
    with a_stage(cluster.feature_gates) as stage:
        stage.set_up(cluster)
        stage.settled("the cluster from nothing")
        first, told = _answers(stage, seed, size)
        refused = stage.refused()
        _check_that_most_can_be_compared(first.moment, refused)
        eligible = {key: placed(first.moment, one) for key, one in first.moment.daemonsets.items()}
        eligible = {key: nodes for key, nodes in eligible.items() if key not in refused}
        if findings := _findings(first, told, eligible):
            return _told(seed, size, "from nothing", findings, first, [])
        change = random_change(seed, first.moment)
        stage.apply(change)
        stage.settled("the cluster after the changes")
        second, told = _answers(stage, seed, size)
        findings = _findings(second, told, stage.twins(second.moment))
        return _told(seed, size, "after the changes", findings, second, change) if findings else ""


def _answers(stage: Stage, seed: int, size: Size) -> tuple[Comparison, dict[str, dict[str, Raw]]]:
    """The coverage of all, and what the commands for a single one say of some, all of the same moment.

    A pod that was left on a deleted node goes after a minute, whoever is at rest.
    """
    while True:
        comparison = stage.read()
        told = _told_one_by_one(stage, sorted(comparison.items), seed, size)
        if Moment.read(stage.server).versions == comparison.moment.versions:
            return comparison, told


def _told_one_by_one(stage: Stage, keys: list[str], seed: int, size: Size) -> dict[str, dict[str, Raw]]:
    """What `explain` and `rollout` say of some of the DaemonSets."""
    random.Random(f"explain of {seed}").shuffle(keys)
    chosen = [key.split("/") for key in keys[: size.one_by_one]]
    return {
        f"{namespace}/{name}": {
            command: stage.say(command, name, "-n", namespace) for command in ("explain", "rollout")
        }
        for namespace, name in chosen
    }


def _findings(
    comparison: Comparison, told: Mapping[str, Mapping[str, Raw]], eligible: Eligible
) -> list[Finding]:
    moment, found = comparison.moment, comparison.findings(eligible)
    for key, says in told.items():
        daemonset, covered = moment.daemonsets[key], comparison.items[key]
        found += findings_of_rollout(daemonset, says["rollout"])
        if key in eligible:
            found += findings_of_explanation(moment, daemonset, eligible[key], covered, says["explain"])
    return found


def _check_that_most_can_be_compared(moment: Moment, refused: frozenset[str]) -> None:
    """A seed that proves nothing is no success."""
    compared = len(moment.daemonsets.keys() - refused)
    assert compared > len(moment.daemonsets) * 3 // 4, f"pods of {len(refused)} DaemonSets are refused"
    assert len(moment.pods) > compared, f"there are only {len(moment.pods)} pods"


def _told(
    seed: int,
    size: Size,
    when: str,
    findings: Sequence[Finding],
    comparison: Comparison,
    change: Sequence[Sequence[Step]],
) -> str:
    lines = [
        f"seed {seed}, {size}, {when}: {len(findings)} disagreements. Again with",
        f"    python3 dev.py test tests/differential --seed {seed} --differential-size {size}",
        *(f"  {finding}" for finding in findings[: 10 * _SHOWN]),
    ]
    for finding in findings[:_SHOWN]:
        lines += ["", f"--- {finding}", *_objects(finding, comparison)]
        lines += [f"step: {step}" for group in change for step in group if _concerns(step, finding)]
    return "\n".join(lines)


def _concerns(step: Step, finding: Finding) -> bool:
    return step.name in (finding.node, finding.daemonset.partition("/")[2])


def _objects(finding: Finding, comparison: Comparison) -> Iterator[str]:
    moment = comparison.moment
    daemonset = moment.daemonsets.get(finding.daemonset)
    if daemonset is None:
        return
    yield from _spelled("the DaemonSet", [daemonset])
    if node := moment.nodes.get(finding.node):
        yield from _spelled("the node", [node])
    pods = [pod for pod in moment.pods_of(daemonset) if finding.node in ("", target_of(pod))]
    yield from _spelled("its pods", pods[:_SHOWN])
    item = comparison.items[finding.daemonset]
    says = [one for one in item["nodes"] if one["node"] == finding.node] if finding.node else []
    narrowed = {key: held for key, held in item.items() if key != "nodes"}
    yield f"the report: {json.dumps(says or narrowed)}"


def _spelled(what: str, items: Iterable[Raw]) -> Iterator[str]:
    for item in items:
        metadata = {key: held for key, held in item["metadata"].items() if key != "managedFields"}
        yield f"{what} {name_of(item)}: {json.dumps({**item, 'metadata': metadata})}"
