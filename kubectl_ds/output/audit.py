"""The text of `kubectl ds audit`: each finding with its nodes and what mends it, the worst first, and the sum."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import AuditReport, Finding, Level
from kubectl_ds.output.audit_sentences import (
    finding_sentence,
    patch_command,
    summary_sentence,
    unjudged_sentences,
)
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph, safe

_MARGIN = "    "


def audit_text(report: AuditReport, style: Style, *, wide: bool = False) -> str:
    """A block for each finding; `wide` names every node."""
    blocks = gap_paragraphs(report.incomplete, style)
    blocks += [
        style.warn(paragraph(words, style.prose_width, rest="  ")) for words in unjudged_sentences(report)
    ]
    blocks += ["\n".join(_block(finding, style, wide=wide)) for finding in report.findings]
    blocks.append(paragraph(summary_sentence(report), style.prose_width))
    return "\n\n".join(blocks) + "\n"


def _block(finding: Finding, style: Style, *, wide: bool) -> Iterator[str]:
    whose = f"ds {finding.namespace}/{finding.name}"
    yield f"{_painted(finding.level, style)} {finding.rule} {finding.rule_name}  {style.bold(safe(whose))}"
    yield _indented(finding_sentence(finding), style)
    if finding.nodes:
        room = 10**6 if wide else 2 * (style.width - len(_MARGIN) - 8)
        for line in _indented(folded(finding.nodes, room), style).split("\n"):
            yield _MARGIN + style.dim(line.removeprefix(_MARGIN))
    yield _indented(f"Mend: {finding.fix}", style)
    if command := patch_command(finding):
        # On one line, whatever its length: it is there to be copied.
        yield _MARGIN + safe(command)


def _indented(words: str, style: Style) -> str:
    return paragraph(words, style.prose_width, first=_MARGIN, rest=_MARGIN)


def _painted(level: Level, style: Style) -> str:
    paint = {"error": style.bad, "warning": style.warn, "info": style.dim}[level]
    return paint(level)
