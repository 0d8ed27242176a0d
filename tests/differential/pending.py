"""Whether the causes that the program gives for a Pending pod are those that the scheduler and the objects allow.

Strict: a cause that the scheduler's message contradicts fails, one that it names and the program does not fails,
and none at all fails. What its filters did not come to look at is held against the objects; so is the room on a
node of which a filter after NodeResourcesFit speaks, since only its own kind of event has that one look again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.differential.moment import Moment, condition_of, controller_of, is_terminating, target_of
from tests.differential.room import shortages
from tests.differential.scheduler_message import SchedulerMessage, read_message
from tests.differential.vocabulary import Raw

_RESOURCES = {
    "InsufficientCPU": "Insufficient cpu",
    "InsufficientMemory": "Insufficient memory",
    "InsufficientEphemeralStorage": "Insufficient ephemeral-storage",
    "TooManyPods": "Too many pods",
}
_RESOURCE = re.compile(r"requests \S+ (?P<name>[^ ,]+),? and ")
"""How a sentence of the program names a resource that has no code of its own."""
_ROOM = {*_RESOURCES, "InsufficientResource", "HostPortConflict"}
_ASKS_ELSEWHERE = {"AdmissionChangedPod", "OutdatedPod"}
_LATER = {
    "anti-affinity rules": "PodAntiAffinityConflict",
    "pod affinity rules": "PodAffinityMismatch",
    "topology spread constraints": "TopologySpreadConflict",
    "persistentvolume": "VolumeConflict",
}
"""What the filters after NodeResourcesFit, and the sentences of a PreFilter, are about."""


@dataclass(frozen=True)
class Answer:
    """The program's reasons for one pod."""

    codes: list[str]
    messages: list[str]
    outlook: str


def contradictions(moment: Moment, pod: Raw, reasons: list[Raw], outlook: str) -> Iterator[str]:
    """What is wrong with the reasons that a report has for this pod, one sentence each.

    `reasons` have a code and a message; `outlook` is empty where the report tells none.
    """
    says = Answer([reason["code"] for reason in reasons], [reason["message"] for reason in reasons], outlook)
    condition, node = condition_of(pod, "PodScheduled"), moment.nodes[target_of(pod)]
    if pod["spec"].get("schedulingGates"):
        yield from _exactly(says, ["SchedulingGated"])
    elif not condition:
        yield from _without_a_word(pod, node, says)
    elif condition["reason"] != "Unschedulable":
        yield f"a PodScheduled condition for {condition['reason']}, and the reasons are {says.codes}"
    else:
        message = read_message(condition["message"])
        if message.plugin in ("NodePorts", "NodeResourcesFit") and message.nodes != len(moment.nodes):
            yield f"the message is of {message.nodes} nodes, and there are {len(moment.nodes)}"
        yield from _of_message(
            message, says, shortages(moment, pod, node), selects_elsewhere=_selects_elsewhere(pod, node)
        )
        yield from _of_relief(moment, pod, node, message, says)


def _exactly(says: Answer, wanted: list[str]) -> Iterator[str]:
    if says.codes != wanted:
        yield f"the reasons are {says.codes} and not {wanted}"


def _without_a_word(pod: Raw, node: Raw, says: Answer) -> Iterator[str]:
    """There is no scheduler of that name, or it waits for a resource claim, which it tells nobody."""
    if _selects_elsewhere(pod, node) != bool(_ASKS_ELSEWHERE & set(says.codes)):
        yield f"the pod's nodeSelector is {pod['spec'].get('nodeSelector')}, and the reasons are {says.codes}"
    if says.codes == ["OutdatedPod"]:
        return
    if [code for code in says.codes if code not in _ASKS_ELSEWHERE] != ["NoScheduler"]:
        yield f"no scheduler has had a word, and the reasons are {says.codes}"
    scheduler = pod["spec"]["schedulerName"]
    names = [claim["resourceClaimName"] for claim in pod["spec"].get("resourceClaims", [])]
    wanted = names if scheduler == "default-scheduler" else [scheduler]
    for name in wanted or ["the scheduler has to have a word for a pod without claims"]:
        if not any(name in message for message in says.messages):
            yield f"no reason has a word of {name}"


def _selects_elsewhere(pod: Raw, node: Raw) -> bool:
    """Whether the pod's own nodeSelector, which admission may have changed, leaves its node out."""
    wanted: Raw = pod["spec"].get("nodeSelector", {})
    return not wanted.items() <= node["metadata"]["labels"].items()


def _of_message(
    message: SchedulerMessage, says: Answer, shown: set[str], *, selects_elsewhere: bool
) -> Iterator[str]:
    named = set(_named(says))
    room = named & {*_RESOURCES.values(), "ports"} | {one for one in named if one.startswith("Insufficient ")}
    if message.plugin == "NodeResourcesFit" and room != message.causes:
        yield f"the scheduler says {sorted(message.causes)}, and the program {says.codes}"
    if message.plugin == "NodePorts" and "ports" not in room:
        yield f"the scheduler says that ports are taken, and the program {says.codes}"
    if message.plugin == "NodeResourcesFit" and "ports" in room:
        yield "ports are free by the scheduler's word"
    if extra := room - shown - message.causes:
        yield f"{sorted(extra)} is not in the objects, which show {sorted(shown)}"
    elsewhere = message.plugin in ("TaintToleration", "NodeAffinity") or selects_elsewhere
    if elsewhere != bool(_ASKS_ELSEWHERE & set(says.codes)):
        yield f"the pod's own wishes are refused by {message.plugin}: {sorted(message.causes)}, and {says.codes}"
    later = {code for code in (*_LATER.values(), "Unschedulable") if code in says.codes}
    if later != (wanted := _later(message)):
        yield f"{message.plugin} refuses: {sorted(message.causes)}: not {sorted(later)} but {sorted(wanted)}"


def _later(message: SchedulerMessage) -> set[str]:
    """The codes for what is not about room, and not about what the pod asks of a node."""
    if message.plugin not in ("Later", "PreFilter"):
        return set()
    found = {code for words in message.causes for phrase, code in _LATER.items() if phrase in words.lower()}
    return found or {"Unschedulable"}


def _named(says: Answer) -> Iterator[str]:
    """The causes of the report in the scheduler's words."""
    for code, text in zip(says.codes, says.messages, strict=True):
        if code in _RESOURCES:
            yield _RESOURCES[code]
        elif code == "HostPortConflict":
            yield "ports"
        elif code == "InsufficientResource":
            resource = _RESOURCE.search(text)
            yield f"Insufficient {resource['name']}" if resource else text


def _of_relief(moment: Moment, pod: Raw, node: Raw, message: SchedulerMessage, says: Answer) -> Iterator[str]:
    """A pod for which the scheduler finds no victim waits for ever, unless somebody is leaving already."""
    if not _ROOM & set(says.codes) or not message.preemption_fails:
        return
    others = moment.on_node(node["metadata"]["name"])
    leaving = any(is_terminating(one) for one in others)
    # The old pod of a surge is no victim and yet will go: the program names it in place of a priority.
    sibling = any(controller_of(one) == controller_of(pod) for one in others)
    if not leaving and not sibling and "PreemptionCannotHelp" not in says.codes:
        yield f"the scheduler finds no victims ({message.preemption!r}), and the program says {says.codes}"
    if any("the scheduler evicts pods" in text for text in says.messages):
        yield f"the scheduler finds no victims ({message.preemption!r}), and the program says that it evicts some"
    if not leaving and says.outlook not in ("stuck", ""):
        yield f"the scheduler finds no victims ({message.preemption!r}), and the outlook is {says.outlook}"
