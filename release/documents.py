"""Whether a reader of JSON documents would notice: what a schema promised once and promises no more.

A reader that works with one release has to work with the next of the same major version (of the same minor one, before
1.0.0). Fields and words may be added; what is there stays there, stays where it always is, and stays of its type.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]
_ANY = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


class Field(NamedTuple):
    """One place in a document: what may stand there, and whether it always does."""

    types: frozenset[str]
    always: bool


def taken_away(before: Schema, now: Schema) -> list[str]:
    """A sentence for each promise of `before` that `now` does not make."""
    old, new = _fields(before), _fields(now)
    broken = []
    for path, field in old.items():
        if path not in new:
            broken.append(f"{path} is gone")
            continue
        if further := new[path].types - field.types:
            broken.append(f"{path} may be {' or '.join(sorted(further))} now")
        if field.always and not new[path].always:
            broken.append(f"{path} may be left out now")
    return broken


def _fields(schema: Schema) -> dict[str, Field]:
    return dict(_walk(schema, schema, "", frozenset()))


def _walk(root: Schema, node: Schema, path: str, within: frozenset[str]) -> Iterator[tuple[str, Field]]:
    for part in _alternatives(root, node, within):
        reference = frozenset({part["$ref"]}) if "$ref" in part else frozenset()
        target = _resolved(root, part)
        required = target.get("required", ())
        for name, given in target.get("properties", {}).items():
            held = {} if isinstance(given, bool) else given
            below = f"{path}.{name}".lstrip(".")
            yield below, Field(_types(root, held), name in required)
            yield from _walk(root, held, below, within | reference)
        if isinstance(items := target.get("items"), Mapping):
            yield from _walk(root, items, f"{path}[]", within | reference)


def _alternatives(root: Schema, node: Schema, within: frozenset[str]) -> Iterator[Schema]:
    """The node, and what it may be instead; a definition inside itself is looked at once."""
    if node.get("$ref") in within:
        return
    yield node
    for kind in ("anyOf", "oneOf", "allOf"):
        for one in _resolved(root, node).get(kind, ()):
            yield from _alternatives(root, one, within)


def _resolved(root: Schema, node: Schema) -> Schema:
    reference = node.get("$ref")
    if reference is None:
        return node
    target: Any = root
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return _resolved(root, target)


def _types(root: Schema, node: Schema) -> frozenset[str]:
    target = _resolved(root, node)
    named = target.get("type", ())
    types = {named} if isinstance(named, str) else set(named)
    for word in (*target.get("enum", ()), *([target["const"]] if "const" in target else [])):
        types.add({str: "string", bool: "boolean", int: "integer", float: "number"}.get(type(word), "null"))
    for kind in ("anyOf", "oneOf", "allOf"):
        for one in target.get(kind, ()):
            # What further words say of the same value says nothing of its type.
            if kind == "allOf" and not one.keys() & {"$ref", "type", "enum", "const"}:
                continue
            types |= _types(root, one)
    return frozenset(types) or _ANY
