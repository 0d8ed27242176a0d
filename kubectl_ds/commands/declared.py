"""How a command is declared: what it does, the words it takes and its flags, as plain values.

click is built from them where a command line has to be explained or refused (`clicked.py`). One that holds
nothing unusual is read here: to import click and have it read fifty flags costs a fifth of a plain `get`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from kubectl_ds.exit_codes import ExitCode

_DIGITS = 10
"""A number with as many is not plain."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Switch(NamedTuple):
    """A flag that is there or not, or says `=true` or `=false`."""

    on: bool = False
    """What it is when nothing is said."""


class Text(NamedTuple):
    """Any value; `default` when nothing is said."""

    default: str | None = None


class Number(NamedTuple):
    """A whole number; `at_least` None is any."""

    default: int = 0
    at_least: int | None = None


class Choice(NamedTuple):
    """One of these words; `default` when nothing is said."""

    words: tuple[str, ...]
    default: str | None


Kind = Switch | Text | Number | Choice


class Flag:
    """One flag. Called with a function it puts itself on a command of click, as `click.option` does."""

    def __init__(
        self,
        *spellings: str,
        name: str = "",
        kind: Kind = Text(),  # noqa: B008 - an immutable value
        many: bool = False,
        metavar: str | None = None,
        help: str = "",
        is_hidden: bool = False,
        shows_default: bool = False,
        offers: tuple[str, ...] = (),
    ) -> None:
        """`name` is the parameter's where it is not the long spelling; `many` gathers a tuple of texts.

        `offers` are values that completion proposes, where others are possible too.
        """
        self.spellings = spellings
        self.name = name or _parameter(spellings)
        self.kind = kind
        self.many = many
        self.metavar = metavar
        self.help = help
        self.is_hidden = is_hidden
        self.shows_default = shows_default
        self.offers = kind.words if isinstance(kind, Choice) else offers

    def __call__(self, function: Decorated) -> Decorated:
        from kubectl_ds.commands.clicked import click_option

        decorated: Decorated = click_option(self)(function)
        return decorated

    @property
    def default(self) -> object:
        """The parameter's value when the flag is not given."""
        if self.many:
            return ()
        return self.kind.on if isinstance(self.kind, Switch) else self.kind.default


class Words(NamedTuple):
    """What a command takes besides flags: any number of words, or just one."""

    name: str
    metavar: str
    many: bool
    offers: tuple[str, ...] = ()
    """What completion proposes."""


NAMES = Words("names", "[NAME]...", many=True)
NAME = Words("name", "NAME", many=False)


class Declared(NamedTuple):
    """A command. `run` is given the environment, and words and flags by parameter name; its docstring is the help."""

    name: str
    run: Callable[..., ExitCode]
    flags: tuple[Flag, ...]
    words: Words | None = None
    epilog: str = ""

    def plainly_read(self, arguments: Sequence[str]) -> dict[str, Any] | None:
        """The parameters of a command line in which each flag is spelled out and each value is one.

        None for anything that pflag's rules, an explanation or a refusal have to settle: click reads it then.
        """
        by_spelling = {spelling: flag for flag in self.flags for spelling in flag.spellings}
        parameters: dict[str, Any] = {flag.name: flag.default for flag in self.flags}
        plain: list[str] = []
        remaining = iter(arguments)
        for argument in remaining:
            if not argument.startswith("-"):
                plain.append(argument)
                continue
            spelling, equals, behind = argument.partition("=")
            flag = by_spelling.get(spelling)
            if flag is None:
                return None
            value = _read(flag.kind, behind if equals else None, remaining)
            if value is None:
                return None
            parameters[flag.name] = (*parameters[flag.name], value) if flag.many else value
        return _with_words(parameters, self.words, plain)


def _read(kind: Kind, said: str | None, remaining: Iterator[str]) -> object:
    """The flag's value, `said` behind an equals sign or else the next word; None when it is not plainly one."""
    if isinstance(kind, Switch):
        return True if said is None else None
    value = next(remaining, None) if said is None else said
    if value is None or isinstance(kind, Text):
        return value
    if isinstance(kind, Choice):
        return value if value in kind.words else None
    is_plain = value.isascii() and value.isdigit() and len(value) < _DIGITS
    return int(value) if is_plain and int(value) >= (kind.at_least or 0) else None


def _with_words(parameters: dict[str, Any], words: Words | None, plain: list[str]) -> dict[str, Any] | None:
    if words is not None and words.many:
        return {**parameters, words.name: tuple(plain)}
    if len(plain) != (words is not None):
        return None
    return parameters if words is None else {**parameters, words.name: plain[0]}


def _parameter(spellings: Sequence[str]) -> str:
    long = next(spelling for spelling in spellings if spelling.startswith("--"))
    return long.removeprefix("--").replace("-", "_")
