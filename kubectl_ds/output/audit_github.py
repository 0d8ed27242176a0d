"""`audit -o github`: workflow commands, which GitHub Actions shows as annotations of the run.

The grammar is actions/toolkit's (packages/core/src/command.ts): a value ends at the line, a property at `,` or `:`.
"""

from collections.abc import Iterator, Mapping

from kubectl_ds.core.audit_report import AuditReport, Level
from kubectl_ds.output.audit_sentences import (
    expired_sentence,
    finding_lines,
    incomplete_sentences,
    summary_sentence,
)
from kubectl_ds.output.terminal_text import safe

_COMMANDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "notice"}


def audit_github(report: AuditReport) -> str:
    """A line for each gap and each finding, the worst first, and the sum for the log."""
    return "\n".join([*_lines(report), summary_sentence(report)]) + "\n"


def _lines(report: AuditReport) -> Iterator[str]:
    for words in incomplete_sentences(report):
        yield _command("error", "kubectl ds audit: incomplete", [words])
    for exception in report.expired:
        yield _command("warning", "kubectl ds audit: an exception expired", [expired_sentence(exception)])
    for one in report.findings:
        title = f"{one.rule} {one.rule_name} {one.namespace}/{one.name}"
        yield _command(_COMMANDS[one.level], title, finding_lines(one))


def _command(name: str, title: str, lines: list[str]) -> str:
    message = "%0A".join(_data(line) for line in lines)
    return f"::{name} title={_property(title)}::{message}"


def _data(text: str) -> str:
    # Line feeds are spelled out by `safe`, so that only the sign of the escapes itself is left.
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
