"""Which pods are a DaemonSet's, and on which node each of them counts."""

from datetime import timedelta
from typing import Any

import pytest

from kubectl_ds.core.model import DaemonSet, LabelSelector, Pod
from kubectl_ds.core.ownership import PodIndex, is_orphan, pods_by_node, target_node_name
from tests.clusters import a_daemonset, a_pod, a_term, affinity_to, model, models, owner_of

CNI = a_daemonset("cni")
ORPHAN = {"labels": {"app": "cni"}}


def claimed(daemonset: DaemonSet, *pods: Any) -> list[str]:
    return sorted(pod.metadata.name for pod in PodIndex(models(*pods)).claimed(daemonset))


def owned_by(pod: dict[str, Any], **changed: Any) -> dict[str, Any]:
    pod["metadata"]["ownerReferences"][0] |= changed
    return pod


@pytest.mark.parametrize(
    ("pod", "is_claimed"),
    [
        pytest.param(a_pod(CNI, "n1"), True, id="owned and selected"),
        pytest.param(
            a_pod(CNI, "n1", labels={"app": "other"}), False, id="owned, but the labels left the selector"
        ),
        pytest.param(
            owned_by(a_pod(CNI, "n1"), uid="another"), False, id="of a DaemonSet of the same name, recreated"
        ),
        pytest.param(
            owned_by(a_pod(CNI, "n1"), controller=False),
            True,
            id="an owner that is no controller leaves an orphan",
        ),
        pytest.param(a_pod(None, "n1", **ORPHAN), True, id="an orphan that the selector matches is adopted"),
        pytest.param(a_pod(None, "n1", labels={"app": "other"}), False, id="an orphan with other labels"),
        pytest.param(
            a_pod(None, "n1", **ORPHAN, deleting=True), False, id="a terminating orphan is not adopted"
        ),
        pytest.param(
            a_pod(None, "n1", **ORPHAN, namespace="default"), False, id="an orphan of another namespace"
        ),
        pytest.param(a_pod(CNI, "n1", deleting=True), True, id="a terminating pod is still owned"),
    ],
)
def test_a_pod_is_claimed(pod: dict[str, Any], is_claimed: bool):
    assert bool(claimed(model(CNI), pod)) is is_claimed


def test_a_daemonset_in_deletion_keeps_its_pods_and_adopts_none():
    deleted = model(a_daemonset("cni", deleting=True))
    assert claimed(deleted, a_pod(CNI, "n1", name="own"), a_pod(None, "n2", name="orphan", **ORPHAN)) == [
        "own"
    ]


def test_an_empty_selector_adopts_nothing_since_the_controller_stands_still():
    everything = model(CNI)
    everything = DaemonSet(metadata=everything.metadata, spec=type(everything.spec)(selector=LabelSelector()))
    assert claimed(everything, a_pod(CNI, "n1", name="own"), a_pod(None, "n2", name="orphan", **ORPHAN)) == [
        "own"
    ]


def test_released_pods_are_told_apart():
    index = PodIndex(
        models(a_pod(CNI, "n1", name="kept"), a_pod(CNI, "n2", name="left", labels={"app": "x"}))
    )
    assert [pod.metadata.name for pod in index.owned_but_unmatched(model(CNI))] == ["left"]
    assert not any(is_orphan(pod) for pod in index.claimed(model(CNI)))


@pytest.mark.parametrize(
    ("pod", "target"),
    [
        pytest.param(a_pod(CNI, "n1", pin="n2"), "n1", id="nodeName goes before the pin"),
        pytest.param(a_pod(CNI, "n1", bound=False), "n1", id="an unbound pod counts on the node of its pin"),
        pytest.param(a_pod(None, "n1", bound=False), None, id="without nodeName and pin there is none"),
        pytest.param(
            a_pod(
                None,
                "n1",
                bound=False,
                affinity=affinity_to(a_term(fields=[("metadata.name", "In", ["a", "b"])])),
            ),
            None,
            id="two names are no pin",
        ),
        pytest.param(
            a_pod(
                None, "n1", bound=False, affinity=affinity_to(a_term(("kubernetes.io/hostname", "In", ["a"])))
            ),
            None,
            id="a hostname label is no pin",
        ),
        pytest.param(
            a_pod(
                None,
                "n1",
                bound=False,
                affinity=affinity_to(
                    a_term(fields=[("metadata.name", "NotIn", ["a"])]),
                    a_term(fields=[("metadata.name", "In", ["b"])]),
                ),
            ),
            "b",
            id="the first pin of any term counts",
        ),
    ],
)
def test_the_target_node(pod: dict[str, Any], target: str | None):
    assert target_node_name(model(pod)) == target


def names(by_node: dict[str, list[Pod]]) -> dict[str, list[str]]:
    return {node: [pod.metadata.name for pod in pods] for node, pods in by_node.items()}


def test_the_pods_of_a_node_stand_bound_first_then_oldest_then_by_name():
    pods = models(
        a_pod(CNI, "n1", name="unbound", bound=False, age=timedelta(days=9)),
        a_pod(CNI, "n1", name="b", age=timedelta(days=1)),
        a_pod(CNI, "n1", name="a", age=timedelta(days=1)),
        a_pod(CNI, "n1", name="oldest", age=timedelta(days=2), ready=False),
    )
    assert names(pods_by_node(model(CNI), pods)) == {"n1": ["oldest", "a", "b", "unbound"]}


def test_pods_both_finished_and_terminating_are_dropped_unless_asked_for():
    pods = models(
        a_pod(CNI, "n1", name="failed", phase="Failed"),
        a_pod(CNI, "n1", name="going", deleting=True),
        a_pod(CNI, "n1", name="gone", phase="Failed", deleting=True),
    )
    owner = model(CNI)
    assert sorted(names(pods_by_node(owner, pods))["n1"]) == ["failed", "going"]
    assert len(pods_by_node(owner, pods, include_deleted_terminal=True)["n1"]) == 3


def test_the_first_controller_counts_among_several_owners():
    pod = a_pod(CNI, "n1", name="p")
    pod["metadata"]["ownerReferences"].insert(0, owner_of(a_daemonset("log"), controller=False))
    assert claimed(model(CNI), pod) == ["p"]
