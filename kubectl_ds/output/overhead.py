"""The text of `kubectl ds overhead`: what the cluster, a new node of each shape, and each DaemonSet pay."""

from collections.abc import Sequence

from kubectl_ds.core.overhead_report import (
    DaemonSetOverhead,
    NodeOverhead,
    NodeShape,
    OverheadReport,
)
from kubectl_ds.core.scheduling.pod_requests import Amounts
from kubectl_ds.core.spelled_amount import spelled_amount
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import table
from kubectl_ds.output.terminal_text import paragraph

_NONE = "-"
_UNKNOWN = "?"
_RESOURCES = ("cpu", "memory")


def overhead_text(report: OverheadReport, style: Style, *, wide: bool = False) -> str:
    """The sum, the shapes, the DaemonSets; with `wide` the nodes too, limits, surge and extended resources."""
    blocks = [paragraph(_sum(report), style.prose_width)]
    blocks += gap_paragraphs(report.incomplete, style)
    if report.shapes:
        blocks.append(_shape_table(report.shapes, report.median or 0, style, wide=wide))
    if report.daemonsets:
        blocks.append(_daemonset_table(report, style, wide=wide))
    if notes := _notes(report):
        blocks.append("\n".join(paragraph(note, style.prose_width) for note in notes))
    if wide and report.nodes:
        blocks.append(_node_table(report.nodes, style))
    return "\n\n".join(blocks) + "\n"


def _sum(report: OverheadReport) -> str:
    count = len(report.daemonsets)
    words = f"{count} DaemonSet{'s' * (count != 1)}"
    if report.pods is None or report.requests is None:
        return f"{words}; what their pods request is not known"
    words += f", {report.pods} pod{'s' * (report.pods != 1)}"
    if report.nodes is not None:
        words += f" on {len(report.nodes)} node{'s' * (len(report.nodes) != 1)}"
    asked = " and ".join(
        f"{_spelled(resource, report.requests)}{_of(resource, report)} {resource}" for resource in _RESOURCES
    )
    return f"{words}: they request {asked}."


def _of(resource: str, report: OverheadReport) -> str:
    if report.requests is None or not report.allocatable or not report.allocatable.get(resource):
        return ""
    whole = spelled_amount(resource, report.allocatable[resource])
    return f" of {whole} ({percent(report.requests.get(resource, 0), report.allocatable[resource])})"


# --- shapes ----------------------------------------------------------------------------------------


def _shape_table(shapes: Sequence[NodeShape], median: int, style: Style, *, wide: bool) -> str:
    headers = ["NODE SHAPE", "NODES", "CPU", "MEMORY", "LOST CPU", "LOST MEMORY", "PODS", "LIKE"]
    if wide:
        headers[-1:] = ["SURGE CPU", "SURGE MEMORY", "LIKE"]
    rows = [
        _shape_row(shape, _size_word(place, median, len(shapes)), wide=wide)
        for place, shape in enumerate(shapes)
    ]
    return table(headers, rows, style)


def _shape_row(shape: NodeShape, size: str, *, wide: bool) -> list[str]:
    row = [
        " ".join(word for word in (shape.instance_type, f"({size})" if size else "") if word) or _NONE,
        str(len(shape.nodes)),
        *(_spelled(resource, shape.allocatable) for resource in _RESOURCES),
        *(_lost(resource, shape) for resource in _RESOURCES),
        _range("pods", shape),
    ]
    if wide:
        row += [_spelled(resource, shape.surge) for resource in _RESOURCES]
    return [*row, shape.example]


def _size_word(place: int, median: int, count: int) -> str:
    """Which one it is of the smallest, the median and the largest; one shape alone needs no word."""
    words = []
    if count > 1:
        words += ["smallest"] if place == 0 else []
        words += ["median"] if place == median else []
        words += ["largest"] if place == count - 1 else []
    return ", ".join(words)


def _lost(resource: str, shape: NodeShape) -> str:
    """`870m (45 %)`, and the extremes where the shape's nodes differ."""
    share = percent(shape.lost.get(resource, 0), shape.allocatable.get(resource, 0))
    return f"{_range(resource, shape)} ({share})"


def _range(resource: str, shape: NodeShape) -> str:
    least, most = shape.least.get(resource, 0), shape.most.get(resource, 0)
    own = _spelled(resource, shape.lost)
    if least == most:
        return own
    return f"{own} [{spelled_amount(resource, least)} to {spelled_amount(resource, most)}]"


# --- DaemonSets ------------------------------------------------------------------------------------


def _daemonset_table(report: OverheadReport, style: Style, *, wide: bool) -> str:
    shares = _shares(report)
    headers = ["NAMESPACE", "NAME", "NODES", "PODS", "CPU/POD", "MEMORY/POD"]
    if report.use_known:
        headers += ["MOST CPU USED", "MOST MEMORY USED"]
    headers += ["CPU", "MEMORY", *(word.upper() for word, _ in shares)]
    if wide:
        headers += ["CPU LIMIT", "MEMORY LIMIT", "SURGE PODS", "OTHER"]
    rows = [_daemonset_row(one, report, shares, wide=wide) for one in report.daemonsets]
    return table(headers, rows, style)


def _daemonset_row(
    one: DaemonSetOverhead, report: OverheadReport, shares: Sequence[tuple[str, NodeShape]], *, wide: bool
) -> list[str]:
    row = [
        one.namespace,
        one.name,
        _UNKNOWN if one.nodes is None else str(one.nodes),
        _UNKNOWN if one.pods is None else str(one.pods),
        *(_spelled(resource, one.per_pod) for resource in _RESOURCES),
    ]
    if report.use_known:
        row += [_NONE if one.use is None else _used(resource, one.use.largest) for resource in _RESOURCES]
    row += [_UNKNOWN if one.total is None else _spelled(resource, one.total) for resource in _RESOURCES]
    row += [share(one.per_pod, shape) for _, shape in shares]
    if wide:
        row += [_limit(resource, one.limits) for resource in _RESOURCES]
        row += [str(one.surge_pods or _NONE), _others(one.per_pod)]
    return row


def _shares(report: OverheadReport) -> list[tuple[str, NodeShape]]:
    """The columns for the smallest, the median and the largest shape, each shape once."""
    shapes = report.shapes or ()
    if not shapes or report.median is None:
        return []
    if len(shapes) == 1:
        return [("of a node", shapes[0])]
    places = {0: "of smallest", report.median: "of median", len(shapes) - 1: "of largest"}
    return [(word, shapes[place]) for place, word in sorted(places.items())]


def share(amounts: Amounts, shape: NodeShape) -> str:
    """The larger of its shares of CPU and memory: `4.1 % cpu`."""
    shares = [
        (amounts.get(resource, 0) / shape.allocatable[resource], resource)
        for resource in _RESOURCES
        if shape.allocatable.get(resource)
    ]
    if not shares or not max(shares)[0]:
        return _NONE
    part, resource = max(shares)
    return f"{_rounded(100 * part)} % {resource}"


def _others(amounts: Amounts) -> str:
    more = [
        f"{name} {spelled_amount(name, amounts[name])}" for name in sorted(amounts) if name not in _RESOURCES
    ]
    return ", ".join(more) or _NONE


# --- notes -----------------------------------------------------------------------------------------


def _notes(report: OverheadReport) -> list[str]:
    """Who asks for nothing, and whether use is known."""
    silent: dict[tuple[str, ...], list[str]] = {}
    for one in report.daemonsets:
        if one.unrequested:
            silent.setdefault(one.unrequested, []).append(f"{one.namespace}/{one.name}")
    notes = [
        f"Without a request for {' and '.join(what)} in some container, so that the scheduler counts less than they "
        f"may take: {', '.join(names)}."
        for what, names in sorted(silent.items(), key=lambda found: -len(found[1]))
    ]
    if not report.use_known:
        notes.append("What the pods really use is not known: the metrics API does not answer here.")
    return notes


# --- nodes -----------------------------------------------------------------------------------------


def _node_table(nodes: Sequence[NodeOverhead], style: Style) -> str:
    rows = [
        [
            node.node,
            str(node.pods),
            *(_asked(resource, node) for resource in _RESOURCES),
            *(_limit(resource, node.limits) for resource in _RESOURCES),
        ]
        for node in nodes
    ]
    return table(["NODE", "PODS", "CPU", "MEMORY", "CPU LIMITS", "MEMORY LIMITS"], rows, style)


def _used(resource: str, amounts: Amounts) -> str:
    """Measured bytes in Mi, rounded up, as `kubectl top` has them."""
    amount = amounts.get(resource, 0)
    return f"{-(-amount // 2**20)}Mi" if resource == "memory" else spelled_amount(resource, amount)


def _asked(resource: str, node: NodeOverhead) -> str:
    part = percent(node.requests.get(resource, 0), node.allocatable.get(resource, 0))
    return f"{_spelled(resource, node.requests)} ({part})"


def _limit(resource: str, limits: Amounts) -> str:
    return _spelled(resource, limits) if limits.get(resource) else _NONE


def _spelled(resource: str, amounts: Amounts) -> str:
    return spelled_amount(resource, amounts.get(resource, 0))


def percent(part: int, whole: int) -> str:
    """`4.1 %`; a dash where there is nothing to be a part of."""
    return f"{_rounded(100 * part / whole)} %" if whole else _NONE


def _rounded(number: float) -> str:
    if 0 < number < 0.1:
        return "<0.1"
    return f"{number:.0f}" if number >= 10 or number == 0 else f"{number:.1f}"
