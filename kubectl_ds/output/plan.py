"""The text of `kubectl ds plan`: what is supposed, and what becomes of each DaemonSet, the worst first."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from kubectl_ds.core.coverage_reasons import NodeReason, cause_of, details_of
from kubectl_ds.core.plan_report import DaemonSetPlan, LostNode, NewPod, PlanReport
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.explain_sentences import near_miss_sentences
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.placement_sentences import short_paths
from kubectl_ds.output.plan_sentences import (
    change_sentence,
    loss_words,
    never_modelled,
    new_pod_words,
    replacement_sentence,
    summary_sentence,
    unmodelled_sentence,
)
from kubectl_ds.output.reasons import details_differ, sentences
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph, safe

_INDENT = "  "
_DEEPER = "    "


class _Group(Struct, frozen=True):
    """Nodes to which the same happens for the same reason."""

    words: str
    paint: Callable[[str], str]
    reasons: tuple[NodeReason, ...]
    nodes: tuple[str, ...]
    varies: bool
    victims: tuple[str, ...] = ()


def plan_text(report: PlanReport, style: Style) -> str:
    """Changes, DaemonSets, and the summary that decides."""
    blocks = ["\n".join(paragraph(change_sentence(one), style.prose_width) for one in report.changes)]
    if report.incomplete:
        blocks.append("\n".join(gap_paragraphs(report.incomplete, style)))
    blocks += ["\n".join(_item(item, style)) for item in report.items]
    closing = [style.bold(paragraph(summary_sentence(report), style.prose_width))]
    closing.append(style.dim(paragraph(never_modelled(report), style.prose_width)))
    return "\n\n".join([*blocks, "\n".join(closing)]) + "\n"


def _item(item: DaemonSetPlan, style: Style) -> Iterator[str]:
    name = style.bold(f"ds {safe(item.namespace)}/{safe(item.name)}")
    yield paragraph(_head(item), style.prose_width, first=f"{name}  ", rest=_DEEPER)
    if item.refused:
        yield ""
        yield _INDENT + style.bad("refused by the API server")
        yield paragraph(item.refused + ".", style.prose_width, first=_DEEPER, rest=_DEEPER)
        return
    for group in _groups(item, style):
        yield ""
        yield _INDENT + group.paint(f"{len(group.nodes)} {group.words}")
        if words := _why(group):
            yield paragraph(words, style.prose_width, first=_DEEPER, rest=_DEEPER)
        yield style.dim(
            paragraph(folded(group.nodes, style.width), style.prose_width, first=_DEEPER, rest=_DEEPER)
        )
    for words in _remarks(item):
        yield ""
        yield paragraph(words, style.prose_width, first=_INDENT, rest=_INDENT)


def _head(item: DaemonSetPlan) -> str:
    before, after = item.eligible_before, item.eligible_after
    if item.refused or item.action == "deleted":
        return item.action
    words = {"created": "created", "changed": "changed", "unchanged": ""}[item.action]
    if before is None:
        nodes = f"belongs on {after} node{'s' * (after != 1)}"
    elif before == after:
        nodes = f"belongs on {after} node{'s' * (after != 1)} as before"
    else:
        nodes = f"belongs on {after} node{'s' * (after != 1)}, on {before} before"
    return "; ".join(part for part in (words, nodes) if part)


def _groups(item: DaemonSetPlan, style: Style) -> list[_Group]:
    lost = _grouped(
        [(loss_words(one), _loss_paint(one, style), one.node, one.reasons, ()) for one in item.lost]
    )
    gained = _grouped(
        [
            (new_pod_words(one, "gained"), _fit_paint(one, style), one.node, one.reasons, one.victims)
            for one in item.gained
        ]
    )
    replaced = _grouped(
        [
            (new_pod_words(one, "replaced"), _fit_paint(one, style), one.node, one.reasons, one.victims)
            for one in item.replaced
        ]
    )
    return [*lost, *gained, *replaced]


Row = tuple[str, Callable[[str], str], str, tuple[NodeReason, ...], tuple[str, ...]]


def _grouped(rows: Sequence[Row]) -> list[_Group]:
    """One group for all nodes with the same words and causes, the largest first."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault((row[0], *(cause_of(reason) for reason in row[3])), []).append(row)
    made = [
        _Group(
            words=first[0],
            paint=first[1],
            reasons=first[3],
            nodes=tuple(row[2] for row in members),
            varies=any(_details(row) != _details(first) for row in members[1:]),
            victims=tuple(victim for row in members for victim in row[4]),
        )
        for members in groups.values()
        for first in members[:1]
    ]
    return sorted(made, key=lambda group: -len(group.nodes))


def _details(row: Row) -> tuple[object, ...]:
    return tuple(detail for reason in row[3] for detail in details_of(reason))


def _why(group: _Group) -> str:
    words = sentences(group.reasons) + (details_differ(group.nodes[0]) if group.varies else "")
    if group.victims:
        words = f"Evicted for it: {folded(group.victims, 200)}. {words}"
    return words


def _remarks(item: DaemonSetPlan) -> Iterator[str]:
    if item.replaced:
        yield replacement_sentence(item)
    if item.near_miss is not None:
        yield "It belongs on no node. " + " ".join(map(short_paths, near_miss_sentences(item.near_miss)))
    if item.loop:
        where = f"{len(item.loop)} node{'s' * (len(item.loop) != 1)} ({folded(item.loop, 60)})"
        yield (
            f"On {where} the pods tolerate a NoExecute taint for {item.evicted_after} seconds only: they are "
            "evicted, made again, and evicted again, over and over."
        )
    for one in item.unmodelled:
        yield unmodelled_sentence(one)


def _loss_paint(lost: LostNode, style: Style) -> Callable[[str], str]:
    return style.dim if lost.loss == "absent" else style.warn if lost.loss == "left" else style.bad


def _fit_paint(pod: NewPod, style: Style) -> Callable[[str], str]:
    return {"fits": style.good, "preempts": style.warn, "pending": style.bad, "unknown": style.warn}[pod.fit]
