"""Figures as text: tables, and what became of each bound."""

from collections.abc import Iterable, Iterator

from bench.bounds import Bound, measured
from bench.cases import Case
from bench.measuring.contest import Figures
from bench.outcomes import Outcome, Outcomes
from bench.runner import OURS

_NONE = "–"
_BUSY = 2.0
"""From this load average on a machine of two cores had others to serve."""


def case_section(case: Case, outcome: Outcome) -> Iterator[str]:
    """One case: its title, its table, and what checking said."""
    yield f"### {case.title}"
    yield ""
    if outcome.size:
        size = outcome.size
        pods = f", {size.workload_pods} other pods on each node" if size.workload_pods else ""
        yield f"`{case.name}`: {size.nodes:,} nodes, {case.placed or size.daemonsets} DaemonSets{pods}."
        yield ""
    if outcome.load > _BUSY:
        yield f"The machine was busy meanwhile, with a load of {outcome.load:g}: take times as rough."
        yield ""
    yield from table(outcome.figures)
    if outcome.decisions:
        wrong = len(outcome.disagreements)
        verdict = f"{wrong} of them otherwise" if wrong else "all of them the same"
        yield ""
        yield f"{outcome.decisions:,} decisions were decided a second time, {verdict}."


def table(figures: dict[str, Figures]) -> Iterator[str]:
    """What each contender took, in Markdown."""
    ours = figures[OURS]
    yield "| | time (median) | fastest – slowest | kubectl ds takes | processor | peak memory | requests | bytes |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for name, one in figures.items():
        ratio = _NONE if one is ours else f"{ours.wall / one.wall:.2f} of it"
        memory = f"{one.memory / 2**20:.0f} MiB" if one.memory else _NONE
        yield (
            f"| {name} | {_seconds(one.wall)} | {_seconds(one.fastest)} – {_seconds(one.slowest)} | {ratio} "
            f"| {_seconds(one.cpu)} | {memory} | {one.requests or _NONE} | {_bytes(one)} |"
        )


def kept(bounds: Iterable[Bound], outcomes: Outcomes) -> Iterator[str]:
    """Each bound that has a figure, as a line for a terminal."""
    for one, value, holds in measured(bounds, outcomes):
        word = "holds" if holds else "BROKEN"
        yield f"{word:7}{value:8.2f}  at most {one.at_most:g}: {one.holds}"


def bounds_table(bounds: Iterable[Bound], outcomes: Outcomes) -> Iterator[str]:
    """Each bound that has a figure, in Markdown."""
    yield "| | measured | at most |"
    yield "|---|--:|--:|"
    for one, value, holds in measured(bounds, outcomes):
        words = f"{value:.2f}" if holds else f"**{value:.2f}, too much**"
        yield f"| {one.holds} | {words} | {one.at_most:g} |"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _bytes(figures: Figures) -> str:
    count = figures.bytes
    if not count:
        return _NONE
    amount = f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
    return amount + (" (gzip)" if figures.gzipped else "")
