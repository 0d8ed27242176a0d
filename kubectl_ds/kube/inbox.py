"""Where feeds put what they read, and the one main thread takes it: the last state of each object, no backlog."""

import threading
import time
from collections.abc import Hashable
from typing import Any, Final, Literal

from msgspec import Struct, field

from kubectl_ds.errors import KubectlDsError

Key = tuple[str, str]
"""Namespace and name."""

_LOOK: Final = 0.5
"""Seconds: on Windows a wait without a limit is deaf to Ctrl-C."""


class FeedState(Struct, frozen=True):
    """How a feed is doing.

    `listed`: the list has been read. `following`: its watch is open. `lost`: it was, and is being tried again;
    what is held may be old. `polling`: the list may be read and not watched, so it is read anew from time to
    time. `unreadable`: the list itself cannot be read.
    """

    how: Literal["listed", "following", "lost", "polling", "unreadable"]
    error: KubectlDsError | None = None


class Delivery(Struct, kw_only=True):
    """What one feed has brought since the last look."""

    listed: dict[Key, Any] | None = None
    """A new list, which stands for all before it."""
    date: str = ""
    """The list's Date header."""
    changed: dict[Key, Any | None] = field(default_factory=dict)
    """Objects by key as they are now, after the list; None for one that is gone."""
    states: list[FeedState] = field(default_factory=list)


class Inbox:
    """Filled by feeds on threads of their own, emptied by one reader. It never holds an object twice."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._deliveries: dict[Hashable, Delivery] = {}
        self._failure: Exception | None = None
        self._woken = False

    def relist(self, source: Hashable, items: dict[Key, Any], date: str) -> None:
        """A whole list: what it lacks is gone."""
        with self._news:
            delivery = self._of(source)
            delivery.listed, delivery.date = items, date
            delivery.changed.clear()
            delivery.states.append(FeedState("listed"))
            self._news.notify()

    def put(self, source: Hashable, key: Key, obj: Any | None) -> None:
        """One object as it is now; None when it is gone."""
        with self._news:
            self._of(source).changed[key] = obj
            self._news.notify()

    def say(self, source: Hashable, state: FeedState) -> None:
        """How the feed is doing from now on."""
        with self._news:
            self._of(source).states.append(state)
            self._news.notify()

    def fail(self, error: Exception) -> None:
        """`take` raises it: without this feed there is no sense in going on."""
        with self._news:
            self._failure = self._failure or error
            self._news.notify()

    def wake(self) -> None:
        """Let `take` return now. Safe in a signal handler of the thread that takes."""
        with self._news:
            self._woken = True
            self._news.notify()

    def take(self, seconds: float | None, settle: float = 0.0) -> tuple[dict[Hashable, Delivery], bool]:
        """What has come, once there is something; nothing when `seconds` have passed or somebody woke it, and
        whether somebody did.

        `settle`: so many seconds more are given to what comes in a burst. Raises what `fail` was given.
        """
        if self._waited(seconds) and settle:
            time.sleep(settle)
        with self._news:
            if self._failure is not None:
                raise self._failure
            taken, self._deliveries = self._deliveries, {}
            woken, self._woken = self._woken, False
            return taken, woken

    def _waited(self, seconds: float | None) -> bool:
        """Whether there is something to take."""
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._news:
            while not self._deliveries and not self._woken and self._failure is None:
                left = _LOOK if deadline is None else min(_LOOK, deadline - time.monotonic())
                if left <= 0:
                    break
                self._news.wait(left)
            return bool(self._deliveries) and not self._woken

    def _of(self, source: Hashable) -> Delivery:
        return self._deliveries.setdefault(source, Delivery())
