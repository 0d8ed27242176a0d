"""The text of `kubectl ds audit`: each finding with its nodes and what mends it, the worst first, and the sum."""

from collections.abc import Iterable, Iterator

from kubectl_ds.core.audit_report import AuditReport, Finding, Level
from kubectl_ds.output.audit_sentences import (
    excepted_sentence,
    expired_sentence,
    finding_sentence,
    fix_sentence,
    gone_sentence,
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
    blocks += [style.warn(paragraph(expired_sentence(one), style.prose_width)) for one in report.expired]
    blocks += ["\n".join(_block(finding, style, wide=wide)) for finding in report.findings]
    blocks += _aside("Excepted", map(excepted_sentence, report.excepted), style)
    blocks += _aside("Gone; --write-baseline takes it out", map(gone_sentence, report.gone), style)
    blocks.append(paragraph(summary_sentence(report), style.prose_width))
    return "\n\n".join(blocks) + "\n"


def _aside(title: str, sentences: Iterable[str], style: Style) -> list[str]:
    """What does not count, below what does: one block, nothing at all without any."""
    lines = [_indented(words, style) for words in sentences]
    return [style.dim("\n".join([title, *lines]))] if lines else []


def _block(finding: Finding, style: Style, *, wide: bool) -> Iterator[str]:
    whose = f"ds {finding.namespace}/{finding.name}"
    yield f"{_painted(finding.level, style)} {finding.rule} {finding.rule_name}  {style.bold(safe(whose))}"
    yield _indented(finding_sentence(finding), style)
    if finding.nodes:
        room = 10**6 if wide else 2 * (style.width - len(_MARGIN) - 8)
        for line in _indented(folded(finding.nodes, room), style).split("\n"):
            yield _MARGIN + style.dim(line.removeprefix(_MARGIN))
    yield _indented(f"Mend: {fix_sentence(finding)}", style)
    if command := patch_command(finding):
        # On one line, whatever its length: it is there to be copied.
        yield _MARGIN + safe(command)


def _indented(words: str, style: Style) -> str:
    return paragraph(words, style.prose_width, first=_MARGIN, rest=_MARGIN)


def _painted(level: Level, style: Style) -> str:
    paint = {"error": style.bad, "warning": style.warn, "info": style.dim}[level]
    return paint(level)
