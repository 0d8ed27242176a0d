"""Events as an hour of a cluster leaves them: those of unwell DaemonSets and pods, and many of no interest."""

from collections.abc import Iterator
from typing import NamedTuple

from bench.clusters.metadata import CHANGED, HEARTBEAT, Tree, uid
from bench.clusters.planning import ClusterPlan, DaemonSetFacts

_OF_POD_STATE = {
    "crashing": ("BackOff", "Back-off restarting failed container main", "kubelet"),
    "pending": ("FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu.", "default-scheduler"),
}


class EventPlan(NamedTuple):
    namespace: str
    kind: str
    name: str
    uid: str
    reason: str
    message: str
    component: str

    @property
    def fields(self) -> dict[str, str]:
        """What a field selector can ask for."""
        return {
            "metadata.namespace": self.namespace,
            "involvedObject.kind": self.kind,
            "involvedObject.namespace": self.namespace,
            "involvedObject.name": self.name,
            "involvedObject.uid": self.uid,
            "reason": self.reason,
            "source": self.component,
            "type": "Normal" if self.reason == "Pulled" else "Warning",
        }


def events_of(plan: ClusterPlan) -> list[EventPlan]:
    """Every event, in the order of its namespace and object."""
    events = [event for facts in plan.daemonsets for event in _of_daemonset(plan, facts)]
    for node in plan.nodes[::2]:
        name = f"cart-5d8f7b9c6-{node.number:06d}"
        said = ("Pulled", "Container image is already present on the machine", "kubelet")
        events.append(EventPlan("shop", "Pod", name, uid(0xB0, 0x1000000 + node.number), *said))
    return sorted(events, key=lambda one: (one.namespace, f"{one.name}.", one))


def event_tree(event: EventPlan, place: int) -> Tree:
    """The object."""
    version = "apps/v1" if event.kind == "DaemonSet" else "v1"
    return {
        "metadata": {
            "name": f"{event.name}.{place:016x}",
            "namespace": event.namespace,
            "uid": uid(0xE0, place),
            "resourceVersion": str(3_000_000 + place),
            "creationTimestamp": CHANGED,
        },
        "involvedObject": {
            "kind": event.kind,
            "namespace": event.namespace,
            "name": event.name,
            "uid": event.uid,
            "apiVersion": version,
        },
        "reason": event.reason,
        "message": event.message,
        "source": {"component": event.component},
        "firstTimestamp": CHANGED,
        "lastTimestamp": HEARTBEAT,
        "count": 7,
        "type": event.fields["type"],
        "eventTime": None,
        "reportingComponent": event.component,
        "reportingInstance": "",
    }


def _of_daemonset(plan: ClusterPlan, facts: DaemonSetFacts) -> Iterator[EventPlan]:
    own = facts.plan
    if facts.missing:
        said = (
            "FailedCreate",
            'Error creating: pods "x" is forbidden: exceeded quota: pods',
            "daemonset-controller",
        )
        yield EventPlan(own.namespace, "DaemonSet", own.name, own.uid, *said)
    for place, pod in enumerate(facts.pods):
        if pod.state in _OF_POD_STATE:
            pod_uid = uid(0xB0, plan.serial(facts, place))
            yield EventPlan(own.namespace, "Pod", pod.name, pod_uid, *_OF_POD_STATE[pod.state])
