"""YAML as kubectl reads it: libyaml's parser, and only the scalars that JSON knows."""

import re
from typing import Any, Final

import yaml

# PyYAML without libyaml is some fifteen times slower; wheels have it on every platform we know.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_VALUE = "tag:yaml.org,2002:value"
_MERGE = "tag:yaml.org,2002:merge"
"""A lone `=` or `<<`: go-yaml prints them as they are, and as a value they are texts."""


class _Loader(_Base):  # type: ignore[misc]
    """Leaves dates and sexagesimal numbers as text, as go-yaml does: `12:30` is no number."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_TIMESTAMP, _INT, _FLOAT)]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }


def _as_text(_: Any, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_constructor(_VALUE, _as_text)
_Loader.add_constructor(_MERGE, _as_text)
_Loader.add_implicit_resolver(
    _INT, re.compile(r"^[-+]?(?:0b[01_]+|0[0-7_]*|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    _FLOAT,
    re.compile(
        r"^(?:[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)

SCALARS: Final = _Loader
"""What tells texts from numbers, for readers that build trees of their own (kube/placed_yaml.py)."""

_DEEPEST: Final = 200
"""Kubernetes' own objects are a tenth as deep at most; libyaml's composer ends the process at some ten thousand."""
_MOST_INDENTED: Final = 2 * _DEEPEST
_BRACKETS: Final = re.compile(rb"[\[\]{}]")
_DEEP_BLOCKS: Final = re.compile(
    rb"^ {%d}|(?:[-?:][ \t]+){%d}" % (_MOST_INDENTED, _DEEPEST // 4), re.MULTILINE
)
_ANCHOR: Final = re.compile(rb"(?:^|[\s\[{,:-])&[^\s,\]}]", re.MULTILINE)
_LEAST_ALLOWED: Final = 64 * 2**20
_TIMES_AS_LONG: Final = 16


class Refused(yaml.YAMLError):
    """Well-formed YAML that is not read: it would take the memory, the time or the process away."""


def first_document(content: bytes) -> Any:
    """The first document of a YAML stream, None when there is none. Raises `yaml.YAMLError`."""
    return next(iter(yaml.load_all(content, Loader=_Loader)), None)


def documents(content: bytes) -> list[Any]:
    """Every document of a YAML stream. Raises `yaml.YAMLError`, and `Refused` for bombs.

    Aliases are read, as long as what they stand for is not out of all proportion.
    """
    if _ANCHOR.search(content) or _DEEP_BLOCKS.search(content) or _may_be_deep_in_brackets(content):
        _Weighed(content).whole()
    return list(yaml.load_all(content, Loader=_Loader))


def _may_be_deep_in_brackets(content: bytes) -> bool:
    """Counted without regard to quotes: whoever has brackets in texts is looked at more closely, and no more."""
    depth = 0
    for bracket in _BRACKETS.finditer(content):
        depth = depth + 1 if bracket[0] in b"[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return False


class _Weighed:
    """A stream told event by event, with nothing built of it: how deep it is, and how long without aliases."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._most = max(_LEAST_ALLOWED, _TIMES_AS_LONG * len(content))
        self._weight = 0
        self._anchors: dict[str, int] = {}
        self._open: list[tuple[str | None, int]] = []
        """Of each collection around the event its anchor, and the weight of the stream where it begins."""

    def whole(self) -> None:
        """Raises `Refused` where it becomes too much."""
        for event in yaml.parse(self._content, Loader=_Base):
            self._weigh(event)
            line = _line(event)
            if len(self._open) > _DEEPEST:
                raise Refused(f"it is nested deeper than {_DEEPEST} levels in line {line}")
            if self._weight > self._most:
                raise Refused(f"its aliases stand for more than {self._most:,} characters by line {line}")

    def _weigh(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open.append((event.anchor, self._weight))
            self._weight += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._open.pop()
            self._note(anchor, self._weight - before)
        elif isinstance(event, yaml.ScalarEvent):
            self._weight += len(event.value) + 1
            self._note(event.anchor, len(event.value) + 1)
        elif isinstance(event, yaml.AliasEvent) and event.anchor is not None:
            if event.anchor in {anchor for anchor, _ in self._open}:
                raise Refused(f"the alias in line {_line(event)} stands for what it is a part of")
            self._weight += self._anchors.get(event.anchor, 0)

    def _note(self, anchor: str | None, weight: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = weight


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0
