"""kubectl's manner of writing flags, on click: before or after the command name, `--flag=false`, `-o=json`."""

from collections.abc import Iterator, Sequence
from itertools import islice
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
        *("--label-columns", "--node", "--pod", "--state", "--timeout", "--revision", "--diff"),
        *("--image", "--from", "-f", "--filename", "--port", "--env", "--node-selector", "--toleration"),
        *("--mount-host", "--service-account", "--priority-class", "--max-unavailable", "--label"),
        *("--dry-run", "--field-manager", "--taint", "--nodes", "--add-node", "--remove-node", "--drain"),
        *("--delete", "--require"),
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
        spelling = _Spelling(self)
        rest = super().parse_args(ctx, list(spelling.as_click_reads(args)))
        for name in spelling.negated:
            ctx.params[name] = False
        return rest


class _Spelling:
    """One command line in pflag's spelling, rewritten into click's; the last word on a flag wins."""

    def __init__(self, command: click.Command) -> None:
        options = [option for option in command.params if isinstance(option, click.Option)]
        self._switches = {
            name: option for option in options if isinstance(option, BoolFlag) for name in option.opts
        }
        self._take_value = {name for option in options if not option.is_flag for name in option.opts}
        self.negated: set[str] = set()
        """The parameters that `=false` was said of last: click has no such form."""

    def as_click_reads(self, arguments: Sequence[str]) -> Iterator[str]:
        words = iter(arguments)
        for word in words:
            if word == "--":
                yield word
                yield from words
            elif word.startswith("--"):
                yield from self._long(word, words)
            elif word.startswith("-") and word != "-":
                yield from self._letters(word, words)
            else:
                yield word

    def _long(self, word: str, words: Iterator[str]) -> Iterator[str]:
        name, equals, value = word.partition("=")
        name = _with_hyphens(name)
        if name in self._switches:
            yield from self._switch(name, equals, value)
            return
        yield name + equals + value
        if name in self._take_value and not equals:
            yield from islice(words, 1)

    def _letters(self, word: str, words: Iterator[str]) -> Iterator[str]:
        """`-Ao=wide` is `-A -o wide`. From a letter that is no flag on, click is left to refuse it."""
        for position in range(1, len(word)):
            name, rest = f"-{word[position]}", word[position + 1 :]
            equals = "=" if rest.startswith("=") else ""
            if name in self._take_value:
                yield name
                yield from [rest.removeprefix("=")] if rest else islice(words, 1)
                return
            if name not in self._switches:
                yield f"-{word[position:]}"
                return
            yield from self._switch(name, equals, rest[1:])
            if equals:
                return

    def _switch(self, name: str, equals: str, value: str) -> Iterator[str]:
        option = self._switches[name]
        assert option.name is not None
        if equals and value not in GO_TRUE | GO_FALSE:
            raise click.BadOptionUsage(name, f"invalid argument {value!r} for {name!r}: true or false")
        if equals and value in GO_FALSE:
            self.negated.add(option.name)
        else:
            self.negated.discard(option.name)
            yield name


def _with_hyphens(name: str) -> str:
    """component-base's WordSepNormalizeFunc: `--all_namespaces` is `--all-namespaces`."""
    return name.replace("_", "-")


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
        if not word.startswith("-") or word == "-":
            yield position
        elif _takes_next_word(word):
            position += 1
        position += 1


def _takes_next_word(word: str) -> bool:
    """Whether a flag, or the last of several letters behind one hyphen, has its value in the next word."""
    if word.startswith("--"):
        return _with_hyphens(word) in TAKES_VALUE
    for position in range(1, len(word)):
        rest = word[position + 1 :]
        if f"-{word[position]}" in TAKES_VALUE:
            return not rest
        if rest.startswith("="):
            return False
    return False
