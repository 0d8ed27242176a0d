"""The tree of a jsonpath template: what client-go's util/jsonpath/node.go declares."""

from typing import Literal

from msgspec import Struct


class JSONPathError(Exception):
    """The template cannot be parsed, or asks something impossible of an object. Holds client-go's words."""


class ListNode(Struct):
    """What stands between one pair of braces, left to right; the root is a list of those and of texts."""

    nodes: "list[Node]"


class TextNode(Struct, frozen=True):
    text: str


class FieldNode(Struct, frozen=True):
    name: str


class IdentifierNode(Struct, frozen=True):
    """`range` or `end`; any other word is refused when the template runs."""

    name: str


class Bound(Struct, frozen=True):
    """One of a slice's three numbers. `derived`: the end that a plain index `[3]` implies."""

    value: int = 0
    known: bool = False
    derived: bool = False


class ArrayNode(Struct, frozen=True):
    start: Bound
    end: Bound
    step: Bound


class FilterNode(Struct, frozen=True):
    left: ListNode
    right: ListNode
    operator: str


class LiteralNode(Struct, frozen=True):
    """A number or a boolean."""

    value: int | float | bool


class WildcardNode(Struct, frozen=True):
    kind: Literal["*"] = "*"


class RecursiveNode(Struct, frozen=True):
    kind: Literal[".."] = ".."


class UnionNode(Struct, frozen=True):
    members: tuple[ListNode, ...]


Node = (
    ListNode
    | TextNode
    | FieldNode
    | IdentifierNode
    | ArrayNode
    | FilterNode
    | LiteralNode
    | WildcardNode
    | RecursiveNode
    | UnionNode
)
