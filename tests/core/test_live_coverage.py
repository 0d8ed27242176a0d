"""A live coverage is at any moment what a coverage from scratch would be, and tells exactly what changed."""

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.coverage_report import CoverageReport, NodeCoverage
from kubectl_ds.core.live_coverage import CoverageChanges, LiveCoverage
from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.core.snapshot import Gap
from tests.clusters import (
    NEW_HASH,
    NOW,
    OLD_HASH,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    an_event,
    model,
    snapshot_of,
    unschedulable,
)

Raw = dict[str, Any]
Key = tuple[str, str, str]

RESOURCES = {
    "DaemonSet": "daemonsets",
    "Node": "nodes",
    "Pod": "pods",
    "Event": "events",
    "ControllerRevision": "controllerrevisions",
}
NODES = ("n1", "n2", "n10")


def key(raw: Mapping[str, Any]) -> Key:
    return raw["kind"], raw["metadata"].get("namespace", ""), raw["metadata"]["name"]


class World:
    """The objects of a cluster, and a live coverage that is told of every change."""

    def __init__(self, *objects: Raw, now: datetime = NOW, **settings: Any) -> None:
        self.objects = {key(one): one for one in objects}
        self.now = now
        self._settings = settings
        self.live = LiveCoverage(self.snapshot())

    def snapshot(self, now: datetime | None = None) -> Any:
        in_order = [self.objects[one] for one in sorted(self.objects)]
        return snapshot_of(*in_order, now=now or self.now, **self._settings)

    def step(self, *changes: Raw | Key, seconds: float = 0.0) -> CoverageChanges:
        """Objects as they are now, and keys of those that are gone, a while later."""
        self.now += timedelta(seconds=seconds)
        return self.live.apply([change for one in changes if (change := self._change(one))], self.now)

    def _change(self, one: Raw | Key) -> ObjectChange | None:
        name = one if isinstance(one, tuple) else key(one)
        before, after = self.objects.get(name), None if isinstance(one, tuple) else one
        if before is None and after is None:
            return None
        if after is None:
            del self.objects[name]
        else:
            self.objects[name] = after
        return ObjectChange(
            resource=RESOURCES[name[0]],
            before=None if before is None else model(before),
            after=None if after is None else model(after),
            raw=after if name[0] == "DaemonSet" else None,
        )


def said(node: NodeCoverage) -> tuple[object, ...]:
    codes = tuple(code_of(reason) for reason in node.reasons)
    return node.state, node.eligible, node.duplicate, node.outdated, codes, node.outlook


def all_said(report: CoverageReport) -> dict[tuple[str, str, str], tuple[object, ...]]:
    return {
        (item.namespace, item.name, node.node): said(node) for item in report.items for node in item.nodes
    }


# --- what may happen --------------------------------------------------------------------------------

CNI, EDGE = a_daemonset("cni"), a_daemonset("edge", nodeSelector={"role": "edge"})
SURGE = a_daemonset("surge", max_surge=1, min_ready_seconds=45)
DAEMONSETS = (CNI, EDGE, SURGE)
GATED = [{"key": "taint.example/size", "operator": "Gt", "value": "3", "effect": "NoSchedule"}]


@st.composite
def nodes(draw: st.DrawFn) -> Raw:
    return a_node(
        draw(st.sampled_from(NODES)),
        labels=draw(st.sampled_from([{}, {"role": "edge"}])),
        taints=draw(st.sampled_from([(), ("a=b:NoSchedule",), ("a=b:NoExecute",), ("taint.example/size=5:NoSchedule",)])),
        ready=draw(st.sampled_from([True, True, False, None])),
        unschedulable=draw(st.booleans()),
        allocatable=draw(st.sampled_from([{}, {"cpu": "100m"}, {"pods": "1"}])),
        age=timedelta(seconds=draw(st.sampled_from([0, 30, 500, 90000]))),
    )  # fmt: skip


@st.composite
def daemonsets(draw: st.DrawFn) -> Raw:
    raw = copy.deepcopy(draw(st.sampled_from(DAEMONSETS)))
    raw["status"] |= {
        "numberReady": draw(st.integers(0, 3)),
        "desiredNumberScheduled": draw(st.integers(0, 3)),
        "observedGeneration": draw(st.sampled_from([0, 1])),
    }
    change = draw(st.sampled_from(["nothing", "nothing", "image", "pull", "deleting", "uid", "gates", "age"]))
    metadata, template = raw["metadata"], raw["spec"]["template"]
    match change:
        case "image":
            template["spec"]["containers"][0]["image"] = "registry.example/main:2.0"
        case "pull":
            template["spec"]["containers"][0]["imagePullPolicy"] = "Always"
        case "deleting":
            metadata["deletionTimestamp"] = "2026-09-01T11:59:00Z"
        case "uid":
            metadata["uid"] = f"{metadata['name']}-made-anew"
        case "gates":
            template["spec"]["tolerations"] = GATED
        case "age":
            metadata["creationTimestamp"] = "2026-09-01T11:59:30Z"
    return raw


POD_FORMS: tuple[Raw, ...] = (
    {},
    {"ready": False, "container_statuses": [a_container_status(ready=False)]},
    {"ready": False, "container_statuses": [a_container_status(waiting="CrashLoopBackOff", restarts=4)]},
    {"bound": False},
    {"bound": False, "conditions": unschedulable("0/3 nodes are available: Insufficient cpu.")},
    {"phase": "Failed", "reason": "Evicted"},
    {"phase": "Succeeded"},
    {"deleting": True},
    {"revision_hash": OLD_HASH},
    {"containers": [a_container(requests={"cpu": "3"}, ports=[{"hostPort": 80, "containerPort": 80}])]},
    {"bound": False, "containers": [a_container(requests={"cpu": "2"}, ports=[{"hostPort": 80, "containerPort": 80}])],
     "conditions": unschedulable("0/3 nodes are available: Insufficient cpu.")},
)  # fmt: skip


@st.composite
def pods(draw: st.DrawFn) -> Raw:
    owner = draw(st.sampled_from([*DAEMONSETS, None]))
    node, slot = draw(st.sampled_from([*NODES, "gone"])), draw(st.sampled_from("ab"))
    owner_name = owner["metadata"]["name"] if owner else "lone"
    seconds = draw(st.sampled_from([5, 50, 200, 20000]))
    raw = a_pod(
        owner,
        node,
        **{
            "name": f"{owner_name}-{node}-{slot}",
            "age": timedelta(seconds=seconds),
            "ready_for": timedelta(seconds=draw(st.integers(0, seconds))),
            **draw(st.sampled_from(POD_FORMS)),
        },
    )
    for status in raw["status"].get("containerStatuses", ()):
        if "running" in status["state"]:
            status["state"] = {"running": {"startedAt": raw["metadata"]["creationTimestamp"]}}
    if owner and draw(st.integers(0, 5)) == 0:
        del raw["metadata"]["ownerReferences"]
    if draw(st.integers(0, 9)) == 0:
        raw["spec"]["tolerations"] = GATED
    return raw


@st.composite
def revisions(draw: st.DrawFn) -> Raw:
    daemonset = draw(daemonsets())
    number, revision_hash = draw(st.sampled_from([(1, OLD_HASH), (2, NEW_HASH)]))
    return a_revision(daemonset, number, revision_hash=revision_hash)


@st.composite
def events(draw: st.DrawFn) -> Raw:
    about = draw(st.one_of(daemonsets(), pods()))
    reason, message = draw(
        st.sampled_from(
            [
                (
                    "FailedDaemonPod",
                    "Found failed daemon pod kube-system/cni-x on node n1, will try to kill it",
                ),
                (
                    "SucceededDaemonPod",
                    "Found succeeded daemon pod kube-system/cni-x on node n2, will try to delete it",
                ),
                ("FailedCreate", "Error creating: pods is forbidden: exceeded quota: q"),
                ("FailedCreate", 'Error creating: admission webhook "w" denied the request'),
                ("SuccessfulCreate", "Created pod"),
                ("Unhealthy", "Readiness probe failed: connection refused"),
                ("FailedMount", "MountVolume.SetUp failed"),
            ]
        )
    )
    raw = an_event(about, reason, message, last=timedelta(seconds=draw(st.sampled_from([0, 10, 10, 1790]))))
    if draw(st.booleans()):
        raw["involvedObject"]["uid"] = ""
    return raw


OBJECTS = st.one_of(nodes(), daemonsets(), pods(), pods(), revisions(), events())
CHANGES = st.one_of(OBJECTS, OBJECTS.map(key))
SECONDS = st.sampled_from([0, 0, 0, 1, 15, 45, 60, 61, 120, 301, 1800])
# Random objects seldom meet: most worlds begin with something that they can change.
BEGINNINGS = st.builds(
    lambda base, more: [*base, *more],
    st.sampled_from(
        [
            (),
            (*DAEMONSETS, *map(a_revision, DAEMONSETS), *map(a_node, NODES)),
            (
                *(*DAEMONSETS, *map(a_revision, DAEMONSETS), *map(a_node, NODES)),
                *(a_pod(one, name, name=f"{one['metadata']['name']}-{name}-a") for one in DAEMONSETS for name in NODES),
            ),
        ]
    ),
    st.lists(OBJECTS, max_size=8),
)  # fmt: skip


@given(
    BEGINNINGS,
    st.lists(st.tuples(st.lists(CHANGES, max_size=4), SECONDS), max_size=12),
    st.booleans(),
)
def test_whatever_happens_it_is_what_a_coverage_from_scratch_finds(begin, steps, all_pods):
    world = World(*begin, all_pods=all_pods)
    told = all_said(coverage(world.snapshot()))
    for changes, seconds in steps:
        changed = world.step(*changes, seconds=seconds)
        for one in changed.nodes:
            name = (one.namespace, one.name, one.node)
            assert told.pop(name, None) == (None if one.before is None else said(one.before))
            if one.after is not None:
                told[name] = said(one.after)
        expected = coverage(world.snapshot())
        assert told == all_said(expected), "the changes that were told add up to the present state"
        assert world.live.has_problems == any(item.has_problems for item in expected.items)
        assert world.live.report(world.now) == expected
    narrowed = {"states": frozenset({"Missing", "Ready"}), "problems": True}
    assert world.live.report(world.now, **narrowed) == coverage(world.snapshot(), **narrowed)


@given(BEGINNINGS, st.lists(st.integers(1, 4000), min_size=1, max_size=6))
def test_who_looks_at_its_next_moments_alone_misses_nothing_that_time_brings_about(begin, ages):
    world = World(*begin)
    told = all_said(coverage(world.snapshot()))
    disagreeing = [item.controller_disagrees for item in world.live.report(NOW).items]
    for age in sorted(ages):
        at = NOW + timedelta(seconds=age)
        while (moment := world.live.next_moment) is not None and moment <= at:
            changed = world.step(seconds=(moment - world.now).total_seconds())
            told |= {(one.namespace, one.name, one.node): said(one.after) for one in changed.nodes}
            disagreeing = [item.controller_disagrees for item in world.live.report(world.now).items]
        later = coverage(world.snapshot(at))
        assert all_said(later) == told
        assert [item.controller_disagrees for item in later.items] == disagreeing


@given(BEGINNINGS, st.lists(CHANGES, max_size=6), SECONDS)
@settings(max_examples=30)
def test_what_is_not_touched_is_the_same_as_before(begin, changes, seconds):
    world = World(*begin)
    before = {item.uid: item for item in world.live.report(world.now).items}
    changed = world.step(*changes, seconds=seconds)
    for item in coverage(world.snapshot()).items:
        if item.uid not in changed.touched:
            assert {one.node: said(one) for one in item.nodes} == {
                one.node: said(one) for one in before[item.uid].nodes
            }
            assert item.near_miss == before[item.uid].near_miss


# --- what is worked out anew ------------------------------------------------------------------------


def judged(monkeypatch: Any) -> list[str]:
    """The names of nodes that are judged from now on."""
    from kubectl_ds.core.coverage_node import NodeJudge

    names: list[str] = []
    judge = NodeJudge.node

    def noted(self: NodeJudge, node: Any, *others: Any) -> NodeCoverage:
        names.append(node.metadata.name)
        return judge(self, node, *others)

    monkeypatch.setattr(NodeJudge, "node", noted)
    return names


def a_world() -> World:
    places = [a_node(f"n{number}") for number in range(40)]
    return World(
        *(CNI, EDGE, a_revision(CNI), a_revision(EDGE), *places),
        *(a_pod(CNI, one["metadata"]["name"]) for one in places),
    )


def with_version(raw: Raw, version: str) -> Raw:
    changed = copy.deepcopy(raw)
    changed["metadata"]["resourceVersion"] = version
    return changed


def test_of_a_pod_that_changes_only_its_own_node_is_judged(monkeypatch):
    world, names = a_world(), judged(monkeypatch)
    changed = world.step(a_pod(CNI, "n7", ready=False))
    assert names == ["n7"]
    assert [(one.name, one.node, one.before.state, one.after.state) for one in changed.nodes] == [
        ("cni", "n7", "Ready", "NotReady")
    ]
    assert changed.touched == {CNI["metadata"]["uid"]}


def test_of_a_node_that_changes_only_itself_is_judged_and_only_where_it_matters(monkeypatch):
    world, names = a_world(), judged(monkeypatch)
    changed = world.step(a_node("n7", labels={"role": "edge"}))
    assert names == ["n7"], "for edge alone: cni belongs there with and without the label"
    assert [(one.name, one.after.state) for one in changed.nodes] == [("edge", "Missing")]


def test_a_kubelet_that_reports_that_all_is_as_it_was_costs_nothing(monkeypatch):
    world, names = a_world(), judged(monkeypatch)
    changed = world.step(with_version(a_node("n7"), "5000"), with_version(a_pod(CNI, "n7"), "5001"))
    assert (names, changed) == ([], CoverageChanges())


def test_the_status_of_a_daemonset_that_is_well_costs_no_node(monkeypatch):
    world, names = a_world(), judged(monkeypatch)
    written = copy.deepcopy(CNI)
    written["status"]["numberReady"] = 40
    assert world.step(written).nodes == ()
    assert names == []


WAITING = a_pod(
    CNI,
    "n1",
    name="cni-n1",
    bound=False,
    containers=[a_container(requests={"cpu": "3"})],
    conditions=unschedulable("0/1 nodes are available: 1 Insufficient cpu."),
)
HOLDER = a_pod(None, "n1", name="lone", namespace="shop", containers=[a_container(requests={"cpu": "2"})])
STARTING = a_pod(CNI, "n1", ready=False, container_statuses=[a_container_status(ready=False)])
STARTING["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "2026-09-01T11:59:00Z"}}
CHANGED = a_daemonset(
    "cni", generation=2, observed_generation=2, containers=[a_container(imagePullPolicy="Always")]
)
QUOTA = an_event(CNI, "FailedCreate", "Error creating: pods is forbidden: exceeded quota: q")


CREATING = a_pod(
    CNI,
    "n1",
    phase="Pending",
    ready=False,
    container_statuses=[a_container_status(waiting="ContainerCreating")],
)
NO_MOUNT = an_event(CREATING, "FailedMount", "MountVolume.SetUp failed", component="kubelet")


def codes(node: NodeCoverage) -> tuple[str, ...]:
    return tuple(code_of(reason) for reason in node.reasons)


@pytest.mark.parametrize(
    ("begin", "change", "seconds", "before", "after"),
    [
        pytest.param([WAITING, HOLDER], key(HOLDER), 0, ("InsufficientCPU", "PreemptionCannotHelp"), ("Unschedulable",), id="a neighbour that leaves makes room"),
        pytest.param([], QUOTA, 0, ("Unknown",), ("QuotaExceeded",), id="an event tells why pods are missing"),
        pytest.param([QUOTA], key(QUOTA), 0, ("QuotaExceeded",), ("Unknown",), id="an event that expires tells nothing any more"),
        pytest.param([QUOTA], None, 1800, ("QuotaExceeded",), ("Unknown",), id="an event grows old"),
        pytest.param([], a_node("n1", ready=None), 0, ("Unknown",), ("Unknown", "NodeNotReady"), id="a kubelet falls silent where the pod is missing"),
        pytest.param([CREATING], NO_MOUNT, 0, ("ContainerCreating",), ("FailedMount", "ContainerCreating"), id="an event tells why a pod does not start"),
        pytest.param([a_node("n2"), a_node("n3")], key(a_node("n2")), 0, ("ControllerBehind",), ("ControllerBehind",), id="a node that goes leaves more than the controller has counted"),
        pytest.param([a_node("n2")], key(a_node("n2")), 0, ("ControllerBehind",), ("Unknown",), id="a node that goes leaves what the controller has counted"),
        pytest.param([a_node("n1", age=timedelta(seconds=30))], None, 30, ("ControllerBehind",), ("Unknown",), id="a node is no longer new"),
    ],
)  # fmt: skip
def test_what_touches_the_reasons_of_a_node(begin, change, seconds, before, after):
    seen = a_daemonset("cni", status={"desiredNumberScheduled": 1})
    world = World(seen, a_revision(CNI), a_node("n1"), *begin)
    (node, *_) = world.live.report(world.now).items[0].nodes
    assert codes(node) == before
    changed = world.step(*([] if change is None else [change]), seconds=seconds).nodes
    told = [(codes(one.before), codes(one.after)) for one in changed if one.node == "n1"]
    assert told == ([(before, after)] if before != after else [])
    assert world.live.item(seen["metadata"]["uid"]) == coverage(world.snapshot()).items[0]


SILENT = a_node("n1", ready=None, age=timedelta(seconds=590))
SILENT["status"]["conditions"][0]["reason"] = "NodeStatusNeverUpdated"
UNSEEN = a_pod(CNI, "n1", bound=False, age=timedelta(seconds=50))
GOING = a_pod(CNI, "n1", deleting=True)


@pytest.mark.parametrize(
    ("objects", "seconds", "before", "after"),
    [
        pytest.param([STARTING], 60, "heals", "unknown", id="a probe has failed for two minutes"),
        pytest.param(
            [SILENT, a_pod(CNI, "n1", ready=False)],
            10,
            "unknown",
            "stuck",
            id="a kubelet that never reported is ten minutes old",
        ),
        pytest.param([UNSEEN], 10, "heals", "stuck", id="no scheduler has taken a pod up for a minute"),
        pytest.param([GOING], 51, "heals", "unknown", id="a pod should have been gone for a minute"),
    ],
)
def test_who_looks_at_the_next_moments_alone_sees_when_an_outlook_turns(objects, seconds, before, after):
    world = World(CNI, a_revision(CNI), a_node("n1"), *objects)
    turn = NOW + timedelta(seconds=seconds)
    told = []
    while (moment := world.live.next_moment) is not None and moment <= turn:
        told = world.step(seconds=(moment - world.now).total_seconds()).nodes
    assert world.now == turn
    assert [(one.before.outlook, one.after.outlook) for one in told] == [(before, after)]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([CHANGED, a_revision(CHANGED, 2, revision_hash="new")], id="with its revision"),
        pytest.param([a_revision(CHANGED, 2, revision_hash="new"), CHANGED], id="after its revision"),
    ],
)
def test_a_template_that_changes_makes_pods_outdated_once_its_revision_is_there(changes):
    world = World(CNI, a_revision(CNI), a_node("n1"), a_pod(CNI, "n1"))
    told = [one for change in changes for one in world.step(change).nodes]
    assert [(one.before.outdated, one.after.outdated) for one in told][-1] == (False, True)
    assert world.live.report(world.now) == coverage(world.snapshot())


def test_a_second_change_in_a_batch_does_not_hide_the_first():
    world = World(CNI, a_revision(CNI), a_node("n1"), a_pod(CNI, "n1"))
    elsewhere = copy.deepcopy(CNI)
    elsewhere["spec"]["template"]["spec"]["nodeSelector"] = {"disk": "ssd"}
    counted = {**elsewhere, "status": {"desiredNumberScheduled": 7}}
    (changed,) = world.step(elsewhere, counted).nodes
    assert (changed.before.state, changed.after.state) == ("Ready", "Extra")
    assert world.live.report(world.now) == coverage(world.snapshot())


def test_what_almost_matched_follows_the_nodes():
    world = World(EDGE, a_revision(EDGE), a_node("n1"))
    changed = world.step(a_node("n1", labels={"Role": "edge"}))
    assert (changed.nodes, changed.touched) == ((), {EDGE["metadata"]["uid"]})
    assert world.live.report(world.now) == coverage(world.snapshot())


def test_what_can_be_read_now_is_told_as_changes():
    gap = Gap(resource="pods", message="pods could not be read: forbidden")
    world = World(CNI, a_node("n1"), a_pod(CNI, "n1"), gaps=[gap])
    assert world.live.report(NOW).items[0].nodes[0].state is None
    readable = snapshot_of(*world.objects.values(), now=NOW)
    (change,) = world.live.restart(readable).nodes
    assert (change.before.state, change.after.state) == (None, "Ready")
    assert world.live.report(NOW) == coverage(readable)


def test_its_next_moment_is_when_a_pod_becomes_available():
    world = World(SURGE, a_node("n1"), a_pod(SURGE, "n1", ready_for=timedelta(seconds=15)))
    assert world.live.next_moment == NOW + timedelta(seconds=30)
    later = NOW + timedelta(seconds=31)
    assert world.live.report(later) == coverage(world.snapshot(later)), "asked without having looked"
    world = World(SURGE, a_node("n1"), a_pod(SURGE, "n1", ready_for=timedelta(seconds=15)))
    world.step(seconds=31)
    assert world.live.next_moment is None
    uid = SURGE["metadata"]["uid"]
    assert world.live.item(uid) == coverage(world.snapshot()).items[0]


def empty(things: Iterable[Any]) -> bool:
    return not any(things)


def test_what_came_and_went_leaves_nothing_behind():
    world = a_world()
    everything = list(world.objects)
    world.step(an_event(CNI, "FailedCreate", "quota"), a_pod(None, "n1", name="lone"))
    world.step(*everything, *[one for one in world.objects if one not in everything])
    joins = world.live._joins
    assert world.live.report(world.now).items == ()
    assert empty((joins.live_nodes.names, joins.live_nodes.by_name, joins.live_pods.by_key))
    assert empty((joins.live_pods._by_owner, joins.live_pods._by_place, joins.live_events._by_object))
    assert empty((world.live._items, world.live._raw, world.live._revisions))
