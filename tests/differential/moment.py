"""The raw objects of a cluster at one moment, and what they show: read without any of the program's code."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from tests.differential.vocabulary import Raw
from tests.scenes.server import Server

_KINDS = ("Node", "DaemonSet", "Pod", "ControllerRevision")


class Moment:
    """Nodes, DaemonSets, pods and revisions of all namespaces."""

    def __init__(self, objects: dict[str, list[Raw]]) -> None:
        self.nodes = {name_of(node): node for node in objects["Node"]}
        self.daemonsets = {key_of(one): one for one in objects["DaemonSet"]}
        self.pods = objects["Pod"]
        self.revisions = objects["ControllerRevision"]

    @classmethod
    def read(cls, server: Server) -> "Moment":
        return cls({kind: server.list(kind) for kind in _KINDS})

    @cached_property
    def versions(self) -> frozenset[tuple[str, str]]:
        """Equal for two moments between which nothing was written."""
        every = (*self.nodes.values(), *self.daemonsets.values(), *self.pods, *self.revisions)
        return frozenset((one["metadata"]["uid"], one["metadata"]["resourceVersion"]) for one in every)

    def pods_of(self, daemonset: Raw) -> Iterator[Raw]:
        """The pods that the DaemonSet controls."""
        yield from self._by_controller.get(daemonset["metadata"]["uid"], [])

    def by_node(self, daemonset: Raw) -> dict[str, list[Raw]]:
        """The pods that the controller counts, by the node that they are bound to or meant for."""
        found: dict[str, list[Raw]] = {}
        for pod in self.pods_of(daemonset):
            target = target_of(pod)
            if target and not (is_terminal(pod) and is_terminating(pod)):
                found.setdefault(target, []).append(pod)
        return found

    def on_node(self, name: str) -> list[Raw]:
        """The pods bound to a node that still take room there."""
        return self._bound.get(name, [])

    def current_hash(self, daemonset: Raw) -> str:
        """Of the newest revision under the DaemonSet's control that records its template.

        Failing that, of one that bears its name and records it, whoever controls it: update.go `snapshot` takes
        what is there already.
        """
        uid, where = daemonset["metadata"]["uid"], daemonset["metadata"]["namespace"]
        recording = [
            one
            for one in self.revisions
            if one["metadata"]["namespace"] == where and _records(one, daemonset["spec"]["template"])
        ]
        own = [one for one in recording if (controller_of(one) or {}).get("uid") == uid]
        named = [one for one in recording if name_of(one) == f"{name_of(daemonset)}-{_hash_of(one)}"]
        newest: Raw = max(own or named, key=lambda one: one["revision"])
        return _hash_of(newest)

    def is_updated(self, daemonset: Raw, pod: Raw) -> bool:
        """By the hash, or by the counter that came before it (daemonset_util.go `IsPodUpdated`)."""
        labels = pod["metadata"]["labels"]
        generation = daemonset["metadata"]["annotations"]["deprecated.daemonset.template.generation"]
        by_hash = labels.get("controller-revision-hash") == self.current_hash(daemonset)
        return by_hash or labels.get("pod-template-generation") == generation

    @cached_property
    def _by_controller(self) -> dict[str, list[Raw]]:
        found: dict[str, list[Raw]] = {}
        for pod in self.pods:
            if owner := controller_of(pod):
                found.setdefault(owner["uid"], []).append(pod)
        return found

    @cached_property
    def _bound(self) -> dict[str, list[Raw]]:
        found: dict[str, list[Raw]] = {}
        for pod in self.pods:
            if pod["spec"].get("nodeName") and not is_terminal(pod):
                found.setdefault(pod["spec"]["nodeName"], []).append(pod)
        return found


def name_of(item: Raw) -> str:
    return str(item["metadata"]["name"])


def key_of(item: Raw) -> str:
    """`namespace/name`."""
    return f"{item['metadata']['namespace']}/{name_of(item)}"


def controller_of(item: Raw) -> Raw | None:
    owners: list[Raw] = item["metadata"].get("ownerReferences", [])
    return next((owner for owner in owners if owner.get("controller")), None)


def _records(revision: Raw, template: Raw) -> bool:
    recorded = revision["data"]["spec"]["template"]
    return {key: held for key, held in recorded.items() if key != "$patch"} == template


def _hash_of(revision: Raw) -> str:
    return str(revision["metadata"]["labels"]["controller-revision-hash"])


def target_of(pod: Raw) -> str:
    """The node that the pod is bound to, or else the one it is pinned to; empty for none."""
    return str(pod["spec"].get("nodeName") or pin_of(pod))


def pin_of(pod: Raw) -> str:
    """The one node that the pod's affinity names; empty without a pin."""
    node_affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    required = node_affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {})
    fields = [
        field for term in required.get("nodeSelectorTerms", []) for field in term.get("matchFields", [])
    ]
    pins = [field["values"] for field in fields if field["operator"] == "In"]
    return str(pins[0][0]) if pins and len(pins[0]) == 1 else ""


def is_terminal(pod: Raw) -> bool:
    return pod["status"].get("phase") in ("Failed", "Succeeded")


def is_terminating(item: Raw) -> bool:
    return "deletionTimestamp" in item["metadata"]


def condition_of(item: Raw, kind: str) -> Raw:
    """The condition of this type; empty without one."""
    conditions: list[Raw] = item.get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), {})


def is_ready(pod: Raw) -> bool:
    return condition_of(pod, "Ready").get("status") == "True"


def seconds_since(text: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(text)).total_seconds()
