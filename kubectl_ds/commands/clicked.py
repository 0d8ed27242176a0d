"""A declared command as one of click's: for help, for completion, and for words that are not plain."""

import inspect
from collections.abc import Callable
from typing import Any

import click

from kubectl_ds.commands.arguments import BoolFlag, KubectlCommand
from kubectl_ds.commands.declared import Choice, Declared, Flag, Number, Switch, Text
from kubectl_ds.exit_codes import ExitCode


def click_command(declared: Declared) -> click.Command:
    """The command with the same words, flags and help."""

    @click.pass_obj
    def run(environment: object, /, **parameters: Any) -> ExitCode:
        return declared.run(environment, **parameters)

    parameters: list[click.Parameter] = []
    if declared.words is not None:
        words = declared.words
        parameters.append(click.Argument([words.name], nargs=-1 if words.many else 1, metavar=words.metavar))
    parameters += [_option(flag) for flag in declared.flags]
    return KubectlCommand(
        name=declared.name,
        callback=run,
        params=parameters,
        help=inspect.getdoc(declared.run),
        epilog=declared.epilog or None,
    )


def click_option(flag: Flag) -> Callable[[Any], Any]:
    """The decorator that puts the flag on a function."""
    return click.option(*_declaration(flag), **_attributes(flag))


def declared_flags(command: click.Command) -> tuple[Flag, ...]:
    """The flags of a command that was made by click's own means, as far as completion looks at them."""
    context = click.Context(command)
    return tuple(
        Flag(
            *option.opts,
            name=option.name or "",
            kind=Switch() if option.is_flag else Text(),
            many=option.multiple,
            metavar=option.metavar,
            help=option.help or "",
            is_hidden=option.hidden,
            offers=tuple(item.value for item in option.shell_complete(context, "") if item.type == "plain"),
        )
        for option in command.params
        if isinstance(option, click.Option)
    )


def _option(flag: Flag) -> click.Option:
    attributes = _attributes(flag)
    return attributes.pop("cls", click.Option)(_declaration(flag), **attributes)  # type: ignore[no-any-return]


def _declaration(flag: Flag) -> list[str]:
    return [*flag.spellings, flag.name]


def _attributes(flag: Flag) -> dict[str, Any]:
    attributes: dict[str, Any] = {"metavar": flag.metavar, "help": flag.help, "hidden": flag.is_hidden}
    if flag.offers:
        attributes["shell_complete"] = lambda *_: list(flag.offers)
    if flag.shows_default:
        attributes["show_default"] = True
    if flag.many:
        attributes["multiple"] = True
    elif flag.default is not None:
        attributes["default"] = flag.default
    match flag.kind:
        case Switch():
            attributes["cls"] = BoolFlag
        case Number(_, at_least):
            attributes["type"] = int if at_least is None else click.IntRange(min=at_least)
        case Choice(words):
            attributes["type"] = click.Choice(words)
    return attributes
