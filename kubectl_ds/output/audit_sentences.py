"""The words of an audit that are not a rule's own: a finding's sentence, its mend as a command, the sum of all."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_report import (
    LEVELS,
    AuditReport,
    ExceptedFinding,
    Finding,
    FindingIdentity,
    Level,
)
from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.output.change_sentences import remedies_sentence
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.reasons import cause_sentences, details_differ, sentences
from kubectl_ds.output.valid_unicode import valid_tree

MOST_CAUSES = 3
"""Causes of a finding that are told in full."""
_NODES_WIDTH = 1000
"""Columns for the names of nodes where nobody's screen sets a bound."""
_MOST_EXCEPTED = 5
"""Findings that are told one by one, of a single exception."""
_WORDS: dict[Level, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}


def finding_sentence(finding: Finding) -> str:
    """What is so, and the largest of its causes."""
    causes = finding.causes
    told = [message_sentence(finding), *_causes_told(causes[:MOST_CAUSES])]
    return " ".join([*told, *([rest] if (rest := more_causes(finding)) else [])])


def message_sentence(finding: Finding) -> str:
    """What is so, and which of its nodes do not stand with it."""
    elsewhere = _elsewhere(finding)
    return f"{finding.message} Of all these nodes {elsewhere}." if elsewhere else finding.message


def _causes_told(causes: Sequence[Cause]) -> list[str]:
    """Each sentence once: causes that differ in one reason share the others."""
    told: dict[str, None] = {}
    for cause in causes:
        told |= dict.fromkeys(sentences([reason]) for reason in cause.reasons)
        if cause.varies:
            told[details_differ(cause.nodes[0]).strip()] = None
    return list(told)


def causes_with_nodes(finding: Finding) -> list[tuple[str, tuple[str, ...]]]:
    """Each cause in words, with those of its nodes that stand with the finding."""
    here = frozenset(finding.nodes)
    return [
        (cause_sentences(cause), tuple(node for node in cause.nodes if node in here))
        for cause in finding.causes
    ]


def more_causes(finding: Finding) -> str:
    """That there are more than the largest ones; empty where there are not."""
    rest = len(finding.causes) - MOST_CAUSES
    return f"({rest} more cause{'s' * (rest != 1)}.)" if rest > 0 else ""


def finding_lines(finding: Finding) -> list[str]:
    """What is so, each cause with its nodes, what mends it, and the ready command: a line each."""
    lines = [message_sentence(finding)]
    for words, nodes in causes_with_nodes(finding)[:MOST_CAUSES]:
        lines += [words, *_nodes_line(nodes)]
    lines += [rest] if (rest := more_causes(finding)) else []
    lines += [] if finding.causes else _nodes_line(finding.nodes)
    command = patch_command(finding)
    return [*lines, f"Mend: {fix_sentence(finding)}", *([command] if command else [])]


def _nodes_line(nodes: Sequence[str]) -> list[str]:
    return [f"Nodes: {folded(nodes, _NODES_WIDTH)}"] if nodes else []


def finding_words(finding: Finding) -> str:
    """The sentence, the nodes and what mends it, on one line. A command is no part of prose."""
    nodes = f" Nodes: {folded(finding.nodes, _NODES_WIDTH)}." if finding.nodes else ""
    return f"{finding_sentence(finding)}{nodes} Mend: {fix_sentence(finding)}"


def _elsewhere(finding: Finding) -> str:
    """Where the nodes are that the message counts and that do not stand with the finding."""
    parts = []
    if number := len(finding.excepted_nodes):
        parts.append(f"{number} {'is' if number == 1 else 'are'} excepted")
    if number := len(finding.known_nodes):
        parts.append(f"{number} {'is' if number == 1 else 'are'} in the baseline")
    return " and ".join(parts)


def fix_sentence(finding: Finding) -> str:
    """What to do: the smallest change that lets a node in, where there is one, and the rule's own words."""
    if not finding.remedies:
        return finding.fix
    return f"{remedies_sentence(finding.remedies, finding.remedied_node)} {finding.fix}"


def with_mends(findings: Sequence[Finding], *, each: bool = False) -> Iterator[tuple[Finding, str]]:
    """Findings of one rule and level, each with the words that mend it, empty where they have been told before.

    What mends a note or a warning is often the same for all of a rule; an error is seen to one by one, and with `each`
    everything is.
    """
    proses = Counter(_prose_of_fix(finding) for finding in findings)
    told: set[str] = set()
    for finding in findings:
        one_by_one, prose = each or finding.level == "error", _prose_of_fix(finding)
        if not one_by_one and prose in told:
            yield finding, ""
            continue
        alike = ", and those alike" if proses[prose] > 1 and not one_by_one else ""
        yield finding, f"Mend{alike}: {fix_sentence(finding)}"
        told.add(prose)


def by_rule(report: AuditReport) -> Iterator[tuple[Finding, ...]]:
    """Findings of one rule and level together, in the report's order."""
    for _, findings in groupby(report.findings, key=lambda one: (one.level, one.rule)):
        yield tuple(findings)


def _prose_of_fix(finding: Finding) -> str:
    """What mends it, less its commands: equal for findings that are mended alike."""
    return re.sub("`[^`]*`", "", fix_sentence(finding))


def patch_command(finding: Finding) -> str | None:
    """The ready patch as a command for a POSIX shell; None where there is none."""
    if finding.patch is None:
        return None
    body = msgspec.json.encode(valid_tree(finding.patch.body)).decode()
    words = ["kubectl", "patch", "ds", finding.name, "-n", finding.namespace]
    return shlex.join([*words, f"--type={finding.patch.type}", "-p", body])


def summary_sentence(report: AuditReport) -> str:
    """`2 errors and 1 note in 21 DaemonSets, by 33 rules.`, and what besides was found and does not count."""
    counts = [(report.count(level), _WORDS[level]) for level in LEVELS]
    told = [f"{count} {one if count == 1 else many}" for count, (one, many) in counts if count]
    nothing = "Nothing new" if report.known else "Nothing found"
    found = _and(told) or nothing
    looked, rules = len(report.daemonsets), len(report.rules)
    whole = f"{found} in {_counted(looked, 'DaemonSet')}, by {_counted(rules, 'rule')}."
    besides = [f"{len(report.known)} known to the baseline"] if report.known else []
    besides += [f"{len(report.excepted)} excepted"] if report.excepted else []
    by = f" Configured by {report.configured_by}." if report.configured_by else ""
    return (f"{whole} Besides, {_and(besides)}." if besides else whole) + by


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def excepted_sentence(one: ExceptedFinding) -> str:
    """Whose finding is accepted, why, and until when."""
    return f"{_whose(one.finding.identity)}: {_because(one.exception)}"


def excepted_sentences(report: AuditReport, *, each: bool = False) -> list[str]:
    """One for each exception that took out many, and else one for each finding; with `each` never for many."""
    by_exception: dict[AuditException, list[ExceptedFinding]] = {}
    for one in report.excepted:
        by_exception.setdefault(one.exception, []).append(one)
    told: list[str] = []
    for exception, those in by_exception.items():
        if each or len(those) <= _MOST_EXCEPTED:
            told += map(excepted_sentence, those)
        else:
            rules = ", ".join(dict.fromkeys(one.finding.rule for one in those))
            told.append(f"{len(those)} findings of {rules}: {_because(exception)}")
    return told


def gone_sentence(one: FindingIdentity) -> str:
    """What is fixed."""
    return f"{_whose(one)}: in the baseline, and not found any more."


def expired_sentence(exception: AuditException) -> str:
    """Which exception holds no more, since when, and why it was made."""
    about = f"{', '.join(exception.rules)} of {exception.namespace}/{exception.name}"
    nodes = f" on nodes with {exception.node_selector}" if exception.node_selector else ""
    return f"The exception for {about}{nodes} expired on {exception.expires}: {_ended(exception.reason)}"


def _whose(one: FindingIdentity) -> str:
    about = f" ({one.subject})" if one.subject else ""
    nodes = f", {_counted(len(one.nodes), 'node')}" if one.nodes else ""
    return f"{one.rule} of {one.namespace}/{one.name}{about}{nodes}"


def _because(exception: AuditException) -> str:
    until = f" Until {exception.expires}." if exception.expires is not None else ""
    return _ended(exception.reason) + until


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def unjudged_sentences(report: AuditReport) -> list[str]:
    """Which rules have no verdict, one sentence for those that lack the same."""
    by_lack: dict[tuple[str, ...], dict[str, None]] = {}
    for one in report.unjudged:
        by_lack.setdefault(one.lacking, {})[one.rule] = None
    return [unjudged_sentence(lacking, list(rules)) for lacking, rules in by_lack.items()]


def unjudged_sentence(lacking: Sequence[str], rules: Sequence[str]) -> str:
    """That these rules have no verdict, for the want of the same."""
    no_verdict = "these is no verdict" if len(rules) > 1 else "this rule is no verdict"
    return (
        f"Without {' and '.join(lacking)}, {', '.join(rules)} could not be applied everywhere: "
        f"no finding of {no_verdict}."
    )


def incomplete_sentences(report: AuditReport) -> list[str]:
    """All that the audit lacks: what could not be read, and which rules have no verdict for it."""
    return [*gap_sentences(report.incomplete), *unjudged_sentences(report)]
