"""The commands on click: for what explains them, and for command lines that are not plain."""

from importlib import import_module
from typing import Any

import click

from kubectl_ds.cli import ALIASES, COMMANDS, EPILOG
from kubectl_ds.commands.arguments import Stopped
from kubectl_ds.commands.declared import Declared
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode


class Program(click.Group):
    """The commands by name, each imported when it is wanted and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in dict(COMMANDS):
            return None
        command = import_module(f"kubectl_ds.commands.{name}").command
        if isinstance(command, Declared):
            from kubectl_ds.commands.clicked import click_command

            return click_command(command)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(COMMANDS)

    def get_help(self, ctx: click.Context) -> str:
        text = super().get_help(ctx)
        return text if "kubectl ds" in ctx.command_path else text.replace("kubectl ds", ctx.command_path)

    def main(self, *arguments: Any, **attributes: Any) -> Any:
        return super().main(*arguments, **{"standalone_mode": False, **attributes})


def program() -> Program:
    return Program(
        name="kubectl ds",
        help="What a cluster's DaemonSets really do: where a pod is, lacks, or is one too many, and why.",
        epilog=EPILOG,
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def run_by_click(
    command: click.Command, arguments: list[str], environment: Environment, *, called: str
) -> ExitCode:
    """Have click read the words and run the command; `called` is what people typed to get here.

    Raises what the command raises, and `UsageError` for words that click refuses.
    """
    try:
        result: object = command.main(
            args=arguments, prog_name=called, obj=environment, standalone_mode=False
        )
    except Stopped as stopped:
        return stopped.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        see = f"See '{context.command_path} --help'." if context is not None else ""
        raise UsageError(error.format_message(), hint=see) from None
    return result if isinstance(result, ExitCode) else ExitCode.OK
