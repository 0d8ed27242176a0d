"""The list of commands, and the one place where an error becomes a line and an exit code."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from kubectl_ds.commands.arguments import command_first
from kubectl_ds.environment import Environment
from kubectl_ds.errors import KubectlDsError, NotFoundError, UsageError
from kubectl_ds.exit_codes import ExitCode

COMMANDS = (
    ("get", "Which DaemonSets are there, and is each one well?"),
    ("describe", "Everything about a DaemonSet: spec, rollout, coverage, unwell pods, revisions, events"),
    ("coverage", "Node by node: has it, lacks it, has one too many, keeps it out, and why"),
    ("explain", "How its pods are bound, and which rule lets each node in or keeps it out"),
    ("node", "Which DaemonSets belong on a node, which lack a pod there, and which pods run without them"),
    ("rollout", "Which revision is on which node, who uses up the budget, and whether it will finish"),
    ("history", "Its revisions, the nodes on each, and what changed from one to another"),
    ("plan", "What would land where if this were applied, tainted, labelled, added, drained or removed"),
    ("overhead", "What DaemonSets request of each node and of the cluster"),
    ("create", "A new DaemonSet, from images or from a workload of another kind"),
    ("demo", "Any of these on a bundled sample cluster, with no cluster at all"),
    ("version", "The version of this program"),
)
"""Name and short help. An explicit list: commands/NAME.py is imported only when NAME is run."""

ALIASES = {"list": "get", "ls": "get"}

EPILOG = (
    "Without a command: get. Every connection flag of kubectl works, before or after the command; "
    "`kubectl ds COMMAND --help` lists them."
)


class Program(click.Group):
    """The commands by name, each imported when it is wanted and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in dict(COMMANDS):
            return None
        command = import_module(f"kubectl_ds.commands.{name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(COMMANDS)

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


def any_command(argv: list[str], environment: Environment) -> ExitCode:
    """`kubectl ds`: a command's name anywhere among the flags, `get` where there is none."""
    if argv in (["--help"], ["-h"], ["help"]):
        program().main(args=["--help"], prog_name=_program_name())
        return ExitCode.OK
    names = frozenset(name for name, _ in COMMANDS) | frozenset(ALIASES)
    if argv == ["--version"]:
        argv = ["version"]
    name, rest = command_first(argv)
    if name not in names:
        from difflib import get_close_matches

        near = get_close_matches(name, sorted(names), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"`kubectl ds get {name}` shows one DaemonSet."
        raise UsageError(f"unknown command {name!r}", hint=hint)
    result = program().main(args=[name, *rest], prog_name=_program_name(), obj=environment)
    environment.stdout.flush()
    return result if isinstance(result, ExitCode) else ExitCode.OK


def create_daemonset(argv: list[str], environment: Environment) -> ExitCode:
    """`kubectl create daemonset`: kubectl hands a plugin of this name the words behind it."""
    command = program().get_command(click.Context(program()), "create")
    assert command is not None
    result = command.main(
        args=argv, prog_name="kubectl create daemonset", standalone_mode=False, obj=environment
    )
    environment.stdout.flush()
    return result if isinstance(result, ExitCode) else ExitCode.OK


Called = Callable[[list[str], Environment], ExitCode]


def main(argv: Sequence[str], environment: Environment, *, called: Called = any_command) -> ExitCode:
    """Run one command line. Never raises: every error ends as one line on standard error and a code.

    `called` says by which name the program runs, and so what its words mean.
    """
    try:
        return called(list(argv), environment)
    except click.exceptions.Abort:
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        _say(environment, _usage_sentence(error))
        return ExitCode.USAGE
    except KubectlDsError as error:
        if _verbosity(argv) > 0:
            _say_traceback(environment)
        _say(environment, _sentence(error))
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.BROKEN_PIPE
    except Exception as error:
        if _verbosity(argv) > 0:
            _say_traceback(environment)
        _say(
            environment,
            f"error: unexpected {type(error).__name__}: {_one_line(str(error))} (-v=1 shows where)",
        )
        return ExitCode.UNAVAILABLE


def _program_name() -> str:
    return "kubectl ds"


def _sentence(error: KubectlDsError) -> list[str]:
    first = error.message if error.message.startswith("Error from server") else f"error: {error.message}"
    further = error.further if isinstance(error, NotFoundError) else ()
    return [first, *further, *([f"  {error.hint}"] if error.hint else [])]


def _usage_sentence(error: click.ClickException) -> list[str]:
    context = getattr(error, "ctx", None)
    see = [f"  See '{context.command_path} --help'."] if context is not None else []
    return [f"error: {error.format_message()}", *see]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _say(environment: Environment, lines: Sequence[str]) -> None:
    """Each line is made safe as a whole: a name with a line break in it does not get a line of its own."""
    from kubectl_ds.output.terminal_text import safe

    for line in lines:
        print(safe(line), file=environment.stderr)


def _say_traceback(environment: Environment) -> None:
    import traceback

    _say(environment, traceback.format_exc().splitlines())


def _verbosity(argv: Sequence[str]) -> int:
    """-v as written, even where parsing failed: it decides whether people see a traceback."""
    for word, following in zip(argv, [*argv[1:], ""], strict=False):
        for spelling in ("--v=", "-v=", "-v"):
            if word.startswith(spelling) and word[len(spelling) :].isdecimal():
                return int(word[len(spelling) :])
        if word in ("-v", "--v") and following.isdecimal():
            return int(following)
    return 0
