"""What a plan foresees: nodes gained and lost, pods replaced, and whether new pods fit."""

import copy

import pytest
from msgspec.structs import replace

from kubectl_ds.core.model import Taint
from kubectl_ds.core.plan import plan
from kubectl_ds.core.planned_change import (
    AddNode,
    ApplyDaemonSet,
    DeleteDaemonSet,
    DrainNode,
    LabelNodes,
    RemoveNode,
    TaintNodes,
    UntaintNodes,
    node_like,
)
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.plan import plan_text
from kubectl_ds.output.style import PLAIN
from tests.clusters import a_container, a_daemonset, a_node, a_pod, model, snapshot_of
from tests.schema.validation import assert_valid

GPU, GPU_GONE = Taint(key="gpu", effect="NoSchedule"), Taint(key="gpu", effect="NoExecute")
CNI = a_daemonset("cni", containers=[a_container(requests={"cpu": "1"})])
ROLE = a_daemonset("role", nodeSelector={"role": "edge"})
NODES = [a_node("n1"), a_node("n2"), a_node("n3", labels={"role": "edge"})]
PODS = [a_pod(CNI, "n1"), a_pod(CNI, "n2"), a_pod(CNI, "n3"), a_pod(ROLE, "n3")]


def planned(*changes, cluster=(CNI, ROLE, *NODES, *PODS), **more):
    report = plan(replace(snapshot_of(*cluster), **more), changes)
    assert_valid(to_document(report))
    assert plan_text(report, PLAIN)
    return {item.name: item for item in report.items}


def applied(daemonset, source="manifest.yaml"):
    return ApplyDaemonSet(model(daemonset), daemonset, source)


def changed(daemonset, **template):
    made = copy.deepcopy(daemonset)
    made["spec"]["template"]["spec"] |= template
    return made


def losses(item):
    return [(one.node, one.loss) for one in item.lost]


def fates(pods):
    return [
        (one.node, one.fit, [reason.code for reason in one.reasons if hasattr(reason, "code")])
        for one in pods
    ]


# --- nodes -----------------------------------------------------------------------------------------


def test_a_noschedule_taint_leaves_the_pods_running():
    item = planned(TaintNodes(("n1",), GPU))["cni"]
    assert (item.eligible_before, item.eligible_after, losses(item)) == (3, 2, [("n1", "left")])


def test_a_noexecute_taint_ends_them_at_once():
    item = planned(TaintNodes(("n1",), GPU_GONE))["cni"]
    assert losses(item) == [("n1", "evicted")]


def test_a_node_without_a_pod_is_lost_without_one():
    item = planned(TaintNodes(("n1",), GPU), cluster=(CNI, *NODES))["cni"]
    assert losses(item) == [("n1", "absent")]


def test_a_taint_that_is_tolerated_touches_nothing():
    tolerant = a_daemonset("cni", tolerations=[{"key": "gpu", "operator": "Exists"}])
    assert planned(TaintNodes(("n1",), GPU), cluster=(tolerant, *NODES)) == {}


def test_a_taint_taken_off_lets_the_daemonset_in():
    cluster = (CNI, a_node("n1", taints=["gpu:NoSchedule", "gpu:NoExecute"]))
    assert planned(UntaintNodes(("n1",), "gpu", "NoSchedule"), cluster=cluster) == {}
    item = planned(UntaintNodes(("n1",), "gpu"), cluster=cluster)["cni"]
    assert fates(item.gained) == [("n1", "fits", [])]


def test_a_label_lets_in_and_a_label_taken_off_deletes_at_once():
    both = planned(LabelNodes(("n1",), "role", "edge"), LabelNodes(("n3",), "role", None))
    assert set(both) == {"role"}
    assert fates(both["role"].gained) == [("n1", "fits", [])]
    assert losses(both["role"]) == [("n3", "evicted")]


def test_a_pod_that_was_left_running_before_is_no_new_loss():
    cluster = (CNI, a_node("n1", taints=["gpu:NoSchedule"]), a_pod(CNI, "n1"))
    assert planned(TaintNodes(("n1",), Taint(key="more", effect="NoSchedule")), cluster=cluster) == {}


def test_a_pod_that_was_left_running_is_ended_by_a_label():
    selecting = a_daemonset("cni", nodeSelector={"role": "edge"})
    cluster = (
        selecting,
        a_node("n1", labels={"role": "edge"}, taints=["gpu:NoSchedule"]),
        a_pod(selecting, "n1"),
    )
    assert losses(planned(LabelNodes(("n1",), "role", "core"), cluster=cluster)["cni"]) == [("n1", "evicted")]


def test_a_new_node_gets_what_belongs_there_and_its_likes_passing_taints_are_left_out():
    like = model(a_node("n3", labels={"role": "edge"}, taints=["node.kubernetes.io/not-ready:NoSchedule"]))
    items = planned(AddNode(node_like(like, "n4"), "n3"))
    assert {name: fates(item.gained) for name, item in items.items()} == {
        "cni": [("n4", "fits", [])],
        "role": [("n4", "fits", [])],
    }


def test_a_removed_node_takes_its_pods_with_it():
    items = planned(RemoveNode("n3"))
    assert losses(items["cni"]) == losses(items["role"]) == [("n3", "gone")]


def test_a_drain_leaves_daemon_pods_where_they_are():
    assert planned(DrainNode("n1")) == {}


def test_a_deleted_daemonset_loses_every_pod():
    item = planned(DeleteDaemonSet("kube-system", "cni"))["cni"]
    assert (item.action, item.eligible_after) == ("deleted", None)
    assert losses(item) == [("n1", "deleted"), ("n2", "deleted"), ("n3", "deleted")]


def test_a_toleration_that_ends_makes_a_loop():
    daemonset = a_daemonset(
        "cni",
        tolerations=[{"key": "gpu", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}],
    )
    item = planned(TaintNodes(("n1", "n2"), GPU_GONE), cluster=(daemonset, *NODES, a_pod(daemonset, "n1")))[
        "cni"
    ]
    assert (item.loop, item.evicted_after, item.has_findings) == (("n1", "n2"), 60, True)


# --- manifests -------------------------------------------------------------------------------------


def test_a_new_daemonset_gains_every_node_that_lets_it_in():
    new = a_daemonset("new", nodeSelector={"role": "edge"})
    item = planned(applied(new))["new"]
    assert (item.action, item.eligible_before, item.eligible_after) == ("created", None, 1)
    assert fates(item.gained) == [("n3", "fits", [])]


def test_the_same_manifest_again_does_nothing():
    assert planned(applied(CNI)) == {}


def test_a_manifest_without_the_servers_defaults_does_nothing_either():
    bare = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "cni", "namespace": "kube-system"},
        "spec": {
            "selector": CNI["spec"]["selector"],
            "template": {
                "metadata": {"labels": CNI["spec"]["template"]["metadata"]["labels"]},
                "spec": {
                    "containers": [
                        {
                            "name": "main",
                            "image": "registry.example/main:1.0",
                            "resources": {"requests": {"cpu": "1000m"}},
                        }
                    ]
                },
            },
        },
    }
    assert planned(applied(bare)) == {}


def test_another_image_replaces_every_pod_by_the_budget():
    made = copy.deepcopy(CNI)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/main:2.0"
    made["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "50%"}}
    item = planned(applied(made))["cni"]
    assert [one.node for one in item.replaced] == ["n1", "n2", "n3"]
    assert (item.budget.max_unavailable, item.on_delete, item.lost) == (2, False, ())


def test_with_on_delete_the_pods_wait_for_somebody():
    made = copy.deepcopy(changed(CNI, hostPID=True))
    made["spec"]["updateStrategy"] = {"type": "OnDelete"}
    item = planned(applied(made))["cni"]
    assert (item.on_delete, item.budget, len(item.replaced)) == (True, None, 3)


def test_a_narrower_selector_deletes_at_once_and_replaces_the_rest():
    item = planned(applied(changed(CNI, nodeSelector={"role": "edge"})))["cni"]
    assert losses(item) == [("n1", "evicted"), ("n2", "evicted")]
    assert [one.node for one in item.replaced] == ["n3"]


def test_a_selector_that_fits_nowhere_says_what_almost_matched():
    item = planned(applied(changed(CNI, nodeSelector={"role": "moon"})))["cni"]
    assert (item.eligible_after, item.has_findings) == (0, True)
    assert item.near_miss is not None


def with_spec(daemonset, **spec):
    made = copy.deepcopy(daemonset)
    made["spec"] |= spec
    return made


ROLLING = {"type": "RollingUpdate"}


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        pytest.param(
            with_spec(CNI, selector={"matchLabels": {"app": "x"}}), "does not match", id="a foreign selector"
        ),
        pytest.param(with_spec(CNI, selector=None), "missing", id="no selector"),
        pytest.param(
            with_spec(
                CNI,
                selector={"matchLabels": {"app": "cni", "b": "c"}},
                template={**CNI["spec"]["template"], "metadata": {"labels": {"app": "cni", "b": "c"}}},
            ),
            "immutable",
            id="a changed selector",
        ),
        pytest.param(
            with_spec(CNI, updateStrategy={**ROLLING, "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}}),
            "may not be set together",
            id="two budgets",
        ),
        pytest.param(
            with_spec(CNI, updateStrategy={**ROLLING, "rollingUpdate": {"maxUnavailable": 0}}),
            "may not be 0",
            id="no budget",
        ),
        pytest.param(changed(CNI, containers=[]), "no containers", id="no containers"),
    ],
)
def test_what_the_api_server_would_refuse_is_said_and_nothing_else(manifest, why):
    item = planned(applied(manifest))["cni"]
    assert why in item.refused
    assert (item.gained, item.lost, item.replaced, item.has_findings) == ((), (), (), True)


# --- whether new pods fit --------------------------------------------------------------------------

SMALL = {"cpu": "2", "memory": "4Gi", "pods": "3"}


def landing(new, *others, nodes=None, **more):
    cluster = (*(nodes or [a_node("n1", allocatable=SMALL)]), *others)
    return planned(applied(new), cluster=cluster, **more)["new"]


def asking(cpu="1", **fields):
    return a_daemonset("new", containers=[a_container(requests={"cpu": cpu}, **fields)])


def test_too_little_room_keeps_the_pod_pending_and_says_what_lacks():
    other = a_pod(None, "n1", containers=[a_container(requests={"cpu": "1500m"})])
    assert fates(landing(asking(), other).gained) == [
        ("n1", "pending", ["InsufficientCPU", "PreemptionCannotHelp"])
    ]


def test_a_host_port_that_is_taken():
    ports = [{"containerPort": 9100, "hostPort": 9100}]
    other = a_pod(None, "n1", containers=[a_container(ports=ports)])
    assert fates(landing(asking(ports=ports), other).gained)[0][:2] == ("n1", "pending")


def test_the_last_pod_slot():
    others = [a_pod(None, "n1", name=f"p{number}") for number in range(3)]
    assert "TooManyPods" in fates(landing(asking(), *others).gained)[0][2]


def test_pods_of_lower_priority_give_way_and_the_fewest_of_them():
    others = [
        a_pod(None, "n1", name="low", priority=1, containers=[a_container(requests={"cpu": "1"})]),
        a_pod(None, "n1", name="lower", priority=0, containers=[a_container(requests={"cpu": "1"})]),
    ]
    from tests.core.test_predicted_pod import PRIORITIES

    new = a_daemonset("new", priorityClassName="usual", containers=[a_container(requests={"cpu": "1"})])
    (one,) = landing(new, *others, priority_classes=PRIORITIES).gained
    assert (one.fit, one.victims) == ("preempts", ("kube-system/lower",))


def test_daemonsets_that_come_together_take_room_from_each_other_the_higher_priority_first():
    first = a_daemonset("first", containers=[a_container(requests={"cpu": "1500m"})])
    second = a_daemonset(
        "second", priorityClassName="high", containers=[a_container(requests={"cpu": "1500m"})]
    )
    from tests.core.test_predicted_pod import PRIORITIES

    items = planned(
        applied(first),
        applied(second),
        cluster=[a_node("n1", allocatable=SMALL)],
        priority_classes=PRIORITIES,
    )
    assert {name: item.gained[0].fit for name, item in items.items()} == {
        "first": "pending",
        "second": "fits",
    }


def test_a_replaced_pod_has_the_room_of_the_old_one():
    made = copy.deepcopy(CNI)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/main:2.0"
    nodes = [a_node("n1", allocatable={"cpu": "1"})]
    item = planned(applied(made), cluster=(CNI, *nodes, a_pod(CNI, "n1")))["cni"]
    assert fates(item.replaced) == [("n1", "fits", [])]


def test_the_new_pod_of_a_surge_has_to_fit_beside_the_old_one():
    surging = a_daemonset(
        "cni", max_surge=1, max_unavailable=0, containers=[a_container(requests={"cpu": "1"})]
    )
    made = copy.deepcopy(surging)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/main:2.0"
    nodes = [a_node("n1", allocatable={"cpu": "1"})]
    item = planned(applied(made), cluster=(surging, *nodes, a_pod(surging, "n1")))["cni"]
    assert item.replaced[0].fit == "pending"


def test_a_drained_node_has_room_for_what_comes():
    other = a_pod(None, "n1", containers=[a_container(requests={"cpu": "2"})])
    cluster = [a_node("n1", allocatable=SMALL), other]
    assert planned(applied(asking()), DrainNode("n1"), cluster=cluster)["new"].gained[0].fit == "fits"


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"schedulerName": "mine"}, "scheduler"),
        ({"resourceClaims": [{"name": "gpu"}]}, "resourceClaims"),
        ({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}, "volumes"),
        ({"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone"}]}, "topologySpreadConstraints"),
        (
            {
                "affinity": {
                    "podAntiAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "x"}]
                    }
                }
            },
            "podAntiAffinity",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_modelled_is_said_and_never_taken_to_fit(fields, what):
    item = landing(a_daemonset("new", **fields))
    assert [one.what for one in item.unmodelled] == [what]
    assert item.gained[0].fit == "unknown"
    assert item.has_findings


def test_what_keeps_it_off_all_the_same_is_told_even_where_something_is_not_modelled():
    new = a_daemonset("new", schedulerName="mine", containers=[a_container(requests={"cpu": "99"})])
    assert landing(new).gained[0].fit == "pending"


def test_gates_and_virtual_nodes_keep_pods_pending():
    gated = landing(a_daemonset("new", schedulingGates=[{"name": "x"}]))
    assert fates(gated.gained) == [("n1", "pending", ["SchedulingGated"])]
    virtual = landing(asking(), nodes=[a_node("n1", labels={"type": "virtual-kubelet"})])
    assert fates(virtual.gained) == [("n1", "pending", ["NodeCannotHost"])]


def test_nodes_gained_alone_are_no_finding():
    report = plan(snapshot_of(CNI, *NODES), [applied(a_daemonset("new"))])
    assert not report.has_findings
