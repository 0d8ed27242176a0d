"""Names in the order that people expect: node-2 before node-10."""

import re

_NUMBER = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """A sort key: runs of ASCII digits compare as numbers, the rest as text, ties as plain text.

    Text and numbers alternate and text comes first (it may be empty), so that keys of any two names can be
    compared.
    """
    parts: list[str | int] = [*_NUMBER.split(name)]
    parts[1::2] = map(int, parts[1::2])
    return tuple(parts), name
