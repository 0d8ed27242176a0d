"""The text of `kubectl ds matrix`: a column of one character for each DaemonSet, a line for equal nodes.

Names stand above their columns as stairs, so that there is no legend of numbers to look up:

    kube-system/cni
    │ kube-system/kube-proxy
    R R   38   n1, n2, … +36
"""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.matrix import MatrixCell, MatrixReport, MatrixRow
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.matrix_signs import counted, legend, sign, summary_sentence
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph, safe, shortened

MOST_ROWS = 30
_GAP = "   "
_ROOM_FOR_NODES = 32
_NARROWEST = 5
"""So many columns of DaemonSets there are at least, however narrow the terminal is."""


def matrix_text(report: MatrixReport, style: Style, *, wide: bool = False) -> str:
    """All DaemonSets side by side as far as the width goes, the others below; `wide` shows every row and node."""
    blocks = gap_paragraphs(report.incomplete, style)
    if report.rows:
        rows = report.rows if wide else report.rows[:MOST_ROWS]
        blocks += [
            "\n".join(_block(report, rows, columns, style, wide=wide)) for columns in _parts(report, style)
        ]
        if rest := report.rows[len(rows) :]:
            nodes = sum(len(row.nodes) for row in rest)
            left_out = f"{counted(len(rest), 'more row')}, of {counted(nodes, 'node')}"
            blocks.append(f"{left_out}: -o wide shows them all.")
        blocks.append(paragraph(legend(report), style.prose_width))
    blocks.append(paragraph(summary_sentence(report), style.prose_width))
    return "\n\n".join(blocks) + "\n"


def _parts(report: MatrixReport, style: Style) -> Iterator[range]:
    """Which DaemonSets stand side by side."""
    count = len(report.daemonsets)
    fitting = max(_NARROWEST, (style.width - _ROOM_FOR_NODES) // 2)
    # As many in each part: a last part of one column would be a strange thing to look at.
    parts = -(-count // fitting)
    size = -(-count // parts)
    return (range(start, min(start + size, count)) for start in range(0, count, size))


def _block(
    report: MatrixReport, rows: Sequence[MatrixRow], columns: range, style: Style, *, wide: bool
) -> Iterator[str]:
    if style.headers:
        yield from _stairs([safe("/".join(report.daemonsets[column])) for column in columns], style)
    digits = len(str(max(len(row.nodes) for row in rows)))
    room = 10**6 if wide else style.width - 2 * len(columns) - len(_GAP) * 2 - digits - 8
    for row in rows:
        cells = " ".join(_painted(row.cells[column], style) for column in columns)
        names = safe(folded(row.nodes, max(room, 12)))
        yield f"{cells}{_GAP}{len(row.nodes):>{digits}}{_GAP}{names if wide else shortened(names, max(room, 12) + 8)}"


def _stairs(names: Sequence[str], style: Style) -> Iterator[str]:
    for step, name in enumerate(names):
        yield style.dim("│ " * step) + name


def _painted(cell: MatrixCell, style: Style) -> str:
    text = sign(cell)
    if cell.state in ("Missing", "NotReady"):
        return style.bad(text)
    if cell.is_problem:
        return style.warn(text)
    return style.good(text) if cell.state == "Ready" else style.dim(text)
