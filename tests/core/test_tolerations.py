"""What the controller adds to a template's tolerations; the matching itself is in tests/conformance."""

from kubectl_ds.core.feature_gates import FeatureGates, infer_feature_gates
from kubectl_ds.core.model import Toleration
from kubectl_ds.core.tolerations import controller_tolerations, merged_tolerations
from tests.clusters import a_daemonset, a_pod, model

NOT_READY = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}


def test_host_network_adds_the_seventh():
    plain = model(a_daemonset("cni")).spec.template.spec
    host = model(a_daemonset("cni", hostNetwork=True)).spec.template.spec
    assert len(controller_tolerations(plain)) == 6
    assert controller_tolerations(host)[-1].key == "node.kubernetes.io/network-unavailable"


def test_an_equal_one_is_replaced_in_place_and_loses_its_seconds():
    spec = model(
        a_daemonset("cni", tolerations=[{**NOT_READY, "tolerationSeconds": 9}, {"operator": "Exists"}])
    )
    merged = merged_tolerations(spec.spec.template.spec)
    assert merged[0] == Toleration(key="node.kubernetes.io/not-ready", operator="Exists", effect="NoExecute")
    assert [one.key for one in merged].count("node.kubernetes.io/not-ready") == 1
    assert len(merged) == 7


def test_one_that_differs_stays_beside_the_controllers():
    own = {"key": "node.kubernetes.io/not-ready", "operator": "Equal", "value": "x", "effect": "NoExecute"}
    merged = merged_tolerations(model(a_daemonset("cni", tolerations=[own])).spec.template.spec)
    assert [one.operator for one in merged if one.key == "node.kubernetes.io/not-ready"] == [
        "Equal",
        "Exists",
    ]


def test_a_live_comparing_toleration_gives_the_gate_away():
    comparing = a_daemonset("cni", tolerations=[{"key": "sla", "operator": "Gt", "value": "5"}])
    plain = a_daemonset("log", tolerations=[{"key": "sla", "operator": "Exists"}])
    on = FeatureGates(taint_toleration_comparison_operators=True)
    assert infer_feature_gates([model(plain)]) == FeatureGates()
    assert infer_feature_gates([model(plain), model(comparing)]) == on
    assert infer_feature_gates([model(plain)], [model(a_pod(comparing, "n1"))]) == on
