"""What stands in a cell of a matrix: one character for each state, and what it means."""

from collections.abc import Iterable

from kubectl_ds.core.coverage_report import State
from kubectl_ds.core.matrix import MatrixCell, MatrixReport

_SIGNS: dict[State | None, tuple[str, str]] = {
    "Ready": ("R", "ready"),
    "NotReady": ("n", "not ready"),
    "Pending": ("p", "pending"),
    "Missing": ("M", "missing"),
    "Extra": ("E", "extra"),
    "Excluded": (".", "excluded"),
    None: ("?", "not known"),
}
_DUPLICATE = ("D", "ready, with a pod too many")


def sign(cell: MatrixCell) -> str:
    """One character; no two meanings share one."""
    return _sign_and_meaning(cell)[0]


def meaning(cell: MatrixCell) -> str:
    """The words for it."""
    return _sign_and_meaning(cell)[1]


def legend(report: MatrixReport) -> str:
    """`R ready, . excluded, M missing`: what there is, in the order of states."""
    found = {_sign_and_meaning(cell) for row in report.rows for cell in row.cells}
    return ", ".join(f"{one} {words}" for one, words in _known(found))


def summary_sentence(report: MatrixReport) -> str:
    """How much there is, and how much of it is not as it should be."""
    nodes, daemonsets = report.nodes, len(report.daemonsets)
    problems = sum(row.problems * len(row.nodes) for row in report.rows)
    troubled = sum(len(row.nodes) for row in report.rows if row.problems)
    whole = (
        f"{counted(nodes, 'node')} in {counted(len(report.rows), 'row')}, {counted(daemonsets, 'DaemonSet')}"
    )
    if not problems:
        return f"{whole}."
    return f"{whole}; {counted(problems, 'place')} on {counted(troubled, 'node')} not as they should be."


def _sign_and_meaning(cell: MatrixCell) -> tuple[str, str]:
    return _DUPLICATE if cell.duplicate and cell.state == "Ready" else _SIGNS[cell.state]


def _known(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [one for one in (*_SIGNS.values(), _DUPLICATE) if one in set(found)]


def counted(number: int, thing: str) -> str:
    """`1 node`, `2 nodes`."""
    return f"{number} {thing}{'s' * (number != 1)}"
