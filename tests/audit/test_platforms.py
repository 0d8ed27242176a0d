"""Edges of the rules about nodes that cannot host a pod: DS014 and DS015."""

from collections.abc import Sequence
from typing import Any

import pytest

from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_report import Finding
from kubectl_ds.core.audit_rules.tolerates_virtual_nodes import RULE
from kubectl_ds.core.snapshot import Gap
from tests.audit.asked import findings
from tests.clusters import (
    Raw,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    an_event,
    snapshot_of,
)

EVERYTHING = {"operator": "Exists"}
FARGATE = a_node("fargate-1", labels={"eks.amazonaws.com/compute-type": "fargate"})
VIRTUAL = a_node("aci-1", labels={"type": "virtual-kubelet"})
NAMELESS = a_node("aci-2", taints=["virtual-kubelet.io/provider=x:NoSchedule"])
WINDOWS = a_node("win-1", operating_system="windows")
LINUX = a_node("n1")
PRIVILEGED = {"containers": [a_container(securityContext={"privileged": True})]}

UNFIT: dict[str, tuple[list[Raw], dict[str, Any], list[str], bool]] = {
    "a Linux machine hosts everything": ([LINUX], PRIVILEGED, [], False),
    "a Fargate machine hosts no daemon pod": ([LINUX, FARGATE], {}, ["fargate-1"], True),
    "a virtual kubelet is told too, and left out by its label": ([LINUX, VIRTUAL], {}, ["aci-1"], True),
    "without a label nothing can ask for it, so that there is no patch": (
        [LINUX, NAMELESS],
        {"tolerations": [EVERYTHING]},
        ["aci-2"],
        False,
    ),
    "what is on virtual kubelets alone is meant for them": ([VIRTUAL], {}, [], False),
    "what is on Fargate alone is as wrong as elsewhere": ([FARGATE], {}, ["fargate-1"], True),
    "a virtual node that its taint keeps out is no concern": ([LINUX, NAMELESS], {}, [], False),
    "Windows may host a plain pod": ([LINUX, WINDOWS], {}, [], False),
    "Windows hosts no privileged container": ([LINUX, WINDOWS], PRIVILEGED, ["win-1"], True),
    "Windows refuses a pod whose spec.os is linux": (
        [LINUX, WINDOWS],
        {"os": {"name": "linux"}},
        ["win-1"],
        True,
    ),
    "a pod whose spec.os is windows is at home there": ([WINDOWS], {"os": {"name": "windows"}}, [], False),
}


@pytest.mark.parametrize("name", UNFIT)
def test_nodes_that_cannot_host_it(name: str):
    nodes, spec, told, has_patch = UNFIT[name]
    found = findings("tolerates-virtual-nodes", *nodes, a_daemonset("agent", **spec))
    assert [node for one in found for node in one.nodes] == told
    assert [one.patch is not None for one in found] == [has_patch] * bool(told)


def test_a_linux_node_without_an_os_label_is_not_lost_to_a_patch():
    bare = a_node("n2")
    del bare["metadata"]["labels"]["kubernetes.io/os"]
    (found,) = findings("tolerates-virtual-nodes", LINUX, bare, WINDOWS, a_daemonset("agent", **PRIVILEGED))
    assert (found.nodes, found.patch) == (("win-1",), None)


def test_a_pod_that_is_ready_on_windows_shows_that_it_can_be():
    agent = a_daemonset("agent", **PRIVILEGED)
    assert not findings("tolerates-virtual-nodes", LINUX, WINDOWS, agent, a_pod(agent, "win-1"))


TAINTED = a_node("win-1", operating_system="windows", taints=["os=windows:NoSchedule"])
PLAIN = a_daemonset("agent", tolerations=[EVERYTHING])


def stray(*pods: Raw, nodes: Sequence[Raw] = (LINUX, TAINTED), **spec: Any) -> list[tuple[str, ...]]:
    agent = a_daemonset("agent", tolerations=[EVERYTHING], **spec)
    return [one.nodes for one in findings("tolerates-virtual-nodes", *nodes, agent, *pods)]


def test_what_tolerates_every_taint_strays_to_windows_nodes():
    assert stray() == [("win-1",)]
    assert stray(a_pod(PLAIN, "win-1", ready=False)) == [("win-1",)]


def test_it_does_not_where_it_is_ready_there_or_asks_for_the_system_or_has_no_other_nodes():
    assert stray(a_pod(PLAIN, "win-1")) == []
    assert stray(nodeSelector={"kubernetes.io/os": "windows"}) == []
    assert stray(nodes=[TAINTED]) == []


def test_without_pods_virtual_nodes_are_told_and_no_stray_is():
    nodes = [LINUX, FARGATE, TAINTED]
    snapshot = snapshot_of(*nodes, PLAIN, gaps=[Gap(resource="pods", status=403)])
    report = audit(snapshot, rules=(RULE,))
    assert not report.unjudged
    assert [one.nodes for one in report.findings] == [("fargate-1",)]


# --- mixed platforms -------------------------------------------------------------------------------

ARM = a_node("arm-1", architecture="arm64")
AGENT = a_daemonset("agent")
ON_AMD = a_pod(AGENT, "n1")


def mixed(*objects: Raw) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.subject, one.level, one.nodes) for one in findings("mixed-platforms", *objects)]


def test_a_pod_that_is_ready_on_each_platform_is_proof_and_the_mix_a_note():
    assert mixed(LINUX, ARM, AGENT, ON_AMD, a_pod(AGENT, "arm-1")) == [("arch", "info", ())]


def test_a_platform_without_a_ready_pod_is_doubted():
    assert mixed(LINUX, ARM, AGENT, ON_AMD) == [("arch", "warning", ("arm-1",))]


def test_where_nothing_is_ready_the_smaller_part_is_doubted():
    assert mixed(LINUX, a_node("n2"), ARM, AGENT) == [("arch", "warning", ("arm-1",))]


@pytest.mark.parametrize("key", ["kubernetes.io/arch", "beta.kubernetes.io/arch"])
def test_a_template_that_asks_for_architectures_means_the_mix(key: str):
    required = {"nodeSelectorTerms": [{"matchExpressions": [{"key": key, "operator": "Exists"}]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    nodes = [a_node(f"{arch}-1", architecture=arch, labels={key: arch}) for arch in ("amd64", "arm64")]
    assert mixed(*nodes, a_daemonset("agent", affinity=affinity)) == []


def test_a_windows_node_that_cannot_host_it_is_told_by_the_other_rule_alone():
    assert mixed(LINUX, WINDOWS, a_daemonset("agent", **PRIVILEGED)) == []


REFUSALS: dict[str, dict[str, Any]] = {
    "the kubelet refuses the operating system": {"phase": "Failed", "reason": "PodOSNotSupported"},
    "containerd has no manifest for it": {
        "container_statuses": [
            a_container_status(
                ready=False, waiting="ErrImagePull", message="x: no match for platform in manifest: not found"
            )
        ]
    },
    "CRI-O has no image for it": {
        "container_statuses": [
            a_container_status(
                ready=False,
                waiting="ErrImagePull",
                message='choosing image instance: no image found in image index for architecture "arm64"',
            )
        ]
    },
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_pod_that_fails_by_its_platform_is_an_error(name: str):
    failing = a_pod(AGENT, "arm-1", ready=False, **REFUSALS[name])
    assert mixed(LINUX, ARM, AGENT, ON_AMD, failing) == [("image", "error", ("arm-1",))]


def test_an_event_tells_what_the_status_leaves_out():
    status = a_container_status(ready=False, waiting="ImagePullBackOff", message='Back-off pulling image "x"')
    pod = a_pod(AGENT, "arm-1", ready=False, phase="Pending", container_statuses=[status])
    event = an_event(
        pod, "Failed", "Failed to pull image: no matching manifest for linux/arm64/v8 in the manifest list"
    )
    assert mixed(LINUX, ARM, AGENT, ON_AMD, pod, event) == [("image", "error", ("arm-1",))]


def test_a_pod_that_fails_for_another_reason_only_proves_nothing():
    status = a_container_status(ready=False, waiting="CrashLoopBackOff", message="back-off 5m0s restarting")
    pod = a_pod(AGENT, "arm-1", ready=False, container_statuses=[status])
    assert mixed(LINUX, ARM, AGENT, ON_AMD, pod) == [("arch", "warning", ("arm-1",))]


def test_the_patch_keeps_the_nodes_on_which_it_runs():
    (found,) = findings("mixed-platforms", LINUX, ARM, AGENT, ON_AMD)
    assert patched_selector(found) == {"kubernetes.io/arch": "amd64"}


def test_two_kinds_that_run_and_one_that_does_not_have_no_ready_patch():
    pods = [ON_AMD, a_pod(AGENT, "s390-1")]
    (found,) = findings("mixed-platforms", LINUX, ARM, a_node("s390-1", architecture="s390x"), AGENT, *pods)
    assert (found.nodes, found.patch) == (("arm-1",), None)


def patched_selector(finding: Finding) -> Any:
    assert finding.patch is not None
    assert isinstance(finding.patch.body, dict)
    return finding.patch.body["spec"]["template"]["spec"]["nodeSelector"]
