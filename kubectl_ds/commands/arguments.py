"""kubectl's manner of writing flags, on click: `--flag=false`, `-o=json`, letters that share a hyphen."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import click

from kubectl_ds.commands.command_words import with_hyphens
from kubectl_ds.exit_codes import ExitCode

# Go's strconv.ParseBool, which pflag uses: https://pkg.go.dev/strconv#ParseBool
GO_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
GO_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


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

    def get_help(self, ctx: click.Context) -> str:
        return as_called(super().get_help(ctx), ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spelling = _Spelling(self)
        rest = super().parse_args(ctx, list(spelling.as_click_reads(args)))
        for name in spelling.negated:
            ctx.params[name] = False
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise Stopped(ExitCode.BROKEN_PIPE) from error
        except KeyboardInterrupt as error:
            raise Stopped(ExitCode.INTERRUPTED) from error


def as_called(text: str, context: click.Context) -> str:
    """A help text with the name that people typed to get here, which krew and `kubectl create` make another."""
    root = context.find_root().command_path
    if root.startswith("kubectl ds"):
        return text
    by_command = text.replace(f"kubectl ds {context.command.name} ", f"{context.command_path} ")
    return by_command if root == context.command_path else by_command.replace("kubectl ds", root)


class Stopped(Exception):
    """Nobody reads any more, or Ctrl-C: on its way past click, which would end both in a manner of its own.

    `exit_code` says which; `run_by_click` gives it back.
    """

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


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
        name = with_hyphens(name)
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
