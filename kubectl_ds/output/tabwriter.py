"""Elastic columns, as Go's text/tabwriter lays them out: what gives `kubectl describe` its look.

Mirrors go/src/text/tabwriter/tabwriter.go with kubectl describe's settings (no minimum width, padding 2,
blanks), without its flags. Widths are terminal columns instead of runes, which is the same for ASCII.
"""

from collections.abc import Sequence

from kubectl_ds.output.terminal_text import display_width

_PADDING = 2
CELL = "\t"


def elastic(lines: Sequence[str]) -> list[str]:
    """The lines with every tab turned into blanks.

    A cell ends with a tab; the text after the last tab of a line belongs to no column. Neighbouring lines
    with a cell in the same column share that column's width; a line without one ends the column.
    """
    rows = [line.split(CELL) for line in lines]
    padded: list[list[str]] = [[] for _ in rows]
    _lay_out(rows, padded, column=0, start=0, end=len(rows))
    return ["".join(cells) + row[-1] for cells, row in zip(padded, rows, strict=True)]


def _lay_out(
    rows: Sequence[Sequence[str]], padded: Sequence[list[str]], *, column: int, start: int, end: int
) -> None:
    """Pad `column` in every block of neighbouring rows that have it, then the columns right of it."""
    position = start
    while position < end:
        if column >= len(rows[position]) - 1:
            position += 1
            continue
        block = position
        while position < end and column < len(rows[position]) - 1:
            position += 1
        width = _PADDING + max(display_width(rows[row][column]) for row in range(block, position))
        for row in range(block, position):
            cell = rows[row][column]
            padded[row].append(cell + " " * (width - display_width(cell)))
        _lay_out(rows, padded, column=column + 1, start=block, end=position)
