"""The revisions of a DaemonSet: which there are, which is current, and which nodes are on each."""

import copy

import pytest

from kubectl_ds.core.history import history
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.documents import to_document
from tests.clusters import OLD_HASH, a_container, a_daemonset, a_node, a_pod, a_revision, model, snapshot_of
from tests.schema.validation import assert_valid

CNI = a_daemonset(
    "cni", containers=[a_container("main"), a_container("side")], initContainers=[a_container("init")]
)
OLD = copy.deepcopy(CNI["spec"]["template"])
OLD["spec"]["containers"][0]["image"] = "registry.example/main:0.9"
NODES = [a_node(f"n{number}") for number in (1, 2, 10)]
REVISIONS = [
    a_revision(
        CNI, 4, revision_hash=OLD_HASH, template=OLD, annotations={"kubernetes.io/change-cause": "a try"}
    ),
    a_revision(CNI, 5),
]
PODS = [a_pod(CNI, "n10", revision_hash=OLD_HASH), a_pod(CNI, "n2", revision_hash=OLD_HASH), a_pod(CNI, "n1")]


def report(*objects, **options):
    snapshot = snapshot_of(CNI, *NODES, *objects, **options)
    found = history(snapshot, model(CNI))
    assert_valid(to_document(found))
    return found


def test_the_newest_revision_comes_first_and_the_current_one_is_the_one_that_equals_the_template():
    found = report(*REVISIONS, *PODS)
    assert [(one.number, one.current) for one in found.revisions] == [(5, True), (4, False)]
    assert found.current is found.revisions[0]


def test_nodes_stand_in_natural_order_under_the_revision_of_their_pods():
    assert [one.nodes for one in report(*REVISIONS, *PODS).revisions] == [("n1",), ("n2", "n10")]


def test_images_are_those_of_init_containers_and_containers_each_once():
    new, old = report(*REVISIONS).revisions
    assert new.images == (
        "registry.example/init:1.0",
        "registry.example/main:1.0",
        "registry.example/side:1.0",
    )
    assert old.images[1] == "registry.example/main:0.9"


def test_a_rollback_makes_an_older_revision_the_current_one_whatever_the_numbers():
    rolled_back = [a_revision(CNI, 4), a_revision(CNI, 5, revision_hash=OLD_HASH, template=OLD)]
    assert [(one.number, one.current) for one in report(*rolled_back).revisions] == [(5, False), (4, True)]


def test_pods_whose_revision_is_gone_stand_under_their_hash():
    lost = report(REVISIONS[1], *PODS).revisions[-1]
    assert (lost.number, lost.hash, lost.nodes, lost.template) == (None, OLD_HASH, ("n2", "n10"), None)


def test_the_recorded_template_is_what_the_daemonset_would_hold():
    assert report(*REVISIONS).of_number(4).template == OLD


@pytest.mark.parametrize("data", [None, {}, {"spec": None}, {"spec": {"template": []}}])
def test_a_revision_without_a_template_has_no_images_and_breaks_nothing(data):
    hollow = {**a_revision(CNI, 3, revision_hash="hollow"), "data": data}
    one = report(hollow, REVISIONS[1]).of_number(3)
    assert (one.template, one.images, one.current) == (None, (), False)


def test_without_the_pods_the_nodes_are_not_known_and_not_none():
    found = report(*REVISIONS, gaps=[Gap(resource="pods", namespace="kube-system", message="forbidden")])
    assert [(one.nodes, one.pods) for one in found.revisions] == [(None, None), (None, None)]


def test_without_the_revisions_nothing_is_said_of_them():
    gap = Gap(resource="controllerrevisions", namespace="kube-system", message="forbidden")
    found = report(*PODS, gaps=[gap])
    assert found.revisions is None
    assert to_document(found)["incomplete"]
