"""`coverage --watch`: what is, then every change: a picture on a terminal, lines or documents elsewhere."""

import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kubectl_ds.commands.canvas import Canvas
from kubectl_ds.commands.following import Follower, following
from kubectl_ds.commands.printing import DocumentsInTurn
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


class _View(ABC):
    """A way to show what is followed."""

    ticks: float | None = None
    """Seconds after which it wants to show something though nothing has happened."""

    def __init__(
        self,
        environment: Environment,
        values: Mapping[str, Any],
        asked: OutputFormat,
        narrowing: Mapping[str, Any],
    ) -> None:
        self._environment, self._values, self._asked, self._narrowing = environment, values, asked, narrowing

    @abstractmethod
    def begin(self, report: "CoverageReport") -> None:
        """How it stands."""

    @abstractmethod
    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        """What has changed."""

    def _text(self, report: "CoverageReport", style: Style) -> str:
        return coverage_text(report, style, wide=self._asked.name == "wide")

    def _asked_for(self, changes: CoverageChanges) -> "Iterator[CoverageChange]":
        return (change for change in changes.nodes if _is_asked_for(change, self._narrowing))


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
        picture = _Picture(environment, values, asked, narrowing, follower)
        with _told_of_resizing(picture.resized):
            try:
                yield picture
            finally:
                picture.end()


class _Lines(_View):
    """The report, and then a line for each change."""

    def begin(self, report: "CoverageReport") -> None:
        text = self._text(report, style_from(self._environment, self._values))
        self._environment.stdout.write(f"{text}\n" if text else "")

    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        from kubectl_ds.output.coverage_change import change_line

        style = style_from(self._environment, self._values)
        for change in self._asked_for(changes):
            self._environment.stdout.write(change_line(change, style))


class _Documents(_View):
    """The report's document, and then one document for each change."""

    def __init__(
        self,
        environment: Environment,
        values: Mapping[str, Any],
        asked: OutputFormat,
        narrowing: Mapping[str, Any],
    ) -> None:
        super().__init__(environment, values, asked, narrowing)
        self._documents = DocumentsInTurn(environment, asked)
        self._gaps: object = None

    def begin(self, report: "CoverageReport") -> None:
        self._gaps = report.incomplete
        self._write(report)

    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        """A change of what can be read is told by another report."""
        if changes.relearnt and (whole := report()).incomplete != self._gaps:
            self.begin(whole)
            return
        for change in self._asked_for(changes):
            self._write(change)

    def _write(self, report: "CoverageReport | CoverageChange") -> None:
        from kubectl_ds.output.documents import to_document

        self._documents.write(to_document(report))


class _Picture(_View):
    """The report as far as it fits, drawn over the one before."""

    ticks: float | None = _TICK

    def __init__(
        self,
        environment: Environment,
        values: Mapping[str, Any],
        asked: OutputFormat,
        narrowing: Mapping[str, Any],
        follower: Follower,
    ) -> None:
        super().__init__(environment, values, asked, narrowing)
        self._follower = follower
        self._canvas = Canvas(environment, values)
        self._worked_out_at = 0.0
        self._laid_out: tuple[int, list[str]] | None = None
        """The report's lines, and for which width."""
        self._trouble = ""
        follower.tell = self._tell

    def begin(self, report: "CoverageReport") -> None:
        self._report, self._worked_out_at = report, time.monotonic()
        self._draw(self._follower.live.now())

    def show(self, changes: CoverageChanges, report: "Callable[[], CoverageReport]", now: datetime) -> None:
        is_old = time.monotonic() - self._worked_out_at >= _AGES
        if changes.touched or changes.relearnt or is_old:
            self._report, self._worked_out_at, self._laid_out = report(), time.monotonic(), None
        self._draw(now)

    def resized(self) -> None:
        """In a signal handler: draw soon."""
        self._follower.live.wake()

    def end(self) -> None:
        """No more is drawn."""
        self._canvas.end()

    def _tell(self, line: str) -> None:
        """What is wrong with the connection stands above the picture for as long as it is wrong."""
        self._trouble = line if line.startswith("warning") else ""

    def _draw(self, now: datetime) -> None:
        self._canvas.draw(lambda style: [*self._header(now, style), *self._lines(style)])

    def _lines(self, style: Style) -> list[str]:
        if self._laid_out is None or self._laid_out[0] != style.width:
            lines = self._text(self._report, style).splitlines()
            self._laid_out = style.width, lines or ["There is no DaemonSet."]
        return self._laid_out[1]

    def _header(self, now: datetime, style: Style) -> list[str]:
        from kubectl_ds.output.terminal_text import safe
        from kubectl_ds.output.times import rfc3339

        namespace = self._follower.scope.namespace
        where = "all namespaces" if namespace is None else f"namespace {safe(namespace)}"
        lines = [style.dim(f"{rfc3339(now)}  {where}  (Ctrl-C ends it)")]
        if self._trouble:
            lines.append(style.warn(safe(self._trouble)))
        return [*lines, ""]


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
