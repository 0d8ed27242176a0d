"""kubectl's manner of writing flags, on click: before or after the command name, `--flag=false`, `-o=json`."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

# Go's strconv.ParseBool, which pflag uses: https://pkg.go.dev/strconv#ParseBool
GO_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
GO_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})

# Flags that take the next word, so that a command's name can be found behind them ("-n kube-system get").
# A test holds this against the options of all commands.
TAKES_VALUE = frozenset(
    {
        *("--kubeconfig", "--context", "--cluster", "--user", "-s", "--server", "--token", "--username"),
        *("--password", "--as", "--as-group", "--as-uid", "--as-user-extra", "--certificate-authority"),
        *("--client-certificate", "--client-key", "--tls-server-name", "--proxy-url", "--request-timeout"),
        *("--cache-dir", "--kuberc", "-v", "--v", "--color", "-n", "--namespace", "-l", "--selector"),
        *("--field-selector", "--chunk-size", "-o", "--output", "--template", "--sort-by", "-L"),
        *("--label-columns", "--node", "--pod", "--state", "--timeout"),
    }
)


class BoolFlag(click.Option):
    """A flag that also takes `=true` and `=false`, as every kubectl flag does.

    click has no such form ("does not take a value"): `KubectlCommand` reads it before click does.
    """

    def __init__(self, *declarations: Any, **attributes: Any) -> None:
        attributes["is_flag"] = True
        super().__init__(*declarations, **attributes)


class KubectlCommand(click.Command):
    """A command whose flags may be written in all the ways that pflag reads."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        attributes.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
        super().__init__(*arguments, **attributes)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        negated: set[str] = set()
        rest = super().parse_args(ctx, list(_normalized(self, args, negated)))
        for name in negated:
            ctx.params[name] = False
        return rest


def _normalized(command: click.Command, arguments: Sequence[str], negated: set[str]) -> Iterator[str]:
    """Rewrite `--flag=BOOL` and `-x=VALUE`; the last word on a flag wins, as in pflag."""
    flags = {spelling: option for option in _bool_flags(command) for spelling in option.opts}
    shorthands = {
        spelling
        for option in command.params
        if isinstance(option, click.Option) and not option.is_flag
        for spelling in option.opts
        if len(spelling) == 2
    }
    words = iter(arguments)
    for word in words:
        if word == "--":
            yield word
            yield from words
            return
        name, equals, value = word.partition("=")
        option = flags.get(name)
        if option is not None and option.name is not None:
            if equals and value not in GO_TRUE | GO_FALSE:
                raise click.BadOptionUsage(name, f"invalid argument {value!r} for {name!r}: true or false")
            if equals and value in GO_FALSE:
                negated.add(option.name)
                continue
            negated.discard(option.name)
            yield name
        elif equals and name in shorthands:
            yield name
            yield value
        else:
            yield word


def _bool_flags(command: click.Command) -> list[BoolFlag]:
    return [option for option in command.params if isinstance(option, BoolFlag)]


def command_first(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The command's name and the rest, wherever the name stood among the flags.

    Without any word `get` is meant. A first word that is no command is returned as the name, for the caller
    to refuse.
    """
    position = next(plain_words(arguments), None)
    if position is None:
        return "get", list(arguments)
    return arguments[position], [*arguments[:position], *arguments[position + 1 :]]


def plain_words(arguments: Sequence[str]) -> Iterator[int]:
    """Positions of the words before `--` that are neither flags nor a flag's value."""
    position = 0
    while position < len(arguments) and arguments[position] != "--":
        word = arguments[position]
        if word in TAKES_VALUE:
            position += 1
        elif not word.startswith("-") or word == "-":
            yield position
        position += 1
