"""A file that people write, read as a type: what is wrong with it is said with file, line, column and a hint."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from msgspec import inspect

from kubectl_ds.errors import UsageError

if TYPE_CHECKING:
    # yaml is read where there is a file to read: a start without one is the usual case.
    from kubectl_ds.kube.placed_yaml import Path, Place, PlacedYaml

Read = TypeVar("Read")

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_QUOTED = re.compile(r"`([^`]*)`")
_WORDS = {
    "object": "keys with values",
    "array": "a list",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "date": "a date",
}


class TypedFile(Generic[Read]):
    """What a file holds, and where in it."""

    def __init__(self, name: str, held: Read, placed: "PlacedYaml") -> None:
        self.name = name
        self.held = held
        self._placed = placed

    def refused(self, message: str, *path: str | int, hint: str = "", of_key: bool = False) -> UsageError:
        """What is said of something that reads well and means nothing; with `of_key` of the key itself."""
        place = self._placed.place_of_key(path) if of_key else self._placed.place_of(path)
        return _refused(self.name, f"{_spelled(path)}: {message}", place, hint)


def bounded_content(name: str, most: int) -> bytes:
    """The file's bytes, `most` of them at most. Raises `UsageError`."""
    try:
        with open(name, "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    if len(content) > most:
        raise UsageError(f"{name} is larger than {most:,} bytes, and is not read")
    return content


def typed_file(name: str, content: bytes, kind: type[Read]) -> TypedFile[Read]:
    """Sections that are there and empty are as good as absent ones. Raises `UsageError`."""
    from kubectl_ds.kube.placed_yaml import YamlFault, placed_yaml

    try:
        placed = placed_yaml(content)
    except YamlFault as fault:
        raise _refused(name, fault.message, fault.place) from None
    for path, place in placed.keys.items():
        if "`" in str(path[-1]):
            # msgspec puts keys between backticks, and no key of ours has one.
            raise _refused(name, f'there is no key "{path[-1]}"', place)
    tree = placed.tree
    if tree is None:
        tree = {}
    if isinstance(tree, dict):
        sections = {field.encode_name for field in _fields(kind, ())}
        tree = {key: value for key, value in tree.items() if value is not None or key not in sections}
    try:
        return TypedFile(name, msgspec.convert(tree, kind), placed)
    except msgspec.ValidationError as error:
        raise _misfit(name, tree, kind, placed, str(error)) from None


def _refused(name: str, message: str, place: "Place | None", hint: str = "") -> UsageError:
    where = f"{name}:{place.line}:{place.column}" if place is not None else name
    return UsageError(f"{where}: {message}", hint=hint)


# --- what msgspec found ----------------------------------------------------------------------------


def _misfit(name: str, tree: Any, kind: type, placed: "PlacedYaml", told: str) -> UsageError:
    # Of what stands in the file only the last words are sure to be msgspec's own.
    words, _, where = told.rpartition(" - at `$") if " - at `$" in told else (told, "", "")
    path = _path(tree, kind, told, where.removesuffix("`"))
    around = f"{_spelled(path)}: " if path else ""
    quoted = _QUOTED.findall(words)
    if words.startswith("Object contains unknown field"):
        key = quoted[0]
        keys = [field.encode_name for field in _fields(kind, path)]
        return _refused(
            name,
            f'{around}there is no key "{key}"',
            placed.place_of_key((*path, key)),
            _meant(key, keys, f"there are {', '.join(keys)}"),
        )
    place = placed.place_of(path)
    if words.startswith("Object missing required field"):
        return _refused(name, f'{around}the key "{quoted[0]}" is missing', place)
    if words.startswith("Invalid enum value"):
        allowed = [str(one) for one in _allowed(kind, path)]
        wrong = words.removeprefix("Invalid enum value ").strip("'\"")
        return _refused(
            name, f'{around}"{wrong}" is not one of {", ".join(allowed)}', place, _meant(wrong, allowed)
        )
    if words.startswith("Invalid RFC3339"):
        return _refused(name, f"{around}this is no date", place, "write YEAR-MONTH-DAY, such as 2027-03-31")
    if words == "Expected `str` of length >= 1":
        return _refused(name, f"{around}this is empty", place)
    return _refused(name, f"{around}{_in_words(words)}", place)


def _in_words(words: str) -> str:
    """`Expected `str | array`, got `int`` as people say it."""

    def spelled(found: re.Match[str]) -> str:
        return " or ".join(_WORDS.get(one, one) for one in found[1].split(" | "))

    words = _QUOTED.sub(spelled, words)
    return f"{words[:1].lower()}{words[1:]}".replace("expected a number <=", "expected at most").replace(
        "expected a whole number >=", "expected at least"
    )


def _meant(word: str, known: Sequence[str], otherwise: str = "") -> str:
    near = get_close_matches(word, known, n=1)
    return (
        f'did you mean "{near[0]}"?'
        if near
        else f"there {'are' if len(known) > 1 else 'is'} {', '.join(known)}"
    )


def _spelled(path: "Path") -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def _path(tree: Any, kind: type, told: str, spelled: str) -> "Path":
    """`.exceptions[0].rules` as steps. Of a mapping with any keys msgspec says `[...]`: the key is looked for."""
    path: list[str | int] = []
    for key, position, any_key in _STEP.findall(spelled):
        if any_key:
            path.append(_culprit(tree, kind, told, path))
        else:
            path.append(int(position) if position else key)
    return tuple(path)


def _culprit(tree: Any, kind: type, told: str, path: Sequence[str | int]) -> str:
    """The key with which alone the same is told."""
    keys: Sequence[str] = list(_at(tree, path))
    for key in keys:
        try:
            msgspec.convert(_with_one_key(tree, path, key), kind)
        except msgspec.ValidationError as error:
            if str(error) == told:
                return key
    return keys[0]


def _at(tree: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _with_one_key(tree: Any, path: Sequence[str | int], key: str) -> Any:
    if not path:
        return {key: tree[key]}
    first, *rest = path
    changed = tree.copy()
    changed[first] = _with_one_key(tree[first], rest, key)
    return changed


# --- what the type allows --------------------------------------------------------------------------


def _types(kind: type, path: "Path") -> list[inspect.Type]:
    """What may stand there."""
    types = _alternatives(inspect.type_info(kind))
    for step in path:
        types = [inner for one in types for inner in _inside(one, step)]
    return types


def _inside(type_: inspect.Type, step: str | int) -> list[inspect.Type]:
    match type_:
        case inspect.StructType(fields=fields):
            return [inner for one in fields if one.encode_name == step for inner in _alternatives(one.type)]
        case inspect.VarTupleType(item_type=item):
            return _alternatives(item)
        case inspect.DictType(value_type=value):
            return _alternatives(value)
        case _:
            return []


def _alternatives(type_: inspect.Type) -> list[inspect.Type]:
    return list(type_.types) if isinstance(type_, inspect.UnionType) else [type_]


def _fields(kind: type, path: "Path") -> list[inspect.Field]:
    return [
        field for one in _types(kind, path) if isinstance(one, inspect.StructType) for field in one.fields
    ]


def _allowed(kind: type, path: "Path") -> list[object]:
    return [
        value for one in _types(kind, path) if isinstance(one, inspect.LiteralType) for value in one.values
    ]
