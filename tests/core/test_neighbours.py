"""Other pods in the way, or missing: the scheduler's word, and the pods of the node that it is about."""

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of, source_of
from kubectl_ds.output.reasons import sentence
from tests.clusters import a_daemonset, a_node, a_pod, a_revision, snapshot_of, unschedulable

NOT_HERE = "4 node(s) didn't satisfy plugin(s) [NodeAffinity]"
OWN = f"0/5 nodes are available: 1 node(s) didn't match pod anti-affinity rules, {NOT_HERE}."
OTHERS = f"0/5 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules, {NOT_HERE}."
AFFINITY = f"0/5 nodes are available: 1 node(s) didn't match pod affinity rules, {NOT_HERE}."
SPREAD = f"0/5 nodes are available: 1 node(s) didn't match pod topology spread constraints, {NOT_HERE}."
UNLABELLED = SPREAD.replace("constraints,", "constraints (missing required label),")


def rule(kind="podAntiAffinity", *, key="kubernetes.io/hostname", labels=None, **more):
    selector = {"matchLabels": {"noisy": "yes"} if labels is None else labels}
    term = {"topologyKey": key, "labelSelector": selector, **more}
    return {"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


def noisy(name="loud", **more):
    return a_pod(None, "n1", name=name, labels={"noisy": "yes"}, **more)


def judged(message, *others, template=None, surge=0, **pod):
    ds = a_daemonset("cni", max_surge=surge, **(template or {}))
    waiting = a_pod(ds, "n1", name="waits", bound=False, conditions=unschedulable(message), **pod)
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1"), waiting, *others)).items
    (reason,) = item.nodes[0].reasons
    return reason, item.nodes[0].outlook


@pytest.mark.parametrize(
    ("others", "pod", "outlook", "words"),
    [
        pytest.param([noisy()], {}, "stuck", "because of the pod kube-system/loud; move what is in the way", id="it is named"),
        pytest.param([noisy("a"), noisy("b")], {}, "stuck", "because of the pods kube-system/a and kube-system/b", id="all of them are"),
        pytest.param([noisy(deleting=True)], {}, "heals", "is terminating", id="one that is terminating"),
        pytest.param([noisy()], {"priority": 5}, "heals", "evicts", id="one of lower priority"),
        pytest.param([noisy()], {"priority": 5, "preemptionPolicy": "Never"}, "stuck", "move what is in the way", id="a pod that may evict nothing"),
        pytest.param([noisy(namespace="elsewhere")], {}, "unknown", "is not on the node itself", id="pods of another namespace do not count"),
        pytest.param([], {}, "unknown", "(per kubernetes.io/hostname)", id="one that was not read"),
    ],
)  # fmt: skip
def test_the_pods_own_anti_affinity(others, pod, outlook, words):
    reason, found = judged(OWN, *others, template=rule(), **pod)
    assert (code_of(reason), found) == ("PodAntiAffinityConflict", outlook)
    assert words in sentence(reason)
    assert source_of(reason) == ("computed" if reason.blockers else "pod")


@pytest.mark.parametrize(
    ("more", "namespace", "named"),
    [
        pytest.param({"namespaces": ["elsewhere"]}, "elsewhere", True, id="namespaces that the rule lists"),
        pytest.param({"namespaces": ["elsewhere"]}, "kube-system", False, id="and then not the pod's own"),
        pytest.param({"namespaceSelector": {}}, "elsewhere", True, id="an empty selector means all"),
        pytest.param({"namespaceSelector": {"matchLabels": {"a": "b"}}}, "elsewhere", False, id="labels of namespaces are not read"),
    ],
)  # fmt: skip
def test_the_namespaces_of_a_rule(more, namespace, named):
    reason, _ = judged(OWN, noisy(namespace=namespace), template=rule(**more))
    assert bool(reason.blockers) is named


def test_a_surge_and_anti_affinity_between_its_own_pods():
    template = rule(labels={"app": "cni"})
    ds = a_daemonset("cni", max_surge=1, **template)
    old = a_pod(
        ds, "n1", name="old", ready=False, revision_hash="old", labels={"pod-template-generation": "0"}
    )
    waiting = a_pod(ds, "n1", name="waits", bound=False, conditions=unschedulable(OWN))
    old["status"]["conditions"] = [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2026-09-01T08:00:00Z"}
    ]
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1"), waiting, old)).items
    (reason,) = item.nodes[0].reasons
    assert (item.nodes[0].state, item.nodes[0].outlook) == ("Ready", "stuck")
    assert "use maxUnavailable" in sentence(reason)


def test_another_pods_anti_affinity_against_this_one():
    loner = a_pod(None, "n1", name="loner", **rule(labels={"app": "cni"}))
    indifferent = a_pod(None, "n1", name="other", **rule(labels={"app": "else"}))
    reason, outlook = judged(OTHERS, loner, indifferent)
    assert (reason.blockers, outlook) == (("kube-system/loner",), "stuck")
    assert "pod kube-system/loner on the node has a required anti-affinity" in sentence(reason)


def test_a_pod_affinity_says_what_it_wants():
    reason, outlook = judged(AFFINITY, template=rule("podAffinity", labels={"app": "db"}))
    assert (code_of(reason), outlook) == ("PodAffinityMismatch", "unknown")
    assert "wants app=db per kubernetes.io/hostname" in sentence(reason)


def spread(key):
    return {
        "topologySpreadConstraints": [
            {"topologyKey": key, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
        ]
    }


@pytest.mark.parametrize(
    ("message", "template", "outlook", "words"),
    [
        pytest.param(UNLABELLED, spread("zone"), "stuck", "the node has no label zone", id="a label that the node lacks"),
        pytest.param(SPREAD, spread("kubernetes.io/hostname"), "unknown", "over kubernetes.io/hostname (maxSkew 1) too uneven", id="a skew that is too large"),
        pytest.param(SPREAD, {}, "unknown", "make the spread too uneven", id="the scheduler's own defaults"),
    ],
)  # fmt: skip
def test_a_topology_spread(message, template, outlook, words):
    reason, found = judged(message, template=template)
    assert (code_of(reason), found) == ("TopologySpreadConflict", outlook)
    assert words in sentence(reason)
