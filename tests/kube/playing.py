"""Plays what happens in a cluster, as fast as wanted: pods fail and are replaced, nodes come and go, events expire."""

import random
from collections import deque
from typing import Any

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_container_status, a_daemonset, a_node, a_pod, a_revision, an_event

Raw = dict[str, Any]

_COUNTERS = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "numberAvailable")
_FORMS: tuple[Raw, ...] = (
    {},
    {"ready": False, "container_statuses": [a_container_status(ready=False)]},
    {"ready": False, "container_statuses": [a_container_status(waiting="CrashLoopBackOff", restarts=3)]},
    {"deleting": True},
)


class Play:
    """A cluster of `nodes` nodes and `daemonsets` DaemonSets with a pod of each on each, and its history.

    Names and uids of what comes are never those of anything before. The same seed plays the same.
    """

    def __init__(self, *, nodes: int, daemonsets: int, seed: int = 1, live_events: int = 300) -> None:
        self._random = random.Random(seed)
        self._live_events = live_events
        self._number = 0
        self._daemonsets = [
            a_daemonset(f"agent-{number}", status=dict.fromkeys(_COUNTERS, nodes))
            for number in range(daemonsets)
        ]
        self._nodes = {name: a_node(name) for name in (f"node-{number}" for number in range(nodes))}
        self._pods: dict[tuple[int, str], Raw] = {}
        self._events: deque[str] = deque()
        for name in self._nodes:
            for owner in range(daemonsets):
                self._pods[owner, name] = self._new_pod(owner, name)

    def objects(self) -> list[Raw]:
        """What is there in the beginning."""
        revisions = [a_revision(one) for one in self._daemonsets]
        return [*self._daemonsets, *revisions, *self._nodes.values(), *self._pods.values()]

    def act(self, server: ApiServer) -> None:
        """One thing that happens, which is one or two changes of objects."""
        dice = self._random.random()
        if dice < 0.55:
            self._change_pod(server)
        elif dice < 0.65:
            self._replace_pod(server)
        elif dice < 0.80:
            self._change_node(server)
        elif dice < 0.85:
            self._write_status(server)
        elif dice < 0.97:
            self._tell_event(server)
        else:
            self._replace_node(server)

    def finish(self, server: ApiServer) -> None:
        """All of it goes, nodes apart."""
        for one in self._daemonsets:
            server.delete("DaemonSet", one["metadata"]["name"], "kube-system")
            server.delete("ControllerRevision", a_revision(one)["metadata"]["name"], "kube-system")
        for pod in self._pods.values():
            server.delete("Pod", pod["metadata"]["name"], "kube-system")
        for name in self._events:
            server.delete("Event", name, "kube-system")

    def _new_pod(self, owner: int, node: str, **form: Any) -> Raw:
        self._number += 1
        name = f"agent-{owner}-{self._number}"
        return a_pod(self._daemonsets[owner], node, **{"name": name, **form})

    def _any_pod(self) -> tuple[int, str]:
        return self._random.randrange(len(self._daemonsets)), self._random.choice(list(self._nodes))

    def _change_pod(self, server: ApiServer) -> None:
        owner, node = self._any_pod()
        name = self._pods[owner, node]["metadata"]["name"]
        pod = self._new_pod(owner, node, **{**self._random.choice(_FORMS), "name": name})
        self._pods[owner, node] = pod
        server.update(pod)

    def _replace_pod(self, server: ApiServer) -> None:
        owner, node = self._any_pod()
        server.delete("Pod", self._pods[owner, node]["metadata"]["name"], "kube-system")
        self._pods[owner, node] = self._new_pod(owner, node, bound=self._random.random() < 0.8)
        server.add(self._pods[owner, node])

    def _change_node(self, server: ApiServer) -> None:
        name = self._random.choice(list(self._nodes))
        taints = self._random.choice([[], [], [], ["a=b:NoSchedule"]])
        ready = self._random.choice([True, True, True, False])
        self._number += 1
        labels = {"beat": str(self._number)} if self._random.random() < 0.1 else {}
        self._nodes[name] = a_node(name, taints=taints, ready=ready, labels=labels)
        server.update(self._nodes[name])

    def _replace_node(self, server: ApiServer) -> None:
        """A node goes with its pods, and another one comes, whose pods come with it."""
        name = self._random.choice(list(self._nodes))
        del self._nodes[name]
        server.delete("Node", name)
        self._number += 1
        other = f"node-{self._number}-new"
        self._nodes[other] = a_node(other)
        server.add(self._nodes[other])
        for owner in range(len(self._daemonsets)):
            server.delete("Pod", self._pods.pop((owner, name))["metadata"]["name"], "kube-system")
            self._pods[owner, other] = self._new_pod(owner, other)
            server.add(self._pods[owner, other])

    def _write_status(self, server: ApiServer) -> None:
        owner = self._random.randrange(len(self._daemonsets))
        written = dict(self._daemonsets[owner])
        written["status"] = {**written["status"], "numberReady": self._random.randrange(len(self._nodes))}
        server.update(written)

    def _tell_event(self, server: ApiServer) -> None:
        self._number += 1
        owner, node = self._any_pod()
        about = self._random.choice([self._daemonsets[owner], self._pods[owner, node]])
        reason = self._random.choice(["FailedCreate", "SuccessfulCreate", "Unhealthy", "BackOff"])
        event = an_event(about, reason, f"number {self._number}")
        self._events.append(event["metadata"]["name"])
        server.add(event)
        if len(self._events) > self._live_events:
            server.delete("Event", self._events.popleft(), "kube-system")
