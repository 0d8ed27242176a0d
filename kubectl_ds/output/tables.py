"""Every table that is not kubectl's own: plain, left-aligned, three blanks apart, no wider than asked.

Columns are measured by terminal columns: tabulate counts characters unless one more package is installed, and
its import would take longer than all else that `coverage` does on a small cluster.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import display_width, padded, safe, shortened, wrapped

GAP = "   "
_NARROWEST_LAST_COLUMN = 24


class Painted(Struct, frozen=True):
    """A cell with a meaning: `paint` is a method of `Style`, put on after the cell has been measured."""

    text: str
    paint: Callable[[str], str]


Cell = str | Painted
Row = Sequence[Cell]


def table(
    headers: Sequence[str], rows: Iterable[Row], style: Style, *, indent: int = 0, shorten: bool = False
) -> str:
    """The rows under their headers, without a trailing newline; an empty text for no rows and no headers.

    Cells may hold anything: they are made safe here. When the table is wider than `style.width`, the last
    column is wrapped under itself, or cut with an ellipsis when `shorten` is set; other columns are never
    touched, as they hold names that people copy.
    """
    cells = [[_painted(cell) for cell in row] for row in rows]
    if style.headers and headers:
        cells.insert(0, [Painted(header, style.plain) for header in headers])
    if not cells:
        return ""
    widths = _widths(cells)
    room = style.width - indent - sum(widths[:-1]) - len(GAP) * (len(widths) - 1)
    if widths[-1] > room:
        widths[-1] = max(_NARROWEST_LAST_COLUMN, room)
    lines = [line for row in cells for line in _fitted(row, widths[-1], shorten=shorten)]
    return _spelled(_aligned(lines, widths), " " * indent)


def visible_width(text: str) -> int:
    """How many columns the program's own text takes, its colour sequences not counted."""
    if "\x1b" in text:
        import re

        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return display_width(text)


def _painted(cell: Cell) -> Painted:
    if isinstance(cell, Painted):
        return Painted(safe(cell.text), cell.paint)
    return Painted(safe(cell), _as_is)


def _as_is(text: str) -> str:
    return text


def _widths(rows: Sequence[Sequence[Painted]]) -> list[int]:
    return [
        max((display_width(row[column].text) for row in rows if column < len(row)), default=0)
        for column in range(max(map(len, rows)))
    ]


def _fitted(row: Sequence[Painted], columns: int, *, shorten: bool) -> list[list[Painted]]:
    """The row on as many lines as its last cell needs in `columns`."""
    *names, last = row
    if display_width(last.text) <= columns:
        return [list(row)]
    if shorten:
        return [[*names, Painted(shortened(last.text, columns), last.paint)]]
    first, *others = wrapped(last.text, columns)
    blank = [Painted("", _as_is)] * len(names)
    return [
        [*names, Painted(first, last.paint)],
        *([*blank, Painted(line, last.paint)] for line in others),
    ]


def _aligned(rows: Sequence[Sequence[Painted]], widths: Sequence[int]) -> list[list[str]]:
    """Cells painted, with blanks up to the column's width; the last column carries none."""
    return [
        [
            cell.paint(cell.text)
            + (" " * (width - display_width(cell.text)) if position < len(row) - 1 else "")
            for position, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        for row in rows
    ]


def _spelled(rows: Sequence[Sequence[str]], margin: str) -> str:
    return "\n".join((margin + GAP.join(row)).rstrip() for row in rows)


__all__ = ["GAP", "Cell", "Painted", "Row", "padded", "table", "visible_width"]
