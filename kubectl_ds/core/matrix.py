"""Nodes × DaemonSets at one look: nodes on which every DaemonSet stands the same are one row."""

from msgspec import Struct

from kubectl_ds.core.coverage_report import PROBLEM_STATES, CoverageReport, NodeCoverage, State
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.snapshot import Consistency, Gap


class MatrixCell(Struct, frozen=True):
    """A DaemonSet on the nodes of a row. None: the pods could not be read."""

    state: State | None
    duplicate: bool | None

    @property
    def is_problem(self) -> bool:
        return self.state in PROBLEM_STATES or bool(self.duplicate)


class MatrixRow(Struct, frozen=True, kw_only=True):
    """Nodes in natural order, and a cell for each DaemonSet in the report's order."""

    nodes: tuple[str, ...]
    cells: tuple[MatrixCell, ...]

    @property
    def problems(self) -> int:
        """DaemonSets that are not as they should be on each of these nodes."""
        return sum(cell.is_problem for cell in self.cells)


class MatrixReport(Struct, frozen=True, kw_only=True):
    """DaemonSets by namespace and name; rows with the most problems first, then those of the most nodes."""

    daemonsets: tuple[Key, ...]
    rows: tuple[MatrixRow, ...]
    incomplete: tuple[Gap, ...]
    consistency: Consistency = "consistent"

    @property
    def nodes(self) -> int:
        return sum(len(row.nodes) for row in self.rows)


def matrix(report: CoverageReport) -> MatrixReport:
    """The matrix of a coverage that lists every node."""
    cells: dict[tuple[State | None, bool | None], MatrixCell] = {}
    rows: dict[tuple[MatrixCell, ...], list[str]] = {}
    for on_node in zip(*(item.nodes for item in report.items), strict=True):
        rows.setdefault(tuple(_cell(one, cells) for one in on_node), []).append(on_node[0].node)
    folded = [MatrixRow(nodes=tuple(nodes), cells=row) for row, nodes in rows.items()]
    return MatrixReport(
        daemonsets=tuple((item.namespace, item.name) for item in report.items),
        # The order of the nodes stays where the rest is the same: sorting is stable.
        rows=tuple(sorted(folded, key=lambda row: (-row.problems, -len(row.nodes)))),
        incomplete=report.incomplete,
        consistency=report.consistency,
    )


def _cell(one: NodeCoverage, cells: dict[tuple[State | None, bool | None], MatrixCell]) -> MatrixCell:
    """One object for equal cells: there are nodes × DaemonSets of them to compare."""
    key = one.state, one.duplicate
    return cells.setdefault(key, MatrixCell(*key))
