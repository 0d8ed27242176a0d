"""What holds a rollout up: steps by node, the budget, waves, pace and the verdict."""

import copy
from datetime import timedelta

import pytest

from kubectl_ds.core.rollout import rollout
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.rollout import rollout_text
from kubectl_ds.output.style import PLAIN
from tests.clusters import (
    OLD_HASH,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    model,
    snapshot_of,
    unschedulable,
)
from tests.schema.validation import assert_valid

ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2, "maxSurge": 0}}
SURGING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 2}}
ON_DELETE = {"type": "OnDelete"}
CRASHING = [a_container_status("main", ready=False, running=False, waiting="CrashLoopBackOff", restarts=9)]


def ds(strategy=ROLLING, **fields):
    return a_daemonset("cni", strategy=strategy, **fields)


class Rollout:
    """A cluster of nodes n1 … and the pods that each is told to hold."""

    def __init__(self, strategy=ROLLING, *, nodes=6, **fields):
        self.daemonset = ds(strategy, **fields)
        old = copy.deepcopy(self.daemonset["spec"]["template"])
        old["spec"]["containers"][0]["image"] = "registry.example/main:0.9"
        self.objects = [
            self.daemonset,
            a_revision(self.daemonset, 1, revision_hash=OLD_HASH, template=old),
            a_revision(self.daemonset, 2),
        ]
        self.nodes = [a_node(f"n{number}") for number in range(1, nodes + 1)]

    def new(self, *numbers, **how):
        self.objects += [a_pod(self.daemonset, f"n{one}", name=f"new-{one}", **how) for one in numbers]
        return self

    def old(self, *numbers, **how):
        self.objects += [
            a_pod(
                self.daemonset,
                f"n{one}",
                name=f"old-{one}",
                revision_hash=OLD_HASH,
                **{"age": timedelta(days=3), **how},
            )
            for one in numbers
        ]
        return self

    def crashing(self, *numbers):
        return self.new(*numbers, ready=False, container_statuses=CRASHING)

    def report(self, **options):
        snapshot = snapshot_of(*self.objects, *self.nodes, **options)
        found = rollout(snapshot, model(self.daemonset))
        assert_valid(to_document(found))
        assert rollout_text(found, PLAIN)
        return found


def steps(report):
    return {node.node: node.step for node in report.nodes}


def users(report):
    return [node.node for node in report.nodes if node.uses_budget]


def test_every_step_by_the_live_pods_of_a_node():
    report = (
        Rollout(nodes=7)
        .new(1)
        .new(2, ready=False)
        .old(3)
        .old(4, ready=False)
        .new(5)
        .old(5)
        .old(6, deleting=True)
        .report()
    )
    assert steps(report) == {
        "n1": "Done",
        "n2": "NotAvailable",
        "n3": "Old",
        "n4": "OldNotAvailable",
        "n5": "Replacing",
        "n6": "Empty",
        "n7": "Empty",
    }


def test_two_pods_of_one_revision_are_a_crowd():
    made = Rollout(nodes=1).new(1)
    made.objects.append(a_pod(made.daemonset, "n1", name="again"))
    assert steps(made.report()) == {"n1": "Crowded"}


@pytest.mark.parametrize(
    ("made", "used", "left"),
    [
        pytest.param(Rollout().old(1, 2, 3, 4, 5, 6), [], 2, id="nothing has begun"),
        pytest.param(
            Rollout().new(1, ready=False).old(2, 3, 4, 5, 6), ["n1"], 1, id="a new pod that is not available"
        ),
        pytest.param(
            Rollout().old(1, deleting=True).old(2, 3, 4, 5, 6), ["n1"], 1, id="an old pod on its way out"
        ),
        pytest.param(
            Rollout().old(1, 2, 3, ready=False).old(4, 5, 6),
            ["n1", "n2", "n3"],
            0,
            id="old pods that are unwell use more than there is",
        ),
        pytest.param(Rollout().new(1, 2).old(3, 4, 5, 6), [], 2, id="new pods that are available use none"),
    ],
)
def test_max_unavailable_is_used_by_every_node_without_one_available_pod(made, used, left):
    report = made.report()
    assert users(report) == used
    assert (report.budget.kind, report.budget.limit, report.budget.left) == ("maxUnavailable", 2, left)


@pytest.mark.parametrize(
    ("made", "used"),
    [
        pytest.param(
            Rollout(SURGING).new(1, ready=False).old(1, 2, 3, 4, 5, 6),
            ["n1"],
            id="a second pod that is awaited",
        ),
        pytest.param(
            Rollout(SURGING).new(1).old(1, 2, 3, 4, 5, 6),
            [],
            id="a second pod that is available frees its place",
        ),
        pytest.param(
            Rollout(SURGING).new(1, ready=False).old(2, 3, 4, 5, 6),
            [],
            id="a lone new pod is beside the budget",
        ),
        pytest.param(Rollout(SURGING).old(2, 3, 4, 5, 6), [], id="an empty node is beside the budget"),
    ],
)
def test_max_surge_is_used_by_second_pods_that_are_not_available(made, used):
    report = made.report()
    assert report.budget.kind == "maxSurge"
    assert users(report) == used


def test_a_percentage_is_of_the_eligible_nodes_rounded_up():
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "30%"}}
    budget = Rollout(strategy).old(1, 2, 3, 4, 5, 6).report().budget
    assert (budget.setting, budget.limit) == ("30%", 2)


def test_the_new_pod_of_a_surge_is_judged_although_the_old_one_keeps_its_node_ready():
    report = Rollout(SURGING).old(1, 2, 3, 4, 5, 6).crashing(1).report()
    (one,) = [node for node in report.nodes if node.uses_budget]
    assert [reason.code for reason in one.judged.reasons] == ["CrashLoopBackOff"]
    assert report.verdict == "WillNotFinish"


WAVES = [
    pytest.param(Rollout().old(1, 2, 3, 4, 5, 6), 3, id="six nodes, two at a time"),
    pytest.param(Rollout().new(1, 2, ready=False).old(3, 4, 5, 6), 3, id="the round under way counts"),
    pytest.param(Rollout().new(1, ready=False).old(2, 3, 4, 5, 6), 3, id="a free place is taken at once"),
    pytest.param(Rollout().new(1, 2, 3, 4).new(5, 6, ready=False), 1, id="the last round"),
    pytest.param(Rollout().new(1, 2, 3, 4, 5, 6), 0, id="nothing is left"),
    pytest.param(Rollout().crashing(1).old(2, 3, 4, 5, 6), 5, id="a stuck node halves what can go at a time"),
    pytest.param(Rollout().crashing(1, 2).old(3, 4, 5, 6), None, id="stuck nodes use it all up"),
    pytest.param(
        Rollout().crashing(1, 2).new(3, 4, 5, 6),
        0,
        id="stuck nodes are the last ones: nobody waits for a round",
    ),
    pytest.param(
        Rollout().old(1, 2, 3, 4, ready=False).old(5, 6),
        2,
        id="unwell old pods go in one round, however many",
    ),
]


@pytest.mark.parametrize(("made", "waves"), WAVES)
def test_waves_left(made, waves):
    assert made.report().waves == waves


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        pytest.param(Rollout().new(1, 2, 3, 4, 5, 6), "Done", id="one new available pod on each node"),
        pytest.param(
            Rollout().new(1, 2, 3, 4, 5).new(6, ready=False), "Progressing", id="the last pod is awaited"
        ),
        pytest.param(Rollout().old(1, 2, 3, 4, 5, 6), "Progressing", id="nothing has begun"),
        pytest.param(
            Rollout().crashing(1).old(2, 3, 4, 5, 6), "WillNotFinish", id="a node is stuck, the others go on"
        ),
        pytest.param(Rollout(ON_DELETE).new(1, 2).old(3, 4, 5, 6), "OnDelete", id="OnDelete with old pods"),
        pytest.param(Rollout(ON_DELETE).new(1, 2, 3, 4, 5, 6), "Done", id="OnDelete, and all were deleted"),
        pytest.param(
            Rollout(ON_DELETE).new(1, 2, 3, 4, 5).crashing(6),
            "WillNotFinish",
            id="OnDelete, a new pod is stuck",
        ),
    ],
)
def test_the_verdict(made, verdict):
    report = made.report()
    assert report.verdict == verdict
    assert report.is_done is (verdict == "Done")


def test_an_unseen_spec_and_a_deletion_come_before_all_else():
    made = Rollout().new(1, 2, 3, 4, 5, 6)
    made.daemonset["metadata"]["generation"] = made.daemonset["status"]["observedGeneration"] + 1
    assert made.report().verdict == "NotObserved"
    made.daemonset["metadata"]["deletionTimestamp"] = "2026-09-01T11:59:00Z"
    assert made.report().verdict == "Deleting"


def test_without_a_revision_of_the_present_template_nothing_is_done_yet():
    made = Rollout().old(1, 2, 3, 4, 5, 6)
    made.objects = [one for one in made.objects if one.get("revision") != 2]
    assert made.report().verdict == "NotObserved"


def test_with_on_delete_there_is_no_budget_and_no_wave():
    report = Rollout(ON_DELETE).new(1, 2).old(3, 4, 5, 6).report()
    assert (report.budget, report.waves, report.pace, users(report)) == (None, None, None, [])
    assert [node.node for node in report.behind] == ["n3", "n4", "n5", "n6"]


def test_an_old_pod_where_it_does_not_belong_is_a_candidate_too():
    made = Rollout().new(1, 2, 3, 4, 5, 6)
    made.nodes.append(a_node("x", taints=["dedicated=gpu:NoSchedule"]))
    made.objects.append(a_pod(made.daemonset, "x", revision_hash=OLD_HASH))
    report = made.report()
    assert report.verdict == "Progressing"
    assert [(node.node, node.eligible) for node in report.behind] == [("x", False)]


def test_a_percentage_of_no_eligible_node_leaves_an_old_pod_where_it_does_not_belong_and_waits_for_nothing():
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}}
    made = Rollout(strategy, nodes=0).old(7)
    made.nodes.append(a_node("n7", taints=["dedicated=gpu:NoSchedule"]))
    report = made.report()
    assert (report.verdict, report.budget.limit, steps(report)) == ("Done", 0, {"n7": "Old"})


def test_a_pod_that_no_scheduler_can_place_holds_the_rollout_up():
    made = Rollout().new(
        1, bound=False, conditions=unschedulable("0/6 nodes are available: 1 Insufficient cpu."), priority=0
    )
    made.objects[-1]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "64"}}
    report = made.old(2, 3, 4, 5, 6).report()
    assert report.verdict == "WillNotFinish"
    assert report.nodes[0].judged.reasons[0].code == "InsufficientCPU"


def test_min_ready_seconds_are_waited_for_and_no_trouble():
    made = Rollout(min_ready_seconds=600).new(1, ready_for=timedelta(minutes=4)).old(2, 3, 4, 5, 6)
    report = made.report()
    assert report.nodes[0].step == "NotAvailable"
    assert report.nodes[0].available_at - report.taken_at == timedelta(minutes=6)
    assert report.verdict == "Progressing"
    assert "in 6m at the latest" in rollout_text(report, PLAIN)


# --- the pace --------------------------------------------------------------------------------------


def test_the_pace_is_that_of_the_new_pods_from_their_own_times():
    made = Rollout(nodes=6)
    made.new(1, 2, age=timedelta(minutes=10), ready_for=timedelta(minutes=8))
    made.new(3, 4, age=timedelta(minutes=8), ready_for=timedelta(minutes=6))
    pace = made.old(5, 6).report().pace
    assert (pace.nodes, pace.span, pace.remaining) == (4, timedelta(minutes=4), timedelta(minutes=2))


def test_new_pods_that_stand_since_before_a_rollback_do_not_count():
    made = Rollout(nodes=4).new(1, age=timedelta(days=9), ready_for=timedelta(days=9))
    made.new(2, age=timedelta(minutes=5), ready_for=timedelta(minutes=4))
    pace = made.old(3, 4, age=timedelta(hours=1)).report().pace
    assert (pace.nodes, pace.span, pace.remaining) == (1, timedelta(minutes=1), timedelta(minutes=2))


def test_without_a_finished_node_there_is_no_pace():
    assert Rollout().new(1, ready=False).old(2, 3, 4, 5, 6).report().pace is None


def test_a_stuck_node_leaves_no_estimate():
    made = Rollout().new(1).crashing(2).old(3, 4, 5, 6)
    assert made.report().pace.remaining is None


# --- what could not be read ------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["nodes", "pods", "controllerrevisions"])
def test_nothing_is_said_of_what_rests_on_something_unread(resource):
    namespace = "" if resource == "nodes" else "kube-system"
    gap = Gap(resource=resource, namespace=namespace, message="forbidden")
    report = Rollout().new(1, 2).old(3, 4, 5, 6).report(gaps=[gap])
    assert (report.verdict, report.nodes, report.budget, report.waves, report.pace) == (None,) * 5
    assert "not known" in rollout_text(report, PLAIN)
