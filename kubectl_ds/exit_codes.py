"""The exit codes that scripts rely on."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the program's end means. On Windows kubectl turns every code of a plugin but 0 into 1."""

    OK = 0
    """Done, and nothing to report."""
    FINDINGS = 1
    """Done, and there are findings."""
    USAGE = 2
    """The command line is wrong."""
    UNAVAILABLE = 3
    """The answer could not be had in full: no connection, not found, forbidden, out of time."""
    INTERRUPTED = 130
    """Ctrl-C."""
    TERMINATED = 143
    """SIGTERM."""
    BROKEN_PIPE = 141
    """The reader of a pipe went away."""
