"""Figures as text."""

from collections.abc import Iterator, Mapping

from bench.bounds import Bound, Results
from bench.measuring.contest import Figures


def table(figures: Mapping[str, Figures]) -> Iterator[str]:
    """The rows of one case, in Markdown."""
    yield "| | time (median) | fastest – slowest | processor | peak memory | requests | bytes |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, one in figures.items():
        asked = f"{one.requests} | {_megabytes(one.bytes)}" if one.requests else "– | –"
        yield (
            f"| {name} | {_seconds(one.wall)} | {_seconds(one.fastest)} – {_seconds(one.slowest)} "
            f"| {_seconds(one.cpu)} | {one.memory / 2**20:.0f} MiB | {asked} |"
        )


def kept(bounds: list[Bound], results: Results) -> Iterator[str]:
    """Each bound with what was measured."""
    for one in bounds:
        value = one.value(results)
        if value is not None:
            word = "holds" if value <= one.at_most else "BROKEN"
            yield f"{word:7}{value:8.2f}  at most {one.at_most:g}: {one.holds}"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
