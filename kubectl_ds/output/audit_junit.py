"""`audit -o junit`: JUnit XML as GitLab and Jenkins read it.

A suite is a DaemonSet and a case is a rule applied to it, so that what somebody owns stands together, and a finding
that is gone is a case that now passes: both programs compare a run with the one before by the names of cases.
GitLab shows `classname` as the suite, and in a merge request the name of the case alone; Jenkins takes the part of
`classname` before the last point for a package.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree

from msgspec import Struct

from kubectl_ds.core.audit_report import AuditReport, ExceptedFinding, FailOn, Finding
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.object_key import Key
from kubectl_ds.output.audit_sentences import (
    excepted_sentence,
    expired_sentence,
    finding_lines,
    incomplete_sentences,
)
from kubectl_ds.output.terminal_text import safe

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Not a `Char` of XML 1.0."""

_READ = "everything could be read"


class _Case(Struct):
    """A rule and a DaemonSet: all that the audit has to say of the two."""

    found: list[Finding] = []
    known: list[Finding] = []
    excepted: list[ExceptedFinding] = []
    lacking: tuple[str, ...] = ()


def audit_junit(report: AuditReport, fail_on: FailOn) -> str:
    """What reaches `fail_on` fails, what does not is output of a case that passes, and a gap is an error.

    What the baseline knows passes, what is excepted is skipped. There are no times: the same
    cluster gives the same bytes.
    """
    root = ElementTree.Element("testsuites", name="kubectl ds audit")
    root.append(_suite_of_cluster(report))
    for key, cases in sorted(_cases(report).items()):
        root.append(_suite(key, {rule: cases[rule] for rule in report.rules if rule in cases}, fail_on))
    _count(root, ("tests", "failures", "errors"))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _cases(report: AuditReport) -> dict[Key, dict[str, _Case]]:
    """Each rule for each DaemonSet that was looked at, and what there is to say of one that is not there."""
    cases = {key: {rule: _Case() for rule in report.rules} for key in report.daemonsets}

    def case_of(key: Key, rule: str) -> _Case:
        return cases.setdefault(key, {}).setdefault(rule, _Case())

    for one in report.findings:
        case_of((one.namespace, one.name), one.rule).found.append(one)
    for one in report.known:
        case_of((one.namespace, one.name), one.rule).known.append(one)
    for accepted in report.excepted:
        finding = accepted.finding
        case_of((finding.namespace, finding.name), finding.rule).excepted.append(accepted)
    for unjudged in report.unjudged:
        # A rule that could not be applied at all has no verdict on any DaemonSet.
        for key in report.daemonsets if unjudged.daemonset is None else (unjudged.daemonset,):
            case_of(key, unjudged.rule).lacking = unjudged.lacking
    return cases


def _suite_of_cluster(report: AuditReport) -> ElementTree.Element:
    """One case that is always there: whether the audit saw all that it had to see."""
    suite = ElementTree.Element("testsuite", name="audit")
    case = ElementTree.SubElement(suite, "testcase", name=_READ, classname="kubectl-ds.audit")
    if words := incomplete_sentences(report):
        _tell(case, "error", "incomplete", words[0], words)
    if report.expired:
        ElementTree.SubElement(case, "system-out").text = _text(map(expired_sentence, report.expired))
    _count(suite)
    return suite


def _suite(key: Key, cases: Mapping[str, _Case], fail_on: FailOn) -> ElementTree.Element:
    namespace, name = (_line(part) for part in key)
    suite = ElementTree.Element("testsuite", name=f"{namespace}/{name}")
    names = {rule.id: rule.name for rule in RULES}
    for rule, told in cases.items():
        case = ElementTree.SubElement(
            suite,
            "testcase",
            name=f"{rule} {names.get(rule, '')} {namespace}/{name}".replace("  ", " "),
            classname=f"{namespace}.{name}",
        )
        _tell_case(case, told, fail_on)
    _count(suite)
    return suite


def _tell_case(case: ElementTree.Element, told: _Case, fail_on: FailOn) -> None:
    """All that fails in one element: GitLab makes nothing of a second one."""
    failing = [one for one in told.found if one.is_as_bad_as(fail_on)]
    if failing:
        rest = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        _tell(case, "failure", failing[0].level, failing[0].message + rest, _told(failing))
    if told.lacking:
        words = f"Without {' and '.join(told.lacking)} there is no verdict."
        _tell(case, "error", "incomplete", words, [words])
    accepted = [excepted_sentence(one) for one in told.excepted]
    if accepted and not failing and not told.lacking:
        # Jenkins takes a case that is skipped for no failure, whatever else stands in it.
        _tell(case, "skipped", "excepted", accepted[0], accepted)
        accepted = []
    known = _told(told.known)
    output = [
        *_told([one for one in told.found if one not in failing]),
        *(["Known to the baseline:", *known] if known else []),
        *(["Excepted:", *accepted] if accepted else []),
    ]
    if output:
        ElementTree.SubElement(case, "system-out").text = _text(output)


def _told(findings: Iterable[Finding]) -> list[str]:
    lines: list[str] = []
    for one in findings:
        first, *others = finding_lines(one)
        lines += [f"{one.level}: {first}", *others]
    return lines


def _tell(case: ElementTree.Element, tag: str, kind: str, message: str, lines: Sequence[str]) -> None:
    told = ElementTree.SubElement(case, tag, type=kind, message=_line(message))
    told.text = _text(lines)


def _count(
    element: ElementTree.Element, counts: Sequence[str] = ("tests", "failures", "errors", "skipped")
) -> None:
    tags = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for count in counts:
        element.set(count, str(sum(1 for _ in element.iter(tags[count]))))


def _text(lines: Iterable[str]) -> str:
    return "\n".join(_line(line) for line in lines)


def _line(text: str) -> str:
    """One line that XML can hold. `[[ATTACHMENT|path]]` is an order to Jenkins and GitLab to fetch that file."""
    return _ILLEGAL.sub("\ufffd", safe(text)).replace("[[ATTACHMENT", "[ [ATTACHMENT")
