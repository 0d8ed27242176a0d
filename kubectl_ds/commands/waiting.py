"""`--wait`: follow the cluster until what was asked for holds, or time is up."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot


def taken_once_covered(
    environment: Environment, values: Mapping[str, Any], names: Sequence[str]
) -> "ClusterSnapshot":
    """The first moment without a problem, or the last one before time was up.

    Raises `NotFoundError` for a name that goes meanwhile, and the error of a connection that is broken when
    time is up: what was read last may long be over.
    """
    from kubectl_ds.commands.following import following
    from kubectl_ds.core.live_coverage import LiveCoverage

    patience = timeout_seconds(values.get("timeout") or "")
    with following(environment, values, names, timeout=patience) as follower:
        snapshot = follower.begin()
        coverage = LiveCoverage(snapshot)
        while (coverage.has_problems or follower.live.lost) and not follower.time_is_up:
            batch = follower.next(coverage.next_moment)
            follower.live.check_names()
            if batch.relearn:
                coverage.restart(follower.live.snapshot())
            else:
                coverage.apply(batch.changes, batch.now)
        if follower.live.lost is not None:
            raise follower.live.lost
        return follower.live.snapshot()


def timeout_seconds(text: str) -> float | None:
    """Go's duration, or plain seconds; None without a limit. Raises `UsageError` for anything else."""
    from kubectl_ds.kube.request_timeout import parse_go_duration

    if not text:
        return None
    seconds = float(text) if text.isascii() and text.isdecimal() else parse_go_duration(text)
    if seconds is None or seconds < 0:
        raise UsageError(f"{text!r} is no duration", hint="write it as 30s, 5m or 1h30m")
    return seconds
