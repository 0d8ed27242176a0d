"""Contenders in turn, round after round, so that a slow minute of the machine is slow for all of them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measuring.processes import Command, Run, run
from bench.measuring.server_process import ServerProcess


@dataclass
class Figures:
    """Every run of one contender, and what one run asked of the server."""

    runs: list[Run] = field(default_factory=list)
    requests: int = 0
    bytes: int = 0
    gzipped: int = 0

    @property
    def wall(self) -> float:
        """Seconds by the clock: the median."""
        return statistics.median(one.wall for one in self.runs)

    @property
    def cpu(self) -> float:
        """Seconds of processor time: the median."""
        return statistics.median(one.cpu for one in self.runs)

    @property
    def memory(self) -> int:
        """Bytes: the largest peak."""
        return max(one.memory for one in self.runs)

    @property
    def fastest(self) -> float:
        """Seconds."""
        return min(one.wall for one in self.runs)

    @property
    def slowest(self) -> float:
        """Seconds."""
        return max(one.wall for one in self.runs)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "runs": [one._asdict() for one in self.runs],
            "requests": self.requests,
            "bytes": self.bytes,
            "gzipped": self.gzipped,
        }

    @classmethod
    def of_dict(cls, tree: Mapping[str, Any]) -> "Figures":
        """From JSON."""
        runs = [Run(**one) for one in tree["runs"]]
        return cls(runs, tree["requests"], tree["bytes"], tree["gzipped"])


def contest(
    contenders: Mapping[str, Sequence[Command]],
    rounds: int,
    variables: Mapping[str, str],
    output: Path,
    server: ServerProcess | None,
    figures: dict[str, Figures] | None = None,
) -> dict[str, Figures]:
    """One unmeasured run of each, which warms caches, and then so many rounds. Adds to `figures` if given.

    Raises `FailedRun`.
    """
    found = figures if figures is not None else {name: Figures() for name in contenders}
    for commands in contenders.values():
        run(commands, variables, output)
        if server:
            server.tally()
    for turn in range(rounds):
        names = list(contenders)
        # Nobody is always first.
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            found[name].runs.append(run(contenders[name], variables, output))
            if server:
                tally = server.tally()
                one = found[name]
                one.requests, one.bytes, one.gzipped = len(tally.requests), tally.bytes, tally.gzipped
    return found
