"""Whether a cluster is at rest: nothing was written for a while, and nothing is about to be.

Silence alone proves nothing: the node lifecycle controller waits for a kubelet's lease to run out, and a pod
that is Ready becomes available by the clock alone. So each of them is asked what it still has to do.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.differential.moment import (
    Moment,
    condition_of,
    controller_of,
    is_ready,
    is_terminal,
    is_terminating,
    key_of,
    name_of,
    seconds_since,
    target_of,
)
from tests.differential.vocabulary import STATE_ANNOTATION, Raw
from tests.scenes.server import Server

SILENCE = 4.0
"""Seconds without a write. The controllers answer to what they see within milliseconds; a busy machine is slower."""
PATIENCE = 300.0
_CLOCK_MARGIN = 15
"""Seconds for the reading that follows: no pod may become available meanwhile."""

_LIFECYCLE = "node.kubernetes.io/"
_TAINTS_OF_STATE = {
    "notready": {("not-ready", "NoSchedule"), ("not-ready", "NoExecute")},
    "silent": {("unreachable", "NoSchedule"), ("unreachable", "NoExecute")},
    "memory-pressure": {("memory-pressure", "NoSchedule")},
    "disk-pressure": {("disk-pressure", "NoSchedule")},
    "pid-pressure": {("pid-pressure", "NoSchedule")},
    "network-unavailable": {("network-unavailable", "NoSchedule")},
}
_MANAGED = set().union(*_TAINTS_OF_STATE.values(), {("unschedulable", "NoSchedule")})


def wait_for_rest(server: Server, what: str) -> Moment:
    """The first moment of rest. Fails with what is still to come after a long while."""
    deadline = time.monotonic() + PATIENCE
    seen = Moment.read(server)
    since = time.monotonic()
    while True:
        time.sleep(1)
        before, seen = seen, Moment.read(server)
        if seen.versions != before.versions:
            since = time.monotonic()
        pending = list(unrest(seen, datetime.now(UTC)))
        silent = time.monotonic() - since
        if not pending and silent >= SILENCE:
            return seen
        assert time.monotonic() < deadline, f"{what}: no rest, {silent:.0f} s of silence, {pending[:5]}"


def unrest(moment: Moment, now: datetime) -> Iterator[str]:
    """What is still to come, one sentence each."""
    for node in moment.nodes.values():
        if (has := _managed_taints(node)) != (wants := _taints_to_come(node)):
            yield f"node {name_of(node)} has {sorted(has)} and will have {sorted(wants)}"
    for daemonset in moment.daemonsets.values():
        yield from _unrest_of_daemonset(moment, daemonset, now)
    for pod in moment.pods:
        if why := _unrest_of_pod(moment, pod):
            yield f"pod {key_of(pod)} {why}"


def is_alive(node: Raw | None) -> bool:
    """Whether a kubelet plays this node."""
    return node is not None and "silent" not in _states(node)


def _states(node: Raw) -> list[str]:
    text = node["metadata"].get("annotations", {}).get(STATE_ANNOTATION, "")
    return [state for state in text.split(",") if state]


def _managed_taints(node: Raw) -> set[tuple[str, str]]:
    found = {
        (taint["key"].removeprefix(_LIFECYCLE), taint["effect"])
        for taint in node["spec"].get("taints", [])
        if taint["key"].startswith(_LIFECYCLE)
    }
    return found & _MANAGED


def _taints_to_come(node: Raw) -> set[tuple[str, str]]:
    states = _states(node)
    # A kubelet that is silent has its other conditions become Unknown, and their taints go.
    counted = ["silent"] if "silent" in states else states
    wants = set().union(*(_TAINTS_OF_STATE[state] for state in counted))
    return wants | ({("unschedulable", "NoSchedule")} if node["spec"].get("unschedulable") else set())


def _unrest_of_daemonset(moment: Moment, daemonset: Raw, now: datetime) -> Iterator[str]:
    if is_terminating(daemonset):
        return
    name = key_of(daemonset)
    if daemonset["status"].get("observedGeneration") != daemonset["metadata"]["generation"]:
        yield f"{name} is not observed"
    least = daemonset["spec"].get("minReadySeconds", 0)
    for pod in moment.pods_of(daemonset) if least else ():
        if is_ready(pod):
            left = least - seconds_since(condition_of(pod, "Ready")["lastTransitionTime"], now)
            # The controller looks a second later than it has to.
            if -SILENCE - 2 < left < _CLOCK_MARGIN:
                yield f"{name}: {name_of(pod)} becomes available in {left:.0f} s"


def _unrest_of_pod(moment: Moment, pod: Raw) -> str:
    node = moment.nodes.get(target_of(pod))
    if is_terminating(pod):
        if pod["metadata"].get("finalizers"):
            return ""
        return "is about to end" if is_alive(node) or not pod["spec"].get("nodeName") else ""
    if is_terminal(pod) or not controller_of(pod):
        return ""
    if pod["spec"].get("nodeName"):
        return "has no kubelet's word yet" if _is_new(pod) and is_ready_node(node) else ""
    if pod["spec"]["schedulerName"] != "default-scheduler" or pod["spec"].get("resourceClaims"):
        return ""
    if not condition_of(pod, "PodScheduled"):
        return "has not been looked at by the scheduler"
    nominated = pod["status"].get("nominatedNodeName", "")
    leaving = any(is_terminating(one) for one in moment.on_node(nominated))
    return "waits for its victims" if nominated and not leaving else ""


def _is_new(pod: Raw) -> bool:
    return "startTime" not in pod["status"]


def is_ready_node(node: Raw | None) -> bool:
    return node is not None and condition_of(node, "Ready").get("status") == "True"
