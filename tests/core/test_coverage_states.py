"""The six states and the flags, as docs and scripts know them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.health import health
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.documents import to_document
from tests.clusters import (
    OLD_HASH,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    model,
    snapshot_of,
    unschedulable,
)
from tests.schema.validation import assert_valid

DS = a_daemonset("cni")
SURGING = a_daemonset("cni", max_surge=1)
OUT = "dedicated=gpu:NoSchedule"
EVICTED = "dedicated=gpu:NoExecute"


def only_node(*objects, **options):
    report = coverage(snapshot_of(*objects, **options))
    assert_valid(to_document(report))
    (item,) = report.items
    (node,) = item.nodes
    return node


def live(name="a", **kwargs):
    return a_pod(kwargs.pop("ds", DS), "n1", name=name, **kwargs)


@pytest.mark.parametrize(
    ("taints", "pods", "state", "eligible"),
    [
        pytest.param([], [live()], "Ready", True, id="a Ready pod makes its node Ready"),
        pytest.param([], [live(ready=False)], "NotReady", True, id="a bound pod that is not Ready is NotReady"),
        pytest.param([], [live(phase="Pending", ready=False)], "NotReady", True, id="a bound pod whose containers are being created is NotReady"),
        pytest.param([], [live(bound=False)], "Pending", True, id="a pinned pod that nobody has bound is Pending"),
        pytest.param([], [], "Missing", True, id="no pod at all is Missing"),
        pytest.param([], [live(deleting=True)], "Missing", True, id="a Ready pod that is terminating covers nothing"),
        pytest.param([], [live(phase="Failed")], "Missing", True, id="a failed pod covers nothing"),
        pytest.param([], [live(phase="Succeeded")], "Missing", True, id="a succeeded pod covers nothing"),
        pytest.param([], [live(deleting=True), live("b", bound=False)], "Pending", True, id="the next pod counts beside a terminating one"),
        pytest.param([], [live(bound=False), live("b", ready=False)], "NotReady", True, id="a bound pod outweighs an unbound one"),
        pytest.param([], [live(ready=False), live("b")], "Ready", True, id="one Ready pod of two is enough"),
        pytest.param([OUT], [live()], "Extra", False, id="a pod under a new NoSchedule taint is Extra"),
        pytest.param([OUT], [live(bound=False)], "Extra", False, id="a pod that waits where it does not belong is Extra"),
        pytest.param([OUT], [live(deleting=True)], "Extra", False, id="a terminating pod keeps a node Extra as the controller counts it"),
        pytest.param([EVICTED], [live()], "Extra", False, id="a pod under a NoExecute taint is Extra"),
        pytest.param([OUT], [], "Excluded", False, id="a tainted node without a pod is Excluded"),
        pytest.param([EVICTED], [live(phase="Failed", deleting=True)], "Excluded", False, id="a pod both failed and terminating is gone for the controller"),
    ],
)  # fmt: skip
def test_the_state_of_a_node(taints, pods, state, eligible):
    node = only_node(DS, a_revision(DS), a_node("n1", taints=taints), *pods)
    assert (node.state, node.eligible) == (state, eligible)
    assert bool(node.reasons) == (state != "Ready")
    assert (node.outlook is None) == (state == "Ready")


@pytest.mark.parametrize(
    ("ds", "pods", "duplicate", "outdated"),
    [
        pytest.param(DS, [live()], False, False, id="one new pod is neither duplicate nor outdated"),
        pytest.param(DS, [live(revision_hash=OLD_HASH)], False, True, id="one old pod is outdated"),
        pytest.param(DS, [live(), live("b")], True, False, id="two live pods are a duplicate"),
        pytest.param(DS, [live(), live("b", deleting=True)], False, False, id="a terminating second pod is no duplicate"),
        pytest.param(DS, [live(), live("b", phase="Failed")], False, False, id="a failed second pod is no duplicate"),
        pytest.param(DS, [live(), live("b", bound=False)], True, False, id="an unbound second pod is a duplicate"),
        pytest.param(SURGING, [live(ds=SURGING), live("b", ds=SURGING, revision_hash=OLD_HASH)], False, True, id="the old and the new pod of a surge are no duplicate"),
        pytest.param(SURGING, [live(ds=SURGING), live("b", ds=SURGING)], True, False, id="two new pods are a duplicate even with surge"),
        pytest.param(SURGING, [live(ds=SURGING), live("b", ds=SURGING, revision_hash=OLD_HASH), live("c", ds=SURGING)], True, True, id="three pods are a duplicate even with surge"),
        pytest.param(DS, [live(revision_hash=OLD_HASH, deleting=True)], False, False, id="an old pod that is terminating makes no node outdated"),
    ],
)  # fmt: skip
def test_the_flags_of_a_node(ds, pods, duplicate, outdated):
    node = only_node(
        ds,
        a_revision(ds),
        a_revision(ds, 0, revision_hash=OLD_HASH, template=old_template(ds)),
        a_node("n1"),
        *pods,
    )
    assert (node.duplicate, node.outdated) == (duplicate, outdated)


def old_template(ds):
    return {**ds["spec"]["template"], "spec": {**ds["spec"]["template"]["spec"], "hostPID": True}}


def test_pods_of_nodes_that_are_gone_are_orphaned_and_in_no_state():
    report = coverage(
        snapshot_of(
            DS,
            a_node("n1"),
            a_pod(DS, "gone-10"),
            a_pod(DS, "gone-9", bound=False, name="waits"),
            a_pod(DS, "n1"),
        )
    )
    (item,) = report.items
    assert [one.node for one in item.orphaned] == ["gone-9", "gone-10"]
    assert (item.summary.orphaned, item.summary.nodes, item.summary.ready) == (2, 1, 1)


def test_at_rest_the_controller_agrees_with_the_summary():
    counters = {
        "desiredNumberScheduled": 2,
        "currentNumberScheduled": 2,
        "numberReady": 2,
        "numberMisscheduled": 1,
    }
    more = {"updatedNumberScheduled": 2, "numberAvailable": 2}
    ds = a_daemonset("cni", status=counters | more)
    nodes = [a_node("n1"), a_node("n2"), a_node("x", taints=[OUT])]
    (item,) = coverage(
        snapshot_of(ds, a_revision(ds), *nodes, *(a_pod(ds, one) for one in ("n1", "n2", "x")))
    ).items
    assert item.controller_disagrees == ()
    assert (item.summary.eligible, item.summary.ready, item.summary.extra) == (2, 2, 1)


def test_a_status_that_differs_is_named_field_by_field():
    ds = a_daemonset("cni", status={"desiredNumberScheduled": 5})
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1"))).items
    assert {(one.field, one.status, one.computed) for one in item.controller_disagrees} == {
        ("desiredNumberScheduled", 5, 1),
        ("numberUnavailable", 0, 1),
    }


@pytest.mark.parametrize(
    ("resource", "unknown"),
    [
        pytest.param("nodes", {"nodes", "eligible", "ready", "notReady", "pending", "missing", "extra", "excluded", "duplicate", "outdated", "orphaned"}, id="without nodes nothing is counted"),
        pytest.param("pods", {"ready", "notReady", "pending", "missing", "extra", "excluded", "duplicate", "outdated", "orphaned"}, id="without pods eligibility is all that is known"),
        pytest.param("controllerrevisions", {"outdated"}, id="without revisions only outdated is unknown"),
        pytest.param("events", set(), id="without events all counts are known"),
    ],
)  # fmt: skip
def test_what_could_not_be_read_is_null_and_never_zero(resource, unknown):
    gap = Gap(resource=resource, status=403, message=f"{resource} is forbidden")
    held = {
        "nodes": [a_node("n1"), a_node("n2", taints=[OUT])],
        "pods": [a_pod(DS, "n1")],
        "controllerrevisions": [a_revision(DS)],
    }
    objects = [one for kind, raws in held.items() if kind != resource for one in raws]
    report = coverage(snapshot_of(DS, *objects, gaps=[gap]))
    document = assert_valid(to_document(report))
    (item,) = document["items"]
    assert {name for name, count in item["summary"].items() if count is None} == unknown
    assert any("forbidden" in words for words in document["incomplete"])
    assert all(node["state"] is None for node in item["nodes"]) == (resource in ("nodes", "pods"))


def test_other_namespaces_that_cannot_be_read_leave_the_own_one_whole():
    gap = Gap(resource="pods", namespace="secret", status=403, message="no")
    snapshot = snapshot_of(DS, a_revision(DS), a_node("n1"), a_pod(DS, "n1"), gaps=[gap], all_pods=False)
    from msgspec.structs import replace

    (item,) = coverage(replace(snapshot, read=snapshot.read | {"pods"})).items
    assert item.summary.ready == 1


def test_states_and_problems_narrow_the_nodes_and_never_the_summary():
    nodes = [a_node(f"n{i}") for i in (1, 2, 10)]
    snapshot = snapshot_of(DS, a_revision(DS), *nodes, a_node("x", taints=[OUT]), a_pod(DS, "n1"))
    everything = coverage(snapshot).items[0]
    missing = coverage(snapshot, states={"Missing"}).items[0]
    problems = coverage(snapshot, problems=True).items[0]
    assert [node.node for node in missing.nodes] == ["n2", "n10"] == [node.node for node in problems.nodes]
    assert {cause.state for cause in missing.causes} == {"Missing"}
    assert everything.summary == missing.summary == problems.summary


def test_one_cause_is_counted_once_and_the_largest_comes_first():
    nodes = [a_node(f"n{i}") for i in range(5)] + [a_node(f"x{i}", taints=[OUT]) for i in range(9)]
    pods = [a_pod(DS, "n0"), a_pod(DS, "n1", bound=False, age=timedelta(hours=1))]
    (item,) = coverage(snapshot_of(DS, a_revision(DS), *nodes, *pods)).items
    assert [(cause.state, len(cause.nodes)) for cause in item.causes] == [
        ("Missing", 3),
        ("Pending", 1),
        ("Excluded", 9),
    ]


POD_KINDS = [
    {},
    {"ready": False},
    {"bound": False},
    {"bound": False, "conditions": unschedulable("0/9 nodes are available: 1 Insufficient cpu.")},
    {"deleting": True},
    {"phase": "Failed", "reason": "Evicted"},
    {"phase": "Succeeded"},
    {"revision_hash": OLD_HASH},
    {"phase": "Failed", "deleting": True},
]
clusters = st.lists(
    st.tuples(
        st.sampled_from([(), (OUT,), (EVICTED,)]),
        st.lists(st.integers(0, len(POD_KINDS) - 1), max_size=3),
        st.booleans(),
    ),
    max_size=8,
)


def objects_of(cluster, ds):
    objects = [ds, a_revision(ds)]
    for number, (taints, kinds, exists) in enumerate(cluster):
        if exists:
            objects.append(a_node(f"n{number}", taints=taints))
        objects += [
            a_pod(ds, f"n{number}", name=f"p{number}-{place}", **POD_KINDS[kind])
            for place, kind in enumerate(kinds)
        ]
    return objects


@settings(max_examples=60, deadline=None)
@given(clusters, st.booleans())
def test_the_states_add_up_to_the_nodes(cluster, surges):
    ds = SURGING if surges else DS
    report = coverage(snapshot_of(*objects_of(cluster, ds)))
    counts = report.items[0].summary
    belong = counts.ready + counts.not_ready + counts.pending + counts.missing
    assert counts.eligible == belong
    assert counts.nodes == belong + counts.extra + counts.excluded
    assert_valid(to_document(report))


@settings(max_examples=60, deadline=None)
@given(clusters, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_changes_the_output(cluster, random):
    objects = objects_of(cluster, DS)
    shuffled = random.sample(objects, len(objects))
    assert to_document(coverage(snapshot_of(*objects))) == to_document(coverage(snapshot_of(*shuffled)))


def test_a_daemonset_that_is_being_deleted_says_so():
    ds = a_daemonset("cni", deleting=True)
    node = only_node(ds, a_revision(ds), a_node("n1"))
    assert (node.state, node.reasons[0].code, node.outlook) == ("Missing", "DaemonSetDeleted", "stuck")


@pytest.mark.parametrize(
    ("generation", "label", "taken"),
    [
        pytest.param(1, "1", True, id="the generation of the DaemonSet that was there before"),
        pytest.param(2, "1", False, id="once the new one has changed, the old pod is outdated"),
        pytest.param(None, "1", False, id="without the annotation the hash alone counts"),
    ],
)
def test_an_old_pod_that_the_controller_takes_for_current(generation, label, taken):
    ds = a_daemonset("cni", template_generation=generation)
    pod = live(ds=ds, revision_hash=OLD_HASH, labels={"pod-template-generation": label})
    old = a_revision(ds, 1, revision_hash=OLD_HASH, template=old_template(ds))
    (item,) = coverage(snapshot_of(ds, a_revision(ds, 2), old, a_node("n1"), pod)).items
    assert item.taken_for_current == (("n1",) if taken else ())
    assert item.nodes[0].outdated is not taken
    verdict = health(item, model(ds))
    assert (verdict.state, verdict.reason) == (
        ("Degraded", "1 of another revision, taken for current")
        if taken
        else ("Progressing", "0 of 1 up to date")
    )
