"""How text may look: colour, width, headers. Decided by the caller; nothing here looks at a terminal."""

from msgspec import Struct

_RESET = "\x1b[0m"


_WIDEST_PROSE = 120
"""Longer lines of words are hard to follow to the next one."""


class Style(Struct, frozen=True):
    """The look that the caller wants. Colour methods name a meaning, never a colour.

    They wrap text that is already safe (output/terminal_text.py) and return it unchanged when `color` is
    off, so that a pipe never sees an escape sequence. `width` is in terminal columns.
    """

    color: bool = False
    width: int = 80
    headers: bool = True

    @property
    def prose_width(self) -> int:
        """Columns for sentences and lists of names; tables take the whole width."""
        return min(self.width, _WIDEST_PROSE)

    def good(self, text: str) -> str:
        """All is well here."""
        return self._paint("32", text)

    def warn(self, text: str) -> str:
        """Not as it should be, and may heal by itself."""
        return self._paint("33", text)

    def bad(self, text: str) -> str:
        """Broken: somebody has to act."""
        return self._paint("31", text)

    def dim(self, text: str) -> str:
        """Beside the point: intentional, or context only."""
        return self._paint("2", text)

    def bold(self, text: str) -> str:
        """A heading or the one word to look for."""
        return self._paint("1", text)

    def plain(self, text: str) -> str:
        """No meaning of its own; stands where a painter is asked for."""
        return text

    def _paint(self, code: str, text: str) -> str:
        if not self.color or not text:
            return text
        return f"\x1b[{code}m{text}{_RESET}"


PLAIN = Style()
