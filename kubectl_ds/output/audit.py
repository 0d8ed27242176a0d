"""The text of `kubectl ds audit`: rule by rule what was found, its causes and what mends it, and the sum."""

from collections.abc import Iterable, Iterator, Sequence

from kubectl_ds.core.audit_report import AuditReport, Finding, Level
from kubectl_ds.output.audit_sentences import (
    MOST_CAUSES,
    by_rule,
    causes_with_nodes,
    excepted_sentences,
    expired_sentence,
    gone_sentence,
    message_sentence,
    patch_command,
    summary_sentence,
    unjudged_sentences,
    with_mends,
)
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph, safe

_MARGIN = "    "


def audit_text(report: AuditReport, style: Style, *, wide: bool = False) -> str:
    """A block for each rule that found something; `wide` names every node, every cause and every mend."""
    blocks = gap_paragraphs(report.incomplete, style)
    blocks += [
        style.warn(paragraph(words, style.prose_width, rest="  ")) for words in unjudged_sentences(report)
    ]
    blocks += [style.warn(paragraph(expired_sentence(one), style.prose_width)) for one in report.expired]
    blocks += ["\n".join(_block(findings, style, wide=wide)) for findings in by_rule(report)]
    blocks += _aside("Excepted", excepted_sentences(report, each=wide), style)
    blocks += _aside("Gone; --write-baseline takes it out", map(gone_sentence, report.gone), style)
    blocks.append(paragraph(summary_sentence(report), style.prose_width))
    return "\n\n".join(blocks) + "\n"


def _aside(title: str, sentences: Iterable[str], style: Style) -> list[str]:
    """What does not count, below what does: one block, nothing at all without any."""
    lines = [_indented(words, style) for words in sentences]
    return [style.dim("\n".join([title, *lines]))] if lines else []


def _block(findings: Sequence[Finding], style: Style, *, wide: bool) -> Iterator[str]:
    """All findings of one rule and level."""
    first = findings[0]
    count = f", {len(findings)} findings" if len(findings) > 1 else ""
    yield f"{_painted(first.level, style)} {first.rule} {style.bold(first.rule_name)}{count}"
    for finding, mend in with_mends(findings, each=wide):
        yield from _finding(finding, style, wide=wide)
        if mend:
            yield _indented(mend, style)
        if command := patch_command(finding):
            # On one line, whatever its length: it is there to be copied.
            yield _MARGIN + safe(command)


def _finding(finding: Finding, style: Style, *, wide: bool) -> Iterator[str]:
    """Whose it is and what is so; each cause with its nodes."""
    whose = style.bold(safe(f"{finding.namespace}/{finding.name}"))
    yield paragraph(message_sentence(finding), style.prose_width, first=f"  {whose}  ", rest=_MARGIN)
    if not finding.causes:
        yield from _nodes(finding.nodes, style, wide=wide)
    causes = causes_with_nodes(finding)
    shown = causes if wide else causes[:MOST_CAUSES]
    for words, nodes in shown:
        yield _indented(words, style)
        yield from _nodes(nodes, style, wide=wide)
    if rest := len(causes) - len(shown):
        yield _indented(f"({rest} more cause{'s' * (rest != 1)}; -o wide tells all.)", style)


def _nodes(nodes: Sequence[str], style: Style, *, wide: bool) -> Iterator[str]:
    if nodes:
        room = 10**6 if wide else 2 * (style.width - len(_MARGIN) - 8)
        for line in _indented(folded(nodes, room), style).split("\n"):
            yield _MARGIN + style.dim(line.removeprefix(_MARGIN))


def _indented(words: str, style: Style) -> str:
    return paragraph(words, style.prose_width, first=_MARGIN, rest=_MARGIN)


def _painted(level: Level, style: Style) -> str:
    paint = {"error": style.bad, "warning": style.warn, "info": style.dim}[level]
    return paint(level)
