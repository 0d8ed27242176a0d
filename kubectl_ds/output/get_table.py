"""The table of `get`: kubectl's columns in kubectl's order, and the verdict at the end.

Mirrors printDaemonSet of kubernetes' pkg/printers/internalversion/printers.go for the columns, and
decorateTable of cli-runtime's tableprinter.go for namespace and labels.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.health import Verdict, VerdictState
from kubectl_ds.core.human_duration import age
from kubectl_ds.core.label_selector import compile_selector
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.output.kubectl_table import Cell, kubectl_table, label_column_header, labels_cell
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import safe

_COLUMNS = (
    "Name",
    "Desired",
    "Current",
    "Ready",
    "Up-to-date",
    "Available",
    "Node Selector",
    "Age",
)
_WIDE_COLUMNS = ("Containers", "Images", "Selector")


class Columns(Struct, frozen=True, kw_only=True):
    """Which columns stand beside kubectl's default ones."""

    namespace: bool = False
    wide: bool = False
    labels: tuple[str, ...] = ()
    """`-L`, one column each."""
    show_labels: bool = False
    show_kind: bool = False
    """Names as `daemonset.apps/NAME`."""


def get_table(
    daemonsets: Sequence[DaemonSet],
    verdicts: Mapping[str, Verdict],
    columns: Columns,
    style: Style,
    *,
    now: datetime,
) -> str:
    """The table, each line with its newline; nothing for no DaemonSets. `verdicts` are by uid."""
    headers = [
        *(["Namespace"] if columns.namespace else []),
        *_COLUMNS,
        *(_WIDE_COLUMNS if columns.wide else ()),
        *map(label_column_header, columns.labels),
        *(["Labels"] if columns.show_labels else []),
        "Verdict",
    ]
    told = [verdict_text(verdicts.get(one.metadata.uid)) for one in daemonsets]
    rows = [
        [*_cells(daemonset, columns, now), text] for daemonset, text in zip(daemonsets, told, strict=True)
    ]
    text = kubectl_table(headers, rows, no_headers=not style.headers)
    return _painted(text, [verdicts.get(one.metadata.uid) for one in daemonsets], style)


def verdict_text(verdict: Verdict | None) -> str:
    """`Stuck: 3 missing (QuotaExceeded)`; a question mark stands for a verdict by the status alone."""
    if verdict is None:
        return "Unknown"
    doubt = "?" if verdict.by_status_alone else ""
    return f"{verdict.state}{doubt}: {verdict.reason}" if verdict.reason else f"{verdict.state}{doubt}"


def paint_verdict(state: VerdictState, text: str, style: Style) -> str:
    """The text in the colour of the state."""
    match state:
        case "Healthy":
            return style.good(text)
        case "Idle":
            return style.dim(text)
        case "Progressing" | "Degraded":
            return style.warn(text)
        case "Stuck":
            return style.bad(text)


def _painted(text: str, verdicts: Sequence[Verdict | None], style: Style) -> str:
    """Colour is put on at the end of the finished lines: the printer would spell it out, and measure it."""
    if not style.color:
        return text
    lines = text.splitlines()
    first = len(lines) - len(verdicts)
    for position, verdict in enumerate(verdicts):
        if verdict is None:
            continue
        line, told = lines[first + position], safe(verdict_text(verdict))
        lines[first + position] = line.removesuffix(told) + paint_verdict(verdict.state, told, style)
    return "".join(f"{line}\n" for line in lines)


def _cells(daemonset: DaemonSet, columns: Columns, now: datetime) -> list[Cell]:
    metadata, status = daemonset.metadata, daemonset.status
    spec = daemonset.spec.template.spec
    cells: list[Cell] = [
        *([metadata.namespace] if columns.namespace else []),
        f"daemonset.apps/{metadata.name}" if columns.show_kind else metadata.name,
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        status.number_available,
        labels_cell(spec.node_selector),
        age(metadata.creation_timestamp, now),
    ]
    if columns.wide:
        cells += [
            ",".join(container.name for container in spec.containers),
            ",".join(container.image for container in spec.containers),
            _selector(daemonset),
        ]
    cells += [metadata.labels.get(key, "") for key in columns.labels]
    return [*cells, labels_cell(metadata.labels)] if columns.show_labels else cells


def _selector(daemonset: DaemonSet) -> str:
    """metav1's FormatLabelSelector."""
    compiled = compile_selector(daemonset.spec.selector)
    if compiled is None:
        return "<none>" if daemonset.spec.selector is None else "<error>"
    return str(compiled) or "<none>"
