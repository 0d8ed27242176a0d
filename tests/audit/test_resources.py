"""What counts as a request, as a limit, as a priority: the edges of the rules about resources."""

from typing import Any

import pytest

from kubectl_ds.core.audit import WANTED, audit
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import (
    does_not_fit_smallest_node,
    no_memory_limit,
    no_priority_class,
    no_requests,
    overhead_over_bound,
)
from kubectl_ds.core.snapshot import Gap
from tests.audit.test_rules import found_by
from tests.clusters import (
    Raw,
    a_container,
    a_daemonset,
    a_limit_range,
    a_node,
    a_pod,
    a_priority_class,
    snapshot_of,
)

BOTH = {"cpu": "50m", "memory": "64Mi"}


def agent(*containers: Raw, **spec: Any) -> list[Raw]:
    return [a_daemonset("agent", containers=list(containers), **spec)]


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        pytest.param(agent(a_container(resources={"limits": BOTH})), None, id="a limit is a request too"),
        pytest.param(
            agent(a_container(resources={"limits": {"memory": "64Mi"}})),
            "Its container main requests no CPU.",
            id="a limit is a request of its own resource alone",
        ),
        pytest.param(
            agent(a_container(requests={"cpu": "0", "memory": "0Mi"})),
            "Its container main requests neither CPU nor memory.",
            id="a request of 0 is none",
        ),
        pytest.param(
            agent(a_container(), a_container("b"), resources={"requests": BOTH}),
            None,
            id="a request of the whole pod is one",
        ),
        pytest.param(
            agent(a_container(), resources={"limits": BOTH}), None, id="so is a limit of the whole pod"
        ),
        pytest.param(
            agent(a_container(requests=BOTH), initContainers=[a_container("setup")]),
            None,
            id="an init container that ends is let be",
        ),
        pytest.param(
            agent(a_container(requests=BOTH), initContainers=[a_container("proxy", restartPolicy="Always")]),
            "1 of its 2 containers (proxy) requests neither CPU nor memory.",
            id="a sidecar is not",
        ),
        pytest.param(
            [*agent(a_container()), a_limit_range("defaults", default_request=BOTH)],
            None,
            id="a LimitRange gives requests",
        ),
        pytest.param(
            [*agent(a_container()), a_limit_range("defaults", default=BOTH)],
            None,
            id="a LimitRange's limits are limits of the container, and so its requests",
        ),
        pytest.param(
            [*agent(a_container()), a_limit_range("defaults", namespace="elsewhere", default_request=BOTH)],
            "Its container main requests neither CPU nor memory.",
            id="a LimitRange of another namespace gives nothing",
        ),
    ],
)
def test_what_a_request_is(objects: list[Raw], message: str | None):
    found = [one["message"] for one in found_by(no_requests.RULE, objects)]
    assert found == (
        [] if message is None else [f"{message} The scheduler counts what is not requested as nothing."]
    )


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        pytest.param(
            agent(a_container(resources={"limits": {"memory": "0"}})),
            "Its container main has no memory limit.",
            id="a limit of 0 is none",
        ),
        pytest.param(
            agent(a_container(), resources={"limits": {"memory": "1Gi"}}),
            None,
            id="the whole pod's limit is one",
        ),
        pytest.param(
            agent(a_container(resources={"requests": BOTH})),
            "Its container main has no memory limit.",
            id="a request is no limit",
        ),
        pytest.param(
            agent(a_container(resources={"limits": {"memory": "1Gi"}})),
            None,
            id="a CPU limit is not asked for",
        ),
    ],
)
def test_what_a_memory_limit_is(objects: list[Raw], message: str | None):
    found = [one["message"] for one in found_by(no_memory_limit.RULE, objects)]
    assert found == ([] if message is None else [message])


@pytest.mark.parametrize(
    ("container", "lacking"),
    [
        pytest.param(a_container(), [("limitranges",)], id="a template that leaves something to them"),
        pytest.param(
            a_container(resources={"requests": BOTH, "limits": BOTH}), [], id="a template that leaves nothing"
        ),
    ],
)
def test_limit_ranges_that_could_not_be_read_leave_a_rule_without_a_verdict(
    container: Raw, lacking: list[tuple[str, ...]]
):
    unread = Gap(resource="limitranges", status=403, message="limitranges is forbidden")
    snapshot = snapshot_of(*agent(container), gaps=[unread], read=WANTED)
    report = audit(snapshot, rules=[no_requests.RULE])
    assert report.findings == ()
    assert [one.lacking for one in report.unjudged] == lacking
    assert bool(report.incomplete) is bool(lacking)


# --- priority --------------------------------------------------------------------------------------

NODES = [a_node(f"n{number}") for number in range(1, 11)]
FARGATE = a_node("fargate-1", labels={"eks.amazonaws.com/compute-type": "fargate"})
TAINTED = a_node("n11", taints=["dedicated=batch:NoSchedule"])


def tolerating(**toleration: str) -> Raw:
    return a_daemonset("agent", namespace="team", tolerations=[toleration])


@pytest.mark.parametrize(
    ("objects", "level"),
    [
        pytest.param([a_daemonset("agent")], "warning", id="of kube-system"),
        pytest.param(
            [a_daemonset("agent", priorityClassName="any")], None, id="any class is somebody's decision"
        ),
        pytest.param([tolerating(operator="Exists")], "warning", id="tolerates every taint of every effect"),
        pytest.param(
            [tolerating(operator="Exists", effect="NoSchedule")],
            "warning",
            id="every taint that keeps pods out",
        ),
        pytest.param(
            [tolerating(operator="Exists", effect="NoExecute")],
            None,
            id="every taint that drives pods out, which lets it in nowhere",
        ),
        pytest.param([tolerating(operator="Exists", key="dedicated")], None, id="tolerates one taint"),
        pytest.param(
            [a_daemonset("agent", namespace="team"), *NODES, TAINTED, FARGATE],
            "info",
            id="on ten machines of eleven, virtual nodes left out",
        ),
        pytest.param(
            [tolerating(operator="Exists", key="dedicated"), *NODES, TAINTED],
            "warning",
            id="on all machines, since it tolerates the taint that one of them has",
        ),
        pytest.param(
            [
                a_daemonset("agent", namespace="team"),
                *NODES,
                a_node("n11", taints=["node.kubernetes.io/disk-pressure:NoSchedule"]),
            ],
            "info",
            id="on all machines, one of them with a taint that passes",
        ),
        pytest.param(
            [a_daemonset("agent", namespace="team"), *NODES[:8], TAINTED], None, id="on eight of nine"
        ),
        pytest.param(
            [a_daemonset("agent", namespace="team"), *NODES[:2]],
            None,
            id="on both machines of a small cluster",
        ),
    ],
)
def test_which_agents_must_run(objects: list[Raw], level: str | None):
    found = [one["level"] for one in found_by(no_priority_class.RULE, objects)]
    assert found == ([] if level is None else [level])


def test_the_clusters_default_class_is_named():
    objects = [a_daemonset("agent"), a_priority_class("usual", 10, is_default=True)]
    (found,) = found_by(no_priority_class.RULE, objects)
    assert found["message"] == (
        "It is part of kube-system, and has no priority class: by the cluster's default, usual, its pods rank with "
        "any workload."
    )


# --- room ------------------------------------------------------------------------------------------


def asking(name: str = "agent", **requests: str) -> Raw:
    return a_daemonset(name, containers=[a_container(requests=requests)])


SMALL = {"cpu": "1", "memory": "1Gi", "pods": "2"}


@pytest.mark.parametrize(
    ("objects", "nodes"),
    [
        pytest.param([asking(cpu="1"), a_node("n1", allocatable=SMALL)], [], id="all that the node has"),
        pytest.param([asking(cpu="1001m"), a_node("n1", allocatable=SMALL)], ["n1"], id="a thousandth more"),
        pytest.param(
            [asking(cpu="600m"), asking("other", cpu="600m"), a_node("n1", allocatable=SMALL)],
            ["n1", "n1"],
            id="two of the same priority that do not fit together",
        ),
        pytest.param(
            [
                asking(cpu="600m"),
                asking("other", cpu="600m"),
                a_pod(asking(cpu="600m"), "n1", priority=1),
                a_node("n1", allocatable=SMALL),
            ],
            ["n1"],
            id="what has a lower priority makes room",
        ),
        pytest.param(
            [asking("a"), asking("b"), asking("c"), a_node("n1", allocatable=SMALL)],
            ["n1", "n1", "n1"],
            id="more DaemonSets than the node takes pods",
        ),
        pytest.param(
            [asking(**{"example.com/device": "1"}), a_node("n1")], ["n1"], id="a device that the node has not"
        ),
        pytest.param([asking(**{"example.com/device": "0"}), a_node("n1")], [], id="none of that device"),
        pytest.param([asking(cpu="9"), FARGATE], [], id="virtual nodes are another rule's"),
        pytest.param(
            [
                a_daemonset(
                    "agent",
                    nodeSelector={"kubernetes.io/hostname": "n2"},
                    containers=[a_container(requests={"cpu": "3"})],
                ),
                a_node("n1", allocatable=SMALL),
                a_node("n2"),
            ],
            [],
            id="nodes where it does not belong do not count",
        ),
    ],
)
def test_where_a_pod_does_not_fit(objects: list[Raw], nodes: list[str]):
    found = found_by(does_not_fit_smallest_node.RULE, objects)
    assert [node for one in found for node in one["nodes"]] == nodes


def test_the_words_where_places_for_pods_are_lacking():
    objects = [asking("a"), asking("b"), asking("c"), a_node("n1", allocatable=SMALL)]
    assert found_by(does_not_fit_smallest_node.RULE, objects)[0]["message"] == (
        "1 of the 1 node where it belongs has no place for a pod of it: n1 takes 2 pods, and 2 DaemonSets of its own "
        "or a higher priority belong there too."
    )


@pytest.mark.parametrize(
    ("objects", "subjects"),
    [
        pytest.param(
            [asking(cpu="300m", memory="300Mi"), a_node("n1", allocatable=SMALL)],
            ["cpu", "memory"],
            id="each resource apart",
        ),
        pytest.param([asking(cpu="250m"), a_node("n1", allocatable=SMALL)], [], id="just the bound"),
        pytest.param([asking(cpu="300m"), a_node("n1")], [], id="a node that is large enough"),
        pytest.param(
            [asking(cpu="300m"), {**FARGATE, "status": {**FARGATE["status"], "allocatable": SMALL}}],
            [],
            id="a virtual node",
        ),
    ],
)
def test_when_overhead_is_over_its_bound(objects: list[Raw], subjects: list[str]):
    assert [one["subject"] for one in found_by(overhead_over_bound.RULE, objects)] == subjects


NO_QUANTITY = {"cpu": "much", "memory": "64Mi"}


@pytest.mark.parametrize(
    "rule",
    [no_requests.RULE, no_memory_limit.RULE, does_not_fit_smallest_node.RULE, overhead_over_bound.RULE],
    ids=lambda rule: rule.name,
)
def test_what_is_no_quantity_in_a_file_is_left_out_and_no_failure(rule: Rule):
    odd = a_daemonset("odd", containers=[a_container(resources={"requests": NO_QUANTITY, "limits": BOTH})])
    objects = [odd, asking(cpu="300m"), a_node("n1", allocatable={"cpu": "much"}), a_node("n2")]
    report = audit(snapshot_of(*objects, read=WANTED), rules=[rule])
    assert "odd" not in [one.name for one in report.findings]
    assert report.unjudged == ()
