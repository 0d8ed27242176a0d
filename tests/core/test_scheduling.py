"""The scheduler's sums and conflicts, applied to one node."""

from typing import get_args

import pytest

from kubectl_ds.core.coverage_reasons import NodeReason, code_of
from kubectl_ds.core.reason import Fact
from kubectl_ds.core.scheduling.host_ports import HostPort
from kubectl_ds.core.scheduling.node_room import RoomIndex, lacks
from kubectl_ds.core.scheduling.pod_requests import pod_requests
from kubectl_ds.core.scheduling.scheduler_words import scheduler_words
from tests.clusters import a_container, a_node, a_pod, model

MI = 2**20


def requesting(*containers, init=(), **spec):
    return a_pod(None, "n1", containers=list(containers), initContainers=list(init), **spec)


def c(cpu, name="main", **fields):
    return a_container(name, requests={"cpu": cpu}, **fields)


def sidecar(cpu, name="side"):
    return c(cpu, name, restartPolicy="Always")


@pytest.mark.parametrize(
    ("pod", "cpu"),
    [
        pytest.param(requesting(c("100m"), c("0.25", "b")), 350, id="containers add up"),
        pytest.param(requesting(c("0.0001")), 1, id="less than a millicore is rounded up"),
        pytest.param(requesting(c("100.5m"), c("100.5m", "b")), 201, id="the sum is rounded, not its parts"),
        pytest.param(requesting(c("100m"), init=[c("1", "i"), c("500m", "j")]), 1000, id="the largest init container counts, not their sum"),
        pytest.param(requesting(c("100m"), init=[sidecar("200m")]), 300, id="a sidecar adds to the containers"),
        pytest.param(requesting(c("100m"), init=[sidecar("200m"), c("900m", "i")]), 1100, id="an init container runs beside the sidecars before it"),
        pytest.param(requesting(c("100m"), init=[c("900m", "i"), sidecar("200m")]), 900, id="and not beside the ones after it"),
        pytest.param(requesting(c("100m"), init=[sidecar("1"), sidecar("2", "t")]), 3100, id="sidecars sum up while they start"),
        pytest.param(requesting(c("100m"), resources={"requests": {"cpu": "2"}}), 2000, id="pod level replaces the sum"),
        pytest.param(requesting(c("100m"), overhead={"cpu": "50m"}), 150, id="overhead comes on top"),
        pytest.param(requesting(c("100m"), resources={"requests": {"cpu": "2"}}, overhead={"cpu": "50m"}), 2050, id="overhead comes on top of the pod level too"),
    ],
)  # fmt: skip
def test_what_a_pod_requests(pod, cpu):
    assert pod_requests(model(pod))["cpu"] == cpu


def test_the_pod_level_knows_no_extended_resource():
    pod = requesting(c("1"), resources={"requests": {"nvidia.com/gpu": "4", "memory": "1Mi"}})
    assert pod_requests(model(pod)) == {"cpu": 1000, "memory": MI}


@pytest.mark.parametrize(
    ("conditions", "in_place", "cpu"),
    [
        pytest.param([], True, 900, id="the largest of wish, actual and allocated counts on a node"),
        pytest.param([{"type": "PodResizePending", "reason": "Infeasible", "status": "True"}], True, 300, id="an infeasible wish does not"),
        pytest.param([], False, 900, id="a pod that is not placed yet counts by its spec"),
    ],
)  # fmt: skip
def test_a_pod_that_is_being_resized(conditions, in_place, cpu):
    status = {
        "name": "main",
        "resources": {"requests": {"cpu": "200m"}},
        "allocatedResources": {"cpu": "300m"},
    }
    pod = requesting(c("900m"), conditions=conditions, container_statuses=[status])
    assert pod_requests(model(pod), in_place=in_place)["cpu"] == cpu


def status_of(name, actual, allocated):
    return {
        "name": name,
        "resources": {"requests": {"cpu": actual}},
        "allocatedResources": {"cpu": allocated},
    }


def test_containers_that_are_resized_in_opposite_directions_count_by_the_larger_sum():
    statuses = [status_of("main", "200m", "200m"), status_of("b", "700m", "700m")]
    pod = requesting(c("900m"), c("100m", "b"), container_statuses=statuses)
    assert pod_requests(model(pod), in_place=True)["cpu"] == 1000


@pytest.mark.parametrize(
    ("conditions", "cpu"),
    [
        pytest.param([], 2000, id="the largest of wish, actual and allocated counts"),
        pytest.param(
            [{"type": "PodResizePending", "reason": "Infeasible"}], 1500, id="an infeasible wish does not"
        ),
    ],
)
def test_a_pod_that_is_being_resized_at_pod_level(conditions, cpu):
    pod = requesting(c("100m"), resources={"requests": {"cpu": "2"}}, conditions=conditions)
    pod["status"] |= {"resources": {"requests": {"cpu": "1"}}, "allocatedResources": {"cpu": "1500m"}}
    assert pod_requests(model(pod), in_place=True)["cpu"] == cpu


def room(*pods, besides=None):
    besides = besides or a_pod(None, "n1", bound=False, name="new")
    return RoomIndex(model(one) for one in pods).tenants("n1", besides=model(besides))


@pytest.mark.parametrize(
    ("pod", "counted"),
    [
        pytest.param(a_pod(None, "n1", name="a"), True, id="a running pod"),
        pytest.param(a_pod(None, "n1", name="a", deleting=True), True, id="a terminating pod"),
        pytest.param(
            a_pod(None, "n1", name="a", phase="Pending"), True, id="a bound pod that has not started"
        ),
        pytest.param(a_pod(None, "n1", name="a", phase="Failed"), False, id="a failed pod takes no room"),
        pytest.param(a_pod(None, "n2", name="a"), False, id="a pod of another node takes no room"),
        pytest.param(a_pod(None, "n1", name="a", bound=False), False, id="an unbound pod takes no room"),
    ],
)
def test_what_takes_room_on_a_node(pod, counted):
    assert bool(room(pod)) is counted


@pytest.mark.parametrize(("priority", "counted"), [(5, True), (4, False), (6, True)])
def test_a_nominated_pod_takes_room_unless_it_is_less_important(priority, counted):
    nominated = a_pod(None, "n1", name="a", bound=False, priority=priority)
    nominated["status"]["nominatedNodeName"] = "n1"
    assert bool(room(nominated, besides=a_pod(None, "n1", name="b", bound=False, priority=5))) is counted


def test_a_resource_that_the_node_does_not_list_is_there_zero_times():
    (lack,) = lacks({"example.com/dongle": 1}, model(a_node("n1")), ())
    assert (lack.resource, lack.free, lack.allocatable) == ("example.com/dongle", 0, 0)


def test_nothing_asked_for_is_never_lacking():
    assert lacks({"example.com/dongle": 0}, model(a_node("n1")), ()) == []


ANY = "0.0.0.0"


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        pytest.param(("TCP", ANY), ("TCP", ANY), True, id="the same port on every address"),
        pytest.param(("TCP", ANY), ("UDP", ANY), False, id="protocols do not meet"),
        pytest.param(("TCP", "10.0.0.1"), ("TCP", "10.0.0.2"), False, id="two addresses do not meet"),
        pytest.param(("TCP", "10.0.0.1"), ("TCP", ANY), True, id="one address meets every address"),
        pytest.param(("TCP", "10.0.0.1"), ("TCP", "10.0.0.1"), True, id="the same address"),
    ],
)
def test_host_ports_conflict(one, other, conflict):
    first, second = HostPort(80, *one), HostPort(80, *other)
    assert first.conflicts_with(second) is conflict
    assert second.conflicts_with(first) is conflict
    assert not first.conflicts_with(HostPort(81, *other))


PIN = "2 node(s) didn't match Pod's node affinity/selector"


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        pytest.param(f"0/3 nodes are available: 1 Insufficient cpu, {PIN}.", ["InsufficientCPU"], id="what the other nodes say is left out"),
        pytest.param("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/dongle. preemption: 0/1 nodes are available: 1 No preemption victims found.", ["InsufficientCPU", "InsufficientResource"], id="the preemption part is no cause"),
        pytest.param(f"0/3 nodes are available: 1 Too many pods, {PIN}.", ["TooManyPods"], id="pod slots"),
        pytest.param(f"0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, {PIN}.", ["HostPortConflict"], id="ports"),
        pytest.param('0/3 nodes are available: persistentvolumeclaim "a" not found.', ["VolumeConflict"], id="a claim that is missing, with no count in front"),
        pytest.param("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.", ["VolumeConflict"], id="an unbound claim"),
        pytest.param("0/3 nodes are available: 1 node(s) had untolerated taint {a: b, c}, 2 node(s) were unschedulable.", [], id="taints are computed, commas in them split nothing"),
        pytest.param("no words of this form", [], id="other words give nothing"),
    ],
)  # fmt: skip
def test_the_schedulers_words(message, codes):
    pod = model(a_pod(None, "n1", bound=False))
    assert [code_of(one) for one in scheduler_words(pod, message, computed=False)] == codes


def test_every_reason_has_a_code_a_source_and_an_outlook():
    facts = [one for one in get_args(NodeReason) if issubclass(one, Fact)]
    assert len(facts) > 20
    for one in facts:
        names = {*one.__struct_fields__, *dir(one)}
        assert {"code", "source", "outlook"} <= names, one
        assert one.varying <= set(one.__struct_fields__), one
