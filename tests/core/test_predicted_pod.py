"""The pod that the controller would create, as defaults and admission leave it."""

import msgspec
import pytest

from kubectl_ds.core.binding import binding_of
from kubectl_ds.core.model import LimitRange, PriorityClass, RuntimeClass
from kubectl_ds.core.ownership import target_node_name
from kubectl_ds.core.predicted_pod import Admission, predicted_pod
from kubectl_ds.core.scheduling.host_ports import host_ports
from kubectl_ds.core.scheduling.pod_requests import pod_limits, pod_requests
from tests.clusters import a_container, a_daemonset, a_term, affinity_to, controller_tolerations, model


def a_limit_range(*limits, namespace="kube-system", name="defaults"):
    raw = {"metadata": {"name": name, "namespace": namespace}, "spec": {"limits": list(limits)}}
    return msgspec.convert(raw, LimitRange)


def container_defaults(request=None, limit=None):
    return {"type": "Container", "defaultRequest": request or {}, "default": limit or {}}


def predicted(daemonset, **admission):
    return predicted_pod(model(daemonset), "n1", Admission(**admission))


def test_it_is_pinned_to_its_node_and_bound_to_none():
    daemonset = a_daemonset("cni", affinity=affinity_to(a_term(("zone", "In", ["a"]))))
    pod = predicted(daemonset)
    assert (target_node_name(pod), pod.spec.node_name) == ("n1", "")
    assert binding_of(pod, model(daemonset)).how == "Unbound"


def test_a_template_with_a_node_name_binds_it_at_birth():
    assert predicted(a_daemonset("cni", nodeName="n1")).spec.node_name == "n1"


def test_it_carries_the_templates_tolerations_and_the_controllers():
    daemonset = a_daemonset("cni", tolerations=[{"key": "gpu", "operator": "Exists"}], hostNetwork=True)
    spec = daemonset["spec"]["template"]["spec"]
    keys = [one.key for one in predicted(daemonset).spec.tolerations]
    assert keys == ["gpu", *(one["key"] for one in controller_tolerations(spec))]


REQUESTS = [
    pytest.param({"requests": {"cpu": "1"}}, [], {"cpu": 1000}, id="a request stays"),
    pytest.param({"limits": {"cpu": "1"}}, [], {"cpu": 1000}, id="a limit alone is a request too"),
    pytest.param(
        {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "1Ki"}},
        [],
        {"cpu": 1000, "memory": 1024},
        id="resource by resource",
    ),
    pytest.param(
        {}, [a_limit_range(container_defaults({"cpu": "50m"}))], {"cpu": 50}, id="a LimitRange fills in"
    ),
    pytest.param(
        {"limits": {"cpu": "1"}},
        [a_limit_range(container_defaults({"cpu": "50m"}))],
        {"cpu": 1000},
        id="the API's default comes before the LimitRange",
    ),
    pytest.param(
        {},
        [a_limit_range(container_defaults({"cpu": "50m"}), namespace="other")],
        {},
        id="a LimitRange of another namespace does not",
    ),
    pytest.param(
        {}, [a_limit_range({"type": "Pod", "defaultRequest": {"cpu": "1"}})], {}, id="nor one of another type"
    ),
    pytest.param(
        {},
        [
            a_limit_range(container_defaults({"cpu": "50m"})),
            a_limit_range(container_defaults({"cpu": "80m", "memory": "1Ki"}), name="more"),
        ],
        {"cpu": 50, "memory": 1024},
        id="a second one fills in what the first has left open",
    ),
]


@pytest.mark.parametrize(("resources", "limit_ranges", "expected"), REQUESTS)
def test_requests(resources, limit_ranges, expected):
    daemonset = a_daemonset("cni", containers=[a_container(resources=resources)])
    assert pod_requests(predicted(daemonset, limit_ranges=tuple(limit_ranges))) == expected


def test_init_containers_get_the_defaults_too():
    daemonset = a_daemonset("cni", containers=[a_container()], initContainers=[a_container("init")])
    limits = (a_limit_range(container_defaults({"cpu": "50m"}, {"cpu": "1"})),)
    pod = predicted(daemonset, limit_ranges=limits)
    assert [one.resources.requests for one in pod.spec.init_containers] == [{"cpu": "50m"}]
    assert pod_limits(pod) == {"cpu": 1000}


def test_a_runtime_class_adds_its_overhead_selector_and_tolerations():
    raw = {
        "metadata": {"name": "gvisor"},
        "overhead": {"podFixed": {"cpu": "100m"}},
        "scheduling": {
            "nodeSelector": {"runtime": "gvisor"},
            "tolerations": [{"key": "gvisor", "operator": "Exists"}],
        },
    }
    daemonset = a_daemonset(
        "cni",
        runtimeClassName="gvisor",
        nodeSelector={"zone": "a"},
        containers=[a_container(requests={"cpu": "1"})],
    )
    pod = predicted(daemonset, runtime_classes=(msgspec.convert(raw, RuntimeClass),))
    assert pod_requests(pod) == {"cpu": 1100}
    assert pod.spec.node_selector == {"zone": "a", "runtime": "gvisor"}
    assert "gvisor" in [one.key for one in pod.spec.tolerations]


PRIORITIES = tuple(
    msgspec.convert({"metadata": {"name": name}, "value": value, **more}, PriorityClass)
    for name, value, more in (
        ("high", 1000, {"preemptionPolicy": "Never"}),
        ("usual", 10, {"globalDefault": True}),
        ("low", 5, {"globalDefault": True}),
    )
)


@pytest.mark.parametrize(
    ("spec", "classes", "priority", "policy"),
    [
        pytest.param({"priorityClassName": "high"}, PRIORITIES, 1000, "Never", id="the class asked for"),
        pytest.param({}, PRIORITIES, 5, "PreemptLowerPriority", id="the lowest of the defaults"),
        pytest.param({}, (), 0, "PreemptLowerPriority", id="without a default 0"),
    ],
)
def test_priority(spec, classes, priority, policy):
    pod = predicted(a_daemonset("cni", **spec), priority_classes=classes)
    assert (pod.spec.priority, pod.spec.preemption_policy) == (priority, policy)


def test_on_a_host_network_every_port_is_a_host_port():
    ports = [{"containerPort": 80}, {"containerPort": 90, "hostPort": 91, "protocol": "UDP"}]
    wanted = host_ports(
        predicted(a_daemonset("cni", hostNetwork=True, containers=[a_container(ports=ports)]))
    )
    assert [(one.port, one.protocol) for one in wanted] == [(80, "TCP"), (91, "UDP")]
    assert [
        one.port for one in host_ports(predicted(a_daemonset("cni", containers=[a_container(ports=ports)])))
    ] == [91]
