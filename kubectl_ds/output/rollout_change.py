"""A rollout that is followed: a line for each change, or the lines of a picture with its progress bar."""

from datetime import datetime

from kubectl_ds.core.rollout_change import StepChange, is_news, step_changes
from kubectl_ds.core.rollout_report import NodeRollout, RolloutReport
from kubectl_ds.output.rollout import STEP_WORDS, causes_lines, codes_of, node_table
from kubectl_ds.output.rollout_sentences import arithmetic, verdict_sentence
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import safe
from kubectl_ds.output.times import rfc3339

_BAR = 40
"""Columns of the progress bar at the most."""


def verdict_line(report: RolloutReport, now: datetime, style: Style) -> str:
    """`TIME NAMESPACE/NAME revision 9: progressing, 8 of 21 nodes done`."""
    return f"{rfc3339(now)} {_name(report)} {safe(verdict_sentence(report))}\n"


def change_lines(before: RolloutReport, after: RolloutReport, now: datetime, style: Style) -> str:
    """A line for each node at another step, and then one for the whole where that is news."""
    lines = [_change_line(after, change, now) for change in step_changes(before, after)]
    return "".join([*lines, verdict_line(after, now, style) if is_news(before, after) else ""])


def _change_line(report: RolloutReport, change: StepChange, now: datetime) -> str:
    """`TIME NAMESPACE/NAME NODE: OLD -> NEW (REASON)`."""
    codes = codes_of(change.after) if change.after is not None else ""
    why = f" ({safe(codes)})" if codes else ""
    words = f"{_step(change.before)} -> {_step(change.after)}{why}"
    return f"{rfc3339(now)} {_name(report)} {safe(change.node)}: {words}\n"


def picture_lines(report: RolloutReport, now: datetime, style: Style) -> list[str]:
    """What a terminal shows while it is followed: the bar, the verdict, the budget, the nodes in motion."""
    lines = [style.dim(f"{rfc3339(now)}  (Ctrl-C ends it)"), style.bold(f"ds {_name(report)}")]
    lines += [progress_bar(report, style), "", safe(verdict_sentence(report))]
    lines += [f"  {title}:".ljust(14) + words for title, words in arithmetic(report)]
    lines += causes_lines(report, style)
    moving = [node for node in report.nodes or () if node.in_motion]
    if moving:
        lines += ["", node_table(moving, style)]
    return lines


def progress_bar(report: RolloutReport, style: Style) -> str:
    """`[########------] 8/21`; without nodes that are known there is nothing to measure."""
    whole = len(report.eligible)
    if report.nodes is None or not whole:
        return "[" + " " * _BAR + "]"
    columns = max(10, min(_BAR, style.width - 20))
    full = columns * report.done // whole
    return f"[{style.good('#' * full)}{'-' * (columns - full)}] {report.done}/{whole}"


def _name(report: RolloutReport) -> str:
    return f"{safe(report.namespace)}/{safe(report.name)}"


def _step(node: NodeRollout | None) -> str:
    return "-" if node is None else STEP_WORDS[node.step]
