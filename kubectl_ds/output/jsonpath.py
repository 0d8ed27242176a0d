"""Runs kubectl's jsonpath templates on decoded JSON, as kubectl does, byte for byte.

Mirrors k8s.io/client-go/util/jsonpath/jsonpath.go. Where Go walks a map in random order (`*`, `..`), the keys
come sorted here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_ds.output.go_json import compact_json, indented_json
from kubectl_ds.output.go_values import INVALID, Byte, sprint, type_name
from kubectl_ds.output.jsonpath_filter import compare
from kubectl_ds.output.jsonpath_nodes import (
    ArrayNode,
    FieldNode,
    FilterNode,
    IdentifierNode,
    JSONPathError,
    ListNode,
    LiteralNode,
    Node,
    RecursiveNode,
    TextNode,
    UnionNode,
    WildcardNode,
)
from kubectl_ds.output.jsonpath_parser import parse

__all__ = ["JSONPath", "JSONPathError"]


class JSONPath:
    """A parsed template. Raises `JSONPathError` where client-go would return an error, with its words."""

    def __init__(self, template: str, *, allow_missing_keys: bool = True) -> None:
        self._root = parse(template).nodes
        self._allow_missing_keys = allow_missing_keys

    def text(self, value: Any) -> str:
        """What `-o jsonpath=` prints: results of one pair of braces are a blank apart, lists and maps compact JSON."""
        return "".join(" ".join(map(_printed, results)) for results in self.results(value))

    def json(self, value: Any) -> str:
        """What `-o jsonpath-as-json=` prints: one indented array for each pair of braces."""
        return "".join(indented_json(results) + "\n" for results in self.results(value))

    def results(self, value: Any) -> list[list[Any]]:
        """The results of each pair of braces and each literal text, in order; loops unrolled."""
        return _Run(self._root, allow_missing_keys=self._allow_missing_keys).find(
            INVALID if value is None else value, 0
        )


class _Run:
    """One execution: the loop counters are the dialect's, as `{range}` and `{end}` need not be nested in braces."""

    def __init__(self, root: Sequence[Node], *, allow_missing_keys: bool) -> None:
        self.root = root
        self.allow_missing_keys = allow_missing_keys
        self.begin_range = 0
        self.in_range = 0
        self.end_range = 0
        self.last_end = -1

    def find(self, value: Any, first: int) -> list[list[Any]]:
        """Run the root's nodes from `first` on, up to the `{end}` that closes the loop it was called for."""
        found: list[list[Any]] = []
        position = first
        while position < len(self.root):
            results = self.walk([value], self.root[position])
            if 0 < self.end_range <= self.in_range:
                self.end_range -= 1
                self.last_end = position
                break
            if self.begin_range > 0:
                found.extend(self.loop(results, position + 1))
                if self.last_end > position:
                    position = self.last_end
            else:
                found.append(results)
            position += 1
        return found

    def loop(self, results: Sequence[Any], first: int) -> list[list[Any]]:
        self.begin_range -= 1
        self.in_range += 1
        found: list[list[Any]] = []
        for value in results:
            found.extend(self.find(INVALID if value is None else value, first))
        if not results:
            # Only to get past the loop's end.
            self.find(INVALID, first)
        self.in_range -= 1
        return found

    def walk(self, values: list[Any], node: Node) -> list[Any]:
        match node:
            case ListNode():
                return self.walk_list(values, node)
            case TextNode():
                return [node.text]
            case FieldNode():
                return self.field(values, node.name)
            case ArrayNode():
                return [item for value in values if value is not None for item in _sliced(value, node)]
            case FilterNode():
                return [item for value in values for item in self.filtered(value, node)]
            case LiteralNode():
                return [node.value] * len(values)
            case WildcardNode():
                return [child for value in values for child in _children(value)]
            case RecursiveNode():
                return _descendants(values)
            case UnionNode():
                return [result for member in node.members for result in self.walk_list(values, member)]
            case IdentifierNode():
                return self.identifier(values, node.name)

    def walk_list(self, values: list[Any], node: ListNode) -> list[Any]:
        for child in node.nodes:
            values = self.walk(values, child)
        return values

    def identifier(self, values: list[Any], name: str) -> list[Any]:
        if name == "range":
            self.begin_range += 1
            return values
        if name != "end":
            raise JSONPathError(f"unrecognized identifier {name}")
        if not self.in_range:
            raise JSONPathError("not in range, nothing to end")
        self.end_range += 1
        return []

    def field(self, values: list[Any], name: str) -> list[Any]:
        results = [value[name] for value in values if isinstance(value, Mapping) and name in value]
        if values and not results and not self.allow_missing_keys:
            raise JSONPathError(f"{name} is not found")
        return results

    def filtered(self, value: Any, node: FilterNode) -> list[Any]:
        if not _is_list(value):
            raise JSONPathError(f"{sprint(value)} is not array or slice and cannot be filtered")
        return [item for item in value if self.passes(item, node)]

    def passes(self, item: Any, node: FilterNode) -> bool:
        if node.operator == "exists":
            return self.exists(item, node.left)
        left = self.walk_list([item], node.left)
        if len(left) > 1:
            raise JSONPathError("can only compare one element at a time")
        if not left:
            return False
        right = self.walk_list([item], node.right)
        if len(right) > 1:
            raise JSONPathError("can only compare one element at a time")
        return bool(right) and compare(left[0], node.operator, right[0])

    def exists(self, item: Any, node: ListNode) -> bool:
        """An error on the way ends the walk with what it had: client-go looks at the results alone here."""
        values = [item]
        for child in node.nodes:
            try:
                values = self.walk(values, child)
            except JSONPathError:
                return bool(_results_beside_error(values, child))
        return bool(values)


def _results_beside_error(values: list[Any], node: Node) -> list[Any]:
    """What client-go returns next to an error: a missing field nothing, the rest their input."""
    return [] if isinstance(node, FieldNode) else values


def _sliced(value: Any, node: ArrayNode) -> list[Any]:
    if not _is_list(value):
        raise JSONPathError(f"{type_name(value)} is not array or slice")
    length = len(value)
    start = node.start.value if node.start.known else 0
    end = node.end.value if node.end.known else length
    start += length if start < 0 else 0
    end += length if end < 0 or (end == 0 and node.end.derived) else 0
    if start == end:
        return []
    if not 0 <= start < length:
        raise JSONPathError(f"array index out of bounds: index {start}, length {length}")
    if not 0 <= end <= length:
        raise JSONPathError(f"array index out of bounds: index {end - 1}, length {length}")
    if start > end:
        raise JSONPathError(f"starting index {start} is greater than ending index {end}")
    if node.step.known and node.step.value <= 0:
        raise JSONPathError("step must be > 0")
    return list(value[start : end : node.step.value if node.step.known else 1])


def _children(value: Any) -> list[Any]:
    """A map's values by sorted key, a list's items, a string's bytes."""
    if isinstance(value, Mapping):
        return [value[key] for key in sorted(value)]
    if isinstance(value, str):
        return [Byte(byte) for byte in value.encode(errors="replace")]
    return list(value) if _is_list(value) else []


def _descendants(values: list[Any]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        if children := _children(value):
            results.append(value)
            results.extend(_descendants(children))
    return results


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _printed(value: Any) -> str:
    if isinstance(value, Mapping) or _is_list(value):
        return compact_json(value)
    if value is None:
        return "null"
    return "<no value>" if value is INVALID else sprint(value)
