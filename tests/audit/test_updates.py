"""Updates that harm or cannot go on: the edges of the rules about the update strategy."""

from datetime import timedelta

import pytest

from kubectl_ds.core.audit_rules import rollout_takes_all_down, slow_rollout, surge_with_host_ports
from tests.audit.test_rules import found_by
from tests.clusters import OLD_HASH, Raw, a_container, a_daemonset, a_node, a_pod, a_revision

ON_DELETE = {"type": "OnDelete"}


def nodes(count: int) -> list[Raw]:
    return [a_node(f"n{number}") for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("daemonset", "count", "is_told"),
    [
        pytest.param(a_daemonset("agent", max_unavailable=3), 3, True, id="as many as there are nodes"),
        pytest.param(a_daemonset("agent", max_unavailable=2), 3, False, id="one node less is let be"),
        pytest.param(a_daemonset("agent", max_unavailable="51%"), 2, True, id="percentages are rounded up"),
        pytest.param(a_daemonset("agent", max_unavailable="100%"), 1, False, id="one node alone is let be"),
        pytest.param(
            a_daemonset("agent", max_unavailable="100%"), 0, False, id="so is a cluster without nodes"
        ),
        pytest.param(a_daemonset("agent", max_surge="100%"), 3, False, id="a surge takes none down"),
        pytest.param(
            a_daemonset("agent", strategy=ON_DELETE), 3, False, id="OnDelete replaces nothing by itself"
        ),
        pytest.param(
            a_daemonset("agent", max_unavailable="100%", nodeSelector={"kubernetes.io/hostname": "n1"}),
            3,
            False,
            id="only nodes where it belongs count",
        ),
    ],
)
def test_when_a_rollout_takes_all_down(daemonset: Raw, count: int, is_told: bool):
    assert bool(found_by(rollout_takes_all_down.RULE, [daemonset, *nodes(count)])) is is_told


def with_port(**fields: object) -> list[Raw]:
    return [a_container(ports=[{"containerPort": 9100, "protocol": "TCP", **fields}])]


@pytest.mark.parametrize(
    ("daemonset", "is_told"),
    [
        pytest.param(
            a_daemonset("agent", max_surge="10%", containers=with_port(hostPort=9100)), True, id="a host port"
        ),
        pytest.param(
            a_daemonset("agent", max_surge=1, containers=with_port()), False, id="a port of the pod"
        ),
        pytest.param(
            a_daemonset("agent", max_surge=1, hostNetwork=True, containers=with_port()),
            True,
            id="any port of a host network",
        ),
        pytest.param(
            a_daemonset("agent", max_surge=1, hostNetwork=True),
            False,
            id="a host network without ports, of which the scheduler knows nothing",
        ),
        pytest.param(
            a_daemonset("agent", max_surge=0, containers=with_port(hostPort=9100)), False, id="no surge"
        ),
        pytest.param(
            a_daemonset("agent", max_surge="0%", containers=with_port(hostPort=9100)),
            False,
            id="a surge of 0%",
        ),
        pytest.param(
            a_daemonset(
                "agent",
                max_surge=1,
                initContainers=[
                    a_container("setup", ports=[{"containerPort": 1, "hostPort": 1, "protocol": "TCP"}])
                ],
            ),
            False,
            id="a port of an init container that ends, which the scheduler does not count",
        ),
    ],
)
def test_when_a_surge_cannot_pass_host_ports(daemonset: Raw, is_told: bool):
    assert bool(found_by(surge_with_host_ports.RULE, [daemonset])) is is_told


@pytest.mark.parametrize(
    ("daemonset", "count", "level"),
    [
        pytest.param(a_daemonset("agent", max_unavailable=1), 25, None, id="as many rounds as the bound"),
        pytest.param(a_daemonset("agent", max_unavailable=1), 26, "info", id="one round more"),
        pytest.param(a_daemonset("agent", max_unavailable=2), 50, None, id="two at a time"),
        pytest.param(
            a_daemonset("agent", max_unavailable=1), 101, "warning", id="more than four times the bound"
        ),
        pytest.param(a_daemonset("agent", max_surge=1), 26, "info", id="by a surge"),
        pytest.param(a_daemonset("agent", max_unavailable="1%"), 26, "info", id="a percentage of one node"),
        pytest.param(a_daemonset("agent", strategy={"type": "RollingUpdate"}), 26, "info", id="by default"),
        pytest.param(a_daemonset("agent", strategy=ON_DELETE), 26, None, id="OnDelete has no rounds"),
    ],
)
def test_when_a_rollout_is_slow(daemonset: Raw, count: int, level: str | None):
    found = [one["level"] for one in found_by(slow_rollout.RULE, [daemonset, *nodes(count)])]
    assert found == ([] if level is None else [level])


def slow(min_ready_seconds: int = 0, **pod: timedelta) -> list[Raw]:
    daemonset = a_daemonset("agent", min_ready_seconds=min_ready_seconds)
    pods = [a_pod(daemonset, f"n{number}", **pod) for number in range(1, 61)] if pod else []
    return [daemonset, *nodes(60), *pods]


def under_way() -> list[Raw]:
    """Ten nodes are done, the first new pod having been made 20 minutes ago, each in its last minute."""
    daemonset = a_daemonset("agent", template_generation=None)
    new = [
        a_pod(
            daemonset,
            f"n{number}",
            age=timedelta(minutes=2 * number),
            ready_for=timedelta(minutes=2 * number - 1),
        )
        for number in range(1, 11)
    ]
    old = [a_pod(daemonset, f"n{number}", revision_hash=OLD_HASH) for number in range(11, 61)]
    before = {**daemonset["spec"]["template"], "metadata": {"labels": {"app": "agent", "was": "old"}}}
    revisions = [
        a_revision(daemonset, 1, revision_hash=OLD_HASH, template=before),
        a_revision(daemonset, 2),
    ]
    return [daemonset, *nodes(60), *new, *old, *revisions]


@pytest.mark.parametrize(
    ("objects", "time"),
    [
        pytest.param(slow(), ".", id="nothing is known"),
        pytest.param(
            slow(60), ", 60m at least, and minReadySeconds is 60.", id="what minReadySeconds alone takes"
        ),
        pytest.param(
            slow(age=timedelta(hours=2), ready_for=timedelta(minutes=119)),
            ", about 60m: half of its pods were Ready within 60s.",
            id="what pods took to start",
        ),
        pytest.param(
            slow(age=timedelta(hours=2), ready_for=timedelta(minutes=100)),
            ".",
            id="pods that became Ready again long after their creation tell nothing",
        ),
        pytest.param(
            under_way(),
            ", 114m at the pace of the one under way (10 nodes in 19m).",
            id="the pace of a rollout that is under way",
        ),
    ],
)
def test_how_long_a_slow_rollout_takes(objects: list[Raw], time: str):
    (found,) = found_by(slow_rollout.RULE, objects)
    assert found["message"] == (
        f"maxUnavailable 1 updates 1 node at a time: over 60 nodes a rollout takes 60 rounds{time}"
    )
