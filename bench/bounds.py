"""Bounds that figures must keep, read from bounds.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.cases import Scale
from bench.measuring.contest import Figures
from bench.runner import OURS

FILE: Final = Path(__file__).with_name("bounds.toml")

Results = Mapping[str, Mapping[str, Figures]]
"""Figures by case and contender."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """`measure` is `time/CONTENDER`, a ratio of medians, or `memory`, the peak in MiB."""

    holds: str
    case: str
    measure: str
    at_most: float

    def value(self, results: Results) -> float | None:
        """What was measured; None where the case, or who it is compared with, was left out."""
        figures = results.get(self.case)
        if figures is None:
            return None
        ours = figures[OURS]
        if self.measure == "memory":
            return ours.memory / 2**20
        other = figures.get(self.measure.removeprefix("time/"))
        return ours.wall / other.wall if other else None


def bounds_of(scale: Scale) -> list[Bound]:
    """Every bound that this scale has."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))["bound"]
    return [
        Bound(holds=one["holds"], case=one["case"], measure=one["measure"], at_most=one[scale])
        for one in tables
        if scale in one
    ]


def broken(bounds: list[Bound], results: Results) -> list[Bound]:
    """Those that do not hold."""
    return [one for one in bounds if (value := one.value(results)) is not None and value > one.at_most]
