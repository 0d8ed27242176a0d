"""Bounds that figures must keep, read from bounds.toml."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.cases import Scale
from bench.outcomes import Outcomes
from bench.runner import OURS

FILE: Final = Path(__file__).with_name("bounds.toml")


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What a figure of a case must be at most.

    `measure` is `time/CONTENDER`, a ratio of medians; `memory`, the peak in MiB; `seconds`, of processor time;
    or `processor-per-node/CASE` and `memory-per-node/CASE`, ratios to the same command on the cluster of
    another case, which ran at another time, so that the clock would compare the machine with itself.
    """

    holds: str
    case: str
    measure: str
    at_most: float

    def value(self, outcomes: Outcomes) -> float | None:
        """What was measured; None where the case, or what it is compared with, was left out."""
        outcome = outcomes.get(self.case)
        if outcome is None:
            return None
        ours = outcome.figures[OURS]
        kind, _, other = self.measure.partition("/")
        match kind:
            case "memory":
                return ours.memory / 2**20
            case "seconds":
                return ours.cpu
            case "time":
                theirs = outcome.figures.get(other)
                return ours.wall / theirs.wall if theirs else None
            case "processor-per-node" | "memory-per-node":
                base = outcomes.get(other)
                if base is None or base.size is None or outcome.size is None:
                    return None
                grown = outcome.size.nodes / base.size.nodes
                was = base.figures[OURS]
                return (
                    ours.cpu / was.cpu if kind == "processor-per-node" else ours.memory / was.memory
                ) / grown
        raise ValueError(f"{FILE.name}: no such measure: {self.measure}")


def bounds_of(scale: Scale) -> list[Bound]:
    """Every bound that this scale has."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))["bound"]
    return [
        Bound(holds=one["holds"], case=one["case"], measure=one["measure"], at_most=one[scale])
        for one in tables
        if scale in one
    ]


def measured(bounds: Iterable[Bound], outcomes: Outcomes) -> Iterator[tuple[Bound, float, bool]]:
    """Each bound that has a figure, the figure, and whether it holds."""
    for one in bounds:
        value = one.value(outcomes)
        if value is not None:
            yield one, value, value <= one.at_most


def broken(bounds: Iterable[Bound], outcomes: Outcomes) -> list[Bound]:
    """Those that do not hold."""
    return [one for one, _, holds in measured(bounds, outcomes) if not holds]
