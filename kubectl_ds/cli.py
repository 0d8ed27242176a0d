"""The list of commands, and the one place where an error becomes a line and an exit code."""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from kubectl_ds.commands.command_words import command_first
from kubectl_ds.commands.declared import Declared
from kubectl_ds.environment import CREATE_DAEMONSET, Environment, plugin_name
from kubectl_ds.errors import KubectlDsError, NotFoundError, UsageError
from kubectl_ds.exit_codes import ExitCode

COMMANDS = (
    ("get", "Which DaemonSets are there, and is each one well?"),
    ("describe", "Everything about a DaemonSet: spec, rollout, coverage, unwell pods, revisions, events"),
    ("coverage", "Node by node: has it, lacks it, has one too many, keeps it out, and why"),
    ("explain", "How its pods are bound, and which rule lets each node in or keeps it out"),
    ("matrix", "Nodes × DaemonSets at one look, nodes that are alike as one row"),
    ("node", "Which DaemonSets belong on a node, which lack a pod there, and which pods run without them"),
    ("rollout", "Which revision is on which node, who uses up the budget, and whether it will finish"),
    ("history", "Its revisions, the nodes on each, and what changed from one to another"),
    ("plan", "What would land where if this were applied, tainted, labelled, added, drained or removed"),
    ("overhead", "What DaemonSets request of each node and of the cluster"),
    ("audit", "What is wrong with the DaemonSets of this cluster, by rules, for people and for CI"),
    ("snapshot", "The cluster as it is now, in a file: for later, for elsewhere, for people without access"),
    ("diff", "Two moments or two clusters: which nodes gained or lost which DaemonSet, and why"),
    ("create", "A new DaemonSet, from images or from a workload of another kind"),
    ("demo", "Any of these on a bundled sample cluster, with no cluster at all"),
    ("completion", "The script that makes a shell complete this, and the link that kubectl needs for it"),
    ("version", "The version of this program"),
)
"""Name and short help. An explicit list: commands/NAME.py is imported only when NAME is run."""

ALIASES = {"list": "get", "ls": "get"}

EPILOG = (
    "Without a command: get. Every connection flag of kubectl works, before or after the command; "
    "`kubectl ds COMMAND --help` lists them."
)


def any_command(argv: list[str], environment: Environment) -> ExitCode:
    """`kubectl ds`: a command's name anywhere among the flags, `get` where there is none."""
    names = frozenset(name for name, _ in COMMANDS) | frozenset(ALIASES)
    if argv[:1] == ["__complete"]:
        return complete(argv[1:], environment)
    if argv == ["--version"]:
        argv = ["version"]
    if argv[:1] == ["help"]:
        argv = [*argv[1:], "--help"]
    if argv in (["--help"], ["-h"]):
        return _by_click(["--help"], environment)
    name, rest = command_first(argv)
    if name not in names:
        raise _unknown_command(name, names)
    plain = _plain_run(ALIASES.get(name, name), rest)
    return plain(environment) if plain is not None else _by_click([name, *rest], environment)


def _by_click(words: list[str], environment: Environment) -> ExitCode:
    from kubectl_ds.program import program, run_by_click

    return run_by_click(program(), words, environment, called=environment.called)


def _plain_run(name: str, arguments: Sequence[str]) -> Callable[[Environment], ExitCode] | None:
    """What runs the command with these words, where nothing in them needs click."""
    command = import_module(f"kubectl_ds.commands.{name}").command
    if not isinstance(command, Declared):
        return None
    parameters = command.plainly_read(arguments)
    return None if parameters is None else lambda environment: command.run(environment, **parameters)


def _unknown_command(name: str, names: Iterable[str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(names), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"`kubectl ds get {name}` shows one DaemonSet."
    return UsageError(f"unknown command {name!r}", hint=hint)


def create_daemonset(argv: list[str], environment: Environment) -> ExitCode:
    """`kubectl create daemonset`: kubectl hands a plugin of this name the words behind it."""
    from kubectl_ds.commands.create import command
    from kubectl_ds.program import run_by_click

    return run_by_click(command, argv, environment, called="kubectl create daemonset")


def complete(argv: list[str], environment: Environment) -> ExitCode:
    """`kubectl_complete-ds`: kubectl hands it the words behind `kubectl ds`, the last as far as it is typed."""
    from kubectl_ds.commands.completed import completed
    from kubectl_ds.commands.completing import Registry

    environment.stdout.write(completed(argv, environment, Registry(COMMANDS, ALIASES)))
    return ExitCode.OK


Called = Callable[[list[str], Environment], ExitCode]


def called_by(program: str) -> Called:
    """What words mean to a program of this name: krew and pip put the one program on PATH under several."""
    name = plugin_name(program)
    if name.startswith("kubectl_complete-"):
        return complete
    return create_daemonset if name == CREATE_DAEMONSET else any_command


def main(argv: Sequence[str], environment: Environment, *, called: Called = any_command) -> ExitCode:
    """Run one command line. Never raises: every error ends as one line on standard error and a code.

    `called` says by which name the program runs, and so what its words mean.
    """
    try:
        code = called(list(argv), environment)
        environment.stdout.flush()
        return code
    except UsageError as error:
        _say(environment, _sentence(error, environment.called))
        return error.exit_code
    except KubectlDsError as error:
        if _verbosity(argv) > 0:
            _say_traceback(environment)
        _say(environment, _sentence(error, environment.called))
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.BROKEN_PIPE
    except Exception as error:
        if _verbosity(argv) > 0:
            _say_traceback(environment)
        words = _one_line(str(error))
        _say(environment, [f"error: unexpected {type(error).__name__}: {words} (-v=1 shows where)"])
        return ExitCode.UNAVAILABLE


def _sentence(error: KubectlDsError, called: str) -> list[str]:
    first = error.message if error.message.startswith("Error from server") else f"error: {error.message}"
    further = error.further if isinstance(error, NotFoundError) else ()
    hint = error.hint.replace("kubectl ds", called)
    return [first, *further, *([f"  {hint}"] if hint else [])]


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
