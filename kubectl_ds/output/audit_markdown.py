"""`audit -o markdown`: for pull requests, tickets and the summary of a job."""

from collections.abc import Iterable, Iterator, Sequence

from tabulate import tabulate

from kubectl_ds.core.audit_report import AuditReport, Finding
from kubectl_ds.output.audit_sentences import (
    MOST_CAUSES,
    by_rule,
    causes_with_nodes,
    excepted_sentence,
    expired_sentence,
    gone_sentence,
    incomplete_sentences,
    message_sentence,
    more_causes,
    patch_command,
    summary_sentence,
    with_mends,
)
from kubectl_ds.output.markdown import code, prose
from kubectl_ds.output.terminal_text import safe

_MOST_NODES = 50


def audit_markdown(report: AuditReport) -> str:
    """The sum, what could not be read, a table of all findings, and a section for each rule that found something."""
    blocks = ["## Audit of DaemonSets", prose(summary_sentence(report))]
    blocks += [f"> **Not known:** {prose(words)}" for words in incomplete_sentences(report)]
    blocks += [f"> {prose(expired_sentence(one))}" for one in report.expired]
    if report.findings:
        blocks.append(_table(report))
    for findings in by_rule(report):
        blocks += _section(findings)
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


def _section(findings: Sequence[Finding]) -> Iterator[str]:
    first = findings[0]
    yield f"### {first.level}: {first.rule} {first.rule_name}"
    for finding, mend in with_mends(findings):
        yield f"**{_whose(finding)}**: {prose(message_sentence(finding))}"
        if causes := _causes(finding):
            yield "\n".join(causes)
        elif finding.nodes:
            yield f"Nodes: {_nodes(finding.nodes)}"
        if mend:
            yield prose(mend)
        if command := patch_command(finding):
            yield f"```sh\n{safe(command)}\n```"


def _causes(finding: Finding) -> list[str]:
    causes = [
        f"- {prose(words)}" + (f" {_nodes(nodes)}" if nodes else "")
        for words, nodes in causes_with_nodes(finding)[:MOST_CAUSES]
    ]
    return [*causes, f"- {rest}"] if (rest := more_causes(finding)) else causes


def _nodes(nodes: Sequence[str]) -> str:
    shown = ", ".join(code(node) for node in nodes[:_MOST_NODES])
    rest = len(nodes) - _MOST_NODES
    return shown + (f" and {rest} more" if rest > 0 else "")


def _aside(title: str, sentences: Iterable[str]) -> list[str]:
    lines = [f"- {prose(words)}" for words in sentences]
    return [f"### {title}", "\n".join(lines)] if lines else []


def _whose(finding: Finding) -> str:
    return code(f"{finding.namespace}/{finding.name}")
