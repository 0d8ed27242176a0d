"""kubectl's jsonpath templates as a tree: a port of client-go's dialect, its error words included.

Mirrors k8s.io/client-go/util/jsonpath/parser.go. The dialect is its own: text outside braces is
literal, `{range}` and `{end}` loop, quotes hold literals, a backslash takes the meaning off a dot.
"""

import re

from kubectl_ds.output.go_values import unicode_name
from kubectl_ds.output.jsonpath_nodes import (
    ArrayNode,
    Bound,
    FieldNode,
    FilterNode,
    IdentifierNode,
    JSONPathError,
    ListNode,
    LiteralNode,
    RecursiveNode,
    TextNode,
    UnionNode,
    WildcardNode,
)

_EOF = ""
_DICT_KEY = re.compile(r"'([^']*)'")
_SLICE = re.compile(r"(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?")
_FILTER = re.compile(r"([^!<>=]+)([!<>=]+)(.+)", re.DOTALL)
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_TERMINATORS = frozenset(" \t\r\n.,[]$@{}")


def parse(template: str) -> ListNode:
    """The template's tree. Raises `JSONPathError` with client-go's words."""
    return _Parser(template).parse()


def _parse_action(text: str) -> ListNode:
    """What stands inside braces, for the parts of a union or filter; text after a brace of its own is lost."""
    first = parse("{" + text + "}").nodes[0]
    assert isinstance(first, ListNode)
    return first


class _Parser:
    """A cursor over the template; `start` is where the token in hand began."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.start = 0
        self.position = 0
        self.root = ListNode([])

    def parse(self) -> ListNode:
        while True:
            brace = self.template.find("{", self.position)
            self.position = len(self.template) if brace < 0 else brace
            if self.position > self.start:
                self.root.nodes.append(TextNode(self._token()))
            if brace < 0:
                return self.root
            self._skip(1)
            action = ListNode([])
            self.root.nodes.append(action)
            self._action(action)

    def _action(self, action: ListNode) -> None:
        """Everything up to and including the closing brace."""
        while True:
            if self._ahead("}"):
                self._skip(1)
                return
            if self._ahead("[?("):
                self._filter(action)
            elif self._ahead(".."):
                self._recursive(action)
            else:
                self._simple(action)

    def _simple(self, action: ListNode) -> None:
        character = self._peek()
        if character in (_EOF, "\r", "\n"):
            raise JSONPathError("unclosed action")
        if character in " @$":
            self._skip(1)
        elif character == "[":
            self._array(action)
        elif character in "\"'":
            self._quote(action)
        elif character == ".":
            self._skip(1)
            self._field(action)
        elif character in "+-" or character.isdecimal():
            self._number(action)
        elif character == "_" or character.isalpha():
            self._identifier(action)
        else:
            raise JSONPathError(f"unrecognized character in action: {unicode_name(character)}")

    def _identifier(self, action: ListNode) -> None:
        while self._peek() not in _TERMINATORS and self._peek() != _EOF:
            self.position += 1
        word = self._token()
        action.nodes.append(
            LiteralNode(word == "true") if word in ("true", "false") else IdentifierNode(word)
        )

    def _recursive(self, action: ListNode) -> None:
        if action.nodes and isinstance(action.nodes[-1], RecursiveNode):
            raise JSONPathError("invalid multiple recursive descent")
        self._skip(2)
        action.nodes.append(RecursiveNode())
        character = self._peek()
        if character == "_" or character.isalpha() or character.isdecimal():
            self._field(action)

    def _number(self, action: ListNode) -> None:
        self.position += self._peek() in "+-"
        while self._peek() == "." or self._peek().isdecimal():
            self.position += 1
        text = self._token()
        if _INTEGER.fullmatch(text) and -(2**63) <= int(text) < 2**63:
            action.nodes.append(LiteralNode(int(text)))
        elif _FLOAT.fullmatch(text) and abs(float(text)) != float("inf"):
            action.nodes.append(LiteralNode(float(text)))
        else:
            raise JSONPathError(f"cannot parse number {text}")

    def _array(self, action: ListNode) -> None:
        text = self._bracketed()
        if text == "*":
            text = ":"
        members = text.split(",")
        if len(members) > 1:
            action.nodes.append(
                UnionNode(tuple(_parse_action(f"[{member.strip(' ')}]") for member in members))
            )
        elif key := _DICT_KEY.fullmatch(text):
            action.nodes.extend(_parse_action("." + key[1]).nodes)
        else:
            action.nodes.append(_slice(text))

    def _bracketed(self) -> str:
        while (character := self._next()) != "]":
            if character in (_EOF, "\n"):
                raise JSONPathError("unterminated array")
        return self._token()[1:-1]

    def _filter(self, action: ListNode) -> None:
        self._skip(3)
        self._to_end_of_filter()
        if self._next() != "]":
            raise JSONPathError("unclosed array expect ]")
        text = self._token()[:-2]
        if comparison := _FILTER.fullmatch(text):
            left, right = _parse_action(comparison[1]), _parse_action(comparison[3])
            action.nodes.append(FilterNode(left, right, comparison[2]))
        else:
            action.nodes.append(FilterNode(_parse_action(text), ListNode([]), "exists"))

    def _to_end_of_filter(self) -> None:
        """Past the closing parenthesis; one inside the one quoted literal that a filter may hold does not count."""
        pair, closed = "", False
        while True:
            character = self._next()
            if character in (_EOF, "\n"):
                raise JSONPathError("unterminated filter")
            if character in "\"'":
                if not pair:
                    pair = character
                elif self.template[self.position - 2] != "\\" and character == pair:
                    closed = True
            elif character == ")" and bool(pair) == closed:
                return

    def _quote(self, action: ListNode) -> None:
        quote = self._next()
        while (character := self._next()) != quote or self.template[self.position - 2] == "\\":
            if character in (_EOF, "\n"):
                raise JSONPathError("unterminated quoted string")
        literal = self._token()
        try:
            action.nodes.append(TextNode(_unquoted(literal)))
        except ValueError:
            raise JSONPathError(f"unquote string {literal} error invalid syntax") from None

    def _field(self, action: ListNode) -> None:
        while self._peek() != _EOF and self._peek() not in _TERMINATORS:
            self.position = min(self.position + 1 + (self._peek() == "\\"), len(self.template))
        name = self._token()
        action.nodes.append(WildcardNode() if name == "*" else FieldNode(name.replace("\\", "")))

    def _ahead(self, prefix: str) -> bool:
        return self.template.startswith(prefix, self.position)

    def _peek(self) -> str:
        return self.template[self.position : self.position + 1]

    def _next(self) -> str:
        character = self._peek()
        self.position += len(character)
        return character

    def _skip(self, characters: int) -> None:
        self.position += characters
        self.start = self.position

    def _token(self) -> str:
        token = self.template[self.start : self.position]
        self.start = self.position
        return token


def _slice(text: str) -> ArrayNode:
    matched = _SLICE.fullmatch(text)
    if not matched:
        raise JSONPathError(f"invalid array index {text}")
    start = _bound(matched[1] or "")
    end = _bound(matched[2][1:]) if matched[2] else Bound(start.value + 1, known=True, derived=True)
    return ArrayNode(start, end, _bound(matched[3][1:]) if matched[3] else Bound())


def _bound(text: str) -> Bound:
    if not text:
        return Bound()
    if text == "-" or not -(2**63) <= int(text) < 2**63:
        raise JSONPathError(f"array index {text} is not a number")
    return Bound(int(text), known=True)


_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\",
}  # fmt: skip
_ESCAPED = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|([^\\])", re.DOTALL
)


def _unquoted(literal: str) -> str:
    """`UnquoteExtend`: Go's `strconv.Unquote`, single quotes holding strings too. Raises ValueError."""
    if len(literal) < 2 or literal[0] != literal[-1]:
        raise ValueError(literal)
    quote, body = literal[0], literal[1:-1]
    if "\\" not in body:
        return body
    parts: list[bytes] = []
    position = 0
    while position < len(body):
        matched = _ESCAPED.match(body, position)
        if not matched:
            raise ValueError(literal)
        parts.append(_unescaped(matched, quote))
        position = matched.end()
    return b"".join(parts).decode(errors="replace")


def _unescaped(matched: re.Match[str], quote: str) -> bytes:
    byte, short, long, octal, named, plain = matched.groups()
    if plain is not None:
        if plain == quote:
            raise ValueError(plain)
        return bytes(plain, "utf-8", "replace")
    if named is not None:
        if named == quote:
            return quote.encode()
        if named not in _ESCAPES:
            raise ValueError(named)
        return _ESCAPES[named].encode()
    if byte or octal:
        return bytes((int(byte, 16) if byte else int(octal, 8),))  # an octal above 377 is a ValueError
    code = int(short or long, 16)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        raise ValueError(code)
    return chr(code).encode()
