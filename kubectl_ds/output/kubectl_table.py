"""kubectl's own tables, as kubectl prints them.

Mirrors k8s.io/cli-runtime/pkg/printers/tableprinter.go and tabwriter.go (at least 6 wide, 3 blanks apart). kubectl
measures the cells of a table in bytes and pads in characters: that stays so, as scripts cut columns by it.
"""

import re
from collections.abc import Mapping, Sequence

from kubectl_ds.output.terminal_text import safe

MINIMUM_WIDTH = 6
PADDING = 3
_LINE_ENDS = re.compile("[\f\n\r]")

Cell = str | int | None


def kubectl_table(headers: Sequence[str], rows: Sequence[Sequence[Cell]], *, no_headers: bool = False) -> str:
    """The rows under their headers, each line with its newline; nothing at all for no rows.

    Headers are put in upper case. Cells may hold anything: they end at the first line break, as in kubectl,
    and are made safe for a terminal.
    """
    if not rows:
        return ""
    head = [header.upper() for header in headers]
    columns = [
        _column(header, cells, is_last=position == len(head) - 1, no_headers=no_headers)
        for position, (header, cells) in enumerate(zip(head, zip(*rows, strict=True), strict=True))
    ]
    return "".join([f"{line}\n" for line in map("".join, zip(*columns, strict=True))])


def label_column_header(key: str) -> str:
    """The header of a `-L KEY` column: what follows the last slash."""
    return key.rsplit("/", 1)[-1].upper()


def labels_cell(labels: Mapping[str, str]) -> str:
    """The LABELS cell of `--show-labels`: apimachinery's `labels.FormatLabels`."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def _column(header: str, cells: Sequence[Cell], *, is_last: bool, no_headers: bool) -> list[str]:
    """The column's cells, its header first, filled up to one width; the last column stays as it is."""
    raw = ["" if cell is None else str(cell) for cell in cells]
    shown = [text if text.isprintable() else _one_line(text) for text in raw]
    lines = shown if no_headers else [header, *shown]
    if is_last:
        return lines
    widest = max(map(_bytes, raw))
    # The first line is filled up to the widest cell's bytes, then all lines to the widest line's characters.
    primed = len(lines[0]) + max(0, widest - _bytes(raw[0] if no_headers else header))
    width = max(MINIMUM_WIDTH, PADDING + max(primed, max(map(len, lines))))
    return [line.ljust(width) for line in lines]


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def _one_line(text: str) -> str:
    end = _LINE_ENDS.search(text)
    return safe(text[: end.start()]) + "..." if end else safe(text)
