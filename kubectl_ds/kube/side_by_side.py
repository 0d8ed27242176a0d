"""Several requests under way at once, on daemon threads: Ctrl-C never waits for the slowest of them.

`concurrent.futures` joins its threads at exit, and costs a start-up that a plain `get` does not need.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Pending(Generic[T]):
    """Work that has begun; `result` waits for it and raises what it raised."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._result: T | None = None
        self._error: BaseException | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    @property
    def is_done(self) -> bool:
        """Whether `result` would not have to wait."""
        return self._done.is_set()

    def result_within(self, seconds: float) -> T | None:
        """What the work returned; None when it takes longer. It then goes on, and nobody hears of it."""
        return self.result() if self._done.wait(seconds) else None

    def result(self) -> T:
        """What the work returned."""
        # On Windows a wait without a limit is deaf to Ctrl-C.
        while not self._done.wait(0.5):
            pass
        if self._error is not None:
            raise self._error
        result, self._result = self._result, None
        return cast(T, result)
