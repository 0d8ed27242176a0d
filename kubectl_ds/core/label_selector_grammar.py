"""The `-l` grammar, token by token as upstream reads it: the same texts pass, with the same words where not.

Upstream: `Lexer` and `Parser` of staging/src/k8s.io/apimachinery/pkg/labels/selector.go.
"""

import re
from typing import Literal

from kubectl_ds.core.label_selector import Requirement, requirement_errors
from kubectl_ds.core.label_syntax import invalid, label_key_errors
from kubectl_ds.errors import UsageError

_Kind = Literal["identifier", "symbol", "error", "end"]
_Token = tuple[_Kind, str]

_BLANKS = " \t\r\n"
_SYMBOLS = frozenset("=!(),<>")
_LITERALS = frozenset((")", ",", "!", "==", "=", ">", "<", "!=", "("))
_WORD = re.compile(r"[^=!(),<> \t\r\n\0]+")
_OPERATORS = {"in": "in", "notin": "notin", "=": "=", "==": "==", "!=": "!=", ">": "gt", "<": "lt"}
_BINARY = "in, notin, =, ==, !=, gt, lt"


def parse_requirements(text: str) -> list[Requirement]:
    """The requirements in the order written. Raises UsageError."""
    return _Parser(text).requirements()


def _tokens(text: str) -> list[_Token]:
    # Upstream's lexer takes a NUL byte for the end of the text.
    text = text.split("\0", 1)[0]
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        if text[position] in _BLANKS:
            position += 1
        elif text[position] in _SYMBOLS:
            token, position = _symbol(text, position)
            tokens.append(token)
        else:
            word = _WORD.match(text, position)
            assert word is not None
            tokens.append(("identifier", word.group()))
            position = word.end()
    tokens.append(("end", ""))
    return tokens


def _symbol(text: str, start: int) -> tuple[_Token, int]:
    """The longest literal, scanned as upstream does: a run is given up at the first symbol too many."""
    found = ""
    position = start
    while position < len(text) and text[position] in _SYMBOLS:
        if text[start : position + 1] in _LITERALS:
            found = text[start : position + 1]
        elif found:
            break
        position += 1
    return ("symbol", found), position


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._position = 0

    def _peek(self) -> _Token:
        return self._tokens[min(self._position, len(self._tokens) - 1)]

    def _next(self) -> _Token:
        token = self._peek()
        self._position += 1
        return token

    def _fail(self, words: str) -> UsageError:
        return UsageError(
            f"unable to parse the label selector {self._text!r}: {words}",
            hint="write it as kubectl does: key=value, key!=value, key in (a,b), key notin (a,b), key, !key",
        )

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while True:
            kind, literal = self._peek()
            if kind == "end":
                return found
            if kind != "identifier" and literal != "!":
                raise self._fail(f"found '{literal}', expected: !, identifier, or 'end of string'")
            found.append(self._requirement())
            kind, literal = self._next()
            if kind == "end":
                return found
            if literal != "," or kind != "symbol":
                raise self._fail(f"found '{literal}', expected: ',' or 'end of string'")
            kind, literal = self._peek()
            if kind != "identifier" and literal != "!":
                raise self._fail(f"found '{literal}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        kind, key = self._next()
        negated = kind == "symbol" and key == "!"
        if negated:
            kind, key = self._next()
        if kind != "identifier":
            raise self._fail(f"found '{key}', expected: identifier")
        if problems := label_key_errors(key):
            raise self._fail(invalid("<nil>", key, "; ".join(problems)))
        kind, literal = self._peek()
        if negated:
            # What follows `!key` is refused by the caller, as upstream does: no operator may.
            return self._checked(Requirement(key, "!"))
        if kind == "end" or (kind == "symbol" and literal == ","):
            return self._checked(Requirement(key, "exists"))
        operator = _OPERATORS.get(self._next()[1])
        if operator is None:
            raise self._fail(f"found '{literal}', expected: {_BINARY}")
        values = self._values() if operator in ("in", "notin") else self._exact_value()
        return self._checked(Requirement(key, operator, tuple(sorted(values))))

    def _checked(self, requirement: Requirement) -> Requirement:
        errors = requirement_errors(requirement.key, requirement.operator, requirement.values)
        if errors:
            raise self._fail("; ".join(errors))
        return requirement

    def _exact_value(self) -> set[str]:
        kind, literal = self._peek()
        if kind == "end" or (kind == "symbol" and literal == ","):
            return {""}
        self._next()
        if kind != "identifier":
            raise self._fail(f"found '{literal}', expected: identifier")
        return {literal}

    def _values(self) -> set[str]:
        kind, literal = self._next()
        if (kind, literal) != ("symbol", "("):
            raise self._fail(f"found '{literal}' expected: '('")
        kind, literal = self._peek()
        if (kind, literal) == ("symbol", ")"):
            self._next()
            return {""}
        if kind != "identifier" and (kind, literal) != ("symbol", ","):
            raise self._fail(f"found '{literal}', expected: ',', ')' or identifier")
        values = self._identifiers()
        kind, closing = self._next()
        if (kind, closing) != ("symbol", ")"):
            raise self._fail(f"found '{literal}', expected: ')'")
        return values

    def _identifiers(self) -> set[str]:
        """A list whose members may be empty: `(a,,b)`, `(,a)` and `(a,)` all hold the empty value."""
        values: set[str] = set()
        while True:
            kind, literal = self._next()
            following = self._peek()
            if kind == "identifier":
                values.add(literal)
                if following == ("symbol", ")"):
                    return values
                if following != ("symbol", ","):
                    raise self._fail(f"found '{following[1]}', expected: ',' or ')'")
            elif (kind, literal) == ("symbol", ","):
                if not values or following in (("symbol", ")"), ("symbol", ",")):
                    values.add("")
                if following == ("symbol", ")"):
                    return values
            else:
                raise self._fail(f"found '{literal}', expected: ',', or identifier")
