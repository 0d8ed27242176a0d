"""Which plain YAML scalars a YAML 1.1 parser would not take for a string: those are written in quotes.

Mirrors go.yaml.in/yaml/v2 resolve.go and encode.go's isBase60Float (what `-o yaml` quotes), and
sigs.k8s.io/yaml/kyaml's isTypeAmbiguous (which keys `-o kyaml` quotes).
"""

import re
from datetime import date

_BOOLEAN_WORDS = ("y", "yes", "true", "on", "n", "no", "false", "off")
_WORDS = frozenset(
    [spelling for word in (*_BOOLEAN_WORDS, "null") for spelling in (word, word.title(), word.upper())]
    + [f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")]
    + ["~", ".nan", ".NaN", ".NAN"]
)
_KYAML_WORDS = frozenset((*_BOOLEAN_WORDS, "null", "~", ".inf", "-.inf", "+.inf", ".nan"))
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_KYAML_BASE_60 = re.compile(r"[+-]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_PREFIXED_INTEGER = re.compile(r"[+-]?(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+))")
_DECIMAL_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?=\.?[0-9a-fA-F])[0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?[0-9]+")
_SPECIAL_FLOAT = re.compile(r"[+-]?inf(inity)?|nan", re.IGNORECASE)
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[+-]([0-9]{2}):([0-9]{2}))"
    r"|(?: +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?)?)"
)
_GO_BOOLEANS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))


def is_plain_string(text: str) -> bool:
    """Whether go-yaml v2 takes the unquoted text for a string."""
    if not text or text in _WORDS:
        return False
    if not text.isascii() or text[0] not in "+-.0123456789":
        return True
    if text[0] == ".":
        return not (_FLOAT.fullmatch(text.replace("_", "")) and "__" not in text and _is_finite(text))
    plain = text.replace("_", "")
    return not (
        is_timestamp(text)
        or _is_integer(plain, unsigned=True)
        or (_FLOAT.fullmatch(plain) and _is_finite(plain))
        or _BASE_60.fullmatch(text)
    )


def is_ambiguous_key(text: str) -> bool:
    """Whether kyaml quotes a key because some parser would not take it for a string."""
    plain = text.replace("_", "")
    return (
        not text
        or text in _GO_BOOLEANS
        or text.lower() in _KYAML_WORDS
        or _is_integer(plain, unsigned=False)
        or bool(_FLOAT.fullmatch(plain) and _is_finite(plain))
        or bool(_HEX_FLOAT.fullmatch(plain) or _SPECIAL_FLOAT.fullmatch(plain))
        or bool(_KYAML_BASE_60.fullmatch(text))
        or is_timestamp(text)
    )


def is_timestamp(text: str) -> bool:
    """Whether one of go-yaml's four layouts reads it, as `time.Parse` reads: one-digit parts, real dates only."""
    matched = _TIMESTAMP.fullmatch(text)
    if not matched:
        return False
    year, month, day, *clock = (int(part or 0) for part in matched.groups())
    hour, minute, second, zone_hour, zone_minute, *spaced = clock
    if (
        max(hour, spaced[0]) > 23
        or max(minute, second, *spaced[1:]) > 59
        or zone_hour > 24
        or zone_minute > 60
    ):
        return False
    try:
        # Year 0 is a leap year to Go and none at all to Python.
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _is_integer(text: str, *, unsigned: bool) -> bool:
    """`strconv.ParseInt(text, 0, 64)` or, with `unsigned`, ParseUint as a second try."""
    if not text.isascii():
        return False
    if prefixed := _PREFIXED_INTEGER.fullmatch(text):
        sixteen, two, eight = prefixed.groups()
        magnitude = int(sixteen or two or eight, 16 if sixteen else 2 if two else 8)
    elif _DECIMAL_INTEGER.fullmatch(text):
        magnitude = int(text.lstrip("+-"))
    else:
        return False
    if text[0] == "-":
        return magnitude <= 2**63
    return magnitude < (2**64 if unsigned and text[0] != "+" else 2**63)


def _is_finite(text: str) -> bool:
    return abs(float(text.replace("_", ""))) != float("inf")
