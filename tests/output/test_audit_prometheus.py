"""`audit -o prometheus`, as the official client's parser reads it. tests/prometheus asks Prometheus itself."""

from typing import Any

import pytest
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport, Unjudged
from kubectl_ds.output.audit_formats import audit_in_format
from tests.clusters import NOW
from tests.output.audits import AUDIT, DECIDED, HOSTILE_TEXTS, INCOMPLETE, NOTHING_FOUND, hostile, is_plain
from tests.output.readers import read_prometheus

CNI = {"namespace": "kube-system", "daemonset": "cni"}


def samples_of(report: AuditReport) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Labels and values by metric."""
    text = audit_in_format(report, "prometheus", "error").encode("utf-8").decode("utf-8")
    families = read_prometheus(text)
    return {family.name: [(one.labels, one.value) for one in family.samples] for family in families}


def test_findings_are_counted_by_rule_level_and_daemonset():
    rule: dict[str, Any] = {"rule": "DS001", "rule_name": "missing-pods"}
    assert samples_of(AUDIT)["kubectl_ds_audit_findings"] == [
        ({**rule, "level": "error", **CNI}, 1),
        ({**rule, "level": "warning", **CNI, "daemonset": "log-agent"}, 1),
        ({**rule, "level": "info", "namespace": "edge", "daemonset": "probe.v2"}, 2),
    ]


def test_what_is_known_or_excepted_is_counted_by_itself():
    samples = samples_of(DECIDED)
    for metric, who, number in (
        ("findings", "cni", 1),
        ("known_findings", "log-agent", 1),
        ("excepted_findings", "probe.v2", 2),
    ):
        ((labels, value),) = samples[f"kubectl_ds_audit_{metric}"]
        assert (labels["daemonset"], value) == (who, number)
    assert samples["kubectl_ds_audit_expired_exceptions"] == [({}, 1)]


def test_nothing_found_is_no_sample():
    assert samples_of(NOTHING_FOUND)["kubectl_ds_audit_findings"] == []


def test_the_audit_says_when_it_was_and_that_it_saw_everything():
    samples = samples_of(AUDIT)
    assert samples["kubectl_ds_audit_complete"] == [({}, 1)]
    assert samples["kubectl_ds_audit_gaps"] == [({}, 0)]
    assert samples["kubectl_ds_audit_timestamp_seconds"] == [({}, NOW.timestamp())]


def test_an_audit_that_could_not_read_everything_says_so():
    samples = samples_of(INCOMPLETE)
    assert samples["kubectl_ds_audit_complete"] == [({}, 0)]
    assert samples["kubectl_ds_audit_gaps"] == [({}, 1)]
    assert samples["kubectl_ds_audit_rule_without_verdict"] == [({"rule": "DS001", "lacking": "pods"}, 1)]


def test_a_rule_without_a_verdict_alone_makes_it_incomplete():
    whole = Unjudged(rule="DS001", daemonset=None, lacking=("nodes", "pods"))
    samples = samples_of(replace(NOTHING_FOUND, unjudged=(whole,)))
    assert samples["kubectl_ds_audit_complete"] == [({}, 0)]
    assert samples["kubectl_ds_audit_rule_without_verdict"] == [
        ({"rule": "DS001", "lacking": "nodes,pods"}, 1)
    ]


def test_the_nodes_of_a_daemonset_by_state_are_all_nodes():
    states = samples_of(AUDIT)["kubectl_ds_daemonset_nodes"]
    assert [(labels["state"], value) for labels, value in states] == [
        ("Ready", 1),
        ("NotReady", 0),
        ("Pending", 0),
        ("Missing", 2),
        ("Extra", 1),
        ("Excluded", 1),
    ]


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("kubectl_ds_daemonset_eligible_nodes", 3),
        ("kubectl_ds_daemonset_updated_nodes", 1),
        ("kubectl_ds_daemonset_outdated_nodes", 0),
        ("kubectl_ds_daemonset_duplicate_nodes", 0),
        ("kubectl_ds_daemonset_orphaned_pods", 0),
    ],
)
def test_what_else_is_counted(metric: str, value: int):
    assert samples_of(AUDIT)[metric] == [(CNI, value)]


def test_what_could_not_be_known_has_no_sample_rather_than_0():
    samples = samples_of(INCOMPLETE)
    for name, values in samples.items():
        if name.startswith("kubectl_ds_daemonset"):
            assert {labels["daemonset"] for labels, _ in values} == {"cni"}, name


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    samples = samples_of(hostile(text))
    assert set(samples) == set(samples_of(AUDIT)), "no metric of the cluster's own"
    ((labels, _), *_) = samples["kubectl_ds_audit_findings"]
    assert is_plain(labels["namespace"])
    if is_plain(text):
        assert labels["namespace"] == labels["daemonset"] == text
