"""`--wait`: look again until what was asked for holds, or time is up."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.reading import read_with, say_what_is_lacking, scope_from, session_from
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot

SECONDS_BETWEEN_LOOKS = 2.0


def taken_once_covered(
    environment: Environment, values: Mapping[str, Any], names: Sequence[str]
) -> "ClusterSnapshot":
    """The first moment without a problem, or the last one before time was up."""
    from kubectl_ds.core.coverage import coverage

    patience = timeout_seconds(values.get("timeout") or "")
    deadline = None if patience is None else time.monotonic() + patience
    with session_from(environment, values) as session:
        scope = scope_from(values, names, session)
        while True:
            snapshot = read_with(session, values, scope)
            waiting = any(item.has_problems for item in coverage(snapshot).items)
            if not waiting or (deadline is not None and time.monotonic() >= deadline):
                break
            rest = SECONDS_BETWEEN_LOOKS if deadline is None else deadline - time.monotonic()
            time.sleep(max(0.0, min(SECONDS_BETWEEN_LOOKS, rest)))
    say_what_is_lacking(environment, snapshot, scope)
    return snapshot


def timeout_seconds(text: str) -> float | None:
    """Go's duration, or plain seconds; None without a limit. Raises `UsageError` for anything else."""
    from kubectl_ds.kube.request_timeout import parse_go_duration

    if not text:
        return None
    seconds = float(text) if text.isascii() and text.isdecimal() else parse_go_duration(text)
    if seconds is None or seconds < 0:
        raise UsageError(f"{text!r} is no duration", hint="write it as 30s, 5m or 1h30m")
    return seconds
