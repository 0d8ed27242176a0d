"""The text of `kubectl ds node`: a block for each node asked for, or a line for every node."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.coverage_reasons import distinct_codes
from kubectl_ds.core.human_duration import human_duration
from kubectl_ds.core.node_report import ExposedPod, NodeDaemonSet, NodeItem, NodeReport
from kubectl_ds.core.spelled_amount import spelled_amount
from kubectl_ds.output.coverage import OUTLOOKS, folded, paint_of
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.overhead import percent
from kubectl_ds.output.reasons import sentence, sentences
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import Cell, Painted, table
from kubectl_ds.output.terminal_text import paragraph, safe

_INDENT = "  "
_DEEPER = "    "
_MOST_EXPOSED = 12
_NAMES = 60
_RESOURCES = ("cpu", "memory")


def node_text(report: NodeReport, style: Style, *, blocks: bool, wide: bool = False) -> str:
    """`blocks`: everything about each node; otherwise a table of all. `wide` lists every exposed pod."""
    parts = ["\n".join(gap_paragraphs(report.incomplete, style))] if report.incomplete else []
    parts += [
        style.bad(paragraph(f"There is no node {safe(name)}.", style.prose_width)) for name in report.absent
    ]
    if blocks:
        parts += ["\n".join(_block(item, report, style, wide=wide)) for item in report.items]
    elif report.items:
        parts.append(_table(report.items, style))
    elif report.known:
        parts.append("The cluster has no nodes.")
    return "\n\n".join(parts) + "\n" if parts else ""


# --- one node --------------------------------------------------------------------------------------


def _block(item: NodeItem, report: NodeReport, style: Style, *, wide: bool) -> Iterator[str]:
    name = style.bold(f"node {safe(item.node)}")
    yield paragraph(summary_sentence(item), style.prose_width, first=f"{name}  ", rest=_DEEPER)
    yield paragraph(_requests(item), style.prose_width, first=_DEEPER, rest=_DEEPER)
    if item.not_ready is not None:
        yield ""
        yield _INDENT + style.bad("the node is not Ready")
        yield paragraph(sentence(item.not_ready), style.prose_width, first=_DEEPER, rest=_DEEPER)
    for one in item.daemonsets:
        if not one.is_ready:
            yield from _trouble(one, style)
    for name_ in item.missing:
        yield ""
        yield _INDENT + style.bad(f"{safe(name_)}: there is no such DaemonSet")
    if item.exposed:
        yield ""
        yield from _exposed(item.exposed, report, style, wide=wide)
    if item.daemonsets:
        yield ""
        yield _daemonsets(item.daemonsets, style)


def summary_sentence(item: NodeItem) -> str:
    """`6 of 8 DaemonSets ready; 3 pods exposed`."""
    required = item.required
    ready = len(required) - len(item.waiting)
    count = len(required) + len(item.missing)
    words = (
        f"{ready} of {count} DaemonSet{'s' * (count != 1)} ready" if count else "no DaemonSet belongs here"
    )
    if item.is_covered and count:
        words = f"all {count} DaemonSets ready" if count > 1 else "its one DaemonSet is ready"
    if item.exposed:
        words += f"; {len(item.exposed)} pod{'s' * (len(item.exposed) != 1)} exposed"
    return words


def _requests(item: NodeItem) -> str:
    pods = sum(one.has_pod for one in item.daemonsets)
    asked = " and ".join(
        f"{spelled_amount(resource, item.requests.get(resource, 0))} of "
        f"{spelled_amount(resource, item.allocatable.get(resource, 0))} "
        f"({percent(item.requests.get(resource, 0), item.allocatable.get(resource, 0))}) {resource}"
        for resource in _RESOURCES
    )
    return f"{pods} of its {item.pods} pods are of DaemonSets; they request {asked}."


def _trouble(one: NodeDaemonSet, style: Style) -> Iterator[str]:
    """A DaemonSet that is not Ready here, and why."""
    covered = one.coverage
    state = covered.state or "unknown"
    outlook = "" if covered.outlook is None or state == "Excluded" else f", {OUTLOOKS[covered.outlook]}"
    paint = paint_of(covered.state, covered.outlook, style) if covered.state else style.warn
    yield ""
    yield _INDENT + paint(f"{safe(one.qualified)}: {state}{outlook}")
    if words := sentences(covered.reasons):
        yield paragraph(words, style.prose_width, first=_DEEPER, rest=_DEEPER)


def _daemonsets(daemonsets: Sequence[NodeDaemonSet], style: Style) -> str:
    rows: list[list[Cell]] = [
        [
            one.namespace,
            one.name,
            _state(one, style),
            "" if one.required else "no",
            ", ".join(pod.name for pod in one.coverage.pods) or "-",
            *(
                spelled_amount(resource, one.requests.get(resource, 0)) + ("" if one.has_pod else "?")
                for resource in _RESOURCES
            ),
            ", ".join(distinct_codes(one.coverage.reasons)) or "-",
        ]
        for one in daemonsets
    ]
    headers = ["NAMESPACE", "NAME", "STATE", "COUNTS", "POD", "CPU", "MEMORY", "REASON"]
    if all(one.required for one in daemonsets):
        headers.remove("COUNTS")
        for row in rows:
            del row[3]
    return table(headers, rows, style, shorten=True)


def _state(one: NodeDaemonSet, style: Style) -> Cell:
    state = one.coverage.state
    return Painted(state, paint_of(state, one.coverage.outlook, style)) if state else "?"


# --- exposed pods ----------------------------------------------------------------------------------


def _exposed(exposed: Sequence[ExposedPod], report: NodeReport, style: Style, *, wide: bool) -> Iterator[str]:
    head = f"{len(exposed)} exposed: workloads that run without a DaemonSet, or ran before it was Ready"
    yield _INDENT + style.warn(head)
    shown = exposed if wide else exposed[:_MOST_EXPOSED]
    rows = [
        [f"{one.namespace}/{one.name}", human_duration(report.taken_at - one.started), _without(one)]
        for one in shown
    ]
    yield table(["POD", "RUNS FOR", "WITHOUT"], rows, style, indent=4)
    if len(shown) < len(exposed):
        yield f"{_DEEPER}… and {len(exposed) - len(shown)} more: see -o wide"


def _without(one: ExposedPod) -> str:
    return ", ".join(
        f"{without.daemonset} (still)"
        if without.until is None
        else f"{without.daemonset} (for {human_duration(without.until - one.started)})"
        for without in one.without
    )


# --- all nodes -------------------------------------------------------------------------------------


def _table(items: Sequence[NodeItem], style: Style) -> str:
    rows = [_row(item, style) for item in items]
    headers = ["NODE", "NODE READY", "DAEMONSETS", "CPU", "MEMORY", "EXPOSED", "NOT READY"]
    return table(headers, rows, style)


def _row(item: NodeItem, style: Style) -> list[Cell]:
    count = len(item.required) + len(item.missing)
    covered = f"{len(item.required) - len(item.waiting)}/{count}"
    waiting = [*(one.qualified for one in item.waiting), *item.missing]
    return [
        item.node,
        "yes" if item.not_ready is None else Painted("no", style.bad),
        Painted(covered, style.good if item.is_covered else style.warn),
        *(
            f"{spelled_amount(resource, item.requests.get(resource, 0))} "
            f"({percent(item.requests.get(resource, 0), item.allocatable.get(resource, 0))})"
            for resource in _RESOURCES
        ),
        str(len(item.exposed) or "-"),
        folded(waiting, _NAMES) if waiting else "-",
    ]
