"""How tests wait for what is up to others: ask until the answer is yes, and give up after a long while."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE = 180.0
"""Seconds until a wait is given up: far beyond what the slowest controller takes (pod GC: two ticks of 20 s and a quarantine of 40 s)."""


def until(ask: Callable[[], Answer], what: str | Callable[[], str]) -> Answer:
    """The first answer that is true; fails with `what`, which may look at what has been seen by then."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"never came true: {what if isinstance(what, str) else what()}"
        time.sleep(0.15)
    return answer
