"""`audit -o junit`: valid by Jenkins' own schema, and read by other programs as it is meant."""

import pytest
from junitparser import Error, Failure, Skipped, TestCase
from lxml import etree
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport, FailOn, Unjudged
from kubectl_ds.output.audit_formats import audit_in_format
from tests.output.audits import (
    AUDIT,
    CAUSED,
    DECIDED,
    FINDING,
    HOSTILE_TEXTS,
    INCOMPLETE,
    NOTHING_FOUND,
    hostile,
    is_plain,
)
from tests.output.readers import read_junit

READ = "everything could be read"


def suites_of(report: AuditReport, fail_on: FailOn = "error") -> dict[str, list[TestCase]]:
    """Cases by suite."""
    text = audit_in_format(report, "junit", fail_on).encode("utf-8").decode("utf-8")
    return {suite.name: list(suite) for suite in read_junit(text)}


def told(case: TestCase) -> str:
    """`failure`, `error`, `skipped` or `passed`, the first as GitLab takes the first."""
    kinds = {Failure: "failure", Error: "error", Skipped: "skipped"}
    return next((kinds[type(one)] for one in case.result if type(one) in kinds), "passed")


def verdicts(report: AuditReport, fail_on: FailOn = "error") -> dict[str, str]:
    return {case.name: told(case) for cases in suites_of(report, fail_on).values() for case in cases}


def test_a_suite_is_a_daemonset_and_a_case_is_a_rule():
    suites = suites_of(AUDIT)
    assert list(suites) == [
        "audit",
        "edge/probe.v2",
        "kube-system/cni",
        "kube-system/kube-proxy",
        "kube-system/log-agent",
    ]
    (case,) = suites["kube-system/cni"]
    assert case.name == "DS001 missing-pods kube-system/cni", "GitLab's merge requests show the name alone"
    assert case.classname == "kube-system.cni", "Jenkins takes what is before the last point for a package"


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        pytest.param("error", {"cni"}, id="errors fail"),
        pytest.param("warning", {"cni", "log-agent"}, id="warnings too"),
        pytest.param("info", {"cni", "log-agent", "probe.v2"}, id="everything"),
        pytest.param("none", set(), id="nothing"),
    ],
)
def test_what_reaches_fail_on_fails(fail_on: FailOn, failing: set[str]):
    found = verdicts(AUDIT, fail_on)
    assert {name.split("/")[-1] for name, verdict in found.items() if verdict == "failure"} == failing
    assert set(found.values()) <= {"failure", "passed"}


def test_a_failure_tells_what_where_and_how_to_mend_it():
    (case,) = suites_of(AUDIT)["kube-system/cni"]
    (failure,) = case.result
    assert (failure.type, failure.message) == (
        "error",
        "2 of the 3 nodes where it belongs have no pod of it.",
    )
    assert failure.text == (
        "error: 2 of the 3 nodes where it belongs have no pod of it.\n"
        "Nodes: n2, n10\n"
        "Mend: Look with `kubectl ds coverage cni -n kube-system`.\n"
        """kubectl patch ds cni -n kube-system --type=merge -p '{"spec":{"minReadySeconds":5}}'"""
    )


def test_each_cause_stands_with_its_nodes():
    ((failure,), *_) = (
        case.result for case in suites_of(replace(AUDIT, findings=(CAUSED,)))["kube-system/cni"]
    )
    lines = failure.text.split("\n")
    assert lines[0] == "error: 2 of the 3 nodes where it belongs have no pod of it."
    assert lines[2:5] == ["Nodes: n2", "The controller will delete the pod.", "Nodes: n10"]


def test_what_does_not_reach_fail_on_is_output_of_a_case_that_passes():
    (case,) = suites_of(AUDIT)["kube-system/log-agent"]
    assert told(case) == "passed"
    assert case.system_out.startswith("warning: 2 of the 3 nodes")


def test_several_findings_of_one_rule_are_one_case_and_one_failure():
    (case,) = suites_of(AUDIT, "info")["edge/probe.v2"]
    (failure,) = case.result
    assert failure.message.endswith(" (and 1 more)")
    assert failure.text.count("info: ") == 2


def test_names_of_cases_are_the_same_whatever_is_found():
    """A finding that is gone is a case that passes: GitLab and Jenkins call it fixed."""
    assert verdicts(AUDIT).keys() == verdicts(NOTHING_FOUND).keys() == verdicts(INCOMPLETE).keys()
    assert set(verdicts(NOTHING_FOUND).values()) == {"passed"}


def test_gaps_are_errors_of_the_audit_and_of_the_cases_without_a_verdict():
    found = verdicts(INCOMPLETE)
    assert found == {
        READ: "error",
        "DS001 missing-pods edge/probe.v2": "passed",
        "DS001 missing-pods kube-system/cni": "failure",
        "DS001 missing-pods kube-system/kube-proxy": "error",
        "DS001 missing-pods kube-system/log-agent": "error",
    }
    (case,) = suites_of(INCOMPLETE)["audit"]
    assert case.result[0].text.split("\n")[0] == "pods is forbidden: User cannot list resource."


def test_a_rule_that_could_not_be_applied_at_all_is_an_error_for_every_daemonset():
    whole = Unjudged(rule="DS001", daemonset=None, lacking=("nodes",))
    assert set(verdicts(replace(NOTHING_FOUND, unjudged=(whole,))).values()) == {"error"}


def test_a_cluster_that_could_not_be_read_at_all_is_an_error_and_no_empty_report():
    nothing = replace(INCOMPLETE, findings=(), daemonsets=(), unjudged=())
    assert verdicts(nothing) == {READ: "error"}


def test_a_finding_on_a_daemonset_that_is_not_there_has_a_case():
    absent = replace(AUDIT, daemonsets=())
    assert verdicts(absent)["DS001 missing-pods kube-system/cni"] == "failure"


def test_what_is_known_passes_and_what_is_excepted_is_skipped():
    suites = suites_of(DECIDED)
    assert {case.name.split("/")[-1]: told(case) for cases in suites.values() for case in cases} == {
        "everything could be read": "passed",
        "probe.v2": "skipped",
        "cni": "failure",
        "kube-proxy": "passed",
        "log-agent": "passed",
    }
    (skipped,) = suites["edge/probe.v2"][0].result
    assert "Edge sleeps at night. Until 2026-12-31." in skipped.message
    (known,) = suites["kube-system/log-agent"]
    assert known.system_out.startswith("Known to the baseline:\nwarning: 2 of the 3 nodes")
    (audit,) = suites["audit"]
    assert "gpu/* expired on 2026-08-31" in audit.system_out


def test_what_fails_is_not_skipped_for_what_is_excepted_beside_it():
    """Jenkins would take the case for no failure."""
    both = replace(DECIDED, findings=(replace(FINDING, namespace="edge", name="probe.v2"),))
    (case,) = suites_of(both)["edge/probe.v2"]
    assert [type(one) for one in case.result] == [Failure]
    assert "Excepted:\n" in case.system_out


def test_a_verdict_that_is_lacking_on_a_daemonset_that_is_not_there_is_an_error():
    absent = Unjudged(rule="DS001", daemonset=("kube-system", "gone"), lacking=("nodes",))
    assert (
        verdicts(replace(NOTHING_FOUND, unjudged=(absent,)))["DS001 missing-pods kube-system/gone"] == "error"
    )


@pytest.mark.parametrize(
    "report",
    [AUDIT, NOTHING_FOUND, INCOMPLETE, DECIDED],
    ids=["findings", "none", "gaps", "known and excepted"],
)
def test_the_counts_are_those_of_the_cases(report: AuditReport):
    root = etree.fromstring(audit_in_format(report, "junit", "warning").encode())
    for element in (root, *root):
        for count, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert int(element.get(count)) == len(element.findall(f".//{tag}"))


def test_nothing_in_it_depends_on_the_clock():
    root = etree.fromstring(audit_in_format(AUDIT, "junit", "error").encode())
    assert {name for element in root.iter() for name in element.attrib} == {
        *("name", "classname", "tests", "failures", "errors", "skipped", "type", "message"),
    }


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    suites = suites_of(hostile(text))
    assert len(suites) == 2
    ((case,),) = (cases for name, cases in suites.items() if name != "audit")
    assert [type(one) for one in case.result] == [Failure, Error]
    spoken = "\n".join([case.name, case.classname, case.system_out, *(one.text for one in case.result)])
    assert "[[ATTACHMENT|" not in spoken, "Jenkins and GitLab would fetch that file"
    assert is_plain(spoken.replace("\n", ""))


def test_markup_is_text():
    root = etree.fromstring(audit_in_format(hostile("<b>x</b>&y;"), "junit", "error").encode())
    assert {element.tag for element in root.iter()} == {
        *("testsuites", "testsuite", "testcase", "failure", "error", "system-out"),
    }
