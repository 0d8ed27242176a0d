"""The seven counters, and where the stored ones differ. More rows are in tests/conformance/rollout."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.model import Pod
from kubectl_ds.core.ownership import PodIndex, pods_by_node
from kubectl_ds.core.placement import place_all
from kubectl_ds.core.status import (
    ComputedStatus,
    Disagreement,
    compute_status,
    disagreements,
    is_available,
    is_ready,
)
from tests.clusters import NEW_HASH, NOW, OLD_HASH, a_daemonset, a_node, a_pod, model, models

CNI = a_daemonset("cni")


def computed(owner: Any, nodes: list[Any], pods: list[Any]) -> ComputedStatus:
    daemonset = model(owner)
    by_node = pods_by_node(daemonset, PodIndex(models(*pods)).claimed(daemonset))
    return compute_status(daemonset, place_all(daemonset, models(*nodes)), by_node, NEW_HASH, NOW)


@pytest.mark.parametrize(
    ("pod", "min_ready", "available"),
    [
        pytest.param(a_pod(CNI, "n1"), 0, True, id="Ready is available at once without minReadySeconds"),
        pytest.param(a_pod(CNI, "n1", ready_for=timedelta(seconds=30)), 30, True, id="just long enough"),
        pytest.param(a_pod(CNI, "n1", ready_for=timedelta(seconds=29)), 30, False, id="a second too short"),
        pytest.param(a_pod(CNI, "n1", ready=False), 0, False, id="not Ready"),
        pytest.param(
            a_pod(CNI, "n1", conditions=[{"type": "Ready", "status": "True"}]),
            30,
            False,
            id="Ready since nobody knows when",
        ),
        pytest.param(a_pod(CNI, "n1", conditions=[]), 0, False, id="no condition at all"),
        pytest.param(a_pod(CNI, "n1", deleting=True), 0, True, id="a terminating pod stays available"),
    ],
)
def test_availability(pod: Any, min_ready: int, available: bool):
    assert is_available(model(pod), min_ready, NOW) is available


def test_counters_of_a_cluster_in_every_state():
    nodes = [a_node(f"n{at}") for at in range(5)] + [a_node("out", taints=["db:NoSchedule"])]
    pods = [
        a_pod(CNI, "n0"),
        a_pod(CNI, "n1", revision_hash=OLD_HASH),
        a_pod(CNI, "n2", ready=False),
        a_pod(CNI, "n3", bound=False),
        a_pod(CNI, "out"),
        a_pod(CNI, "vanished"),
    ]
    assert computed(CNI, nodes, pods) == ComputedStatus(
        desired_number_scheduled=5,
        current_number_scheduled=4,
        number_misscheduled=1,
        number_ready=2,
        updated_number_scheduled=3,
        number_available=2,
        number_unavailable=3,
    )


def test_only_the_first_pod_of_a_node_counts():
    pods = [a_pod(CNI, "n0", name="a", ready=False, age=timedelta(days=2)), a_pod(CNI, "n0", name="b")]
    assert computed(CNI, [a_node("n0")], pods).number_ready == 0


def test_disagreements_bear_the_json_names_and_both_numbers():
    owner = a_daemonset(
        "cni", status={"desiredNumberScheduled": 3, "numberMisscheduled": 1, "numberUnavailable": 3}
    )
    found = disagreements(model(owner), computed(owner, [a_node("n0"), a_node("n1")], []))
    assert found == (
        Disagreement("desiredNumberScheduled", status=3, computed=2),
        Disagreement("numberMisscheduled", status=1, computed=0),
        Disagreement("numberUnavailable", status=3, computed=2),
    )


PODS = st.lists(
    st.builds(
        lambda at, node, bound, ready, phase, deleting, old: a_pod(
            CNI,
            f"n{node}",
            name=f"p{at}",
            bound=bound,
            ready=ready,
            phase=phase,
            deleting=deleting,
            revision_hash=OLD_HASH if old else NEW_HASH,
        ),
        st.integers(0, 99),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "Failed", "Succeeded"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda pod: pod["metadata"]["name"],
)
CLUSTER = [a_node("n0"), a_node("n1"), a_node("n2", taints=["db:NoExecute"])]


@given(PODS, st.randoms())
def test_the_order_of_nodes_and_pods_changes_nothing(pods: list[Any], random: Any):
    before = computed(CNI, CLUSTER, pods)
    shuffled = list(CLUSTER)
    random.shuffle(pods)
    random.shuffle(shuffled)
    assert computed(CNI, shuffled, pods) == before


@given(PODS)
def test_the_counters_hold_together(pods: list[Any]):
    counters = computed(CNI, CLUSTER, pods)
    assert counters.number_available <= counters.number_ready <= counters.current_number_scheduled
    assert (
        counters.updated_number_scheduled
        <= counters.current_number_scheduled
        <= counters.desired_number_scheduled
    )
    assert counters.number_unavailable == counters.desired_number_scheduled - counters.number_available


def test_a_pod_without_status_is_not_ready():
    assert not is_ready(Pod())
