"""Everything impure as one value: streams, variables, clock, terminal."""

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import NamedTuple, TextIO

CREATE_DAEMONSET = "kubectl-create-daemonset"
"""The name by which the program is `kubectl create daemonset`, and no plugin of its own."""


def _present_moment() -> datetime:
    return datetime.now(UTC)


class Environment(NamedTuple):
    """What the program is given of the world. Tests pass their own; nothing below `cli` looks elsewhere."""

    variables: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    now: Callable[[], datetime] = _present_moment
    program: str = "kubectl-ds"
    """What this process was started by: a name or a path."""

    @classmethod
    def of_process(cls) -> "Environment":
        """Of this process, whose streams are told to write what kubectl writes: UTF-8 and bare line feeds."""
        # Python has no stream for one that was closed before it began (`>&-`).
        sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
        sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
        for stream, errors in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):
            # Python goes by the locale, and on Windows by the code page: neither holds all that a cluster says.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")
        return cls(
            variables=dict(os.environ),
            stdin=sys.stdin,
            stdout=sys.stdout,
            stderr=sys.stderr,
            program=sys.argv[0],
        )

    @property
    def program_name(self) -> str:
        """`kubectl-NAME`, the plugin that this process is; `kubectl-ds` where its file is called otherwise."""
        name = plugin_name(self.program)
        return name if name.startswith("kubectl-") and name != CREATE_DAEMONSET else "kubectl-ds"

    @property
    def called(self) -> str:
        """What people type to get here: `kubectl ds`. kubectl has `_` in a file's name for `-`."""
        return self.program_name.replace("-", " ").replace("_", "-")

    @property
    def stdin_is_terminal(self) -> bool:
        return _is_terminal(self.stdin)

    @property
    def stdout_is_terminal(self) -> bool:
        return _is_terminal(self.stdout)

    @property
    def stderr_is_terminal(self) -> bool:
        return _is_terminal(self.stderr)

    def allows_colour(self, choice: str = "auto") -> bool:
        """kubectl's rule: a terminal, TERM not dumb, NO_COLOR not set at all (even empty counts).

        Mirrors k8s.io/cli-runtime/pkg/printers/terminal.go.
        """
        if choice != "auto":
            return choice == "always"
        return (
            self.stdout_is_terminal
            and self.variables.get("TERM") != "dumb"
            and "NO_COLOR" not in self.variables
            and (os.name != "nt" or "WT_SESSION" in self.variables)
        )

    def width(self) -> int:
        """Columns of the terminal; off a terminal wide enough that nothing is shortened."""
        if columns := self._number("COLUMNS", 0):
            return max(columns, 40)
        if not self.stdout_is_terminal:
            return 200
        try:
            return max(os.get_terminal_size(self.stdout.fileno()).columns, 40) or 80
        except (OSError, ValueError):
            return 80

    def screen(self) -> "os.terminal_size | None":
        """Columns and lines of a terminal that can be drawn anew; None for anything else."""
        steerable = os.name != "nt" or "WT_SESSION" in self.variables
        if not self.stdout_is_terminal or self.variables.get("TERM") == "dumb" or not steerable:
            return None
        try:
            # Before COLUMNS and LINES: those stay as they are when a window changes.
            columns, lines = os.get_terminal_size(self.stdout.fileno())
        except (OSError, ValueError):
            columns = lines = 0
        return os.terminal_size((columns or self._number("COLUMNS", 80), lines or self._number("LINES", 24)))

    def _number(self, variable: str, otherwise: int) -> int:
        text = self.variables.get(variable, "")
        return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else otherwise

    def reader_is_gone(self) -> bool:
        """Whether nobody reads standard output any more, as far as that shows before something is written."""
        if self.stdout.closed:
            return True
        try:
            import select

            poll = select.poll()
            poll.register(self.stdout.fileno(), 0)
            return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
        except (AttributeError, OSError, ValueError):
            # No file behind it, or a system without poll.
            return False


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def plugin_name(program: str) -> str:
    """The file's name as kubectl takes it: without a folder, and on Windows without .exe."""
    return os.path.basename(program).removesuffix(".exe")
