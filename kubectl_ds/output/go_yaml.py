"""YAML as kubectl's `-o yaml` writes it: block style, indentless lists, natural key order, folded behind column 80.

Mirrors sigs.k8s.io/yaml (JSON in, YAML out) on go.yaml.in/yaml/v2: encode.go, sorter.go, emitterc.go. PyYAML
cannot be set up to do the same: it folds, quotes and orders by other rules.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kubectl_ds.output.go_values import INVALID, go_number, json_float, shortest_float
from kubectl_ds.output.go_yaml_tags import is_plain_string

_LONGEST_SIMPLE_KEY = 128
"""In bytes; a longer key is written as `? key` and `: value`."""
_WIDTH = 80
_BREAKS = "\n\u2028\u2029"
_ALL_BREAKS = _BREAKS + "\r\x85"
_UNPRINTABLE = re.compile(r"[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_TO_ESCAPE = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_MARKS_AT_START = frozenset("#,[]{}&*!|>'\"%@`")
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


class _Place(NamedTuple):
    """Where a scalar begins: its further lines' indentation, and its column; None in a key, which is not folded."""

    indent: int
    column: int | None


def yaml_document(value: Mapping[str, Any]) -> str:
    """The document with a trailing newline; more than one are separated by `---` lines of the caller."""
    return "\n".join(_lines(value, indent=0)) + "\n"


def _lines(value: Any, *, indent: int) -> Iterable[str]:
    """The lines of a block collection; the first one's indentation is the caller's if it puts it behind a dash."""
    margin = " " * indent
    if isinstance(value, Mapping):
        for key in sorted(value, key=_natural_order):
            yield from _entry(key, value[key], margin, indent)
    else:
        for item in value:
            yield from _nested(f"{margin}-", item, indent + 2)


def _entry(key: str, value: Any, margin: str, indent: int) -> Iterable[str]:
    if len(key.encode(errors="replace")) > _LONGEST_SIMPLE_KEY or any(mark in key for mark in _ALL_BREAKS):
        yield f"{margin}? {_scalar(key, _Place(indent + 2, indent + 2))}"
        yield from _nested(f"{margin}:", value, indent + 2)
        return
    head = f"{margin}{_scalar(key, _Place(indent + 2, None))}:"
    if not _is_block(value):
        yield f"{head} {_scalar(value, _Place(indent + 2, len(head) + 1))}"
        return
    yield head
    yield from _lines(value, indent=indent + 2 if isinstance(value, Mapping) else indent)


def _nested(head: str, value: Any, indent: int) -> Iterable[str]:
    """A value behind a dash, or behind the colon of a long key: its first line shares the dash's."""
    if not _is_block(value):
        yield f"{head} {_scalar(value, _Place(indent, len(head) + 1))}"
        return
    lines = iter(_lines(value, indent=indent))
    yield f"{head} {next(iter(lines))[indent:]}"
    yield from lines


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and bool(value)


def _scalar(value: Any, place: _Place) -> str:
    """The scalar or empty collection; one of several lines comes with their indentation, no newline at its end."""
    if isinstance(value, str):
        return _string(value, place)
    if value is None or value is INVALID:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _number(number: int | float) -> str:
    """Through JSON and back, as sigs.k8s.io/yaml does: a whole float that fits 64 bits becomes an integer."""
    number = go_number(number)
    if isinstance(number, int):
        return str(int(number))
    text = json_float(number)
    if text.lstrip("-").isdigit() and -(2**63) <= int(text) < 2**64:
        return str(int(text))
    return shortest_float(number)


def _string(text: str, place: _Place) -> str:
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if _UNPRINTABLE.search(text) or _has_blank_before_break(text):
        return _double_quoted(text, place)
    if "\n" in text:
        return _double_quoted(text, place) if text.endswith(" ") else _literal(text, place.indent)
    if not is_plain_string(text):
        return _double_quoted(text, place)
    return _folded(text, place) if _may_be_plain(text) else _single_quoted(text, place)


def _has_blank_before_break(text: str) -> bool:
    return any(f" {mark}" in text for mark in _BREAKS)


def _may_be_plain(text: str) -> bool:
    first, last = text[0], text[-1]
    if first in _MARKS_AT_START or first == " " or last == " " or text.startswith(("---", "...")):
        return False
    if first in "?:-" and (len(text) == 1 or text[1] == " "):
        return False
    return not (": " in text or last == ":" or " #" in text or any(mark in text for mark in _BREAKS))


def _single_quoted(text: str, place: _Place) -> str:
    if any(f"{mark} " in text for mark in _BREAKS):
        return _double_quoted(text, place)
    return "'" + _folded(text, place, quote="'") + "'"


def _double_quoted(text: str, place: _Place) -> str:
    return '"' + _folded(text, place, quote='"') + '"'


def _folded(text: str, place: _Place, *, quote: str = "") -> str:
    """The text with a line break for a single blank behind column 80, as often as there is one."""
    whole = _spelled(text, quote)
    if place.column is None:
        return whole
    column = place.column + len(quote)
    if not any(mark in text for mark in _BREAKS) and (" " not in text or column + len(whole) <= _WIDTH):
        return whole
    margin = " " * place.indent
    parts: list[str] = []
    after_blank = after_break = False
    for position, character in enumerate(text):
        if character == " ":
            following = text[position + 1 : position + 2]
            inner = not quote or (position > 0 and bool(following))
            if column > _WIDTH and inner and not after_blank and (quote == '"' or following != " "):
                part = f"\n{margin}" + ("\\" if following == " " else "")
                column = len(part) - 1
            else:
                part, column = " ", column + 1
        else:
            part = _spelled(character, quote)
            column = 0 if character in _BREAKS and quote != '"' else column + len(part)
            if after_break and column:
                part, column = margin + part, column + len(margin)
            after_break = column == 0
        after_blank = character == " "
        parts.append(part)
    return "".join(parts)


def _spelled(text: str, quote: str) -> str:
    if quote == '"':
        return _TO_ESCAPE.sub(_escape, text)
    return text.replace("'", "''") if quote else text


def _escape(matched: re.Match[str]) -> str:
    character = matched[0]
    if character in _ESCAPES:
        return "\\" + _ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _literal(text: str, indent: int) -> str:
    """A `|` block. Its last newline is the one that ends the line in the document."""
    hint = "2" if text[0] in (" ", *_BREAKS) else ""
    chomp = "" if text[-1] in _BREAKS else "-"
    if text[-1] in _BREAKS and (len(text) == 1 or text[-2] in _BREAKS):
        chomp = "+"
    body = re.sub(f"(^|[{_BREAKS}])(?=[^{_BREAKS}])", r"\1" + " " * indent, text)
    return f"|{hint}{chomp}\n" + body.removesuffix("\n")


def _compare_keys(left: str, right: str) -> int:
    """sorter.go's order: letters by code point and after all else, runs of digits as numbers.

    It is no order at all for some keys that mix digits and letters; kubectl's own output varies then.
    """
    for position, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        if a.isalpha() and b.isalpha():
            return -1 if a < b else 1
        if a.isalpha() or b.isalpha():
            return -1 if b.isalpha() else 1
        a_number, b_number = _numbers_at(left, right, position)
        if a_number != b_number:
            return -1 if a_number < b_number else 1
        return -1 if a < b else 1
    return len(left) - len(right)


def _numbers_at(left: str, right: str, position: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Value and end of the digits from `position` on, in both keys."""
    lead = 0
    if "0" in (left[position], right[position]):
        # A zero inside a number counts as a digit of it, not as a leading zero.
        before = position - 1
        while before >= 0 and left[before].isdecimal():
            if left[before] != "0":
                lead = 1
                break
            before -= 1
    return _number_at(left, position, lead), _number_at(right, position, lead)


def _number_at(key: str, position: int, lead: int) -> tuple[int, int]:
    number = lead
    while position < len(key) and key[position].isdecimal():
        # Go's int64 wraps around.
        number = (number * 10 + ord(key[position]) - ord("0") + 2**63) % 2**64 - 2**63
        position += 1
    return number, position


_natural_order = functools.cmp_to_key(_compare_keys)
