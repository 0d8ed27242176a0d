"""Several clusters read side by side: a bound on how many at once, and for each its own deadline.

Whoever is down, silent or slow delays nobody: a cluster that has not answered for a moment gives its place to the
next one, and one that is not done at its deadline is given up.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from msgspec import Struct

from kubectl_ds.errors import ConnectionFailed, KubectlDsError

T = TypeVar("T")

AT_ONCE: Final = 8
DEADLINE: Final = 60.0
_LOOK_AGAIN: Final = 0.25
"""On Windows a wait without a limit is deaf to Ctrl-C."""


class Bounds(Struct, frozen=True, kw_only=True):
    """`at_once`: clusters that are read at the same time, those aside that have said nothing for `silence` seconds.

    `deadline`: seconds from a cluster's turn until it is given up; None waits for ever.
    """

    at_once: int = AT_ONCE
    deadline: float | None = DEADLINE
    silence: float = 2.0


class Read(Struct, Generic[T], frozen=True, kw_only=True):
    """How one cluster came out: a value, or the error that says why there is none."""

    value: T | None = None
    error: KubectlDsError | None = None


Heard = Callable[[], None]
"""To be called when the cluster has answered anything at all."""


class _UnderWay(Generic[T]):
    """One cluster on a thread of its own, which is a daemon: nobody waits for the one that was given up."""

    def __init__(self, work: Callable[[Heard], T], changed: threading.Condition) -> None:
        self._work, self._changed = work, changed
        self.began = time.monotonic()
        self.heard = False
        self.value: T | None = None
        self.error: BaseException | None = None
        self.is_done = False
        threading.Thread(target=self._run, daemon=True).start()

    def _hear(self) -> None:
        self.heard = True

    def _run(self) -> None:
        try:
            self.value = self._work(self._hear)
        except BaseException as error:
            self.error = error
        with self._changed:
            self.is_done = True
            self._changed.notify()

    def takes_a_place(self, now: float, bounds: Bounds) -> bool:
        return self.heard or now - self.began < bounds.silence

    def is_late(self, now: float, bounds: Bounds) -> bool:
        return bounds.deadline is not None and now - self.began >= bounds.deadline


def read_side_by_side(
    works: Sequence[Callable[[Heard], T]], bounds: Bounds, given_up: Callable[[int], None]
) -> list[Read[T]]:
    """What each work gives, in their order. `given_up` is told the position of one that was not waited for.

    Raises what a work raises other than `KubectlDsError`: that is a defect, or Ctrl-C.
    """
    changed = threading.Condition()
    waiting = deque(range(len(works)))
    running: dict[int, _UnderWay[T]] = {}
    reads: list[Read[T]] = [Read() for _ in works]
    while waiting or running:
        now = time.monotonic()
        for position, one in list(running.items()):
            if one.is_done:
                reads[position] = _outcome(one)
            elif one.is_late(now, bounds):
                reads[position] = Read(error=_too_late(bounds))
                given_up(position)
            else:
                continue
            del running[position]
        while waiting and sum(one.takes_a_place(now, bounds) for one in running.values()) < bounds.at_once:
            position = waiting.popleft()
            running[position] = _UnderWay(works[position], changed)
        with changed:
            changed.wait_for(lambda: any(one.is_done for one in running.values()), timeout=_LOOK_AGAIN)
    return reads


def _outcome(one: _UnderWay[T]) -> Read[T]:
    if isinstance(one.error, KubectlDsError):
        return Read(error=one.error)
    if one.error is not None:
        raise one.error
    return Read(value=one.value)


def _too_late(bounds: Bounds) -> ConnectionFailed:
    return ConnectionFailed(
        f"it did not answer in full within {bounds.deadline:g} seconds",
        hint="--cluster-timeout gives it longer; 0 waits for ever",
    )
