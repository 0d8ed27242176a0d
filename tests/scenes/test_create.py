"""`create` on a real server: it lands where it said, kubectl applies its manifests, and workloads become DaemonSets."""

import json

import pytest

from tests.controlplane.kubectl import kubectl
from tests.scenes.scene import Scene, kubectl_ds
from tests.waiting import until

EVERY_FLAG = (
    *("--image", "registry.example/agent:1", "--image", "registry.example/side:2"),
    *(
        "--port",
        "9100",
        "--env",
        "LEVEL=debug",
        "--node-selector",
        "a.example/b=c",
        "--toleration",
        "gpu=yes:NoSchedule",
    ),
    *("--all-nodes", "--host-network", "--host-pid", "--mount-host", "/var/log:ro", "--mount-host", "/etc"),
    *("--service-account", "default", "--priority-class", "system-node-critical", "--max-unavailable", "10%"),
    *("--label", "tier=node", "--save-config"),
)


def create(scene: Scene, *words: str):
    return kubectl_ds(scene.control_plane, "create", *words, "-n", scene.name)


def test_it_lands_on_the_nodes_that_it_named_before(scene: Scene):
    chosen, _ = scene.node("a", labels={"disk": scene.name}), scene.node("b")
    scene.until_nodes_are_ready(chosen)
    outcome = create(
        scene, "agent", "--image", "registry.example/agent:1", "--node-selector", f"disk={scene.name}"
    )
    assert (outcome.code, outcome.out) == (0, "daemonset.apps/agent created\n")
    assert "It lands on 1 of " in outcome.err
    assert chosen in outcome.err
    scene.settled(a="Ready", b="Excluded")


def test_a_server_dry_run_is_checked_and_writes_nothing(scene: Scene):
    outcome = create(scene, "agent", *EVERY_FLAG, "--dry-run", "server")
    assert (outcome.code, outcome.out) == (0, "daemonset.apps/agent created (server dry run)\n")
    assert scene.server.list("DaemonSet", scene.name) == []
    refused = create(scene, "agent", "--image", "x", "--service-account", "Bad_Name", "--dry-run", "server")
    assert refused.code == 3
    assert "Error from server (Invalid)" in refused.err


def test_kubectl_takes_the_manifest_of_every_flag_and_finds_nothing_to_change_afterwards(scene: Scene):
    made = create(scene, "agent", *EVERY_FLAG, "--dry-run", "client", "-o", "yaml")
    applied = kubectl(scene.control_plane, "apply", "-f", "-", stdin=made.out)
    assert "daemonset.apps/agent created" in applied.stdout
    again = kubectl(scene.control_plane, "apply", "-f", "-", stdin=made.out)
    assert "daemonset.apps/agent unchanged" in again.stdout
    assert create(scene, "agent", "--image", "x").code == 3


def test_what_it_writes_itself_kubectl_apply_takes_over_without_a_warning(scene: Scene):
    create(scene, "agent", "--image", "registry.example/agent:1", "--save-config")
    manifest = create(
        scene, "agent", "--image", "registry.example/agent:2", "--dry-run", "client", "-o", "json"
    )
    applied = kubectl(scene.control_plane, "apply", "-f", "-", stdin=manifest.out)
    assert "daemonset.apps/agent configured" in applied.stdout
    assert "missing the kubectl.kubernetes.io/last-applied-configuration" not in applied.stderr


@pytest.mark.parametrize("kind", ["deployment", "statefulset"])
def test_a_workload_of_the_cluster_becomes_a_daemonset(scene: Scene, kind: str):
    scene.nodes("a", "b")
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {
            "nodeSelector": {"scene": scene.name},
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "web", "image": "registry.example/web:1"}],
        },
    }
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    workload = {
        "apiVersion": "apps/v1",
        "kind": {"deployment": "Deployment", "statefulset": "StatefulSet"}[kind],
        "metadata": {"name": "web", "namespace": scene.name},
        "spec": spec,
    }
    kubectl(scene.control_plane, "apply", "-f", "-", stdin=json.dumps(workload))
    outcome = create(scene, "--from", f"{kind}/web", "--label", "run=everywhere")
    assert (outcome.code, outcome.out) == (0, "daemonset.apps/web created\n"), outcome
    assert "replicas: 0 is dropped" in outcome.err
    until(lambda: len(scene.pods()) == 2, "a pod on each node")
    item = scene.settled("web", a="Ready", b="Ready")
    assert item["summary"]["eligible"] == 2
    kubectl(scene.control_plane, "delete", kind, "web", "-n", scene.name, "--wait=false")


def test_a_workload_that_is_not_there_is_named_as_kubectl_names_it(scene: Scene):
    outcome = create(scene, "--from", "deployment/web")
    assert outcome.code == 3
    assert 'deployments.apps "web" not found' in outcome.err
