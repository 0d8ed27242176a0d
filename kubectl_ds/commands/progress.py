"""How far a read is, on one line of the terminal: drawn when it takes over a second, gone before anything is printed.

Only carriage returns and blanks move and erase the line, so that every terminal shows it, and none keeps it.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kubectl_ds.environment import Environment

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from kubectl_ds.kube.lists import ListProgress, OnProgress

PATIENCE: Final = 1.0
"""Seconds that a read may take before anything is shown."""
_BETWEEN_DRAWINGS: Final = 0.1
_WIDEST_BAR: Final = 30
_NARROWEST_BAR: Final = 5
_WORDS: Final = {"controllerrevisions": "revisions"}
_MANY: Final = frozenset({"nodes", "pods"})
_ORDER: Final = ("nodes", "pods", "daemonsets", "controllerrevisions", "events")


@contextmanager
def shown_progress(environment: Environment) -> "Iterator[OnProgress]":
    """What is told within is shown on standard error, if that is a terminal that can take a line back.

    The line is gone when the block is left, by Ctrl-C or an error too.
    """
    lists = _Lists()
    if not environment.stderr_is_terminal or environment.variables.get("TERM") == "dumb":
        yield lists.told
        return
    line = _Line(environment, lists)
    try:
        yield lists.told
    finally:
        line.end()


class _Lists:
    """The lists that are being read, with the last that was told of each."""

    def __init__(self) -> None:
        self._last: dict[int, ListProgress] = {}

    def told(self, progress: "ListProgress") -> None:
        self._last[progress.number] = progress

    def __iter__(self) -> "Iterator[ListProgress]":
        # A copy: lists begin while the line is drawn.
        return iter(list(self._last.values()))


def _answered(lists: "Iterable[ListProgress]") -> bool:
    """Before the first answer a login may be under way, which may ask its own questions on the terminal."""
    return any(one.answered for one in lists)


def _seen(lists: "Iterable[ListProgress]") -> int:
    return sum(one.seen for one in lists)


def _total(lists: "Iterable[ListProgress]") -> int | None:
    """How many objects there will be in the end; None while that is not known of each list."""
    total = 0
    for one in lists:
        if not one.complete and one.remaining is None:
            return None
        total += one.seen + (0 if one.complete else one.remaining or 0)
    return total


def _counts(lists: "Iterable[ListProgress]") -> str:
    """`nodes 3,500 of 5,000, pods 42,500`. What is few and has come already is not worth a word."""
    by_resource: dict[str, list[ListProgress]] = {}
    for one in lists:
        by_resource.setdefault(one.resource, []).append(one)
    return ", ".join(
        f"{_WORDS.get(resource, resource)} {_out_of(_seen(of_it), _total(of_it))}"
        for resource in _ORDER
        if (of_it := by_resource.get(resource, []))
        and (resource in _MANY or not all(one.complete for one in of_it))
    )


def _out_of(seen: int, total: int | None) -> str:
    return f"{seen:,}" if total in (None, seen) else f"{seen:,} of {total:,}"


class _Line:
    """The one line, drawn from a thread of its own."""

    def __init__(self, environment: Environment, lists: _Lists) -> None:
        self._stream, self._lists = environment.stderr, lists
        self._over = threading.Event()
        self._drawn = 0
        self._thread = threading.Thread(target=self._draw_until_over, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop drawing and take the line back."""
        self._over.set()
        self._thread.join()
        if self._drawn:
            with suppress(OSError, ValueError):
                self._stream.write("\r" + " " * self._drawn + "\r")
                self._stream.flush()

    def _draw_until_over(self) -> None:
        if self._over.wait(PATIENCE):
            return
        bar = _bar()
        with suppress(OSError, ValueError):
            while not self._over.is_set():
                if _answered(self._lists):
                    self._draw(_line(bar, self._lists, columns_of(self._stream.fileno)))
                self._over.wait(_BETWEEN_DRAWINGS)

    def _draw(self, line: str) -> None:
        blanks = " " * (self._drawn - len(line))
        self._drawn = len(line)
        self._stream.write(f"\r{line}{blanks}\r{line}" if blanks else f"\r{line}")
        self._stream.flush()


def _bar() -> "ProgressBar[int]":
    """click's bar, for what it says; it would leave its line standing, so it draws nothing itself."""
    import click

    bar: ProgressBar[int] = click.progressbar(
        length=1, show_eta=True, bar_template="%(label)s  [%(bar)s]  %(info)s"
    )
    return bar


def _line(bar: "ProgressBar[int]", lists: "Iterable[ListProgress]", columns: int) -> str:
    bar.length = _total(lists)
    bar.finished = False
    bar.make_step(_seen(lists) - bar.pos)
    bar.label = f"Reading {_counts(lists)}".rstrip()
    bar.width = 0
    bar.width = min(_WIDEST_BAR, columns - 1 - len(bar.format_progress_line()))
    if bar.width < _NARROWEST_BAR:
        return bar.label[: columns - 1]
    return bar.format_progress_line()


def columns_of(descriptor: Callable[[], int]) -> int:
    """The width of the terminal behind a stream; 80 where it does not say."""
    try:
        return os.get_terminal_size(descriptor()).columns or 80
    except (OSError, ValueError):
        return 80
