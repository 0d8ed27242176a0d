"""What counts as a request, as a limit, as a priority: the edges of the rules about resources."""

from typing import Any

import pytest

from kubectl_ds.core.audit_rules import no_memory_limit, no_requests
from tests.audit.test_rules import found_by
from tests.clusters import Raw, a_container, a_daemonset, a_limit_range

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
            "Its container main requests no CPU and no memory.",
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
            "1 of its 2 containers request no CPU (proxy), and 1 of its 2 containers request no memory (proxy).",
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
            "Its container main requests no CPU and no memory.",
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
