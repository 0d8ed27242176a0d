"""How a pod was tied to its node, and who did it."""

from typing import Any

import pytest

from kubectl_ds.core.binding import binding_of, scheduled_by_pod
from kubectl_ds.core.model import Event, EventSource, ObjectReference
from tests.clusters import a_daemonset, a_pod, a_term, affinity_to, model

CNI = a_daemonset("cni")
HARD = a_daemonset("hard", nodeName="n1")
LEGACY = "kubernetes.io/daemonset-controller"


def static(pod: dict[str, Any]) -> dict[str, Any]:
    pod["metadata"]["ownerReferences"] = [{"kind": "Node", "name": "n1", "uid": "x", "controller": True}]
    return pod


def several(node: str) -> dict[str, Any]:
    return a_pod(CNI, node, affinity=affinity_to(a_term(fields=[("metadata.name", "In", ["n1", "n2"])])))


@pytest.mark.parametrize(
    ("owner", "pod", "how", "bound_by", "agrees", "note"),
    [
        pytest.param(
            CNI, a_pod(CNI, "n1"), "NodeAffinity", "Scheduler", True, None, id="pinned and scheduled there"
        ),
        pytest.param(
            CNI, a_pod(CNI, "n1", bound=False), "Unbound", "Nobody", True, None, id="pinned, not bound"
        ),
        pytest.param(
            CNI,
            a_pod(CNI, "n1", pin="n2"),
            "NodeAffinity",
            "Unknown",
            False,
            "PinIgnored",
            id="bound past its pin",
        ),
        pytest.param(
            CNI, a_pod(CNI, "n1", pin=None), "NodeName", "Unknown", True, "NoPin", id="bound without a pin"
        ),
        pytest.param(
            CNI,
            a_pod(CNI, "n1", pin=None, schedulerName=LEGACY),
            "NodeName",
            "DaemonSetController",
            True,
            "LegacyController",
            id="bound by the controller, as up to v1.11",
        ),
        pytest.param(
            HARD,
            a_pod(HARD, "n1"),
            "NodeAffinity",
            "Template",
            True,
            "TemplateNodeName",
            id="born on the template's node",
        ),
        pytest.param(
            CNI, a_pod(None, "n1"), "NodeName", "Unknown", True, "Orphan", id="an orphan made by hand"
        ),
        pytest.param(
            CNI, static(a_pod(None, "n1")), "NodeName", "Kubelet", True, "StaticPod", id="a static pod"
        ),
        pytest.param(
            CNI, several("n1"), "NodeAffinity", "Unknown", True, "SeveralPins", id="a pin of two names"
        ),
        pytest.param(
            CNI, several("n3"), "NodeAffinity", "Unknown", False, "PinIgnored", id="on neither of two names"
        ),
    ],
)
def test_bindings(owner: Any, pod: Any, how: str, bound_by: str, agrees: bool, note: str | None):
    binding = binding_of(model(pod), model(owner))
    assert (binding.how, binding.bound_by, binding.agrees, binding.note) == (how, bound_by, agrees, note)


def test_a_binding_names_pin_node_and_scheduler():
    binding = binding_of(model(a_pod(CNI, "n1", pin="n2", schedulerName="fancy")), model(CNI))
    assert (binding.pinned_to, binding.node_name, binding.scheduler) == ("n2", "n1", "fancy")
    assert binding_of(model(a_pod(CNI, "n1", schedulerName="")), model(CNI)).scheduler == "default-scheduler"


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(
            Event(reason="Scheduled", source=EventSource(component="fancy")), id="an old event's source"
        ),
        pytest.param(
            Event(reason="Scheduled", reporting_component="fancy"), id="a new event's reporting component"
        ),
    ],
)
def test_a_scheduled_event_gives_the_binder_away(event: Event):
    pod = model(a_pod(CNI, "n1", pin=None))
    about = ObjectReference(kind="Pod", uid=pod.metadata.uid)
    told = scheduled_by_pod(
        [
            Event(
                reason=event.reason,
                source=event.source,
                reporting_component=event.reporting_component,
                involved_object=about,
            )
        ]
    )
    binding = binding_of(pod, model(CNI), scheduled_by=told[pod.metadata.uid])
    assert (binding.bound_by, binding.actor) == ("Scheduler", "fancy")


def test_other_events_tell_nothing():
    assert (
        scheduled_by_pod([Event(reason="Pulled", involved_object=ObjectReference(kind="Pod", uid="u"))]) == {}
    )
