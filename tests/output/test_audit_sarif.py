"""`audit -o sarif`: valid by the standard's own schema, and all that GitHub's code scanning reads is there."""

from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport, Unjudged
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.output.audit_formats import audit_in_format
from tests.output.audits import (
    AUDIT,
    DECIDED,
    FINDING,
    HOSTILE_TEXTS,
    INCOMPLETE,
    NOTHING_FOUND,
    hostile,
    is_plain,
)
from tests.output.readers import read_sarif


def run_of(report: AuditReport) -> dict[str, Any]:
    return read_sarif(audit_in_format(report, "sarif", "error").encode("utf-8").decode("utf-8"))


def test_the_schema_is_one_that_can_refuse():
    with pytest.raises(jsonschema.ValidationError):
        read_sarif('{"version": "2.1.0", "runs": [{"results": []}]}')


def test_a_result_names_rule_level_and_place():
    run = run_of(AUDIT)
    result = run["results"][0]
    assert (result["ruleId"], result["level"]) == ("DS001", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "DS001"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "kube-system/daemonset/cni"},
        "region": {"startLine": 1},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "kube-system/daemonset/cni"
    assert result["message"]["text"] == (
        "2 of the 3 nodes where it belongs have no pod of it. Nodes: n2, n10. "
        "Mend: Look with `kubectl ds coverage cni -n kube-system`."
    )
    assert result["properties"]["patch"] == {"type": "merge", "body": {"spec": {"minReadySeconds": 5}}}


def test_levels_are_those_of_the_standard():
    assert [one["level"] for one in run_of(AUDIT)["results"]] == ["error", "warning", "note", "note"]


def test_every_rule_brings_its_help():
    rules = run_of(replace(AUDIT, rules=tuple(rule.id for rule in RULES)))["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [rule.id for rule in RULES]
    for one, rule in zip(rules, RULES, strict=True):
        for text in (rule.means, rule.why, rule.mend):
            assert text in one["help"]["text"]
            assert text in one["help"]["markdown"]
        assert one["shortDescription"]["text"]
        assert "helpUri" not in one


def test_a_rule_that_was_not_applied_is_not_named():
    assert run_of(replace(NOTHING_FOUND, rules=()))["tool"]["driver"]["rules"] == []


def fingerprint(**changes: Any) -> tuple[str, str]:
    report = replace(AUDIT, findings=(replace(FINDING, **changes),))
    prints = run_of(report)["results"][0]["partialFingerprints"]
    return prints["finding/v1"], prints["primaryLocationLineHash"]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({"nodes": ("n7",)}, True, id="other nodes: the same finding"),
        pytest.param({"message": "1 node."}, True, id="other words: the same finding"),
        pytest.param({"level": "warning"}, True, id="another level: the same finding"),
        pytest.param({"rule": "DS002"}, False, id="another rule"),
        pytest.param({"namespace": "edge"}, False, id="another namespace"),
        pytest.param({"name": "cni2"}, False, id="another DaemonSet"),
        pytest.param({"subject": "agent"}, False, id="another part of it"),
        pytest.param(
            {"namespace": "kube-systemcni", "name": ""}, False, id="the same letters, parted elsewhere"
        ),
    ],
)
def test_a_fingerprint_is_that_of_the_finding(changes: dict[str, Any], same: bool):
    for before, now in zip(fingerprint(), fingerprint(**changes), strict=True):
        assert (before == now) is same


def test_fingerprints_never_change():
    """GitHub would close all alerts and open them anew."""
    assert fingerprint() == (
        "ca56719b661c821ea4d29a11ef960e723280aadcadb95d8010ab2dedd29e4258",
        "ca56719b661c821e:1",
    )


def test_what_is_known_and_what_is_excepted_is_marked():
    """What is gone is no result: GitHub does not read `baselineState`, and would open an alert for it."""
    results = run_of(DECIDED)["results"]
    assert [one.get("baselineState") for one in results] == ["new", "unchanged", None, None]
    assert [one.get("suppressions") for one in results[:2]] == [None, None]
    for one in results[2:]:
        (suppression,) = one["suppressions"]
        assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
        assert suppression["justification"].endswith("Edge sleeps at night. Until 2026-12-31.")


def test_without_a_baseline_nothing_is_called_new():
    assert not any("baselineState" in one for one in run_of(AUDIT)["results"])


def test_a_run_that_saw_everything_was_successful():
    assert run_of(AUDIT)["invocations"] == [{"executionSuccessful": True}]


def test_what_could_not_be_read_makes_the_run_unsuccessful():
    (invocation,) = run_of(INCOMPLETE)["invocations"]
    assert invocation["executionSuccessful"] is False
    gap, unjudged = invocation["toolExecutionNotifications"]
    assert gap == {"level": "error", "message": {"text": "pods is forbidden: User cannot list resource."}}
    assert unjudged["associatedRule"] == {"id": "DS001", "index": 0}
    assert unjudged["message"]["text"].startswith("Without pods, DS001 could not be applied everywhere")
    assert [one["logicalLocations"][0]["name"] for one in unjudged["locations"]] == [
        "kube-proxy",
        "log-agent",
    ]


def test_a_rule_that_could_not_be_applied_at_all_has_no_place():
    whole = Unjudged(rule="DS001", daemonset=None, lacking=("nodes", "pods"))
    (invocation,) = run_of(replace(NOTHING_FOUND, unjudged=(whole,)))["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert told["locations"] == []
    assert told["message"]["text"].startswith("Without nodes and pods, DS001")


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    run = run_of(hostile(text))
    result = run["results"][0]
    kept = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert result["properties"]["namespace"] == kept, "what scripts read is kept as it is"
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert [unquote(part) for part in uri.split("/")] == [kept, "daemonset", kept]
    words = result["message"]["text"]
    assert is_plain(words)
    assert not {"{0}", "{name}"} & set(words.replace("{{", "").replace("}}", "").split())
    assert "[click](" not in words.replace("\\[", "")


def test_braces_are_doubled_and_links_are_none():
    (first, *_) = run_of(hostile("{0} [a](1)"))["results"]
    assert first["message"]["text"].startswith(r"{{0}} \[a](1)")
