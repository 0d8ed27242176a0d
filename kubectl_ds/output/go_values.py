"""How Go spells the values of a decoded JSON document: kubectl's text output is `fmt` and `strconv`.

kubectl decodes JSON numbers to int64 where they fit and to float64 otherwise (apimachinery util/json), so
`5.0` prints as `5` and `1000000.5` as `1.0000005e+06`. Mirrors go/src/fmt/print.go, go/src/strconv/ftoa.go and
go/src/encoding/json/encode.go as far as such values go.
"""

from collections.abc import Mapping
from typing import Any

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_JSON_FIXED_FROM, _JSON_FIXED_BELOW = 1e-6, 1e21
_FIXED_DIGITS = 6
"""From 1e6 on, `%g` with the shortest precision turns scientific."""


class Byte(int):
    """A Go uint8: what iterating a string yields. Prints as its number."""


class Invalid:
    """Go's zero `reflect.Value`: no value at all, which is not the same as null."""


INVALID = Invalid()


def go_number(number: int | float) -> int | float:
    """The number as kubectl holds it: an int64, or a float64 where it does not fit."""
    return number if not isinstance(number, int) or _INT64_MIN <= number <= _INT64_MAX else float(number)


def shortest_float(number: float) -> str:
    """`strconv.FormatFloat(number, 'g', -1, 64)`: what `fmt.Print` and YAML print."""
    sign, digits, exponent = _shortest_digits(number)
    if not digits:
        return sign
    return sign + (
        _fixed(digits, exponent) if -4 <= exponent < _FIXED_DIGITS else _scientific(digits, exponent)
    )


def json_float(number: float) -> str:
    """As encoding/json writes a float64: fixed between 1e-6 and 1e21, else with a bare exponent."""
    sign, digits, exponent = _shortest_digits(number)
    if number == 0 or _JSON_FIXED_FROM <= abs(number) < _JSON_FIXED_BELOW:
        return sign + _fixed(digits, exponent)
    text = _scientific(digits, exponent)
    return sign + (text[:-2] + text[-1] if text[-4:-1] == "e-0" else text)


def sprint(value: Any) -> str:
    """`fmt.Sprint(value)`: `map[a:1 b:<nil>]`, `[x y]`, `true`, numbers as `%v`. Maps by sorted key."""
    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if value is INVALID:
        return "<invalid reflect.Value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = go_number(value)
        return shortest_float(number) if isinstance(number, float) else str(int(number))
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{sprint(value[key])}" for key in sorted(value)) + "]"
    return "[" + " ".join(map(sprint, value)) + "]"


def type_name(value: Any) -> str:
    """Go's name of the value's type, as `%T` prints it in kubectl's messages."""
    if isinstance(value, Byte):
        return "uint8"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "int64" if isinstance(go_number(value), int) else "float64"
    if isinstance(value, Mapping):
        return "map[string]interface {}"
    return "string" if isinstance(value, str) else "[]interface {}"


def quoted(text: str) -> str:
    """`%q`: the text as a Go string literal."""
    return '"' + "".join(map(_quoted_character, text)) + '"'


def unicode_name(character: str) -> str:
    """`%#U`: `U+0023 '#'`."""
    name = f"U+{ord(character):04X}"
    return f"{name} '{character}'" if character.isprintable() else name


_QUOTED: dict[str, str] = {
    '"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f",
    "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip


def _quoted_character(character: str) -> str:
    if (named := _QUOTED.get(character)) is not None:
        return named
    code = ord(character)
    if character.isprintable():
        return character
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _shortest_digits(number: float) -> tuple[str, str, int]:
    """Sign, shortest digits that read back as the number, decimal exponent of the first one.

    An infinity or NaN, which JSON cannot hold but a comparison may yield, comes back as sign alone.
    """
    text = repr(float(number))
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    if not text[0].isdigit():
        return {"inf": "-Inf" if sign else "+Inf", "nan": "NaN"}[text], "", 0
    mantissa, _, power = text.partition("e")
    whole, _, part = mantissa.partition(".")
    exponent = int(power or 0) + len(whole) - 1
    digits = (whole + part).rstrip("0")
    leading = len(digits) - len(digits.lstrip("0"))
    return (sign, digits[leading:], exponent - leading) if digits else (sign, "0", 0)


def _scientific(digits: str, exponent: int) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _fixed(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole, part = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{whole}.{part}" if part else whole
