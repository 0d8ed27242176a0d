"""What a snapshot's nodes and pods have in common is held once, and nothing that is asked of them changes."""

import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import asdict, replace

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.describe import description
from kubectl_ds.core.explain import explain
from kubectl_ds.core.model import Node, Pod
from kubectl_ds.core.shared_parts import SharedParts
from kubectl_ds.core.snapshot import ClusterSnapshot
from tests.clusters import OLD_HASH, a_container_status, a_daemonset, a_node, a_pod, ago, models
from tests.random_clusters import random_snapshot, seeds

CNI = a_daemonset("cni")


def shared(*pods: dict[str, Any]) -> list[Pod]:
    return SharedParts().pods(models(*pods))


def with_shared_parts(snapshot: ClusterSnapshot) -> ClusterSnapshot:
    parts = SharedParts()
    return replace(snapshot, nodes=tuple(parts.nodes(snapshot.nodes)), pods=tuple(parts.pods(snapshot.pods)))


# --- nothing changes ------------------------------------------------------------------------------


@given(seeds())
def test_every_report_is_what_it_is_on_the_objects_as_they_were_decoded(seed: int):
    plain = random_snapshot(seed)
    lean = with_shared_parts(plain)
    assert coverage(lean) == coverage(plain)
    for daemonset in plain.daemonsets:
        assert explain(lean, daemonset) == explain(plain, daemonset)
        assert description(lean, daemonset) == description(plain, daemonset)


@given(seeds())
def test_a_node_is_what_it_was(seed: int):
    nodes = random_snapshot(seed).nodes
    assert SharedParts().nodes(nodes) == list(nodes)


@given(seeds())
def test_a_pod_is_what_it_was_but_for_what_its_being_ready_implies(seed: int):
    pods = random_snapshot(seed).pods
    for before, after in zip(pods, SharedParts().pods(pods), strict=True):
        assert (after.metadata, after.spec) == (before.metadata, before.spec)
        told = asdict(before.status) | {
            "conditions": after.status.conditions,
            "container_statuses": after.status.container_statuses,
        }
        assert asdict(after.status) == told
        if not any(one.type == "Ready" and one.status == "True" for one in before.status.conditions):
            assert after == before


def test_a_ready_pod_keeps_its_ready_condition_and_every_one_that_says_something():
    conditions = [
        {"type": "PodScheduled", "status": "True"},
        {"type": "Initialized", "status": "False", "reason": "odd"},
        {"type": "Ready", "status": "True", "lastTransitionTime": ago(hours=1)},
        {"type": "ContainersReady", "status": "True"},
        {"type": "PodResizePending", "status": "True", "reason": "Infeasible"},
    ]
    (pod,) = shared(a_pod(CNI, "n1", conditions=conditions))
    assert [one.type for one in pod.status.conditions] == ["Initialized", "Ready", "PodResizePending"]
    assert pod.status.conditions[1].last_transition_time is not None


def test_a_ready_pods_containers_keep_their_restarts_and_how_the_last_one_ended():
    status = a_container_status(restarts=3, last_exit_code=137)
    (pod,) = shared(a_pod(CNI, "n1", container_statuses=[status]))
    (told,) = pod.status.container_statuses
    assert (told.restart_count, told.ready, told.state.running is not None) == (3, True, True)
    assert told.last_state.terminated is not None
    assert told.last_state.terminated.exit_code == 137


def test_since_when_a_container_runs_is_kept_where_its_pod_is_not_ready():
    status = a_container_status(ready=False)
    (pod,) = shared(a_pod(CNI, "n1", ready=False, container_statuses=[status]))
    assert pod.status.container_statuses[0].state.running.started_at is not None


# --- what is held once ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(lambda pod: pod.metadata.labels, id="labels"),
        pytest.param(lambda pod: pod.metadata.owner_references, id="owner references"),
        pytest.param(lambda pod: pod.metadata.namespace, id="the namespace"),
        pytest.param(lambda pod: pod.spec.containers, id="containers"),
        pytest.param(lambda pod: pod.spec.tolerations, id="tolerations"),
        pytest.param(lambda pod: pod.spec.scheduler_name, id="the scheduler's name"),
        pytest.param(lambda pod: pod.status.container_statuses, id="container statuses"),
    ],
)
def test_pods_of_one_template_share(part):
    first, second = shared(*(with_its_own_token(a_pod(CNI, name)) for name in ("n1", "n2")))
    assert part(first) is part(second)


def test_pods_of_several_daemonsets_on_one_node_share_its_name_and_the_pin():
    pods = [a_pod(CNI, "n1"), a_pod(a_daemonset("logs"), "n1")]
    first, second = SharedParts().pods(msgspec.json.decode(msgspec.json.encode(pods), type=list[Pod]))
    assert first.spec.node_name is second.spec.node_name
    assert first.spec.affinity is second.spec.affinity


def test_a_pod_that_admission_changed_keeps_what_is_its_own_and_shares_the_rest():
    plain, changed = shared(a_pod(CNI, "n1"), a_pod(CNI, "n2", priority=7))
    assert (plain.spec.priority, changed.spec.priority) == (0, 7)
    assert changed.spec.containers is plain.spec.containers


def test_two_revisions_side_by_side_do_not_mix():
    pods = [a_pod(CNI, f"n{number}", revision_hash=(OLD_HASH, "new")[number % 2]) for number in range(6)]
    assert [one.metadata.labels for one in shared(*pods)] == [pod["metadata"]["labels"] for pod in pods]


def test_nodes_of_one_kind_share_their_amounts_and_their_labels_values():
    first, second = SharedParts().nodes(
        msgspec.json.decode(msgspec.json.encode([a_node("n1"), a_node("n2")]), type=list[Node])
    )
    assert first.status.allocatable is second.status.allocatable
    assert first.metadata.labels["kubernetes.io/os"] is second.metadata.labels["kubernetes.io/os"]


def test_a_ready_pod_more_costs_about_a_kilobyte():
    """150,000 of them are to fit into 400 MiB with everything else."""
    several = [with_its_own_token(a_pod(CNI, f"node-{number}")) for number in range(1000)]
    encoded = [msgspec.json.encode(pod) for pod in several]
    decoder = msgspec.json.Decoder(Pod)
    parts = SharedParts()
    tracemalloc.start()
    try:
        held = [parts.pods([decoder.decode(one)]) for one in encoded]
        bytes_held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(held) == 1000
    assert bytes_held / 1000 < 2000


def with_its_own_token(pod: dict[str, Any]) -> dict[str, Any]:
    pod["spec"]["volumes"] = [{"name": f"kube-api-access-{pod['metadata']['name']}", "projected": {}}]
    return pod
