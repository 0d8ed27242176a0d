"""Pods that ended on a node one after another: what the controller's events tell, each with its node in words.

Between two of them there is no pod at all for a moment, and of many nobody would know from the last one alone.
Upstream: podsShouldBeOnNode of pkg/controller/daemon/daemon_controller.go.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.event_index import last_seen
from kubectl_ds.core.model import Event

HowEnded = Literal["Failed", "Succeeded"]

_REASONS: Mapping[str, HowEnded] = {"FailedDaemonPod": "Failed", "SucceededDaemonPod": "Succeeded"}
_WORDS = re.compile(r"Found \w+ daemon pod \S+/(?P<pod>\S+) on node (?P<node>\S+), will try to")


class EndedPods(Struct, frozen=True):
    """Of one node; `last` is the pod that ended last, and `seen` when, as far as events say."""

    how: HowEnded
    last: str
    count: int
    seen: datetime | None


def ended_pods(events: Iterable[Event]) -> Mapping[str, EndedPods]:
    """By node, from a DaemonSet's events. Pods that the recorder has combined with others are not all counted."""
    found: dict[str, EndedPods] = {}
    for event in sorted(events, key=_moment):
        how, words = _REASONS.get(event.reason), _WORDS.search(event.message)
        if how is None or words is None:
            continue
        before = found.get(words["node"])
        same = before is not None and before.how == how
        count = before.count if before is not None and same else 0
        found[words["node"]] = EndedPods(how=how, last=words["pod"], count=count + 1, seen=last_seen(event))
    return found


def _moment(event: Event) -> tuple[str, str]:
    seen = last_seen(event)
    return seen.isoformat() if seen else "", event.metadata.name
