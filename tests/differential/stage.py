"""A real control plane that plays a random cluster: makes it, changes it, lets it come to rest, reads it."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from tests.controlplane.harness import ControlPlane, start
from tests.differential.comparison import Comparison, placed
from tests.differential.moment import Moment, is_terminating, name_of
from tests.differential.random_change import Step
from tests.differential.random_cluster import NAMESPACE_TWINS, Cluster
from tests.differential.rest import wait_for_rest
from tests.differential.vocabulary import Raw
from tests.scenes.scene import kubectl_ds
from tests.scenes.server import Server, proxied
from tests.waiting import until

ARGUMENTS = (
    "--node-monitor-period=1s",
    "--node-monitor-grace-period=12s",
    "--controller-manager-arg=--node-startup-grace-period=12s",
)
"""A silent node is found out sooner than by upstream's defaults; nothing else changes by it."""
_SCHEDULER_BACKOFF = 3.0
"""Seconds after which the scheduler has tried every pod again that it has a reason to try: podMaxBackoffSeconds
of tests/controlplane/workdir/arguments.go, and time to look at them all."""
_WRITERS = 8
_PORTS = (8080, 9100, 9101)
Item = TypeVar("Item")


@contextmanager
def a_stage(feature_gates: str) -> "Iterator[Stage]":
    """A control plane of its own for each seed, so that a seed always begins with the same empty cluster."""
    with (
        start(arguments=(*ARGUMENTS, f"--feature-gates={feature_gates}")) as control_plane,
        proxied(control_plane) as server,
    ):
        yield Stage(control_plane, server)


class Stage:
    """The cluster, and both ways to look at it."""

    def __init__(self, control_plane: ControlPlane, server: Server) -> None:
        self.server = server
        self._control_plane = control_plane

    def set_up(self, cluster: Cluster) -> None:
        """Nodes come first, and get their taints, so that no pod is placed on a node that will change."""
        for item in cluster.surroundings:
            self.server.create(item)
        self.create(cluster.nodes)
        for item in cluster.surroundings:
            if item["kind"] == "Namespace":
                self._wait_for("ServiceAccount", "default", name_of(item))
        wait_for_rest(self.server, "the nodes alone")
        self.create(cluster.daemonsets)

    def create(self, items: Iterable[Raw]) -> None:
        self._in_parallel(self.server.create, items)

    def apply(self, change: Iterable[Sequence[Step]]) -> None:
        """The steps of one group come one after the other; the groups are of different objects."""

        def play(group: Sequence[Step]) -> None:
            for step in group:
                self._play(step)

        self._in_parallel(play, change)

    def refused(self) -> frozenset[str]:
        """The DaemonSets of which the API server refuses pods, by the controller's own events."""
        events = self.server.list("Event", fieldSelector="reason=FailedCreate,involvedObject.kind=DaemonSet")
        about = [event["involvedObject"] for event in events]
        return frozenset(f"{one['namespace']}/{one['name']}" for one in about)

    def settled(self, what: str) -> Moment:
        """The cluster at rest, after every controller has been made to look at it once more.

        The DaemonSet controller passes over a node's update that neither starts nor ends a pod
        (daemon_controller.go syncNodeUpdate), and the scheduler leaves a pod alone until something happens that
        could help it.
        """
        moment = wait_for_rest(self.server, what)
        self._make_the_controller_look(moment)
        self._make_the_scheduler_look()
        return wait_for_rest(self.server, what)

    def read(self) -> Comparison:
        """The program's report, with the raw objects that were there before and after it."""
        while True:
            before = Moment.read(self.server)
            report = self.say("coverage", "-A")
            if Moment.read(self.server).versions == before.versions:
                return Comparison(before, report)

    def say(self, *words: str) -> Raw:
        """The document of `kubectl ds WORDS -o json`."""
        outcome = kubectl_ds(self._control_plane, *words, "-o", "json")
        assert outcome.code == 0, outcome
        document: Raw = json.loads(outcome.out)
        return document

    def twins(self, moment: Moment) -> dict[str, frozenset[str]]:
        """Where the controller puts pods of these templates from nothing, by DaemonSet.

        Each gets a twin whose pods nobody binds, which the controller has no say in.
        """
        twins = {key: _twin(number, one) for number, (key, one) in enumerate(moment.daemonsets.items())}
        self.create(twins.values())
        created = self._all_created()
        return {
            key: placed(created, created.daemonsets[f"{NAMESPACE_TWINS}/{name_of(twin)}"])
            for key, twin in twins.items()
        }

    def _all_created(self) -> Moment:
        seen = Moment({"Node": [], "DaemonSet": [], "Pod": [], "ControllerRevision": []})

        def complete() -> bool:
            nonlocal seen
            seen = Moment.read(self.server)
            return all(
                one["status"].get("observedGeneration") == one["metadata"]["generation"]
                and one["status"]["desiredNumberScheduled"] == len(seen.by_node(one))
                for one in seen.daemonsets.values()
                if one["metadata"]["namespace"] == NAMESPACE_TWINS
            )

        until(complete, "the twins have their pods")
        return seen

    def _play(self, step: Step) -> None:
        where = (step.kind, step.name, step.namespace)
        match step.verb:
            case "create":
                self.server.create(step.what or {})
            case "merge":
                self.server.merge(*where, **(step.what or {}))
            case "delete" | "delete and wait":
                self.server.delete(*where, propagationPolicy=step.propagation)
        if step.verb == "delete and wait":
            self._wait_for(*where, gone=True)

    def _wait_for(self, kind: str, name: str, namespace: str, *, gone: bool = False) -> None:
        until(
            lambda: self.server.has(kind, name, namespace) is not gone,
            f"{kind} {name} {'goes' if gone else 'comes'}",
        )

    def _make_the_controller_look(self, moment: Moment) -> None:
        def touch(daemonset: Raw) -> None:
            limit = daemonset["spec"].get("revisionHistoryLimit", 10) + 1
            where = daemonset["metadata"]["namespace"]
            self.server.merge("DaemonSet", name_of(daemonset), where, spec={"revisionHistoryLimit": limit})

        self._in_parallel(touch, [one for one in moment.daemonsets.values() if not is_terminating(one)])

    def _make_the_scheduler_look(self) -> None:
        """A pod that held every port goes from a node that nobody has: it could have been in anyone's way."""
        name = "in-the-way"
        ports = [
            {"containerPort": port, "hostPort": port, "protocol": protocol}
            for port in _PORTS
            for protocol in ("TCP", "UDP")
        ]
        container = {"name": "main", "image": "registry.example/other:1", "ports": ports}
        spec = {"nodeName": "no-such-node", "containers": [container]}
        where = {"name": name, "namespace": NAMESPACE_TWINS}
        self.server.create({"kind": "Pod", "metadata": where, "spec": spec})
        time.sleep(1)
        self.server.delete("Pod", name, NAMESPACE_TWINS, gracePeriodSeconds=0)
        time.sleep(_SCHEDULER_BACKOFF)

    def _in_parallel(self, act: Callable[[Item], object], items: Iterable[Item]) -> None:
        with ThreadPoolExecutor(_WRITERS) as writers:
            for _ in writers.map(act, items):
                pass


def _twin(number: int, daemonset: Raw) -> Raw:
    """The same template under another name and label, behind a gate where it leaves the choice of a node open."""
    name = f"twin-{number:03}"
    template: Raw = json.loads(json.dumps(daemonset["spec"]["template"]))
    template["metadata"] = {"labels": {"twin": name}}
    if not template["spec"].get("nodeName"):
        template["spec"]["schedulingGates"] = [{"name": "example.com/twin"}]
    return {
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": NAMESPACE_TWINS},
        "spec": {"selector": {"matchLabels": {"twin": name}}, "template": template},
    }
