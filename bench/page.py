"""docs/performance.md, from all that was measured at full size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.bounds import bounds_of
from bench.cases import CASES
from bench.outcomes import Results
from bench.plot import draw
from bench.report import bounds_table, case_section

DOCS: Final = Path(__file__).parents[1] / "docs"
PAGE: Final = DOCS / "performance.md"
PLOT: Final = DOCS / "performance.svg"
RESULTS: Final = DOCS / "performance.json"
"""Every run of which the page tells."""

_ABOUT = """\
# Speed and scale

Written by `python3 dev.py bench --size full --control-plane --write`; every run is in
[performance.json](performance.json). Do not edit.

![Time and memory of kubectl ds, kubectl and curl](performance.svg)
"""

_MEANING = """\
## What is compared

Whole processes, started anew each time. The contenders of a case take turns, round after round, after one round
that is not counted. Peak memory is what `wait4` says of the process. "kubectl ds" is the installed program
itself; where kubectl starts it, that is a contender of its own. kubectl does the nearest thing that it can do:
lists of the nodes and pods from which a person would have to work out what `coverage` says. `curl` fetches the
very pages that `kubectl ds` asked for, uncompressed and one after another, and throws them away.

The server is on the same machine and computes nothing: it sends slices of files that were rendered before, and
keeps what it has compressed once. It counts requests and the bytes of all bodies. Nodes are 11 kB and hold 40
images, pods are 6 kB, half of it managedFields; some nodes and some pods are not well. Real API servers take
longer over every page, which draws all contenders together; the last section has a real one.

What the program decided is checked at full size: every count against the status that the plan of the cluster
wrote, and a sample of nodes by a second reading of the controller's rules (`bench/rules.py`) that shares no code
with the program.
"""


def write_page(results: Results) -> None:
    """Write the page and its plot."""
    draw(results.outcomes, PLOT)
    PAGE.write_text(page_text(results), encoding="utf-8")


def page_text(results: Results) -> str:
    """The page as Markdown."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Results) -> Iterator[str]:
    machine = results.machine
    yield _ABOUT
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}, kubectl {machine['kubectl']}."
    )
    yield "\n## Bounds\n"
    yield "CI holds the same bounds, or looser ones, on small clusters: [bounds.toml](../bench/bounds.toml).\n"
    yield from bounds_table(bounds_of("full"), results.outcomes)
    yield f"\n{_MEANING}"
    for title, names in _sections():
        measured = [case for case in CASES if case.name in names and case.name in results.outcomes]
        if measured:
            yield f"## {title}\n"
        for case in measured:
            yield from case_section(case, results.outcomes[case.name])
            yield ""


def _sections() -> Iterator[tuple[str, set[str]]]:
    beginnings = {
        "Start-up, and a small cluster": ("help", "version", "completion", "get"),
        "Large clusters": ("coverage-", "explain-"),
        "Growth": ("growth-",),
        "Computation": ("computation",),
        "From afar: gzip or not": ("distance-",),
        "A real control plane": ("real-",),
    }
    for title, begins in beginnings.items():
        yield title, {case.name for case in CASES if case.name.startswith(begins)}
