"""The picture of docs/performance.md: start-up, time, memory, growth."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.measuring.contest import Figures
from bench.outcomes import Outcomes
from bench.runner import CURL, KUBECTL, OURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = {OURS: "#0072b2", KUBECTL: "#b0b0b0", CURL: "#e69f00"}
"""Told apart by every eye (Okabe and Ito)."""
_BAR: Final = 0.27
"""Of the room of a case."""
_START: Final = {"help": "--help", "version": "version", "completion": "completion", "get": "get, 5 nodes"}
_LARGE: Final = {
    "coverage-name": "coverage NAME",
    "coverage-pending": "coverage NAME,\npods pending",
    "explain-name": "explain NAME",
    "coverage-all": "coverage -A",
}
_GROWTH: Final = ("growth-half", "growth-base", "growth-double", "growth-triple")


def draw(outcomes: Outcomes, path: Path) -> None:
    """Write the picture; its kind is that of the file's name."""
    import matplotlib as mpl

    mpl.use("Agg")
    # The same figures must give the same file: no random identifiers, no date, text as text.
    mpl.rcParams.update(
        {"svg.hashsalt": "kubectl-ds", "svg.fonttype": "none", "font.size": 9, "axes.titlesize": 10}
    )
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    figure = Figure(figsize=(10, 7.5), layout="constrained", facecolor="white")
    ((start, time), (growth, memory)) = figure.subplots(2, 2)
    _bars(start, outcomes, _START, lambda one: one.wall * 1000, "{:.0f} ms")
    start.set_title("Start-up and a small cluster: time", loc="left")
    _bars(time, outcomes, _LARGE, lambda one: one.wall, "{:.2f} s", of=KUBECTL)
    time.set_title("5,000 nodes, 30 DaemonSets: time (kubectl = 1)", loc="left")
    _bars(memory, outcomes, _LARGE, lambda one: one.memory / 2**20, "{:.0f} MiB", of=KUBECTL)
    memory.set_title("The same: peak memory (kubectl = 1)", loc="left")
    _growth(growth, outcomes)
    growth.set_title("coverage -A, 20 DaemonSets: growth with the nodes", loc="left")
    colours = [Patch(color=colour, label=name) for name, colour in _COLOURS.items()]
    figure.legend(handles=colours, frameon=False, loc="outside lower center", ncols=len(colours))
    metadata: dict[str, Any] = {"Date": None} if path.suffix == ".svg" else {}
    figure.savefig(path, metadata=metadata)


def _bars(
    axes: "Axes",
    outcomes: Outcomes,
    names: dict[str, str],
    value: Callable[[Figures], float],
    words: str,
    of: str = "",
) -> None:
    """A group of bars a case, the first on top; `of` is whose bar is 1 long."""
    cases = [name for name in names if name in outcomes]
    for row, name in enumerate(cases):
        figures = {who: outcomes[name].figures[who] for who in _COLOURS if who in outcomes[name].figures}
        for place, (who, one) in enumerate(figures.items()):
            at = row + (place - (len(figures) - 1) / 2) * _BAR
            length = value(one) / (value(figures[of]) if of else 1)
            bar = axes.barh(at, length, _BAR * 0.92, color=_COLOURS[who])
            axes.bar_label(bar, [words.format(value(one))], padding=2, fontsize=8)
    axes.set_yticks(range(len(cases)), [names[name] for name in cases])
    axes.set_ylim(max(len(cases), 3) - 0.5, -0.5)
    axes.margins(x=0.2)
    _plain(axes, ("top", "right", "bottom"))
    axes.xaxis.set_visible(False)


def _growth(axes: "Axes", outcomes: Outcomes) -> None:
    """Time to the left, memory to the right, both from nothing."""
    measured = [outcomes[name] for name in _GROWTH if name in outcomes]
    if not measured:
        axes.set_visible(False)
        return
    nodes = [one.size.nodes for one in measured if one.size]
    ours = [one.figures[OURS] for one in measured]
    axes.plot(nodes, [one.wall for one in ours], "o-", color=_COLOURS[OURS], label="kubectl ds: time")
    curl = [one.figures[CURL].wall for one in measured if CURL in one.figures]
    if len(curl) == len(nodes):
        axes.plot(nodes, curl, "o-", color=_COLOURS[CURL], label="curl: time")
    axes.set_xlabel("nodes")
    axes.set_ylabel("seconds")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    right = axes.twinx()
    right.plot(
        nodes, [one.memory / 2**20 for one in ours], "s--", color="#009e73", label="kubectl ds: memory"
    )
    right.set_ylabel("MiB")
    right.set_ylim(bottom=0)
    lines = [*axes.get_lines(), *right.get_lines()]
    axes.legend(lines, [str(line.get_label()) for line in lines], frameon=False, loc="upper left")
    _plain(axes, ("top",))
    _plain(right, ("top",))


def _plain(axes: "Axes", without: Sequence[str]) -> None:
    for side in without:
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
