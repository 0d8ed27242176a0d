"""Integers as Go reads them. Python's `int()` also takes `1_000`, blanks, other scripts' digits and any size."""

import re

_GO_INTEGER = re.compile(r"[+-]?[0-9]+")
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_MOST_DIGITS = 4000
"""Python refuses to convert more than 4,300 digits; only leading zeros could make such a text an int64."""


def parse_int64(text: str) -> int | None:
    """`strconv.ParseInt(text, 10, 64)`: an optional sign, ASCII digits, leading zeros; None where Go fails."""
    return _int64(text) if _GO_INTEGER.fullmatch(text) else None


def parse_canonical_int64(text: str) -> int | None:
    """The stricter reading of `Gt` and `Lt` tolerations: no plus, no leading zeros, no `-0`.

    Upstream: staging/src/k8s.io/api/core/v1/toleration.go.
    """
    return _int64(text) if _CANONICAL_INTEGER.fullmatch(text) else None


def _int64(text: str) -> int | None:
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        return None
    number = -int(digits) if text.startswith("-") else int(digits)
    return number if _INT64_MIN <= number <= _INT64_MAX else None
