"""An independent reading of what the scheduler says of a pod that it cannot bind.

Upstream: `FitError.Error` of pkg/scheduler/framework/types.go writes the message of the PodScheduled condition
(`0/N nodes are available: CAUSES. preemption: …`). The pin of a daemon pod leaves one node to the filters, so
that every cause but the one for nodes outside the pin is that node's. The filters run in a fixed order and stop
at the first that fails.
"""

import re
from dataclasses import dataclass

_OUTSIDE_THE_PIN = "node(s) didn't satisfy plugin(s) ["
"""Mostly [NodeAffinity]. A pod that has failed in another PreFilter before names that one too."""
_PLUGINS = {
    "node(s) had untolerated taint(s)": "TaintToleration",
    "node(s) didn't match Pod's node affinity/selector": "NodeAffinity",
    "node(s) didn't have free ports for the requested pod ports": "NodePorts",
    "Too many pods": "NodeResourcesFit",
}
_FORM = re.compile(
    r"0/(?P<nodes>\d+) nodes are available: (?P<causes>.*?)\.?(?: preemption: (?P<preemption>.*))?", re.S
)
_NEXT_CAUSE = re.compile(r", (?=\d+ )")
_COUNTED = re.compile(r"(?P<count>\d+) (?P<words>.*)", re.S)


@dataclass(frozen=True)
class SchedulerMessage:
    """`plugin` is the filter that refused the pod's one node.

    TaintToleration, NodeAffinity, NodePorts, NodeResourcesFit, in the order of `getDefaultPlugins`; `Later` for all
    that follow, and `PreFilter` when none came to be asked.
    """

    nodes: int
    plugin: str
    causes: frozenset[str]
    """The words of that filter, as `Insufficient cpu`."""
    preemption: str
    """What came of the attempt to make room: the words, empty where the message has none."""

    @property
    def preemption_fails(self) -> bool:
        """Whether the scheduler has found no pod to evict for this one."""
        return bool(self.preemption) and "found a potential placement" not in self.preemption


def read_message(text: str) -> SchedulerMessage:
    """Raises ValueError for a text of another form: better to fail than to take it for something."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"the scheduler speaks otherwise: {text!r}")
    causes = _causes(form["causes"])
    if causes is None:
        return _message(form, "PreFilter", frozenset({form["causes"]}))
    here = frozenset(words for words in causes if not words.startswith(_OUTSIDE_THE_PIN))
    plugins = {_plugin(words) for words in here}
    if len(plugins) != 1:
        raise ValueError(f"one filter refuses a node, and these are of {sorted(plugins)}: {text!r}")
    return _message(form, plugins.pop(), here)


def _message(form: "re.Match[str]", plugin: str, causes: frozenset[str]) -> SchedulerMessage:
    return SchedulerMessage(
        nodes=int(form["nodes"]), plugin=plugin, causes=causes, preemption=form["preemption"] or ""
    )


def _causes(text: str) -> list[str] | None:
    """The causes without their counts; None for a sentence of a PreFilter, which has none."""
    counted = [_COUNTED.fullmatch(part) for part in _NEXT_CAUSE.split(text)]
    return [one["words"] for one in counted if one] if all(counted) else None


def _plugin(words: str) -> str:
    return "NodeResourcesFit" if words.startswith("Insufficient ") else _PLUGINS.get(words, "Later")
