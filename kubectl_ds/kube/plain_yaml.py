"""The YAML that kubectl writes, read line by line: a kubeconfig is the first thing of every start.

PyYAML reads all of YAML and takes longer to import than a small cluster to answer. What is read here is block
mappings, block sequences and scalars of one line that mean the same to every reader; all else is left to it.
"""

import re
from typing import Any

_LINE = re.compile(r"( *)([ -~]*)", re.ASCII)
_ENTRY = re.compile(r"([A-Za-z][A-Za-z0-9_./-]*):(?: +(.*))?", re.ASCII)
_PLAIN = re.compile(r"(?:[A-Za-z0-9_/.+]|-+[A-Za-z])[ -~]*", re.ASCII)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"\\]*)\"")
# What looks like a number, a date or a base-60 number to any of the readers there are.
_NUMBER_LIKE = re.compile(
    r"[-+]?(?:0[xob].*|[0-9_.:]+(?:e[-+]?[0-9_]*)?|\.?(?:inf|nan))|[0-9]{4}-[0-9]+-.*",
    re.ASCII | re.IGNORECASE,
)
_OTHER_THAN_TEXT = frozenset(("y", "yes", "n", "no", "on", "off", "true", "false", "null"))
_SPELLED_OUT: dict[str, Any] = {"true": True, "false": False, "null": None, "{}": {}, "[]": []}


class _NotPlain(Exception):
    """Something that only a whole YAML reader understands."""


def plain_yaml(content: bytes) -> dict[str, Any] | None:
    """The mapping that this document is, or None where PyYAML has to say what it is, or that it is none."""
    try:
        lines = _lines(content)
        if not lines or lines[0][0] != 0:
            return None
        mapping, end = _mapping(lines, 0, 0)
    except _NotPlain:
        return None
    return mapping if end == len(lines) else None


_Line = tuple[int, str]
"""How far it is indented, and what it says."""


def _lines(content: bytes) -> list[_Line]:
    """Every line that says something. A document may begin with `---`; a second one is not plain."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise _NotPlain from None
    lines = []
    for line in text.removeprefix("---\n").split("\n"):
        match = _LINE.fullmatch(line.rstrip(" "))
        if match is None or line.startswith(("---", "...", "%")):
            raise _NotPlain
        if match[2] and not match[2].startswith("#"):
            lines.append((len(match[1]), match[2]))
    return lines


def _mapping(lines: list[_Line], at: int, indent: int) -> tuple[dict[str, Any], int]:
    """The mapping whose first key stands in line `at`, and the line behind it."""
    mapping: dict[str, Any] = {}
    while at < len(lines) and lines[at][0] == indent and not _is_item(lines[at][1]):
        key, text = _entry(lines[at][1])
        if key in mapping:
            raise _NotPlain
        at += 1
        if text:
            mapping[key] = _scalar(text)
        else:
            mapping[key], at = _nested(lines, at, indent)
    return mapping, at


def _nested(lines: list[_Line], at: int, indent: int) -> tuple[Any, int]:
    """What stands below a key of this indentation: a block, or nothing. kubectl does not indent sequences."""
    if at == len(lines):
        return None, at
    deeper, says = lines[at]
    if _is_item(says) and deeper >= indent:
        return _sequence(lines, at, deeper)
    return _mapping(lines, at, deeper) if deeper > indent else (None, at)


def _sequence(lines: list[_Line], at: int, indent: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while at < len(lines) and lines[at][0] == indent and _is_item(lines[at][1]):
        says = lines[at][1][1:].lstrip(" ")
        if _ENTRY.fullmatch(says):
            # The item is a mapping whose first key stands behind the dash.
            lines[at] = (indent + len(lines[at][1]) - len(says), says)
            item, at = _mapping(lines, at, lines[at][0])
            items.append(item)
        else:
            items.append(_scalar(says))
            at += 1
    return items, at


def _is_item(says: str) -> bool:
    return says.startswith("- ")


def _entry(says: str) -> tuple[str, str]:
    match = _ENTRY.fullmatch(says)
    if match is None or match[1].lower() in _OTHER_THAN_TEXT:
        raise _NotPlain
    return match[1], match[2] or ""


def _scalar(text: str) -> Any:
    if text in _SPELLED_OUT:
        value = _SPELLED_OUT[text]
        return value.copy() if isinstance(value, dict | list) else value
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted[1] if quoted[1] is not None else quoted[2]
    if (
        not _PLAIN.fullmatch(text)
        or _NUMBER_LIKE.fullmatch(text)
        or text.lower() in _OTHER_THAN_TEXT
        or ": " in text
        or " #" in text
        or text.endswith(":")
    ):
        raise _NotPlain
    return text
