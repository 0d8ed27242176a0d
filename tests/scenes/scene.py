"""One scene: a namespace and nodes of its own, what happens there, and what `kubectl ds` says about it."""

import io
import json
import re
import secrets
from contextlib import suppress
from typing import Any, NamedTuple

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from tests.controlplane.cluster import NODE_ANNOTATIONS
from tests.controlplane.harness import ControlPlane
from tests.scenes.server import Object, Refused, Server
from tests.schema.validation import assert_valid
from tests.waiting import until

Told = str | tuple[str, ...]
"""A state, or a state and the reasons' codes."""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def kubectl_ds(control_plane: ControlPlane, *words: str, out: io.StringIO | None = None) -> Outcome:
    """The real command in this process, with the administrator's connection; `out` can be looked at meanwhile."""
    out, err = out or io.StringIO(), io.StringIO()
    environment = Environment(variables={"KUBERC": "off"}, stdin=io.StringIO(), stdout=out, stderr=err)
    code = main([*words, *control_plane.connection], environment)
    return Outcome(int(code), out.getvalue(), err.getvalue())


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
        until(
            lambda: self.server.has("ServiceAccount", "default", self.name),
            "the namespace has its service account",
        )

    def close(self) -> None:
        """Take everything away without waiting for it."""
        for daemonset in self.server.list("DaemonSet", self.name):
            self._let_go("DaemonSet", daemonset)
            self.server.delete("DaemonSet", daemonset["metadata"]["name"], self.name)
        for pod in self.pods():
            self._let_go("Pod", pod)
            self.server.delete("Pod", pod["metadata"]["name"], self.name, gracePeriodSeconds=0)
        for kind, name in reversed(self._cluster_wide):
            self.server.delete(kind, name)

    def _let_go(self, kind: str, item: Object) -> None:
        if item["metadata"].get("finalizers"):
            with suppress(Refused):
                self.hold(kind, item["metadata"]["name"], None)

    def hold(self, kind: str, name: str, finalizer: str | None) -> None:
        """Put a finalizer on one of the namespace's objects, or take all of them off."""
        finalizers = [finalizer] if finalizer else None
        self.server.merge(kind, name, self.name, metadata={"finalizers": finalizers})

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
                    "annotations": {**NODE_ANNOTATIONS, **fields.pop("annotations", {})},
                },
                "spec": fields,
                "status": {"allocatable": allocatable, "capacity": allocatable} if allocatable else {},
            }
        )
        return name

    def nodes(self, *shorts: str) -> list[str]:
        return [self.node(short) for short in shorts]

    def until_nodes_are_ready(self, *names: str) -> None:
        """Wait until nothing is left of the taints that a node joins with."""

        def untainted() -> bool:
            return not any(
                taint["key"].startswith("node.kubernetes.io/")
                for name in names
                for taint in self.server.get("Node", name)["spec"].get("taints", [])
            )

        until(untainted, f"the nodes {names} are Ready")

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
        annotations: Object | None = None,
        owners: list[Object] | None = None,
        **spec: Any,
    ) -> Object:
        """Create a pod that is bound by its own spec.nodeName."""
        return self.server.create(
            {
                "kind": "Pod",
                "metadata": {
                    "name": name,
                    "namespace": self.name,
                    "labels": labels or {},
                    "annotations": annotations or {},
                    "ownerReferences": owners or [],
                },
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

    def admitted(self, **fields: Any) -> Object:
        """A pod like any other, as admission leaves it; it goes again. Raises `Refused`."""
        pod = self.pod("probe", node=f"{self.name}-nowhere", **fields)
        self.server.delete("Pod", "probe", self.name, gracePeriodSeconds=0)
        return pod

    def refusal_of_a_pod(self) -> str:
        """What the API server answers to a pod like any other; empty when it lets it in."""
        try:
            self.admitted()
        except Refused as refused:
            return str(refused)
        return ""

    def change(self, name: str = "agent", /, **spec: Any) -> None:
        """Merge into the DaemonSet's spec."""
        self.server.merge("DaemonSet", name, self.name, spec=spec)

    def change_template(
        self, name: str = "agent", /, *, annotations: Object | None = None, **container: Any
    ) -> None:
        """A new revision, as people make one: other annotations, another image, other resources."""
        template: Object = {"metadata": {"annotations": annotations or {}}}
        if container:
            (main,) = self.server.get("DaemonSet", name, self.name)["spec"]["template"]["spec"]["containers"]
            template["spec"] = {"containers": [{**main, **container}]}
        self.change(name, template=template)

    def make_the_controller_look(self, name: str = "agent") -> None:
        """A change that means nothing to the pods.

        The controller passes over a node's update that neither starts nor ends a pod (daemon_controller.go
        syncNodeUpdate), so that its counts stand still until something else makes it look.
        """
        known = self.server.get("DaemonSet", name, self.name)["spec"].get("revisionHistoryLimit", 10)
        self.change(name, revisionHistoryLimit=known + 1)

    def pods(self) -> list[Object]:
        return self.server.list("Pod", self.name)

    def pods_of(self, name: str) -> list[Object]:
        """Those with this `app` label."""
        return [pod for pod in self.pods() if pod["metadata"].get("labels", {}).get("app") == name]

    def pod_on(self, node: str, name: str = "") -> Object:
        """The one pod, of this DaemonSet where one is named, that is bound to this node or pinned to it."""
        pods = self.pods_of(name) if name else self.pods()
        (found,) = [pod for pod in pods if node in (pod["spec"].get("nodeName"), pin_of(pod))]
        return found

    # --- what the program says ---------------------------------------------------------------------

    def say(self, *words: str) -> Object:
        """The document of `kubectl ds WORDS -o json`, in the scene's namespace."""
        outcome = kubectl_ds(self.control_plane, *words, "-n", self.name, "-o", "json")
        assert outcome.code == 0, outcome
        document: Object = json.loads(outcome.out)
        assert_valid(document)
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

    def comes_to(
        self, name: str = "agent", /, *, agreed: bool = False, outdated: int | None = None, **nodes: Told
    ) -> Object:
        """Wait until exactly these nodes are told so: a state, or a state and all reason codes in order.

        `agreed`: and the stored status is what the program computes. `outdated`: and on so many nodes.
        """
        seen: Object = {}

        def as_told() -> bool:
            seen.clear()
            seen.update(self.coverage(name))
            told = {
                short: node["state"] if isinstance(nodes.get(short), str) else (node["state"], *codes(node))
                for short, node in seen["nodes"].items()
            }
            old = seen["summary"]["outdated"]
            return told == nodes and not (agreed and seen["controllerDisagrees"]) and outdated in (None, old)

        def shown() -> str:
            text = json.dumps({"nodes": seen["nodes"], "disagrees": seen["controllerDisagrees"]}, indent=1)
            return f"{nodes}: {states_of(seen)}\n{text}"

        until(as_told, shown)
        return seen

    def settled(self, name: str = "agent", /, *, outdated: int | None = None, **nodes: Told) -> Object:
        """Wait until exactly these nodes are told so and the controller agrees in all it counts."""
        seen = self.comes_to(name, agreed=True, outdated=outdated, **nodes)
        status = self.server.get("DaemonSet", name, self.name)["status"]
        assert seen["summary"]["eligible"] == status["desiredNumberScheduled"], (seen, status)
        assert seen["summary"]["extra"] == status["numberMisscheduled"], (seen, status)
        return seen

    def verdict(self, name: str = "agent") -> str:
        """What the last column of `get` says: `Stuck: 1 pending (InsufficientCPU)`."""
        outcome = kubectl_ds(self.control_plane, "get", name, "-n", self.name, "--no-headers")
        assert outcome.code == 0, outcome
        found = re.search(r"(Healthy|Idle|Progressing|Degraded|Stuck)\b.*", outcome.out)
        assert found, outcome
        return found.group().rstrip()

    def explains(self, short: str, name: str = "agent") -> Object:
        """What `explain` says of one node; its rules by name."""
        (node,) = self.say("explain", name, "--node", f"{self.name}-{short}")["nodes"]
        return {**node, "rules": {rule["rule"]: rule for rule in node["rules"]}}

    def described(self, name: str = "agent") -> str:
        """The text of `describe`, blanks folded."""
        outcome = kubectl_ds(self.control_plane, "describe", name, "-n", self.name)
        assert outcome.code == 0, outcome
        return " ".join(outcome.out.split())

    def status(self, name: str = "agent") -> Object:
        """What the controller wrote."""
        status: Object = self.server.get("DaemonSet", name, self.name)["status"]
        return status

    def scheduler_says(self, node: str, name: str = "agent") -> str:
        """The scheduler's own words about the DaemonSet's pod for a node."""
        conditions = self.pod_on(node, name)["status"].get("conditions", [])
        return "".join(one.get("message", "") for one in conditions if one["type"] == "PodScheduled")


def requests(**amounts: str) -> Object:
    """A container that asks for these amounts: `requests(cpu="500m")`."""
    return {"resources": {"requests": amounts}}


def host_port(port: int, **more: Any) -> Object:
    """A container that listens on a port of its node."""
    return {"ports": [{"containerPort": port, "hostPort": port, **more}]}


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
