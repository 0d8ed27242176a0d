"""Nodes that are followed: a line for each change, or the lines of a picture."""

from datetime import datetime

from kubectl_ds.core.coverage_reasons import distinct_codes
from kubectl_ds.core.node_change import NodeStateChange, node_changes
from kubectl_ds.core.node_report import NodeDaemonSet, NodeItem, NodeReport
from kubectl_ds.output.node import node_text, summary_sentence
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import safe
from kubectl_ds.output.times import rfc3339


def begin_lines(report: NodeReport, now: datetime, style: Style, *, blocks: bool, wide: bool) -> str:
    """The report as it is without --watch, and an empty line before what follows."""
    return node_text(report, style, blocks=blocks, wide=wide) + "\n"


def change_lines(before: NodeReport, after: NodeReport, now: datetime, style: Style) -> str:
    """`TIME NODE NAMESPACE/NAME OLD -> NEW REASON`, and `TIME NODE SUMMARY` for the node itself."""
    return "".join(_line(change, now) for change in node_changes(before, after))


def picture_lines(report: NodeReport, now: datetime, style: Style, *, blocks: bool, wide: bool) -> list[str]:
    """What a terminal shows."""
    head = style.dim(f"{rfc3339(now)}  (Ctrl-C ends it)")
    return [head, "", *node_text(report, style, blocks=blocks, wide=wide).splitlines()]


def _line(change: NodeStateChange, now: datetime) -> str:
    lead = f"{rfc3339(now)} {safe(change.node)}"
    if not change.daemonset:
        return f"{lead} {_standing(change.node_after)}\n"
    words = [f"{safe(change.daemonset)} {_state(change.before)} -> {_state(change.after)}"]
    if change.after is not None and change.after.coverage.reasons:
        words.append(safe(",".join(distinct_codes(change.after.coverage.reasons))))
    return f"{lead} {' '.join(words)}\n"


def _standing(item: NodeItem | None) -> str:
    if item is None:
        return "is gone"
    kubelet = "is Ready" if item.not_ready is None else "is not Ready"
    return f"{kubelet}; {summary_sentence(item)}"


def _state(one: NodeDaemonSet | None) -> str:
    return "-" if one is None else one.coverage.state or "unknown"
