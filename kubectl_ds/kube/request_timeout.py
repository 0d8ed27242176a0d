"""`--request-timeout` as kubectl reads it. Mirrors client-go `clientcmd.ParseTimeout`."""

import re

from kubectl_ds.errors import UsageError

_UNIT_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)


def parse_go_duration(text: str) -> float | None:
    """Seconds of Go's `time.ParseDuration` notation ("1m30s", "-1.5h", "0"), or None if it is not that."""
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned == "0":
        return 0.0
    seconds, end = 0.0, 0
    for part in _PART.finditer(unsigned):
        if part.start() != end:
            return None
        seconds += float(part[1]) * _UNIT_SECONDS[part[2]]
        end = part.end()
    if not unsigned or end != len(unsigned):
        return None
    return -seconds if text.startswith("-") else seconds


def parse_request_timeout(text: str) -> float | None:
    """The limit of one request in seconds; None when there is none ("", "0", and what is below zero).

    A bare number counts seconds. Raises `UsageError` for anything else than a Go duration.
    """
    if not text:
        return None
    seconds = float(text) if re.fullmatch(r"\+?[0-9]+", text, re.ASCII) else parse_go_duration(text)
    if seconds is None:
        raise UsageError(
            f"--request-timeout {text!r} is not a duration",
            hint="give whole seconds or a number with a unit, such as 30, 10s, 2m or 1h",
        )
    return seconds if seconds > 0 else None
