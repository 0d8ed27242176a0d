"""Nodes and pods go through what their annotations say, whoever plays the kubelets."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.controlplane.another import CONTEXT, KUBECONFIG
from tests.controlplane.cluster import NODE_ANNOTATIONS
from tests.controlplane.harness import ControlPlane, start
from tests.controlplane.kubectl import apply, kubectl, objects
from tests.controlplane.kubelets import NODES, PLAYERS
from tests.controlplane.manifests import conditions, daemonset, namespace
from tests.waiting import until

NODE = "sim.kubectl-ds/node"
PHASE = "sim.kubectl-ds/phase"
PLAYED = [name for name in PLAYERS if name != "none"]


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.slow) for name in PLAYED])
def played(request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    """A control plane of our own with three nodes."""
    with pytest.MonkeyPatch.context() as environment:
        for name in (KUBECONFIG, CONTEXT):
            environment.delenv(name, raising=False)
        environment.setenv(NODES, request.param)
        with start(nodes=3, arguments=("--node-monitor-grace-period=20s",)) as cluster:
            apply(cluster, namespace("played"))
            until(lambda: objects(cluster, "serviceaccounts", "-n", "played"), "the service account")
            yield cluster


def node_conditions(cluster: ControlPlane, name: str) -> dict[str, str]:
    return conditions(objects(cluster, "node", name)[0])


def pods(cluster: ControlPlane, app: str) -> list[dict[str, Any]]:
    return objects(cluster, "pods", "-n", "played", "-l", f"app={app}")


def annotate(cluster: ControlPlane, *words: str) -> None:
    kubectl(cluster, "annotate", "--overwrite", *words)


def words_of(pod: dict[str, Any]) -> tuple[str, str, str]:
    """Its phase, whether it is Ready, and the word that says why not."""
    status = pod["status"]
    (container,) = status.get("containerStatuses", [{}])
    why = status.get("reason") or container.get("state", {}).get("waiting", {}).get("reason", "")
    return status["phase"], conditions(pod).get("Ready", ""), why


def test_nodes_are_ready_and_have_room(played: ControlPlane):
    for name in ("node-001", "node-002", "node-003"):
        until(lambda name=name: node_conditions(played, name).get("Ready") == "True", f"{name} is Ready")
    (node,) = objects(played, "node", "node-001")
    assert node["status"]["allocatable"]["pods"] == "110"
    assert node["metadata"]["annotations"].items() >= NODE_ANNOTATIONS.items()
    assert objects(played, "lease", "node-001", "-n", "kube-node-lease")[0]["spec"]["renewTime"]


def test_it_is_really_that_player(played: ControlPlane, request: pytest.FixtureRequest):
    versions = {"simulator": "v1.", "kwok": "kwok-"}
    until(lambda: node_conditions(played, "node-001").get("Ready"), "the node is reported of")
    (node,) = objects(played, "node", "node-001")
    assert node["status"]["nodeInfo"]["kubeletVersion"].startswith(
        versions[request.node.callspec.params["played"]]
    )


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("running", ("Running", "True", "")),
        ("stuck-terminating", ("Running", "True", "")),
        ("notready", ("Running", "False", "")),
        ("crash", ("Running", "False", "CrashLoopBackOff")),
        ("oom", ("Running", "False", "CrashLoopBackOff")),
        ("imagepull", ("Pending", "False", "ImagePullBackOff")),
        ("config-error", ("Pending", "False", "CreateContainerConfigError")),
    ],
)
def test_a_pod_is_reported_as_its_annotation_says(
    played: ControlPlane, phase: str, words: tuple[str, str, str]
):
    agent = daemonset(phase, "played", nodeSelector={"kubernetes.io/hostname": "node-001"})
    agent["spec"]["template"]["metadata"]["annotations"] = {PHASE: f"{phase}@node-001"}
    apply(played, agent)
    until(lambda: [words_of(pod) for pod in pods(played, phase)] == [words], f"the pod is {words}")
    annotate(played, "pod", "-l", f"app={phase}", "-n", "played", f"{PHASE}=running")
    kubectl(played, "delete", "daemonset", phase, "-n", "played")
    until(lambda: not pods(played, phase), "the pod is gone")


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("failed", ("Failed", "False", "")),
        ("evicted", ("Failed", "False", "Evicted")),
        ("succeeded", ("Succeeded", "False", "")),
    ],
)
def test_a_pod_comes_to_its_end(played: ControlPlane, phase: str, words: tuple[str, str, str]):
    apply(
        played,
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": phase,
                "namespace": "played",
                "labels": {"app": phase},
                "annotations": {PHASE: phase},
            },
            "spec": {
                "restartPolicy": "Never",
                "nodeName": "node-001",
                "containers": [{"name": "main", "image": "registry.example/job:1"}],
            },
        },
    )
    until(lambda: [words_of(pod) for pod in pods(played, phase)] == [words], f"the pod is {words}")


def test_a_pod_can_get_stuck_on_its_way_down(played: ControlPlane):
    agent = daemonset("stuck", "played", nodeSelector={"kubernetes.io/hostname": "node-001"})
    agent["spec"]["template"]["metadata"]["annotations"] = {PHASE: "stuck-terminating"}
    agent["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 1
    apply(played, agent)
    (pod,) = until(lambda: pods(played, "stuck"), "the pod is made")
    until(
        lambda: objects(played, "pod", pod["metadata"]["name"], "-n", "played")[0]["spec"].get("nodeName"),
        "bound",
    )
    kubectl(played, "delete", "daemonset", "stuck", "-n", "played", "--wait=false")
    (going,) = until(
        lambda: [pod for pod in pods(played, "stuck") if pod["metadata"].get("deletionTimestamp")],
        "it is told to go",
    )
    annotate(played, "pod", going["metadata"]["name"], "-n", "played", f"{PHASE}=running")
    until(lambda: not pods(played, "stuck"), "the pod is gone")


def test_gates_and_delays_hold_readiness_back(played: ControlPlane):
    agent = daemonset(
        "gated",
        "played",
        nodeSelector={"kubernetes.io/hostname": "node-002"},
        readinessGates=[{"conditionType": "example.com/wait"}],
    )
    agent["spec"]["template"]["metadata"]["annotations"] = {"sim.kubectl-ds/ready-delay": "1s"}
    apply(played, agent)

    def ready_but_for_the_gate() -> bool:
        return [
            (told["ContainersReady"], told["Ready"])
            for told in (conditions(pod) for pod in pods(played, "gated"))
            if "ContainersReady" in told
        ] == [("True", "False")]

    until(ready_but_for_the_gate, "only the gate is shut")
    opened = '{"status": {"conditions": [{"type": "example.com/wait", "status": "True"}]}}'
    (pod,) = pods(played, "gated")
    kubectl(
        played, "patch", "pod", pod["metadata"]["name"], "-n", "played", "--subresource=status", "-p", opened
    )
    until(lambda: conditions(pods(played, "gated")[0])["Ready"] == "True", "the pod is Ready")


@pytest.mark.parametrize(
    ("state", "kind", "status"),
    [
        ("notready", "Ready", "False"),
        ("memory-pressure", "MemoryPressure", "True"),
        ("disk-pressure", "DiskPressure", "True"),
        ("pid-pressure", "PIDPressure", "True"),
        ("network-unavailable", "NetworkUnavailable", "True"),
    ],
)
def test_a_node_says_what_its_annotation_says(played: ControlPlane, state: str, kind: str, status: str):
    annotate(played, "node", "node-003", f"{NODE}={state}")
    until(lambda: node_conditions(played, "node-003").get(kind) == status, f"{kind} is {status}")
    annotate(played, "node", "node-003", f"{NODE}-")
    until(lambda: node_conditions(played, "node-003").get(kind) != status, f"{kind} is well")
