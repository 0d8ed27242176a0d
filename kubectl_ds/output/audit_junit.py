"""`audit -o junit`: JUnit XML as GitLab and Jenkins read it.

A suite is a DaemonSet and a case is a rule applied to it, so that what somebody owns stands together, and a finding
that is gone is a case that now passes: both programs compare a run with the one before by the names of cases.
GitLab shows `classname` as the suite, and in a merge request the name of the case alone; Jenkins takes the part of
`classname` before the last point for a package.
"""

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from kubectl_ds.core.audit_report import AuditReport, FailOn, Finding
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.object_key import Key
from kubectl_ds.output.audit_sentences import finding_lines, finding_sentence, incomplete_sentences
from kubectl_ds.output.terminal_text import safe

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Not a `Char` of XML 1.0."""

_READ = "everything could be read"


def audit_junit(report: AuditReport, fail_on: FailOn) -> str:
    """What reaches `fail_on` fails, what does not is output of a case that passes, and a gap is an error.

    Nothing in it depends on when it was made: there are no times.
    """
    root = ElementTree.Element("testsuites", name="kubectl ds audit")
    root.append(_suite_of_cluster(report))
    found = _by_case(report.findings)
    unjudged = _unjudged(report)
    for key in sorted({*report.daemonsets, *((one.namespace, one.name) for one in report.findings)}):
        looked_at = key in report.daemonsets
        rules = [rule for rule in report.rules if looked_at or (key, rule) in found]
        root.append(_suite(key, rules, found, unjudged, fail_on))
    _count(root, ("tests", "failures", "errors"))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _by_case(findings: Iterable[Finding]) -> dict[tuple[Key, str], list[Finding]]:
    by_case: dict[tuple[Key, str], list[Finding]] = {}
    for one in findings:
        by_case.setdefault(((one.namespace, one.name), one.rule), []).append(one)
    return by_case


def _unjudged(report: AuditReport) -> dict[tuple[Key, str], tuple[str, ...]]:
    """What each case lacks. A rule that could not be applied at all has no verdict on any DaemonSet."""
    return {
        (key, one.rule): one.lacking
        for one in report.unjudged
        for key in (report.daemonsets if one.daemonset is None else (one.daemonset,))
    }


def _suite_of_cluster(report: AuditReport) -> ElementTree.Element:
    """One case that is always there: whether the audit saw all that it had to see."""
    suite = ElementTree.Element("testsuite", name="audit")
    case = ElementTree.SubElement(suite, "testcase", name=_READ, classname="kubectl-ds.audit")
    if words := incomplete_sentences(report):
        _tell(case, "error", "incomplete", words[0], words)
    _count(suite)
    return suite


def _suite(
    key: Key,
    rules: Sequence[str],
    found: dict[tuple[Key, str], list[Finding]],
    unjudged: dict[tuple[Key, str], tuple[str, ...]],
    fail_on: FailOn,
) -> ElementTree.Element:
    namespace, name = (_attribute(part) for part in key)
    suite = ElementTree.Element("testsuite", name=f"{namespace}/{name}")
    names = {rule.id: rule.name for rule in RULES}
    for rule in rules:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            name=f"{rule} {names.get(rule, '')} {namespace}/{name}".replace("  ", " "),
            classname=f"{namespace}.{name}",
        )
        findings = found.get((key, rule), [])
        _tell_findings(case, [one for one in findings if one.is_as_bad_as(fail_on)], fails=True)
        if lacking := unjudged.get((key, rule)):
            words = f"Without {' and '.join(lacking)} there is no verdict."
            _tell(case, "error", "incomplete", words, [words])
        _tell_findings(case, [one for one in findings if not one.is_as_bad_as(fail_on)], fails=False)
    _count(suite)
    return suite


def _tell_findings(case: ElementTree.Element, findings: Sequence[Finding], *, fails: bool) -> None:
    """All in one element: GitLab makes nothing of a second one."""
    if not findings:
        return
    lines: list[str] = []
    for one in findings:
        lines += [*([""] if lines else []), f"{one.level}: {finding_sentence(one)}", *finding_lines(one)]
    if not fails:
        ElementTree.SubElement(case, "system-out").text = _text(lines)
        return
    rest = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    _tell(case, "failure", findings[0].level, findings[0].message + rest, lines)


def _tell(case: ElementTree.Element, tag: str, kind: str, message: str, lines: Sequence[str]) -> None:
    told = ElementTree.SubElement(case, tag, type=kind, message=_attribute(message))
    told.text = _text(lines)


def _count(
    element: ElementTree.Element, counts: Sequence[str] = ("tests", "failures", "errors", "skipped")
) -> None:
    tags = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for count in counts:
        element.set(count, str(sum(1 for _ in element.iter(tags[count]))))


def _text(lines: Iterable[str]) -> str:
    return "\n".join(_attribute(line) for line in lines)


def _attribute(text: str) -> str:
    """One line that XML can hold. `[[ATTACHMENT|path]]` is an order to Jenkins and GitLab to fetch that file."""
    return _ILLEGAL.sub("\ufffd", safe(text)).replace("[[ATTACHMENT", "[ [ATTACHMENT")
