"""How commands follow a cluster: begin, then look at each batch until somebody ends it.

with following(environment, values, names) as follower:
    snapshot = follower.begin()
    while not done(snapshot) and not follower.time_is_up:
        follower.next(until=the_next_moment)
        snapshot = follower.live.snapshot()
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from kubectl_ds.commands.reading import (
    EVERYTHING,
    read_options_from,
    say_what_is_lacking,
    scope_from,
    session_from,
)
from kubectl_ds.environment import Environment
from kubectl_ds.kube.batch import Batch, FeedNews
from kubectl_ds.kube.live import LiveCluster
from kubectl_ds.output.terminal_text import safe

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.scope import Scope

_LOOK: Final = 1.0
"""Seconds between two looks at whether anybody still reads what is printed."""


FOLLOWED_AGAIN: Final = "followed again"


def no_longer_followed(message: str) -> str:
    """What is said of a watch that is broken."""
    return f"warning: no longer followed, and tried again: {message}"


class Follower:
    """A live cluster whose troubles are told, and whose waits end when nobody reads any more."""

    def __init__(
        self,
        environment: Environment,
        session: "Session",
        values: Mapping[str, Any],
        scope: "Scope",
        wants: "frozenset[Resource]",
        timeout: float | None,
    ) -> None:
        self.session, self.scope = session, scope
        self.tell: Callable[[str], None] = lambda line: print(safe(line), file=environment.stderr)
        """Takes what is to be said of the connection, a line each: on standard error unless set otherwise."""
        self._environment, self._values, self._wants = environment, values, wants
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._broken: dict[str, str] = {}

    def begin(self, *, empty_is_fine: bool = False) -> "ClusterSnapshot":
        """Everything as it is now; what is lacking is said, with `empty_is_fine` all but that there is nothing.

        Raises what `LiveCluster.begin` raises.
        """
        from msgspec.structs import replace

        options = read_options_from(self._values)
        with self.session.progress() if self.session.progress else nullcontext() as on_progress:
            self.live = LiveCluster(
                self.session.transport, self.scope, self._wants, replace(options, on_progress=on_progress)
            )
            snapshot = self.live.begin()
        say_what_is_lacking(self._environment, snapshot, self.scope, empty_is_fine=empty_is_fine)
        return snapshot

    def next(self, until: datetime | None = None, *, seconds: float | None = None) -> Batch:
        """The next batch; an empty one when `until` (the server's clock), `seconds` or all time is up.

        Raises `BrokenPipeError` once nobody reads standard output, and what `LiveCluster.wait` raises.
        """
        ends = [time.monotonic() + seconds] if seconds is not None else []
        ends += [time.monotonic() + (until - self.live.now()).total_seconds()] if until else []
        ends += [self._deadline] if self._deadline is not None else []
        while True:
            if self._environment.reader_is_gone():
                raise BrokenPipeError
            left = min(ends, default=float("inf")) - time.monotonic()
            batch = self.live.wait(max(0.0, min(left, _LOOK)))
            self._tell(batch.news)
            if not batch.is_empty or left <= _LOOK:
                return batch

    @property
    def time_is_up(self) -> bool:
        """Whether the time that was given has passed."""
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _tell(self, news: Sequence[FeedNews]) -> None:
        """Once for a connection, however many watches were on it."""
        for one in news:
            message = one.state.error.message if one.state.error else ""
            was_broken = bool(self._broken)
            self._broken.pop(one.resource, None)
            match one.state.how:
                case "lost":
                    if message not in self._broken.values():
                        self.tell(no_longer_followed(message))
                    self._broken[one.resource] = message
                case "polling":
                    self.tell(f"warning: {one.resource} are read anew every 15 s or more: {message}")
                case "unreadable":
                    self.tell(f"warning: {one.resource} could not be read, and are tried again: {message}")
                case "following" | "listed":
                    if was_broken and not self._broken:
                        self.tell(FOLLOWED_AGAIN)


@contextmanager
def following(
    environment: Environment,
    values: Mapping[str, Any],
    names: Sequence[str],
    wants: "frozenset[Resource]" = EVERYTHING,
    *,
    timeout: float | None = None,
    scope_of: "Callable[[Mapping[str, Any], Sequence[str], Session], Scope]" = scope_from,
) -> Iterator[Follower]:
    """A follower of what flags and names mean by `scope_of`. `timeout`: seconds until its time is up."""
    with session_from(environment, values) as session:
        follower = Follower(environment, session, values, scope_of(values, names, session), wants, timeout)
        try:
            yield follower
        finally:
            if hasattr(follower, "live"):
                follower.live.close()
