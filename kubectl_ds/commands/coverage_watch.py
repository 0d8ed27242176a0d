"""`coverage --watch`: what is, then every change: a picture on a terminal, lines or documents elsewhere."""

import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from kubectl_ds.commands.following import Follower, following
from kubectl_ds.commands.printing import write_for_scripts
from kubectl_ds.commands.reading import style_from
from kubectl_ds.core.live_coverage import CoverageChange, CoverageChanges, LiveCoverage
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.coverage import coverage_text
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.style import Style

if TYPE_CHECKING:
    from kubectl_ds.core.coverage_report import CoverageReport, NodeCoverage, State

_TICK: Final = 1.0
"""Seconds between two pictures on which only the time differs: one that stands still looks dead."""
_AGES: Final = 10.0
"""Seconds after which a picture that holds ages is worked out anew, from what is there: nothing is read."""


class _View(Protocol):
    """A way to show what is followed."""

    ticks: float | None
    """Seconds after which it wants to show something though nothing has happened."""

    def begin(self, report: "CoverageReport") -> None: ...

    def show(
        self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime
    ) -> None: ...


def follow(
    environment: Environment,
    values: Mapping[str, Any],
    names: Sequence[str],
    asked: OutputFormat,
    states: "Collection[State] | None",
) -> ExitCode:
    """Show until Ctrl-C or the reader ends it. --state and --problems narrow what is shown."""
    narrowing = {"states": states, "problems": values["problems"]}
    with following(environment, values, names) as follower:
        snapshot = follower.begin()
        live = LiveCoverage(snapshot)
        with _viewed(environment, values, asked, follower, narrowing) as view:
            view.begin(live.report(snapshot.taken_at, **narrowing))
            environment.stdout.flush()
            while True:
                batch = follower.next(live.next_moment, seconds=view.ticks)
                if batch.relearn:
                    changes = live.restart(follower.live.snapshot())
                else:
                    changes = live.apply(batch.changes, batch.now)
                view.show(changes, partial(live.report, batch.now, **narrowing), batch.now)
                environment.stdout.flush()


@contextmanager
def _viewed(
    environment: Environment,
    values: Mapping[str, Any],
    asked: OutputFormat,
    follower: Follower,
    narrowing: Mapping[str, Any],
) -> "Iterator[_View]":
    if not asked.is_table:
        yield _Documents(environment, values, asked, narrowing)
    elif environment.screen() is None:
        yield _Lines(environment, values, asked, narrowing)
    else:
        picture = _Picture(environment, values, asked, follower)
        with _told_of_resizing(picture.resized):
            try:
                yield picture
            finally:
                picture.end()


class _Lines:
    """The report, and then a line for each change."""

    ticks: float | None = None

    def __init__(
        self,
        environment: Environment,
        values: Mapping[str, Any],
        asked: OutputFormat,
        narrowing: Mapping[str, Any],
    ) -> None:
        self._environment, self._values, self._asked, self._narrowing = environment, values, asked, narrowing

    def begin(self, report: "CoverageReport") -> None:
        style = style_from(self._environment, self._values)
        text = coverage_text(report, style, wide=self._asked.name == "wide")
        self._environment.stdout.write(f"{text}\n" if text else "")

    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        from kubectl_ds.output.coverage_change import change_line

        style = style_from(self._environment, self._values)
        for change in changes.nodes:
            if _is_asked_for(change, self._narrowing):
                self._environment.stdout.write(change_line(change, style))


class _Documents:
    """The report's document, and then one document for each change."""

    ticks: float | None = None

    def __init__(
        self,
        environment: Environment,
        values: Mapping[str, Any],
        asked: OutputFormat,
        narrowing: Mapping[str, Any],
    ) -> None:
        self._environment, self._values, self._asked, self._narrowing = environment, values, asked, narrowing
        self._gaps: object = None
        self._begun = False

    def begin(self, report: "CoverageReport") -> None:
        self._gaps = report.incomplete
        self._write(report)

    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        """A change of what can be read is told by another report."""
        if changes.relearnt and (whole := report()).incomplete != self._gaps:
            self.begin(whole)
            return
        for change in changes.nodes:
            if _is_asked_for(change, self._narrowing):
                self._write(change)

    def _write(self, report: "CoverageReport | CoverageChange") -> None:
        from kubectl_ds.output.documents import spell_on_a_line, to_document

        separator = "---\n" if self._begun and self._asked.name == "yaml" else ""
        self._begun = True
        text = spell_on_a_line(to_document(report), self._asked)
        write_for_scripts(self._environment, self._asked, separator + text)


class _Picture:
    """The report as far as it fits, drawn over the one before."""

    ticks: float | None = _TICK

    def __init__(
        self, environment: Environment, values: Mapping[str, Any], asked: OutputFormat, follower: Follower
    ) -> None:
        self._environment, self._values, self._asked = environment, values, asked
        self._follower = follower
        self._lines: list[str] = []
        self._report: CoverageReport | None = None
        self._worked_out_at = 0.0
        self._size: object = None
        self._trouble = ""
        self._drawn = False
        follower.tell = self._tell

    def begin(self, report: "CoverageReport") -> None:
        self._report, self._worked_out_at = report, time.monotonic()
        self._draw(self._follower.live.now())

    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        is_old = time.monotonic() - self._worked_out_at >= _AGES
        if changes.touched or changes.relearnt or is_old:
            self._report, self._worked_out_at, self._size = report(), time.monotonic(), None
        self._draw(now)

    def resized(self) -> None:
        """In a signal handler: draw soon."""
        self._follower.live.wake()

    def end(self) -> None:
        """The picture stays; what comes next begins below it."""
        # Somebody may have taken the terminal away.
        with suppress(OSError, ValueError):
            self._environment.stdout.write("\n" if self._drawn else "")
            self._environment.stdout.flush()

    def _tell(self, line: str) -> None:
        """What is wrong with the connection stands above the picture for as long as it is wrong."""
        self._trouble = line if line.startswith("warning") else ""

    def _draw(self, now: datetime) -> None:
        from kubectl_ds.output.picture import blank_page, picture

        size = self._environment.screen()
        if size is None or self._report is None:
            return
        style = self._style(size.columns)
        if size != self._size:
            self._size = size
            self._lines = coverage_text(
                self._report, style, wide=self._asked.name == "wide"
            ).splitlines() or ["There is no DaemonSet."]
        if not self._drawn:
            self._environment.stdout.write(blank_page(size.lines))
            self._drawn = True
        lines = [*self._header(now, style), *self._lines]
        self._environment.stdout.write(picture(lines, size.columns, size.lines, style))
        self._environment.stdout.flush()

    def _header(self, now: datetime, style: Style) -> list[str]:
        from kubectl_ds.output.terminal_text import safe
        from kubectl_ds.output.times import rfc3339

        namespace = self._follower.scope.namespace
        where = "all namespaces" if namespace is None else f"namespace {safe(namespace)}"
        lines = [style.dim(f"{rfc3339(now)}  {where}  (Ctrl-C ends it)")]
        if self._trouble:
            lines.append(style.warn(safe(self._trouble)))
        return [*lines, ""]

    def _style(self, columns: int) -> Style:
        from msgspec.structs import replace

        return replace(style_from(self._environment, self._values), width=max(columns, 40))


def _is_asked_for(change: CoverageChange, narrowing: Mapping[str, Any]) -> bool:
    """Whether the node was or is one of those that are to be listed."""

    def listed(node: "NodeCoverage | None") -> bool:
        if node is None:
            return False
        if narrowing["states"] is not None and node.state not in narrowing["states"]:
            return False
        return node.is_problem or not narrowing["problems"]

    return listed(change.before) or listed(change.after)


@contextmanager
def _told_of_resizing(resized: Callable[[], None]) -> Iterator[None]:
    """Only the main thread of a system that has the signal can be told."""
    resize = getattr(signal, "SIGWINCH", None)
    if resize is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(resize, lambda *_: resized())
    try:
        yield
    finally:
        signal.signal(resize, before)
