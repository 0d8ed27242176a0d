"""The text of `kubectl ds diff`: the two sides, then nodes, DaemonSets and findings that are not the same."""

from collections.abc import Callable, Iterator, Sequence

from kubectl_ds.core.audit_report import Finding
from kubectl_ds.core.coverage_report import State, Summary
from kubectl_ds.core.diff_report import DaemonSetDiff, DiffReport, DiffSide, FieldDiff, Move, NodeDiff
from kubectl_ds.core.model import Taint
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.diff_document import incomplete_sentences
from kubectl_ds.output.fleet import value_text
from kubectl_ds.output.reasons import sentences
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph, safe, shortened
from kubectl_ds.output.times import rfc3339

_MARGIN = "    "
_WIDEST_VALUE = 200
_BECAUSE = {
    "node": "the node changed",
    "template": "the template changed",
    "either": "node and template changed, and either would do",
    "both": "node and template changed, and it took both",
}


def diff_text(report: DiffReport, style: Style, *, wide: bool = False) -> str:
    """`wide` names every node."""
    blocks = [_sides(report, style)]
    blocks += [
        style.warn(paragraph(f"Not known: {words}", style.prose_width, rest="  "))
        for words in incomplete_sentences(report)
    ]
    room = 10**6 if wide else 2 * (style.width - len(_MARGIN) - 8)
    blocks += ["\n".join(lines) for lines in (list(_nodes(report, style, room)),) if lines]
    blocks += ["\n".join(_daemonset(one, style, room)) for one in report.daemonsets]
    blocks += ["\n".join(lines) for lines in (list(_findings(report, style)),) if lines]
    if not report.differs:
        blocks.append(
            "No difference." if not report.is_incomplete else "No difference in what could be read."
        )
    return "\n\n".join(blocks) + "\n"


def _sides(report: DiffReport, style: Style) -> str:
    lines = [
        style.bold("before") + f"  {_side(report.before)}",
        style.bold("after") + f"   {_side(report.after)}",
    ]
    if not report.compares_nodes:
        lines.append(
            style.dim("Two clusters, or nodes that could not be read: compared by counts, not by node.")
        )
    return "\n".join(lines)


def _side(side: DiffSide) -> str:
    nodes = "nodes unknown" if side.nodes is None else f"{side.nodes} node{'s' * (side.nodes != 1)}"
    count = side.daemonsets
    return f"{safe(side.label)}, {rfc3339(side.taken_at)}: {nodes}, {count} DaemonSet{'s' * (count != 1)}"


# --- nodes -------------------------------------------------------------------------------------------


def _nodes(report: DiffReport, style: Style, room: int) -> Iterator[str]:
    if not (report.nodes_new or report.nodes_gone or report.nodes_changed):
        return
    yield style.bold("Nodes")
    for sign, names, paint in (("+", report.nodes_new, style.good), ("-", report.nodes_gone, style.bad)):
        if names:
            yield _entry(sign, f"{len(names)}: {folded(names, room)}", style, paint)
    for one in report.nodes_changed:
        words = f"{len(one.nodes)}: {folded(one.nodes, room)}: {node_sentence(one)}"
        yield _entry("~", words, style, style.warn)


def node_sentence(one: NodeDiff) -> str:
    """`taint a=b:NoSchedule added; label pool x → y; cordoned`."""
    parts = [f"taint {taint_text(taint)} added" for taint in one.taints_new]
    parts += [f"taint {taint_text(taint)} removed" for taint in one.taints_gone]
    for key, (before, after) in one.labels.items():
        if before is None:
            parts.append(f"label {key}={after} added")
        elif after is None:
            parts.append(f"label {key}={before} removed")
        else:
            parts.append(f"label {key}: {before} → {after}")
    if one.unschedulable is not None:
        parts.append("cordoned" if one.unschedulable else "uncordoned")
    return "; ".join(parts)


def taint_text(taint: Taint) -> str:
    """kubectl's notation."""
    return f"{taint.key}{f'={taint.value}' if taint.value else ''}:{taint.effect}"


# --- DaemonSets --------------------------------------------------------------------------------------


def _daemonset(one: DaemonSetDiff, style: Style, room: int) -> Iterator[str]:
    sign, paint = {"new": ("+", style.good), "gone": ("-", style.bad), "changed": ("~", style.warn)}[
        one.change
    ]
    told = [words for words in (_coverage(one), "recreated" if one.was_recreated else "") if words]
    head = style.bold(f"ds {safe(one.namespace)}/{safe(one.name)}")
    yield f"{paint(sign)} {head}" + (f"  {', '.join(told)}" if told else "")
    if one.revision is not None:
        before, after = one.revision.before, one.revision.after
        yield _line(f"revision {before[0]} ({before[1]}) → {after[0]} ({after[1]})", style)
    for field in sorted(one.fields, key=lambda field: field.rule is None):
        yield _line(field_sentence(field), style)
    for move in one.moves:
        yield from _move(move, style, room)


def _coverage(one: DaemonSetDiff) -> str:
    if one.before is None or one.after is None:
        return _counts(one.after or one.before)
    before, after = _counts(one.before), _counts(one.after)
    return before if before == after else f"{before} → {after}"


def _counts(summary: Summary | None) -> str:
    """`92 of 96 ready`; empty where that is not known."""
    if summary is None or summary.eligible is None or summary.ready is None:
        return ""
    return f"{summary.ready} of {summary.eligible} ready"


def field_sentence(one: FieldDiff) -> str:
    """`spec.tolerations (Taints): not set → [...]`."""
    rule = f" ({one.rule})" if one.rule else ""
    if one.is_private:
        return f"{one.field.removeprefix('template.')}{rule}: another value"
    before, after = (shortened(safe(value_text(value)), _WIDEST_VALUE) for value in (one.before, one.after))
    return f"{one.field.removeprefix('template.')}{rule}: {before} → {after}"


def _move(move: Move, style: Style, room: int) -> Iterator[str]:
    paint = {"gained": style.good, "lost": style.bad, "changed": style.warn}[move.kind]
    count = len(move.nodes)
    words = f"{move.kind} on {count} node{'s' * (count != 1)}: {_state(move.before)} → {_state(move.after)}"
    if move.because is not None:
        words += f", {_BECAUSE[move.because]}"
    yield _MARGIN + paint(words)
    if move.reasons:
        was_kept_out = move.before == "Excluded" and move.because is not None
        told = sentences(move.reasons[:1])
        yield _line(f"Before: {told}" if was_kept_out else told, style, indent=2 * _MARGIN)
    for line in _line(folded(move.nodes, room), style, indent=2 * _MARGIN).split("\n"):
        yield 2 * _MARGIN + style.dim(line.strip())


def _state(state: State | None) -> str:
    return "not there" if state is None else state


# --- findings ----------------------------------------------------------------------------------------


def _findings(report: DiffReport, style: Style) -> Iterator[str]:
    if report.findings_new or report.findings_gone:
        yield style.bold("Findings")
        yield from _of("+", report.findings_new, style, style.bad)
        yield from _of("-", report.findings_gone, style, style.good)


def _of(sign: str, findings: Sequence[Finding], style: Style, paint: Callable[[str], str]) -> Iterator[str]:
    for one in findings:
        about = f" ({one.subject})" if one.subject else ""
        head = f"{one.level} {one.rule} {one.rule_name}, ds {one.namespace}/{one.name}{about}"
        yield _entry(sign, f"{head}: {one.message}", style, paint)


def _entry(sign: str, words: str, style: Style, paint: Callable[[str], str]) -> str:
    return paragraph(words, style.prose_width, first=f"  {paint(sign)} ", rest=_MARGIN + "  ")


def _line(words: str, style: Style, *, indent: str = _MARGIN) -> str:
    return paragraph(words, style.prose_width, first=indent, rest=indent + "  ")
