"""One pass of the controller, where tests/conformance/rollout leaves gaps."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.controller_pass import BURST_REPLICAS, ControllerPass, sync
from tests.clusters import NEW_HASH, NOW, OLD_HASH, a_daemonset, a_node, a_pod, model, models

CNI = a_daemonset("cni")
SURGE = a_daemonset("cni", max_surge=1)


def one_pass(owner: Any, nodes: list[Any], pods: list[Any]) -> ControllerPass:
    return sync(model(owner), models(*nodes), models(*pods), current_hash=NEW_HASH, now=NOW)


def test_nothing_is_done_for_a_daemonset_in_deletion():
    assert one_pass(a_daemonset("cni", deleting=True), [a_node("n1")], []) == ControllerPass()


def test_a_pass_creates_no_more_than_the_burst():
    nodes = [a_node(f"n{at:03}") for at in range(BURST_REPLICAS + 9)]
    assert len(one_pass(CNI, nodes, []).creates) == BURST_REPLICAS


def test_a_pod_on_a_lost_node_halts_a_surge_until_it_is_collected():
    nodes = [a_node("n1")]
    pods = [a_pod(SURGE, "n1", revision_hash=OLD_HASH)]
    assert one_pass(SURGE, nodes, pods).creates == ("n1",)
    lost = a_pod(SURGE, "lost", revision_hash=OLD_HASH)
    assert one_pass(SURGE, nodes, [*pods, lost]) == ControllerPass()


def test_a_node_that_no_longer_wants_its_old_pod_keeps_it_while_a_surge_needs_it():
    nodes = [a_node("n1"), a_node("out", taints=["db:NoSchedule"])]
    awaited = [a_pod(SURGE, "n1", ready=False), a_pod(SURGE, "out", name="sunset", revision_hash=OLD_HASH)]
    assert one_pass(SURGE, nodes, awaited).deletes == ()
    there = [a_pod(SURGE, "n1"), a_pod(SURGE, "out", name="sunset", revision_hash=OLD_HASH)]
    assert one_pass(SURGE, nodes, there).deletes == ("sunset",)


CLUSTER = [
    a_node("n0"),
    a_node("n1"),
    a_node("n2", taints=["db:NoSchedule"]),
    a_node("n3", taints=["db:NoExecute"]),
]
OWNERS = st.sampled_from([CNI, SURGE, a_daemonset("cni", strategy={"type": "OnDelete"})])
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
        st.integers(0, 4),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "Failed"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda pod: pod["metadata"]["name"],
)


@given(OWNERS, PODS, st.randoms())
def test_the_order_of_nodes_and_pods_changes_nothing(owner: Any, pods: list[Any], random: Any):
    before = one_pass(owner, CLUSTER, pods)
    nodes = list(CLUSTER)
    random.shuffle(nodes)
    random.shuffle(pods)
    assert one_pass(owner, nodes, pods) == before


@given(OWNERS, PODS)
def test_a_pass_creates_only_where_pods_belong_and_deletes_no_pod_twice(owner: Any, pods: list[Any]):
    result = one_pass(owner, CLUSTER, pods)
    assert set(result.creates) <= {"n0", "n1"}
    assert len(set(result.creates)) == len(result.creates)
    assert len(set(result.deletes)) == len(result.deletes)
    assert set(result.deletes) <= {pod["metadata"]["name"] for pod in pods}
