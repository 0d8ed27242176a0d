"""Why a bound pod is not Ready: the pod's own words, virtual nodes, init containers and sidecars."""

from datetime import timedelta

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.output.reasons import sentence
from tests.clusters import (
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    ago,
    snapshot_of,
)

DS = a_daemonset("cni", tolerations=[{"operator": "Exists"}])
VIRTUAL = a_node("n1", labels={"type": "virtual-kubelet"})


def judged(node, pod):
    return coverage(snapshot_of(DS, a_revision(DS), node, pod)).items[0].nodes[0]


def codes(node):
    return [code_of(reason) for reason in node.reasons]


def refused(reason="ProviderFailed", message="HostPath volumes are not supported", **options):
    pod = a_pod(DS, "n1", phase="Pending", reason=reason, **{"container_statuses": [], **options})
    pod["status"]["message"] = message
    return pod


# --- the pod's own words ---------------------------------------------------------------------------


def test_a_bound_pods_own_reason_and_message_are_told():
    found = judged(a_node("n1"), refused())
    assert (found.state, codes(found), found.outlook) == ("NotReady", ["ProviderFailed"], "unknown")
    assert "HostPath volumes are not supported" in sentence(found.reasons[0])


def test_the_pods_own_reason_comes_before_containers_that_only_wait_to_be_started():
    statuses = [a_container_status(waiting="ContainerCreating")]
    found = judged(a_node("n1"), refused(container_statuses=statuses))
    assert codes(found) == ["ProviderFailed", "ContainerCreating"]


def test_a_container_that_fails_comes_before_the_pods_own_reason():
    statuses = [a_container_status(waiting="CrashLoopBackOff", last_exit_code=1)]
    found = judged(a_node("n1"), refused(container_statuses=statuses))
    assert codes(found) == ["CrashLoopBackOff", "ProviderFailed"]


def test_a_message_without_a_reason_is_told_too():
    assert codes(judged(a_node("n1"), refused(reason=""))) == ["PodStatus"]


# --- virtual nodes ---------------------------------------------------------------------------------


def test_a_virtual_node_that_refuses_a_bound_pod_cannot_host_it():
    found = judged(VIRTUAL, refused())
    assert (codes(found), found.outlook) == (["NodeCannotHost", "ProviderFailed"], "stuck")


def test_a_virtual_node_that_says_nothing_of_a_bound_pod_cannot_host_it():
    found = judged(VIRTUAL, a_pod(DS, "n1", phase="Pending", container_statuses=[]))
    assert codes(found) == ["NodeCannotHost", "PodNotStarted"]


def test_a_virtual_node_that_only_its_taint_gives_away_is_kept_out_by_that_taint():
    node = a_node("n1", taints=["virtual-kubelet.io/provider=azure:NoSchedule"])
    words = sentence(judged(node, refused()).reasons[0])
    assert "take the toleration of virtual-kubelet.io/provider out of the template" in words
    assert "type NotIn" not in words


@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(a_pod(DS, "n1", ready=False), id="a pod that runs there is hosted"),
        pytest.param(
            a_pod(DS, "n1", phase="Pending", container_statuses=[], age=timedelta(seconds=9)),
            id="a pod bound seconds ago is given time",
        ),
    ],
)
def test_a_virtual_node_is_not_blamed_for(pod):
    assert "NodeCannotHost" not in codes(judged(VIRTUAL, pod))


# --- what to do next -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(a_container_status(waiting="CrashLoopBackOff", last_exit_code=1), "see kubectl logs -n kube-system p -c main --previous", id="a crash loop: the log of the run before"),
        pytest.param({**a_container_status(waiting="CrashLoopBackOff"), "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}, "more memory than its limit", id="out of memory: the limit"),
        pytest.param(a_container_status(ready=False), "see kubectl logs -n kube-system p -c main", id="a probe that fails: the log"),
        pytest.param(a_container_status(waiting="ImagePullBackOff", message="failed to unpack: no space left on device"), "free space on the node's disk", id="a full disk: not the image's name"),
        pytest.param(a_container_status(waiting="SomethingNew"), "see kubectl describe pod -n kube-system p", id="a reason never heard of: the pod itself"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_to_look_at(status, words):
    pod = a_pod(DS, "n1", name="p", ready=False, container_statuses=[status])
    assert words in sentence(judged(a_node("n1"), pod).reasons[0])


# --- init containers and sidecars ------------------------------------------------------------------


def with_init(*statuses, main="PodInitializing"):
    """A pod with the init container `setup` and the sidecar `proxy` (restartPolicy Always)."""
    inits = [a_container("setup"), a_container("proxy", restartPolicy="Always")]
    pod = a_pod(
        DS,
        "n1",
        phase="Pending",
        ready=False,
        container_statuses=[a_container_status(waiting=main)],
        initContainers=inits,
    )
    pod["status"]["initContainerStatuses"] = list(statuses)
    return pod


DONE = {**a_container_status("setup", ready=True), "state": {"terminated": {"exitCode": 0}}}
CRASHED = {"waiting": "CrashLoopBackOff", "restarts": 3, "last_exit_code": 2}


def test_an_init_container_that_crashes_is_called_an_init_container():
    found = judged(a_node("n1"), with_init(a_container_status("setup", **CRASHED)))
    assert codes(found) == ["CrashLoopBackOff"]
    assert "The init container setup of" in sentence(found.reasons[0])


def test_a_sidecar_that_crashes_before_the_others_start_is_called_a_sidecar():
    found = judged(a_node("n1"), with_init(DONE, a_container_status("proxy", **CRASHED)))
    assert codes(found) == ["CrashLoopBackOff"]
    assert "The sidecar container proxy of" in sentence(found.reasons[0])


def test_a_sidecar_that_crashes_beside_running_containers_keeps_the_pod_unready():
    pod = with_init(DONE, a_container_status("proxy", **CRASHED))
    pod["status"] |= {"phase": "Running", "containerStatuses": [a_container_status()]}
    found = judged(a_node("n1"), pod)
    assert (found.state, codes(found)) == ("NotReady", ["CrashLoopBackOff"])
    assert "The sidecar container proxy of" in sentence(found.reasons[0])


def test_a_sidecar_that_is_starting_holds_the_others_up_by_its_startup_probe():
    starting = {**a_container_status("proxy", ready=False), "started": False}
    found = judged(a_node("n1"), with_init(DONE, starting))
    assert codes(found) == ["StartupProbeFailing"]
    assert "The sidecar container proxy of" in sentence(found.reasons[0])


def test_a_sidecar_whose_readiness_probe_fails_keeps_the_pod_unready():
    unready = {**a_container_status("proxy", ready=False), "started": True}
    pod = with_init(DONE, unready)
    pod["status"] |= {"phase": "Running", "containerStatuses": [a_container_status()]}
    found = judged(a_node("n1"), pod)
    assert codes(found) == ["ReadinessProbeFailing"]
    assert "The sidecar container proxy of" in sentence(found.reasons[0])


def test_a_sidecar_that_runs_gives_way_to_the_container_that_fails():
    running = {**a_container_status("proxy"), "started": True}
    found = judged(a_node("n1"), with_init(DONE, running, main="ImagePullBackOff"))
    assert codes(found) == ["ImagePullBackOff"]
    assert "The container main of" in sentence(found.reasons[0])


def test_an_init_container_at_work_is_no_failure():
    working = {
        **a_container_status("setup", ready=False),
        "state": {"running": {"startedAt": ago(seconds=5)}},
    }
    found = judged(a_node("n1"), with_init(working))
    assert (codes(found), found.outlook) == (["InitContainerRunning"], "heals")
