"""What may come next on a command line: candidates, or where to look for some. The line is never refused."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, IntFlag
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_ds.commands.command_words import TAKES_VALUE, plain_words, with_hyphens
from kubectl_ds.commands.declared import Declared, Flag, Switch, Words
from kubectl_ds.commands.names import TYPES

if TYPE_CHECKING:
    import click


class Candidate(NamedTuple):
    """A word that may come here, and a few words on it."""

    word: str
    note: str = ""


class Directive(IntFlag):
    """What else the shell should do (cobra's ShellCompDirective, completions.go)."""

    FILES = 0
    NO_SPACE = 2
    NO_FILES = 4
    FOLDERS = 16
    KEEP_ORDER = 32


class Source(Enum):
    """Names that only the cluster, the kubeconfig or the registry of rules knows."""

    DAEMONSETS = "daemonsets"
    DAEMONSETS_EVERYWHERE = "daemonsets, as NAMESPACE/NAME"
    NODES = "nodes"
    NAMESPACES = "namespaces"
    PODS = "pods"
    CONTEXTS = "contexts"
    CLUSTERS = "clusters"
    USERS = "users"
    RULES = "rules"


BY_SPELLING = {
    "--namespace": Source.NAMESPACES,
    "--context": Source.CONTEXTS,
    "--cluster": Source.CLUSTERS,
    "--user": Source.USERS,
}
"""The values of flags whose metavar does not tell."""

BY_METAVAR = {
    "NAME": Source.DAEMONSETS,
    "[NAME]...": Source.DAEMONSETS,
    "NODE": Source.NODES,
    "[NODE]...": Source.NODES,
    "NODE|FILE[=N]": Source.NODES,
    "POD": Source.PODS,
    "NS/NAME": Source.DAEMONSETS_EVERYWHERE,
    "[NS/]NAME": Source.DAEMONSETS_EVERYWHERE,
    "NS/NAME:SELECTOR": Source.DAEMONSETS_EVERYWHERE,
    "RULE": Source.RULES,
    "RULE,...": Source.RULES,
    "CONTEXT,...": Source.CONTEXTS,
    "BEFORE AFTER": Source.CONTEXTS,
}
"""What a command's words and the other flags' values are. Flags named NAME are objects of other kinds."""

FILES = frozenset({"FILE", "[FILE]...", "BEFORE AFTER", "PATH", "NODE|FILE[=N]", "PATH[:ro]"})
FOLDERS = frozenset({"FOLDER"})
WORKLOADS = ("deployment/", "replicaset/", "statefulset/")
HELP = Flag("-h", "--help", kind=Switch(), help="Show this message and exit.")


class Place(NamedTuple):
    """What is asked for at the end of a line.

    `typed` is what the candidate begins with; `before` stands in front of it in the same word, and stays; `after`
    follows it, and more behind that.
    `taken` are names that the line has already. `values` are the line's flags, `names` its plain words.
    """

    typed: str
    before: str = ""
    after: str = ""
    candidates: tuple[Candidate, ...] = ()
    source: Source | None = None
    otherwise: Directive = Directive.NO_FILES
    taken: frozenset[str] = frozenset()
    values: Mapping[str, Any] = {}
    names: tuple[str, ...] = ()
    is_demo: bool = False


class Registry(NamedTuple):
    """The commands that there are: name and short help, and other names of theirs."""

    commands: Sequence[tuple[str, str]]
    aliases: Mapping[str, str]


def place_of(words: Sequence[str], typed: str, registry: Registry, *, is_demo: bool = False) -> Place:
    """What may stand behind `words`, where `typed` has been typed of it."""
    names = dict(registry.commands)
    position = next(plain_words(words), None)
    name = None if position is None else registry.aliases.get(words[position], words[position])
    if name == "demo" and not is_demo:
        assert position is not None
        inner = Registry([one for one in registry.commands if one[0] != "demo"], registry.aliases)
        return place_of([*words[:position], *words[position + 1 :]], typed, inner, is_demo=True)
    if name is not None and name not in names:
        return Place(typed)
    command = import_module(f"kubectl_ds.commands.{name or 'get'}").command
    flags, taken_words = _parts(command)
    rest = list(words) if position is None else [*words[:position], *words[position + 1 :]]
    line = _Line(flags, rest)
    place = _flag_place(line, typed)
    if place is None:
        place = (
            Place(typed, candidates=tuple(Candidate(*one) for one in registry.commands))
            if name is None and not line.has_ended_flags
            else _word_place(taken_words, line, typed)
        )
    return place._replace(values=line.values, names=tuple(line.words), is_demo=is_demo)


class _Line:
    """A command's flags and words as far as they go; `pending` is a flag that still lacks its value."""

    def __init__(self, flags: Sequence[Flag], arguments: Sequence[str]) -> None:
        self.flags = flags
        self.by_spelling = {spelling: flag for flag in flags for spelling in flag.spellings}
        self.values: dict[str, Any] = {}
        self.words: list[str] = []
        self.pending: Flag | None = None
        self.has_ended_flags = False
        remaining = iter(arguments)
        for argument in remaining:
            if self.has_ended_flags or argument == "-" or not argument.startswith("-"):
                self.words.append(argument)
            elif argument == "--":
                self.has_ended_flags = True
            else:
                self._read(argument, remaining)

    def _read(self, argument: str, remaining: Iterator[str]) -> None:
        for spelling, value in spelled(argument):
            flag = self.by_spelling.get(spelling)
            if flag is None:
                # Of another command, or of none: its value is not a word of ours.
                if value is None and spelling in TAKES_VALUE:
                    next(remaining, None)
                return
            if isinstance(flag.kind, Switch):
                self.values[flag.name] = value not in ("false", "False", "FALSE", "f", "F", "0")
                continue
            said = next(remaining, None) if value is None else value
            if said is None:
                self.pending = flag
            else:
                self.values[flag.name] = (*self.values.get(flag.name, ()), said) if flag.many else said
            return


def spelled(argument: str) -> Iterator[tuple[str, str | None]]:
    """Each flag of one argument, with what is its value if it takes one: `-An=x` is `-A` and `-n`, `x`."""
    if argument.startswith("--"):
        name, equals, value = argument.partition("=")
        yield with_hyphens(name), value if equals else None
        return
    for position, letter in enumerate(argument[1:], start=1):
        rest = argument[position + 1 :]
        takes_value = f"-{letter}" in TAKES_VALUE
        if takes_value or rest.startswith("="):
            yield f"-{letter}", rest.removeprefix("=") or None
            return
        yield f"-{letter}", None


def _flag_place(line: _Line, typed: str) -> Place | None:
    """A flag's name or value; None where a plain word is asked for."""
    if line.pending is not None:
        return _value_place(line.pending, typed)
    if line.has_ended_flags or not typed.startswith("-"):
        return None
    name, equals, value = typed.partition("=")
    if equals:
        flag = line.by_spelling.get(with_hyphens(name))
        return Place(typed) if flag is None else _value_place(flag, value)
    for position in range(1, 0 if typed.startswith("--") else len(typed) - 1):
        flag = line.by_spelling.get(f"-{typed[position]}")
        if flag is not None and not isinstance(flag.kind, Switch):
            before, value = typed[: position + 1], typed[position + 1 :]
            return _value_place(flag, value)._replace(before=before)
    return Place(typed, candidates=tuple(_flags(line, with_letters=not typed.startswith("--"))))


def _flags(line: _Line, *, with_letters: bool) -> Iterator[Candidate]:
    for flag in (*line.flags, HELP):
        if not flag.is_hidden and (flag.many or flag.name not in line.values):
            spellings = [one for one in flag.spellings if one.startswith("--") or with_letters]
            yield from (Candidate(one, flag.help) for one in sorted(spellings, key=len, reverse=True))


def _value_place(flag: Flag, typed: str) -> Place:
    metavar = flag.metavar or ""
    source = BY_SPELLING.get(max(flag.spellings, key=len))
    if source is None and metavar != "NAME":
        source = BY_METAVAR.get(metavar)
    offered = ("true", "false") if isinstance(flag.kind, Switch) else flag.offers
    if metavar == "TYPE/NAME":
        offered = WORKLOADS
    otherwise = Directive.NO_FILES
    if metavar in FILES:
        otherwise = Directive.FILES
    elif metavar in FOLDERS:
        otherwise = Directive.FOLDERS
    place = Place(typed, candidates=tuple(map(Candidate, offered)), source=source, otherwise=otherwise)
    if metavar == "NS/NAME:SELECTOR":
        return place._replace(after=":")
    return _last_of_several(place) if metavar.endswith(",...") else place


def _last_of_several(place: Place) -> Place:
    before, comma, typed = place.typed.rpartition(",")
    return place._replace(typed=typed, before=before + comma, taken=frozenset(before.split(",")))


def _word_place(words: Words | None, line: _Line, typed: str) -> Place:
    has_enough = words is not None and bool(line.words) and (bool(words.offers) or not words.many)
    if words is None or has_enough or line.has_ended_flags:
        return Place(typed)
    place = Place(typed, candidates=tuple(map(Candidate, words.offers)), source=BY_METAVAR.get(words.metavar))
    if words.metavar in FILES:
        place = place._replace(otherwise=Directive.FILES)
    if place.source is not Source.DAEMONSETS:
        return place._replace(taken=frozenset(line.words))
    if line.values.get("all_namespaces"):
        # A name together with -A is refused.
        return Place(typed)
    kind, slash, name = typed.rpartition("/")
    if slash and kind.lower() not in TYPES:
        return Place(typed)
    taken = frozenset(word.rpartition("/")[2] for word in line.words)
    return place._replace(typed=name, before=kind + slash, taken=taken)


def _parts(command: "Declared | click.Command") -> tuple[tuple[Flag, ...], Words | None]:
    if isinstance(command, Declared):
        return command.flags, command.words
    from kubectl_ds.commands.clicked import declared_flags

    return declared_flags(command), None
