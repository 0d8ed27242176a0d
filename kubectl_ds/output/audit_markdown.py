"""`audit -o markdown`: for pull requests, tickets and the summary of a job."""

from collections.abc import Iterable, Iterator

from tabulate import tabulate

from kubectl_ds.core.audit_report import AuditReport, Finding
from kubectl_ds.output.audit_sentences import (
    excepted_sentence,
    expired_sentence,
    finding_sentence,
    fix_sentence,
    gone_sentence,
    incomplete_sentences,
    patch_command,
    summary_sentence,
)
from kubectl_ds.output.markdown import code, prose
from kubectl_ds.output.terminal_text import safe

_MOST_NODES = 50


def audit_markdown(report: AuditReport) -> str:
    """The sum, what could not be read, a table of all findings, and a section for each."""
    blocks = ["## Audit of DaemonSets", prose(summary_sentence(report))]
    blocks += [f"> **Not known:** {prose(words)}" for words in incomplete_sentences(report)]
    blocks += [f"> {prose(expired_sentence(one))}" for one in report.expired]
    if report.findings:
        blocks.append(_table(report))
    for finding in report.findings:
        blocks += _section(finding)
    blocks += _aside("Excepted", map(excepted_sentence, report.excepted))
    blocks += _aside("Gone", map(gone_sentence, report.gone))
    return "\n\n".join(blocks) + "\n"


def _table(report: AuditReport) -> str:
    rows = [
        [one.level, f"{one.rule} {one.rule_name}", _whose(one), str(len(one.nodes) or "")]
        for one in report.findings
    ]
    headers = ["Level", "Rule", "DaemonSet", "Nodes"]
    # Without it 1e5 would be shown as a number.
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _section(finding: Finding) -> Iterator[str]:
    yield f"### {finding.rule} {finding.rule_name}: {_whose(finding)}"
    yield f"**{finding.level}**: {prose(finding_sentence(finding))}"
    if finding.nodes:
        shown = ", ".join(code(node) for node in finding.nodes[:_MOST_NODES])
        rest = len(finding.nodes) - _MOST_NODES
        yield f"Nodes: {shown}" + (f" and {rest} more" if rest > 0 else "")
    yield f"Mend: {prose(fix_sentence(finding))}"
    if command := patch_command(finding):
        yield f"```sh\n{safe(command)}\n```"


def _aside(title: str, sentences: Iterable[str]) -> list[str]:
    lines = [f"- {prose(words)}" for words in sentences]
    return [f"### {title}", "\n".join(lines)] if lines else []


def _whose(finding: Finding) -> str:
    return code(f"{finding.namespace}/{finding.name}")
