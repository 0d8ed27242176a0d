"""Whether a node's kubelet is there: the Ready condition as the node controller and the kubelet write it."""

from datetime import datetime, timedelta
from typing import ClassVar

from kubectl_ds.core.model import Node, NodeCondition
from kubectl_ds.core.reason import Fact, Outlook, Source

START_UP = timedelta(minutes=10)
"""A new node is NotReady until its CNI is up; later than this nobody is still starting."""


class NodeNotReady(Fact, frozen=True):
    """The node's Ready condition is not True, so no pod on it can become Ready or be removed."""

    code: ClassVar[str] = "NodeNotReady"
    source: ClassVar[Source] = "node"
    varying: ClassVar[frozenset[str]] = frozenset({"seconds", "starting"})

    status: str
    """`False`, `Unknown` (the kubelet stopped reporting), or empty when there is no such condition."""
    reason: str
    message: str
    seconds: int | None
    """How long it has been so; None when the condition does not say."""
    starting: bool
    """The node is only minutes old, and its kubelet has not fallen silent since."""

    @property
    def outlook(self) -> Outlook:
        if self.starting:
            return "unknown"
        return "stuck" if self.status == "Unknown" else "unknown"


def node_not_ready(node: Node, now: datetime) -> NodeNotReady | None:
    """The reason if the node is not Ready, None if it is."""
    ready = next((one for one in node.status.conditions if one.type == "Ready"), None)
    if ready is not None and ready.status == "True":
        return None
    created = node.metadata.creation_timestamp
    since = ready.last_transition_time if ready else created
    return NodeNotReady(
        status=ready.status if ready else "",
        reason=ready.reason if ready else "",
        message=ready.message if ready else "",
        seconds=seconds_between(since, now),
        starting=created is not None and now - created < START_UP and not _has_fallen_silent(ready),
    )


def _has_fallen_silent(ready: NodeCondition | None) -> bool:
    """The node lifecycle controller's word for a kubelet that did report once (node_lifecycle_controller.go)."""
    return ready is not None and ready.reason == "NodeStatusUnknown"


def seconds_between(then: datetime | None, now: datetime) -> int | None:
    """Whole seconds from `then` to `now`, never below 0 (clocks differ); None when `then` is not known."""
    return None if then is None else max(0, int((now - then).total_seconds()))
