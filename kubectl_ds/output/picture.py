"""A text as one picture of a terminal: what fits, drawn over what was there, in one piece.

Each line erases its own rest and the last one what is below, so that nothing flickers and no screen has to be
cleared. The terminal's state is never changed: there is nothing to restore, whatever ends the program, and the
last picture stays to be read and copied.
"""

import re
from collections.abc import Sequence

from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import display_width

_HOME = "\x1b[H"
_ERASE_REST_OF_LINE = "\x1b[K"
_ERASE_BELOW = "\x1b[J"
_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")
_RESET = "\x1b[0m"


def blank_page(lines: int) -> str:
    """Makes room for the first picture: what stood on the terminal is pushed up and can still be scrolled to."""
    return "\n" * max(0, lines - 1)


def picture(text: Sequence[str], columns: int, lines: int, style: Style) -> str:
    """The first of these lines of the program's own text, as many as fit, each cut at the terminal's edge."""
    shown = list(text)
    if len(shown) > lines:
        left_out = len(shown) - lines + 1
        shown = [*shown[: lines - 1], style.dim(f"… {left_out} more lines")]
    cut = [cut_line(line, columns) + _ERASE_REST_OF_LINE for line in shown]
    return _HOME + "\n".join(cut) + _ERASE_BELOW


def cut_line(line: str, columns: int) -> str:
    """The line with no more than so many columns to be seen; colours take none and end with it."""
    if len(line) <= columns and line.isascii():
        return line
    kept: list[str] = []
    left, coloured = columns, False
    for part in _COLOUR.split(line):
        if part.startswith("\x1b"):
            kept.append(part)
            coloured = part != _RESET
            continue
        for character in part:
            left -= display_width(character)
            if left < 0:
                return "".join([*kept, _RESET if coloured else ""])
            kept.append(character)
    return "".join(kept)
