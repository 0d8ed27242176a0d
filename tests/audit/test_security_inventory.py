"""What pods may do on their node: the edges of the inventory, and trees with fields of any type."""

from typing import Any

import pytest

from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import host_namespaces, host_paths, privileged_containers
from tests.audit.test_rules import found_by
from tests.clusters import Raw, a_container, a_daemonset

HOST_PROCESS = {"windowsOptions": {"hostProcess": True}}
INVENTORY = (privileged_containers.RULE, host_paths.RULE, host_namespaces.RULE)


def messages(rule: Rule, **spec: Any) -> list[str]:
    return [one["message"] for one in found_by(rule, [a_daemonset("agent", **spec)])]


def with_context(**context: Any) -> list[Raw]:
    return [a_container(securityContext=context)]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param(
            {"initContainers": with_context(privileged=True), "containers": [a_container("agent")]},
            "Container main is privileged.",
            id="an init container counts",
        ),
        pytest.param(
            {
                "containers": [
                    a_container("a", securityContext={"privileged": True}),
                    a_container("b", securityContext={"privileged": True}),
                ]
            },
            "Containers a and b are privileged.",
            id="containers with the same are told together",
        ),
        pytest.param(
            {"containers": with_context(privileged=True, capabilities={"add": ["BPF"]})},
            "Container main is privileged.",
            id="a privileged container has every capability",
        ),
        pytest.param(
            {"containers": with_context(capabilities={"add": ["CAP_BPF"]})},
            "Container main adds the capability BPF.",
            id="a capability by its long name",
        ),
        pytest.param(
            {
                "containers": [
                    a_container("a", securityContext={"capabilities": {"add": ["NET_RAW", "BPF"]}}),
                    a_container("b", securityContext={"capabilities": {"add": ["BPF", "NET_RAW"]}}),
                ]
            },
            "Containers a and b add the capabilities BPF and NET_RAW.",
            id="capabilities in any order",
        ),
        pytest.param(
            {"containers": with_context(capabilities={"add": ["ALL"]})},
            "Container main adds all capabilities.",
            id="all capabilities",
        ),
        pytest.param(
            {"securityContext": HOST_PROCESS, "containers": [a_container()]},
            "Container main runs as a Windows host process.",
            id="the whole pod a Windows host process",
        ),
        pytest.param(
            {"containers": with_context(**HOST_PROCESS)},
            "Container main runs as a Windows host process.",
            id="a container a Windows host process",
        ),
    ],
)
def test_what_containers_may_do(spec: Raw, message: str):
    assert messages(privileged_containers.RULE, **spec) == [message]


@pytest.mark.parametrize(
    ("mounts", "access"),
    [
        pytest.param([[]], "not mounted", id="mounted nowhere"),
        pytest.param([[True]], "read-only", id="read"),
        pytest.param([[True], [None]], "writable", id="read by one container, written by another"),
        pytest.param([[False, True]], "writable", id="mounted twice"),
    ],
)
def test_what_containers_may_do_to_a_path(mounts: list[list[bool | None]], access: str):
    containers = [
        a_container(
            f"c{number}",
            volumeMounts=[
                {"name": "root", "mountPath": f"/{place}", **({} if only is None else {"readOnly": only})}
                for place, only in enumerate(own)
            ],
        )
        for number, own in enumerate(mounts)
    ]
    volumes = [{"name": "root", "hostPath": {"path": "/", "type": ""}}]
    assert messages(host_paths.RULE, containers=containers, volumes=volumes) == [
        f"Its pods hold 1 path of the node: / ({access})."
    ]


@pytest.mark.parametrize("rule", INVENTORY, ids=lambda rule: rule.name)
@pytest.mark.parametrize("odd", [None, "text", 7, [], ["x"], {"x": {}}], ids=repr)
def test_fields_of_any_type_are_no_finding_and_no_failure(rule: Rule, odd: Any):
    container = {**a_container(), "securityContext": odd, "volumeMounts": odd}
    spec = {
        "containers": [container],
        "volumes": [{"name": "v", "hostPath": odd}],
        "securityContext": odd,
        "hostPID": odd,
    }
    assert messages(rule, **spec) == []
