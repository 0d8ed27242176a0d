"""Updates that harm or cannot go on: the edges of the rules about the update strategy."""

import pytest

from kubectl_ds.core.audit_rules import rollout_takes_all_down, surge_with_host_ports
from tests.audit.test_rules import found_by
from tests.clusters import Raw, a_container, a_daemonset, a_node

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
