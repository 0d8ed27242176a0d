"""The text of `kubectl ds rollout`: how far it is, who uses up the budget and why, how long it may still take."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.causes import distinct_causes
from kubectl_ds.core.coverage_reasons import distinct_codes
from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.core.history import RevisionNodes
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.rollout_report import NodeRollout, RolloutReport, Step
from kubectl_ds.output.coverage import FEW_NODES, OUTLOOKS, folded, paint_of
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.history import revision_name
from kubectl_ds.output.reasons import cause_sentences
from kubectl_ds.output.rollout_sentences import arithmetic, verdict_sentence
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import table
from kubectl_ds.output.terminal_text import paragraph, safe

_INDENT = "  "
_DEEPER = "    "
STEP_WORDS: dict[Step, str] = {
    "Done": "new pod, available",
    "NotAvailable": "new pod, not available",
    "Old": "old pod",
    "OldNotAvailable": "old pod, not available",
    "Replacing": "old and new pod",
    "Empty": "no pod",
    "Crowded": "several pods of one revision",
}


def rollout_text(report: RolloutReport, style: Style, *, wide: bool = False) -> str:
    """One DaemonSet. `wide` lists every node, however many."""
    lines = [_header(report, style)]
    lines += gap_paragraphs(report.incomplete, style)
    lines += _arithmetic(report, style)
    lines += causes_lines(report, style)
    if report.revisions:
        lines += ["", _revisions(report.revisions, style)]
    moving = nodes_to_show(report, wide=wide)
    if moving:
        lines += ["", node_table(moving, style)]
    return "\n".join(lines) + "\n"


def _header(report: RolloutReport, style: Style) -> str:
    name = style.bold(f"ds {safe(report.namespace)}/{safe(report.name)}")
    paint = {
        "Done": style.good,
        "WillNotFinish": style.bad,
        "OnDelete": style.warn,
        "Deleting": style.warn,
    }.get(report.verdict or "", style.plain)
    words = paragraph(verdict_sentence(report), style.prose_width, first=f"{name}  ", rest=_DEEPER)
    head, name_and_gap = words[len(name) + 2 :], words[: len(name) + 2]
    return name_and_gap + "\n".join(paint(line) if line.strip() else line for line in head.split("\n"))


def _arithmetic(report: RolloutReport, style: Style) -> Iterator[str]:
    told = arithmetic(report)
    if not told:
        return
    yield ""
    for title, words in told:
        yield paragraph(words, style.prose_width, first=f"{_INDENT}{title}:".ljust(14))


def causes_lines(report: RolloutReport, style: Style) -> Iterator[str]:
    """The nodes at work or in trouble, by cause; those that wait for minReadySeconds alone come last."""
    for cause in causes_of(report.nodes or ()):
        yield ""
        head = f"{len(cause.nodes)} node{'s' * (len(cause.nodes) != 1)}, {OUTLOOKS[cause.outlook]}"
        yield _INDENT + paint_of(cause.state, cause.outlook, style)(head)
        yield paragraph(cause_sentences(cause), style.prose_width, first=_DEEPER, rest=_DEEPER)
        yield style.dim(
            paragraph(folded(cause.nodes, style.width), style.prose_width, first=_DEEPER, rest=_DEEPER)
        )
    waiting = [node for node in report.nodes or () if node.available_at is not None]
    if waiting:
        latest = max(node.available_at for node in waiting if node.available_at)
        yield ""
        yield _INDENT + f"{len(waiting)} node{'s' * (len(waiting) != 1)}, heals by itself"
        left = human_duration(latest - report.taken_at)
        words = f"Ready, and available once minReadySeconds have passed, in {left} at the latest."
        yield paragraph(words, style.prose_width, first=_DEEPER, rest=_DEEPER)
        names = folded([node.node for node in waiting], style.width)
        yield style.dim(paragraph(names, style.prose_width, first=_DEEPER, rest=_DEEPER))


def causes_of(nodes: Sequence[NodeRollout]) -> tuple[Cause, ...]:
    """The distinct causes on nodes where the rollout is under way, or stands still."""
    return distinct_causes(
        node.judged
        for node in nodes
        if node.in_motion and node.judged is not None and (node.eligible or node.uses_budget)
    )


def _revisions(revisions: Sequence[RevisionNodes], style: Style) -> str:
    rows = [
        [
            revision_name(one),
            "?" if one.nodes is None else str(len(one.nodes)),
            "?" if one.nodes is None else folded(one.nodes, style.width),
        ]
        for one in revisions
        if one.current or one.nodes or one.nodes is None
    ]
    return table(["REVISION", "NODES", "ON"], rows, style)


def nodes_to_show(report: RolloutReport, *, wide: bool) -> tuple[NodeRollout, ...]:
    """All nodes when asked for or few; else those at work, when these are few."""
    nodes = report.nodes or ()
    if wide or len(nodes) <= FEW_NODES:
        return nodes
    moving = tuple(node for node in nodes if node.in_motion)
    return moving if len(moving) <= FEW_NODES else ()


def node_table(nodes: Sequence[NodeRollout], style: Style) -> str:
    """A line a node: where it stands, whether it uses the budget, and the codes of its reasons."""
    rows = [
        [
            node.node,
            STEP_WORDS[node.step] + ("" if node.eligible else " (does not belong here)"),
            "yes" if node.uses_budget else "-",
            codes_of(node) or "-",
        ]
        for node in nodes
    ]
    return table(["NODE", "STEP", "USES BUDGET", "REASON"], rows, style, shorten=True)


def codes_of(node: NodeRollout) -> str:
    """The codes of its reasons, each once; empty where nothing is awaited."""
    return ", ".join(distinct_codes(node.awaited))
