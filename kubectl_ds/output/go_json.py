"""JSON as Go's encoding/json writes it: sorted keys, `<`, `>` and `&` escaped, its own float notation.

Mirrors go/src/encoding/json/encode.go (`Marshal`, `MarshalIndent` with four blanks), which cli-runtime's
JSON printer and jsonpath use.
"""

from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from kubectl_ds.output.go_values import INVALID, go_number, json_float

_INDENT = "    "
_ESCAPED = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def indented_json(value: Any) -> str:
    """`json.MarshalIndent(value, "", "    ")`, without a trailing newline."""
    return _indented(value, "\n")


def compact_json(value: Any) -> str:
    """`json.Marshal(value)`: no blanks at all."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json_string(key)}:{compact_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(compact_json, value)) + "]"
    return json_scalar(value)


def json_string(text: str) -> str:
    """The text quoted. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD as in Go."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return encode_basestring(text).translate(_ESCAPED)


def json_scalar(value: Any) -> str:
    if isinstance(value, str):
        return json_string(value)
    if value is None or value is INVALID:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    number = go_number(value)
    return json_float(number) if isinstance(number, float) else str(int(number))


def _indented(value: Any, newline: str) -> str:
    """`newline` is a line feed and the indentation of the line that the value began on."""
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        inner = newline + _INDENT
        lines = [f"{json_string(key)}: {_indented(value[key], inner)}" for key in sorted(value)]
        return "{" + inner + ("," + inner).join(lines) + newline + "}"
    if isinstance(value, list | tuple):
        if not value:
            return "[]"
        inner = newline + _INDENT
        return "[" + inner + ("," + inner).join(_indented(item, inner) for item in value) + newline + "]"
    return json_scalar(value)
