"""Contenders in turn, round after round, so that a slow minute of the machine is slow for all of them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measuring.processes import Command, Run, run
from bench.measuring.served import Served


@dataclass
class Figures:
    """Every run of one contender, and what one run asked of the server; `bytes` None where that is not known."""

    runs: list[Run] = field(default_factory=list)
    requests: int = 0
    bytes: int | None = None
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
        """For JSON: a run is seconds by the clock, seconds of processor time, bytes."""
        runs = [[round(one.wall, 4), round(one.cpu, 4), one.memory] for one in self.runs]
        return {"runs": runs, "requests": self.requests, "bytes": self.bytes, "gzipped": self.gzipped}

    @classmethod
    def of_dict(cls, tree: Mapping[str, Any]) -> "Figures":
        """From JSON."""
        runs = [Run(*one) for one in tree["runs"]]
        return cls(runs, tree["requests"], tree["bytes"], tree["gzipped"])


@dataclass(frozen=True)
class Contest:
    """Contenders by name, each a few commands one after another, in one environment."""

    contenders: Mapping[str, Sequence[Command]]
    variables: Mapping[str, str]
    output: Path
    served: Served | None

    def held(self, rounds: int, figures: dict[str, Figures]) -> None:
        """One unmeasured run of each, which warms caches, then so many rounds, added to `figures`.

        Raises `FailedRun`.
        """
        for commands in self.contenders.values():
            run(commands, self.variables, self.output)
        if self.served:
            self.served.tally()
        for turn in range(rounds):
            names = list(self.contenders)
            # Nobody is always first.
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                self._run_one(name, figures.setdefault(name, Figures()))

    def _run_one(self, name: str, figures: Figures) -> None:
        figures.runs.append(run(self.contenders[name], self.variables, self.output))
        if self.served:
            tally = self.served.tally()
            figures.requests, figures.bytes, figures.gzipped = len(tally.requests), tally.bytes, tally.gzipped
