"""YAML that people wrote, with the line and column of everything in it; strict, and proof against hostile files."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import yaml

from kubectl_ds.kube.yaml_loader import SCALARS

_DEEPEST: Final = 30
_READ: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))

Path = tuple[str | int, ...]
"""Keys and positions from the top to a value."""


class Place(NamedTuple):
    """Both counted from 1."""

    line: int
    column: int


class YamlFault(Exception):
    """What is wrong with the text, and where, as far as that can be said."""

    def __init__(self, message: str, place: Place | None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class PlacedYaml(NamedTuple):
    """One document: the plain tree, and where each value and each key of it stands."""

    tree: Any
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]

    def place_of(self, path: Path) -> Place | None:
        """Where the value stands; of something that is not there, where what should hold it stands."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path)

    def place_of_key(self, path: Path) -> Place | None:
        return self.keys.get(path) or self.place_of(path)


def placed_yaml(content: bytes) -> PlacedYaml:
    """The one document of the text; None as its tree where there is none.

    Aliases, tags, keys that are no text and keys given twice are refused. Raises `YamlFault`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise YamlFault("this is no UTF-8", Place(line, 1)) from None
    try:
        return _Builder(yaml.parse(text, Loader=SCALARS)).document()
    except yaml.MarkedYAMLError as error:
        words = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlFault(words, _place(error.problem_mark)) from None
    except yaml.YAMLError as error:
        raise YamlFault(" ".join(str(error).split()), None) from None


def _place(mark: Any) -> Place | None:
    return None if mark is None else Place(mark.line + 1, mark.column + 1)


class _Builder:
    """From events to the tree: nothing recurses into how deep a file is."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._values: dict[Path, Place] = {}
        self._keys: dict[Path, Place] = {}
        self._open: list[Any] = []
        self._path: list[str | int] = []
        self._awaits_value = False
        self._tree: Any = None
        self._scalars = SCALARS("")

    def document(self) -> PlacedYaml:
        documents = 0
        for event in self._events:
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise YamlFault(
                            "a second document begins here; one is read", _place(event.start_mark)
                        )
                case yaml.AliasEvent():
                    raise YamlFault(
                        f"*{event.anchor} is an alias; write out what it stands for", _place(event.start_mark)
                    )
                case yaml.CollectionEndEvent():
                    self._close()
                case yaml.NodeEvent():
                    self._node(event)
        return PlacedYaml(self._tree, self._values, self._keys)

    def _node(self, event: Any) -> None:
        place = _place(event.start_mark)
        if event.tag is not None and event.tag != "!":
            raise YamlFault(f"the tag {event.tag} is not read", place)
        if self._open and isinstance(self._open[-1], dict) and not self._awaits_value:
            self._key(event, place)
            return
        value: Any
        match event:
            case yaml.MappingStartEvent():
                value = {}
            case yaml.SequenceStartEvent():
                value = []
            case _:
                value = self._scalar(event, place)
        self._put(value, place)
        if isinstance(value, dict | list) and not isinstance(event, yaml.ScalarEvent):
            self._open.append(value)
            self._awaits_value = False
            if len(self._open) > _DEEPEST:
                raise YamlFault(f"this is nested deeper than {_DEEPEST} levels", place)
        else:
            self._leave()

    def _key(self, event: Any, place: Place | None) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlFault("a key is a text", place)
        key = event.value
        if key in self._open[-1]:
            raise YamlFault(f"the key {key!r} is here for the second time", place)
        self._path.append(key)
        self._awaits_value = True
        if place is not None:
            self._keys[tuple(self._path)] = place

    def _put(self, value: Any, place: Place | None) -> None:
        """Where the path leads, which is then that of this value."""
        if not self._open:
            self._tree = value
        elif isinstance(self._open[-1], list):
            self._path.append(len(self._open[-1]))
            self._open[-1].append(value)
        else:
            self._open[-1][self._path[-1]] = value
        if place is not None:
            self._values[tuple(self._path)] = place

    def _close(self) -> None:
        self._open.pop()
        self._leave()

    def _leave(self) -> None:
        """Back from a value to what holds it."""
        if self._open:
            self._path.pop()
        self._awaits_value = False

    def _scalar(self, event: Any, place: Place | None) -> Any:
        """As kube/yaml_loader.py reads it."""
        tag = self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag not in _READ:
            return event.value
        try:
            return self._scalars.construct_object(yaml.ScalarNode(tag, event.value))
        except ValueError:
            raise YamlFault("this number cannot be read", place) from None
