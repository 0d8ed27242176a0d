"""Tab-separated text in elastic columns, as kubectl lays out custom columns.

Mirrors github.com/liggitt/tabwriter with cli-runtime's settings: at least 6 wide, 3 blanks apart, and widths
that are remembered when a line without any tab has closed a block of columns.
"""

import re

from kubectl_ds.output.kubectl_table import MINIMUM_WIDTH, PADDING

_CELL_ENDS = re.compile("[\t\v]")
_LINE_ENDS = re.compile("([\n\f])")


def aligned(text: str, remembered: list[int] | None = None) -> str:
    """The text with its tabs turned into blanks; it ends with a newline. Form feeds end a line and a block.

    `remembered` are the widths of what was printed before; it is brought up to date here.
    """
    remembered = [] if remembered is None else remembered
    laid_out: list[str] = []
    block: list[list[str]] = []
    pieces = _LINE_ENDS.split(text.removesuffix("\n"))
    for line, end in zip(pieces[::2], [*pieces[1::2], "\n"], strict=True):
        cells = _CELL_ENDS.split(line)
        block.append(cells)
        if len(cells) == 1 or end == "\f":
            laid_out.extend(_laid_out(block, remembered))
            block = []
    laid_out.extend(_laid_out(block, remembered))
    return "".join(f"{line}\n" for line in laid_out)


def _laid_out(block: list[list[str]], remembered: list[int]) -> list[str]:
    padded: list[list[str]] = [[] for _ in block]
    _format(block, padded, remembered, (0, 0, len(block)))
    return ["".join(cells) + line[-1] for cells, line in zip(padded, block, strict=True)]


def _format(
    block: list[list[str]], padded: list[list[str]], remembered: list[int], where: tuple[int, int, int]
) -> None:
    """Fill up one column in each run of neighbouring lines that have it, then what is right of it."""
    column, position, end = where
    while position < end:
        if column >= len(block[position]) - 1:
            position += 1
            continue
        start = position
        while position < end and column < len(block[position]) - 1:
            position += 1
        widest = max(len(line[column]) for line in block[start:position])
        width = _remember(remembered, column, max(MINIMUM_WIDTH, widest + PADDING))
        for row in range(start, position):
            padded[row].append(block[row][column].ljust(width))
        _format(block, padded, remembered, (column + 1, start, position))


def _remember(remembered: list[int], column: int, width: int) -> int:
    """The column's largest width so far. Columns are met left to right, so the list has no holes."""
    if column == len(remembered):
        remembered.append(width)
    remembered[column] = max(remembered[column], width)
    return remembered[column]
