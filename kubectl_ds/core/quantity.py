"""Resource amounts, read exactly as Go's `resource.Quantity` reads them: never through a float.

Upstream: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go and suffix.go.
"""

import math
import re
from fractions import Fraction
from functools import lru_cache

from kubectl_ds.core.integers import parse_int64
from kubectl_ds.core.model import Quantity
from kubectl_ds.errors import MalformedValue

_SCANNED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(\.(?P<part>[0-9]*))?(?P<suffix>[eEinumkKMGTP]*[-+]?[0-9]*)"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO = Fraction(1, 10**9)
_BINARY_CAP = 2**63 - 1
_LARGEST_EXPONENT = 1000
"""Go has no such limit, and spends minutes on `1e999999999`; no node has 10^1000 of anything."""
_MOST_DIGITS = 1000


def parse_quantity(quantity: Quantity) -> Fraction:
    """The exact amount, in whole units (cores, bytes). Raises ValueError with Go's words.

    As in Go, what is finer than a billionth is rounded up to one, away from zero.
    """
    return _parsed(quantity if isinstance(quantity, str) else repr(quantity))


def milli_value(quantity: Quantity) -> int:
    """The amount in thousandths (millicores), rounded up. Raises ValueError."""
    return _round_up(parse_quantity(quantity) * 1000)


def value(quantity: Quantity) -> int:
    """The amount in whole units (bytes, pods, devices), rounded up. Raises ValueError."""
    return _round_up(parse_quantity(quantity))


@lru_cache(maxsize=8192)
def _parsed(text: str) -> Fraction:
    # The JSON decoder upstream trims blanks before it parses.
    text = text.strip(" \t\r\n\v\f\x85\xa0")
    scanned = _SCANNED.fullmatch(text)
    if not text or not scanned:
        raise MalformedValue(
            f"{text!r} is no quantity: quantities are numbers with a suffix, as 500m or 1.5Gi"
        )
    whole, part = scanned["whole"].lstrip("0"), scanned["part"] or ""
    if len(whole) + len(part) > _MOST_DIGITS:
        raise MalformedValue("unable to parse numeric part of quantity: too many digits")
    amount = Fraction(int(whole + part or "0"), 10 ** len(part))
    scaled = _scaled(amount, scanned["suffix"])
    # Go reads no digits at all (`m`, `.`) as zero where its fast path applies, and fails where it does not.
    if not scanned["whole"] + part and _needs_digits(scanned["suffix"]):
        raise MalformedValue(f"unable to parse numeric part of quantity: {text!r}")
    return -scaled if scanned["sign"] == "-" else scaled


def _needs_digits(suffix: str) -> bool:
    return suffix in ("Pi", "Ei") or (len(suffix) > 1 and suffix not in _BINARY and int(suffix[1:]) < -9)


def _scaled(amount: Fraction, suffix: str) -> Fraction:
    """The positive amount times what the suffix says, in steps of a billionth."""
    if suffix in _BINARY:
        scaled = amount * 2 ** _BINARY[suffix]
        return min(_to_nano(scaled), Fraction(_BINARY_CAP))
    exponent = _DECIMAL.get(suffix)
    if exponent is None:
        exponent = parse_int64(suffix[1:]) if suffix[0] in "eE" else None
    if exponent is None:
        raise MalformedValue(f"unable to parse quantity's suffix: {suffix!r}")
    if not amount:
        return amount
    if exponent > _LARGEST_EXPONENT:
        raise MalformedValue(f"unable to parse quantity's suffix: the exponent of {suffix!r} is too large")
    return _to_nano(amount * Fraction(10) ** max(exponent, -2 * _LARGEST_EXPONENT))


def _to_nano(amount: Fraction) -> Fraction:
    return math.ceil(amount / _NANO) * _NANO


def _round_up(amount: Fraction) -> int:
    """Away from zero, as upstream scales."""
    return math.ceil(amount) if amount >= 0 else math.floor(amount)


def format_cpu(milli: int) -> str:
    """Millicores as Kubernetes writes them: `2`, `250m`."""
    return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"


def format_bytes(amount: int) -> str:
    """Bytes in the largest binary unit that loses nothing: `1536Mi`, `1000`."""
    for suffix, exponent in reversed(_BINARY.items()):
        if amount and amount % 2**exponent == 0:
            return f"{amount // 2**exponent}{suffix}"
    return str(amount)
