"""KYAML as kubectl's `-o kyaml` writes it: YAML in flow style, every value quoted, keys only where they need it.

Mirrors sigs.k8s.io/yaml/kyaml/kyaml.go, FromObject: the object goes through JSON, so keys come sorted.
"""

from collections.abc import Mapping
from typing import Any

from kubectl_ds.output.go_json import json_scalar
from kubectl_ds.output.go_yaml_tags import is_ambiguous_key

_INDENT = "  "
_FOLD = "\\\n"
_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\r": "\\r", "\v": "\\v", "\0": "\\0", "\x1b": "\\e",
    "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P", '"': '\\"', "\\": "\\\\",
}  # fmt: skip
_NO_SPACES_TO_GO = frozenset("\x1c\x1d\x1e\x1f")


def kyaml_document(value: Mapping[str, Any]) -> str:
    """One document, its `---` header and trailing newline included."""
    return f"---\n{_node(value, 0)}\n"


def _node(value: Any, indent: int) -> str:
    """`indent` counts the levels of the line on which the node begins."""
    if isinstance(value, Mapping):
        return _mapping(value, indent)
    if isinstance(value, list | tuple):
        return _sequence(value, indent)
    return _string(value, indent + 1) if isinstance(value, str) else json_scalar(value)


def _mapping(value: Mapping[str, Any], indent: int) -> str:
    if not value:
        return "{}"
    inner = "\n" + _INDENT * (indent + 1)
    entries = (f"{inner}{_key(key)}: {_node(value[key], indent + 1)}," for key in sorted(value))
    return "{" + "".join(entries) + "\n" + _INDENT * indent + "}"


def _sequence(value: "list[Any] | tuple[Any, ...]", indent: int) -> str:
    if not value:
        return "[]"
    if all(isinstance(item, Mapping | list | tuple) for item in value):
        return "[" + ", ".join(_node(item, indent) for item in value) + "]"
    inner = "\n" + _INDENT * (indent + 1)
    return (
        "[" + "".join(f"{inner}{_node(item, indent + 1)}," for item in value) + "\n" + _INDENT * indent + "]"
    )


def _key(key: str) -> str:
    if not _needs_quotes(key):
        return key
    return '"' + "".join(map(_escaped, key)).replace("\n", "\\n").replace("\t", "\\t") + '"'


def _needs_quotes(key: str) -> bool:
    if is_ambiguous_key(key):
        return True
    inner = key[1:-1] if len(key) > 2 else ""
    edges = key if len(key) <= 2 else key[0] + key[-1]
    return not (
        all(_is_word(character) for character in edges)
        and all(_is_word(character) or character in "-./" for character in inner)
    )


def _is_word(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isnumeric()


def _string(text: str, indent: int) -> str:
    """Double quotes; a text of several lines folded at its line feeds, aligned below the opening quote."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\n" not in text:
        return '"' + "".join(map(_escaped, text)) + '"'
    margin = _INDENT * indent
    lines = text.split("\n")
    ends_with_newline = not lines[-1]
    folded = [
        margin + ("\\" if line and _is_space(line[0]) else " ") + "".join(map(_escaped, line)) + "\\n" + _FOLD
        for line in lines[:-1]
    ]
    if not ends_with_newline:
        last = lines[-1]
        folded.append(margin + ("\\" if _is_space(last[0]) else " ") + "".join(map(_escaped, last)) + _FOLD)
    return '"' + _FOLD + "".join(folded) + margin + '"'


def _is_space(character: str) -> bool:
    return character.isspace() and character not in _NO_SPACES_TO_GO


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        # Go prints what is printable as it is; of these only the two that quoting needs are.
        return _ESCAPES[character]
    if character.isprintable() or character in "\t\n":
        return character
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
