"""The text of `kubectl ds coverage`: the arithmetic, the distinct causes, and the nodes when few or asked for."""

from collections.abc import Callable, Iterator, Sequence

from kubectl_ds.core.coverage_reasons import distinct_codes
from kubectl_ds.core.coverage_report import (
    Cause,
    CoverageReport,
    DaemonSetCoverage,
    NodeCoverage,
    State,
    Summary,
)
from kubectl_ds.core.reason import Outlook
from kubectl_ds.output.explain_sentences import near_miss_sentences
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.placement_sentences import short_paths
from kubectl_ds.output.reasons import cause_sentences
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import Cell, Painted, table
from kubectl_ds.output.terminal_text import display_width, paragraph, safe

FEW_NODES = 12
"""Up to so many nodes the table is shown unasked."""
_INDENT = 2
_WORDS: dict[State, str] = {
    "Ready": "ready",
    "NotReady": "not ready",
    "Pending": "pending",
    "Missing": "missing",
    "Extra": "extra",
    "Excluded": "excluded",
}
OUTLOOKS: dict[Outlook, str] = {"heals": "heals by itself", "stuck": "stuck", "unknown": "outlook unknown"}


def coverage_text(report: CoverageReport, style: Style, *, wide: bool = False) -> str:
    """All DaemonSets of the report, one block each. `wide` shows every node listed, however many."""
    blocks = [_block(item, style, wide=wide) for item in report.items]
    if report.incomplete:
        blocks.insert(0, "\n".join(_gaps(report, style)))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _block(item: DaemonSetCoverage, style: Style, *, wide: bool) -> str:
    lines = [_header(item, style)]
    lines += _disagreements(item, style)
    lines += _near_miss(item, style)
    for cause in item.causes:
        lines += _cause(cause, style)
    lines += _taken_for_current(item, style)
    lines += _orphans(item, style)
    if item.nodes and (wide or len(item.nodes) <= FEW_NODES):
        lines += ["", _nodes(item.nodes, style, wide=wide)]
    return "\n".join(lines)


def _header(item: DaemonSetCoverage, style: Style) -> str:
    name = style.bold(f"ds {safe(item.namespace)}/{safe(item.name)}")
    return paragraph(_arithmetic(item.summary), style.prose_width, first=f"{name}  ", rest="    ")


def _arithmetic(counts: Summary) -> str:
    """`96 of 100 nodes belong; 92 ready; 1 not ready, 1 pending, 2 missing; 1 extra; 3 excluded`."""
    if counts.nodes is None or counts.eligible is None:
        return "the nodes could not be read, so nothing is known of its coverage"
    belong = f"{counts.eligible} of {counts.nodes} node{'s' * (counts.nodes != 1)} belong"
    belong += "s" * (1 in (counts.eligible, counts.nodes))
    if counts.ready is None:
        return f"{belong}; the pods could not be read, so no node's state is known"
    amiss = ", ".join(
        f"{count} {word}"
        for count, word in (
            (counts.not_ready, "not ready"),
            (counts.pending, "pending"),
            (counts.missing, "missing"),
        )
        if count
    )
    parts = [belong, f"{counts.ready} ready" if counts.eligible else "", amiss]
    for count, word in (
        (counts.extra, "extra"),
        (counts.excluded, "excluded"),
        (counts.duplicate, "with duplicates"),
        (counts.outdated, "outdated"),
        (counts.orphaned, "orphaned pods" if counts.orphaned != 1 else "orphaned pod"),
    ):
        parts.append(f"{count} {word}" if count else "")
    return "; ".join(part for part in parts if part)


def _disagreements(item: DaemonSetCoverage, style: Style) -> Iterator[str]:
    if item.controller_disagrees:
        told = ", ".join(
            f"{one.field} {one.status} instead of {one.computed}" for one in item.controller_disagrees
        )
        words = f"The stored status is not what the nodes and pods say: {told}."
        yield _painted_paragraph(words, style, style.dim)


def _near_miss(item: DaemonSetCoverage, style: Style) -> Iterator[str]:
    """Why it belongs on no node at all, which the nodes' own reasons do not tell together."""
    if item.near_miss is None:
        return
    yield ""
    yield " " * _INDENT + style.warn("belongs on no node")
    margin = " " * (2 * _INDENT)
    for words in near_miss_sentences(item.near_miss):
        yield paragraph(short_paths(words), style.prose_width, first=margin, rest=margin)


def _cause(cause: Cause, style: Style) -> Iterator[str]:
    """Count and state, the sentence, the nodes: at most two lines of names."""
    count = len(cause.nodes)
    head = f"{count} {_WORDS[cause.state]}"
    if cause.state == "Ready":
        head += " by the old pod, surge halted"
    if cause.state != "Excluded":
        head += f", {OUTLOOKS[cause.outlook]}"
    paint = paint_of(cause.state, cause.outlook, style)
    yield ""
    yield " " * _INDENT + paint(head)
    margin = " " * (2 * _INDENT)
    yield paragraph(cause_sentences(cause), style.prose_width, first=margin, rest=margin)
    nodes = folded(cause.nodes, 2 * (style.width - 2 * _INDENT - 8))
    for line in paragraph(nodes, style.prose_width, first=margin, rest=margin).split("\n"):
        yield margin + style.dim(line.removeprefix(margin))


def folded(names: Sequence[str], columns: int) -> str:
    """`node-1, node-2, … +94`: as many names as fit in `columns`, at least one, and how many are left out."""
    shown: list[str] = []
    used = 0
    for name in names:
        used += display_width(safe(name)) + 2
        if shown and used > columns:
            break
        shown.append(name)
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f", … +{rest}" if rest else "")


def _taken_for_current(item: DaemonSetCoverage, style: Style) -> Iterator[str]:
    if item.taken_for_current:
        yield ""
        yield " " * _INDENT + style.warn(
            f"{len(item.taken_for_current)} of another revision, taken for current"
        )
        nodes = folded(item.taken_for_current, 2 * style.width)
        words = (
            "The DaemonSet was created anew over old pods, whose template generation is the same as its own, so that"
            f" the controller takes them for up to date; kubectl rollout restart replaces them: {nodes}"
        )
        margin = " " * (2 * _INDENT)
        yield paragraph(words, style.prose_width, first=margin, rest=margin)


def _orphans(item: DaemonSetCoverage, style: Style) -> Iterator[str]:
    if item.orphaned:
        pods = folded([f"{one.pod} ({one.node})" for one in item.orphaned], 2 * style.width)
        yield ""
        yield " " * _INDENT + style.warn(f"{len(item.orphaned)} orphaned")
        words = f"Bound or pinned to nodes that no longer exist; the pod garbage collector takes them: {pods}"
        margin = " " * (2 * _INDENT)
        yield paragraph(words, style.prose_width, first=margin, rest=margin)


def _nodes(nodes: Sequence[NodeCoverage], style: Style, *, wide: bool) -> str:
    headers = ["NODE", "STATE", "FLAGS", "POD"]
    headers += ["BINDING", "REVISION", "REASON"] if wide else ["REASON"]
    return table(headers, [_row(node, style, wide=wide) for node in nodes], style, indent=_INDENT)


def _row(node: NodeCoverage, style: Style, *, wide: bool) -> list[Cell]:
    flags = [word for word, raised in (("duplicate", node.duplicate), ("outdated", node.outdated)) if raised]
    first = node.pods[0] if node.pods else None
    pod = "-" if first is None else first.name
    if len(node.pods) > 1:
        pod += f" +{len(node.pods) - 1}"
    state: Cell = "unknown"
    if node.state is not None:
        state = Painted(node.state, paint_of(node.state, node.outlook, style))
    row: list[Cell] = [node.node, state, ",".join(flags) or "-", pod]
    if wide:
        row += ["-" if first is None else first.binding, (first.revision if first else None) or "-"]
    return [*row, _codes(node)]


def _codes(node: NodeCoverage) -> str:
    """Codes only: the causes above have the sentences, once for all nodes that share them."""
    return ", ".join(distinct_codes(node.reasons)) or "-"


def _gaps(report: CoverageReport, style: Style) -> Iterator[str]:
    for words in gap_sentences(report.incomplete):
        yield paragraph(f"incomplete: {words}", style.prose_width, first="", rest="  ")


def _painted_paragraph(words: str, style: Style, paint: Callable[[str], str]) -> str:
    margin = " " * _INDENT
    lines = paragraph(words, style.prose_width, first=margin, rest=margin).split("\n")
    return "\n".join(margin + paint(line.removeprefix(margin)) for line in lines)


def paint_of(state: State, outlook: Outlook | None, style: Style) -> Callable[[str], str]:
    if state == "Ready" and outlook is None:
        return style.good
    if state == "Excluded":
        return style.dim
    return style.bad if outlook == "stuck" else style.warn
