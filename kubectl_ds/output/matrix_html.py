"""`matrix -o html`: the matrix as a page, its rows unfolded by a click."""

from collections.abc import Iterator

from kubectl_ds.core.matrix import MatrixCell, MatrixReport, MatrixRow
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.html_page import html_page, html_prose, html_text
from kubectl_ds.output.matrix_signs import legend, meaning, sign, summary_sentence

_STYLE = """
body { max-width: none; }
th, td { padding: .15rem .35rem; border-bottom: 1px solid var(--line); text-align: center; vertical-align: top; }
thead th { vertical-align: bottom; font-weight: 400; text-align: left; }
thead th { position: sticky; top: 0; background: var(--page); }
thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
tbody th { text-align: left; font-weight: 400; min-width: 14rem; }
tbody tr:hover { background: var(--box); }
td { font-family: ui-monospace, monospace; }
td.error, td.warning { font-weight: 700; background: var(--box); }
@media print { thead th { position: static; } }
"""


def matrix_html(report: MatrixReport) -> str:
    """The sum, what could not be read, the table, and what its characters mean."""
    return html_page(f"DaemonSets: {summary_sentence(report)}", _STYLE, [*_header(report), *_table(report)])


def _header(report: MatrixReport) -> Iterator[str]:
    yield "<header>"
    yield "<h1>Nodes and DaemonSets</h1>"
    yield f"<p>{html_prose(summary_sentence(report))}</p>"
    for words in gap_sentences(report.incomplete):
        yield f'<p class="gap"><strong>Not known:</strong> {html_prose(words)}</p>'
    yield f'<p class="dim">{html_prose(legend(report))}</p>'
    yield "</header>"


def _table(report: MatrixReport) -> Iterator[str]:
    if not report.rows:
        return
    names = "".join(
        f'<th scope="col"><span>{html_text("/".join(key))}</span></th>' for key in report.daemonsets
    )
    yield "<table>"
    yield f'<thead><tr><th scope="col">Nodes</th>{names}</tr></thead>'
    yield "<tbody>"
    for row in report.rows:
        cells = "".join(
            _cell(cell, "/".join(key)) for cell, key in zip(row.cells, report.daemonsets, strict=True)
        )
        yield f'<tr><th scope="row">{_nodes(row)}</th>{cells}</tr>'
    yield "</tbody>"
    yield "</table>"


def _nodes(row: MatrixRow) -> str:
    first, *others = row.nodes
    if not others:
        return html_text(first)
    summary = f"{html_text(first)} and {len(others)} more"
    return f"<details><summary>{summary}</summary>{html_text(', '.join(others))}</details>"


def _cell(cell: MatrixCell, name: str) -> str:
    return f'<td class="{_look(cell)}" title="{html_text(f"{name}: {meaning(cell)}")}">{sign(cell)}</td>'


def _look(cell: MatrixCell) -> str:
    if cell.state in ("Missing", "NotReady"):
        return "error"
    if cell.is_problem:
        return "warning"
    return "good" if cell.state == "Ready" else "dim"
