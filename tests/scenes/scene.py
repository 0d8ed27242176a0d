"""One scene: a namespace and nodes of its own, what happens there, and what `kubectl ds` says about it."""

import io
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from tests.controlplane.harness import ControlPlane
from tests.scenes.server import Object, Refused, Server

Answer = TypeVar("Answer")

PATIENCE = 180.0
"""Seconds until a wait is given up: far beyond what the slowest controller takes (pod GC: two ticks of 20 s and a quarantine of 40 s)."""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def kubectl_ds(control_plane: ControlPlane, *words: str) -> Outcome:
    """The real command in this process, with the administrator's connection."""
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(variables={"KUBERC": "off"}, stdin=io.StringIO(), stdout=out, stderr=err)
    code = main([*words, *control_plane.connection], environment)
    return Outcome(int(code), out.getvalue(), err.getvalue())


def until(ask: Callable[[], Answer], what: str) -> Answer:
    """The first true answer; fails with the last one after a long while."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.15)
    return answer


class Scene:
    """A stage apart from all others: only its own nodes carry its label, only its own namespace its pods."""

    def __init__(self, control_plane: ControlPlane, server: Server) -> None:
        self.control_plane = control_plane
        self.server = server
        self.name = f"scene-{secrets.token_hex(3)}"
        self._cluster_wide: list[tuple[str, str]] = []

    # --- what is there -----------------------------------------------------------------------------

    def open(self, **labels: str) -> None:
        """Make the namespace, and wait until pods can be created in it."""
        self.add({"kind": "Namespace", "metadata": {"name": self.name, "labels": labels}})

        def has_account() -> bool:
            with suppress(Refused):
                return bool(self.server.get("ServiceAccount", "default", self.name))
            return False

        until(has_account, "the namespace has its service account")

    def close(self) -> None:
        """Take everything away without waiting for it."""
        for daemonset in self.server.list("DaemonSet", self.name):
            self.server.delete("DaemonSet", daemonset["metadata"]["name"], self.name)
        for pod in self.pods():
            self.server.delete("Pod", pod["metadata"]["name"], self.name, gracePeriodSeconds=0)
        for kind, name in reversed(self._cluster_wide):
            self.server.delete(kind, name)

    def add(self, item: Object) -> Object:
        """Create an object; one without a namespace goes when the scene closes."""
        created = self.server.create(item)
        if "namespace" not in item["metadata"]:
            self._cluster_wide.append((item["kind"], item["metadata"]["name"]))
        return created

    def node(self, short: str, *, labels: dict[str, str] | None = None, **fields: Any) -> str:
        """Add a node without a machine. `allocatable` and `annotations` are what they say, the rest its spec."""
        name = f"{self.name}-{short}"
        allocatable = fields.pop("allocatable", {})
        self.add(
            {
                "kind": "Node",
                "metadata": {
                    "name": name,
                    "labels": {"scene": self.name, "kubernetes.io/hostname": name, **(labels or {})},
                    "annotations": {"kwok.x-k8s.io/node": "fake", **fields.pop("annotations", {})},
                },
                "spec": fields,
                "status": {"allocatable": allocatable, "capacity": allocatable} if allocatable else {},
            }
        )
        return name

    def nodes(self, *shorts: str) -> list[str]:
        return [self.node(short) for short in shorts]

    def daemonset(
        self,
        *,
        pod: Object | None = None,
        container: Object | None = None,
        annotations: Object | None = None,
        name: str = "agent",
        **spec: Any,
    ) -> Object:
        """Create a DaemonSet for the scene's nodes. `pod`, `container`: further fields of the template."""
        return self.server.create(
            {
                "kind": "DaemonSet",
                "metadata": {"name": name, "namespace": self.name},
                "spec": {
                    "selector": {"matchLabels": {"app": name}},
                    "template": {
                        "metadata": {"labels": {"app": name}, "annotations": annotations or {}},
                        "spec": {
                            "nodeSelector": {"scene": self.name},
                            "terminationGracePeriodSeconds": 1,
                            **(pod or {}),
                            "containers": [
                                {"name": "main", "image": "registry.example/agent:1", **(container or {})}
                            ],
                        },
                    },
                    **spec,
                },
            }
        )

    def pod(
        self,
        name: str,
        *,
        node: str,
        container: Object | None = None,
        labels: Object | None = None,
        **spec: Any,
    ) -> Object:
        """Create a pod that is bound by its own spec.nodeName."""
        return self.server.create(
            {
                "kind": "Pod",
                "metadata": {"name": name, "namespace": self.name, "labels": labels or {}},
                "spec": {
                    "nodeName": node,
                    "terminationGracePeriodSeconds": 1,
                    "containers": [
                        {"name": "main", "image": "registry.example/other:1", **(container or {})}
                    ],
                    **spec,
                },
            }
        )

    def refusal_of_a_pod(self) -> str:
        """What the API server answers to a pod like any other; empty when it lets it in (and it goes again)."""
        name = "probe"
        try:
            self.pod(name, node=f"{self.name}-nowhere")
        except Refused as refused:
            return str(refused)
        self.server.delete("Pod", name, self.name, gracePeriodSeconds=0)
        return ""

    def change(self, name: str = "agent", /, **spec: Any) -> None:
        """Merge into the DaemonSet's spec."""
        self.server.merge("DaemonSet", name, self.name, spec=spec)

    def change_template(self, *, annotations: Object | None = None, image: str = "") -> None:
        """A new revision, as people make one."""
        template: Object = {"metadata": {"annotations": annotations or {}}}
        if image:
            template["spec"] = {"containers": [{"name": "main", "image": image}]}
        self.change(template=template)

    def make_the_controller_look(self, name: str = "agent") -> None:
        """A change that means nothing to the pods.

        The controller passes over a node's update that neither starts nor ends a pod (daemon_controller.go
        syncNodeUpdate), so that its counts stand still until something else makes it look.
        """
        known = self.server.get("DaemonSet", name, self.name)["spec"].get("revisionHistoryLimit", 10)
        self.change(name, revisionHistoryLimit=known + 1)

    def pods(self) -> list[Object]:
        return self.server.list("Pod", self.name)

    def pod_on(self, node: str) -> Object:
        """The one pod that is bound to this node or pinned to it."""
        (found,) = [pod for pod in self.pods() if node in (pod["spec"].get("nodeName"), pin_of(pod))]
        return found

    # --- what the program says ---------------------------------------------------------------------

    def say(self, *words: str) -> Object:
        """The document of `kubectl ds WORDS -o json`, in the scene's namespace."""
        outcome = kubectl_ds(self.control_plane, *words, "-n", self.name, "-o", "json")
        assert outcome.code == 0, outcome
        document: Object = json.loads(outcome.out)
        return document

    def coverage(self, name: str = "agent") -> Object:
        """The one item of the report; its nodes narrowed to the scene's, by name."""
        document = self.say("coverage", name)
        assert document["incomplete"] == []
        (item,) = document["items"]
        ours = [node for node in item["nodes"] if node["node"].startswith(self.name)]
        return {**item, "nodes": {node["node"].removeprefix(f"{self.name}-"): node for node in ours}}

    def node_says(self, short: str, name: str = "agent") -> Object:
        """What the report says of one node."""
        says: Object = self.coverage(name)["nodes"][short]
        return says

    def settled(self, name: str = "agent", /, **states: str) -> Object:
        """Wait until exactly these nodes are in these states and the controller agrees in all it counts."""
        seen: Object = {}

        def at_rest() -> bool:
            seen.clear()
            seen.update(self.coverage(name))
            return states_of(seen) == states and not seen["controllerDisagrees"]

        until_or_show(at_rest, seen, states)
        status = self.server.get("DaemonSet", name, self.name)["status"]
        assert seen["summary"]["eligible"] == status["desiredNumberScheduled"], (seen, status)
        assert seen["summary"]["extra"] == status["numberMisscheduled"], (seen, status)
        return seen

    def verdict(self, name: str = "agent") -> str:
        """The last column of `get`."""
        outcome = kubectl_ds(self.control_plane, "get", name, "-n", self.name, "--no-headers")
        return outcome.out.rstrip("\n")


def until_or_show(holds: Callable[[], bool], seen: Object, wanted: Object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            text = json.dumps({"nodes": seen["nodes"], "disagrees": seen["controllerDisagrees"]}, indent=1)
            raise AssertionError(f"never came to {wanted}: {states_of(seen)}\n{text}")
        time.sleep(0.15)


def states_of(item: Object) -> dict[str, str]:
    return {short: node["state"] for short, node in item["nodes"].items()}


def codes(node: Object) -> list[str]:
    """The codes of a node's reasons, in order."""
    return [reason["code"] for reason in node["reasons"]]


def messages(node: Object) -> str:
    return "\n".join(reason["message"] for reason in node["reasons"])


def pin_of(pod: Object) -> str:
    """The node that the controller pinned a pod to; empty without a pin."""
    affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", [])
    names = [field["values"][0] for term in terms for field in term.get("matchFields", [])]
    return names[0] if names else ""
