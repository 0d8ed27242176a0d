"""One resource of a cluster on disk: its items end to end as JSON, in etcd's order, and where each begins.

A page is one slice of the file, or a few. `items` holds objects, `rows` the rows of a Table. Objects that
selectors treat alike are of one class; the node of a pod is kept apart, since every pod has another.
"""

import json
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple

Form = Literal["items", "rows"]
FORMS: tuple[Form, ...] = ("items", "rows")


class ItemClass(NamedTuple):
    """All that a selector can ask of an object, save its name and its node."""

    namespace: str
    labels: Mapping[str, str]
    fields: Mapping[str, str]


class Span(NamedTuple):
    """Bytes of a file."""

    start: int
    length: int


class CollectionWriter:
    """Takes objects in the order of their keys. `node` is the number of a pod's node, -1 without one."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._stack = ExitStack()
        self._files = {form: self._stack.enter_context((folder / form).open("wb", 1 << 20)) for form in FORMS}
        self._ends = {form: array("Q") for form in FORMS}
        self._names = self._stack.enter_context((folder / "names").open("w", 1 << 20))
        self._classes: list[ItemClass] = []
        self._class_numbers = array("I")
        self._nodes = array("i")

    def __enter__(self) -> "CollectionWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        for form, ends in self._ends.items():
            (self._folder / f"{form}.ends").write_bytes(ends.tobytes())
        (self._folder / "classes.json").write_text(json.dumps(self._classes))
        (self._folder / "class-numbers").write_bytes(self._class_numbers.tobytes())
        (self._folder / "nodes").write_bytes(self._nodes.tobytes())

    def new_class(self, item_class: ItemClass) -> int:
        """The number to add objects of this class under."""
        self._classes.append(item_class)
        return len(self._classes) - 1

    def add(self, name: str, class_number: int, item: bytes, row: bytes, node: int = -1) -> None:
        """The next object."""
        for form, written in zip(FORMS, (item, row), strict=True):
            ends = self._ends[form]
            before = ends[-1] if ends else 0
            self._files[form].write(b"," + written if ends else written)
            ends.append(before + len(written) + (1 if ends else 0))
        self._names.write(f"{name}\n")
        self._class_numbers.append(class_number)
        self._nodes.append(node)


@dataclass(frozen=True)
class Collection:
    """A written collection, open for reading."""

    folder: Path

    def __len__(self) -> int:
        return len(self.class_numbers)

    @cached_property
    def classes(self) -> list[ItemClass]:
        """Every class."""
        return [ItemClass(*one) for one in json.loads((self.folder / "classes.json").read_text())]

    @cached_property
    def class_numbers(self) -> "array[int]":
        """The class of each object."""
        return _array("I", self.folder / "class-numbers")

    @cached_property
    def nodes(self) -> "array[int]":
        """The number of each object's node."""
        return _array("i", self.folder / "nodes")

    @cached_property
    def names(self) -> list[str]:
        """Every name; read when an object is asked for by name."""
        return (self.folder / "names").read_text().splitlines()

    def find(self, namespace: str, name: str) -> int | None:
        """The place of one object."""
        for place, one in enumerate(self.names):
            if one == name and self.classes[self.class_numbers[place]].namespace in ("", namespace):
                return place
        return None

    def spans(self, form: Form, places: "range | array[int]") -> Iterator[Span]:
        """Where these objects stand in the file: neighbours are one span, commas between them included."""
        ends = self._ends[form]
        runs = [(places[0], places[-1])] if isinstance(places, range) and places else _runs(places)
        for first, last in runs:
            start = ends[first - 1] + 1 if first else 0
            yield Span(start, ends[last] - start)

    @cached_property
    def _ends(self) -> "dict[Form, array[int]]":
        return {form: _array("Q", self.folder / f"{form}.ends") for form in FORMS}


def _runs(places: "range | array[int]") -> Iterator[tuple[int, int]]:
    first = last = -1
    for place in places:
        if place == last + 1 and first >= 0:
            last = place
            continue
        if first >= 0:
            yield first, last
        first = last = place
    if first >= 0:
        yield first, last


def _array(code: Literal["I", "i", "Q"], path: Path) -> "array[int]":
    found = array(code)
    found.frombytes(path.read_bytes())
    return found
