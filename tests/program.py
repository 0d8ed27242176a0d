"""Run the program as people do, in this process: words in, streams and exit code out."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def kubectl_ds(
    *words: str, variables: Mapping[str, str] | None = None, terminal: bool = False, width: int = 0
) -> Outcome:
    """`kubectl ds WORDS`, at the moment NOW, with nothing of the surrounding environment."""
    out = Terminal() if terminal else io.StringIO()
    err = io.StringIO()
    columns = {"COLUMNS": str(width)} if width else {}
    environment = Environment(
        variables={"KUBECONFIG": "/nonexistent/kubeconfig", "PATH": "", **columns, **(variables or {})},
        stdin=io.StringIO(),
        stdout=out,
        stderr=err,
        now=lambda: NOW,
    )
    code = main(words, environment)
    return Outcome(int(code), out.getvalue(), err.getvalue())
