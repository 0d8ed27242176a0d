"""The terminal of a command that is followed: one picture, drawn again and again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from kubectl_ds.commands.reading import style_from
from kubectl_ds.environment import Environment
from kubectl_ds.output.picture import blank_page, picture
from kubectl_ds.output.style import Style

_NARROWEST = 40
"""Columns that a text is laid out for at the least; what is wider than the terminal is cut."""


class Canvas:
    """Draws over the picture before."""

    def __init__(self, environment: Environment, values: Mapping[str, Any]) -> None:
        self._environment, self._values = environment, values
        self._drawn = False

    def draw(self, lines: Callable[[Style], Sequence[str]]) -> None:
        """Draw these lines, laid out for the terminal as wide as it is now."""
        size = self._environment.screen()
        if size is None:
            return
        style = replace(style_from(self._environment, self._values), width=max(size.columns, _NARROWEST))
        if not self._drawn:
            self._environment.stdout.write(blank_page(size.lines))
            self._drawn = True
        self._environment.stdout.write(picture(lines(style), size.columns, size.lines, style))
        self._environment.stdout.flush()

    def end(self) -> None:
        """The picture stays; what comes next begins below it."""
        # Somebody may have taken the terminal away.
        with suppress(OSError, ValueError):
            self._environment.stdout.write("\n" if self._drawn else "")
            self._environment.stdout.flush()
