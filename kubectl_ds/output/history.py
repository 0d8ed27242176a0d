"""The text of `kubectl ds history`: the revisions with the nodes on each, one template, or what differs in two."""

from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Any

from kubectl_ds.core.history import HistoryReport, RevisionNodes
from kubectl_ds.core.human_duration import age
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.describe_template import template_lines
from kubectl_ds.output.gaps import gap_paragraphs
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import table
from kubectl_ds.output.tabwriter import elastic
from kubectl_ds.output.terminal_text import paragraph, safe, shortened

_MOST_OF_A_CAUSE = 40
_NONE = "<none>"
_UNKNOWN = "?"


def history_text(report: HistoryReport, style: Style, *, wide: bool = False) -> str:
    """Every revision on a line, the newest first, and the nodes that are behind."""
    lines = [style.bold(f"ds {safe(report.namespace)}/{safe(report.name)}") + f"  {_summary(report)}"]
    if report.revisions:
        lines += ["", _table(report, style, wide=wide)]
    lines += [f"\n{words}" for words in _behind(report, style)]
    lines += gap_paragraphs(report.incomplete, style)
    return "\n".join(lines) + "\n"


def revision_text(report: HistoryReport, revision: RevisionNodes, style: Style) -> str:
    """One revision's pod template, in the words of `kubectl rollout history --revision`."""
    current = " (current)" if revision.current else ""
    head = f"daemonset.apps/{safe(report.name)} with revision #{revision.number}{current}"
    lines = [style.bold(head)]
    if revision.change_cause:
        lines.append(f"Change-Cause:  {safe(revision.change_cause)}")
    if revision.template is not None:
        lines += elastic(template_lines(revision.template))
    return "\n".join(lines) + "\n"


def diff_text(old: RevisionNodes, new: RevisionNodes, style: Style) -> str:
    """What changed from one template to the other, as a unified diff; empty where nothing did."""
    painters = {"+": style.good, "-": style.bad, "@": style.dim}
    lines = []
    for number, line in enumerate(template_diff(old, new)):
        paint = style.bold if number < 2 else painters.get(line[0], style.plain)
        lines.append(paint(safe(line)) + "\n")
    return "".join(lines)


def template_diff(old: RevisionNodes, new: RevisionNodes) -> list[str]:
    """The lines of the unified diff of two templates in YAML, without line feeds."""
    return list(
        unified_diff(
            template_yaml(old.template).splitlines(),
            template_yaml(new.template).splitlines(),
            f"revision {old.number}",
            f"revision {new.number}",
            lineterm="",
        )
    )


def template_yaml(template: Mapping[str, Any] | None) -> str:
    """The template as kubectl spells YAML."""
    if template is None:
        return ""

    from kubectl_ds.output.go_yaml import yaml_document

    return yaml_document({"template": template})


def _summary(report: HistoryReport) -> str:
    if report.revisions is None:
        return "its revisions could not be read"
    kept = sum(one.number is not None for one in report.revisions)
    if not kept:
        return "no rollout history found"
    words = f"{kept} revision{'s' * (kept != 1)}"
    if (current := report.current) is not None:
        words += f"; {current.number} is current" + _on(current.nodes)
    return words


def _on(nodes: Sequence[str] | None) -> str:
    return "" if nodes is None else f", on {len(nodes)} node{'s' * (len(nodes) != 1)}"


def _table(report: HistoryReport, style: Style, *, wide: bool) -> str:
    headers = ["REVISION", "AGE", "NODES", "CHANGE-CAUSE", "IMAGES"]
    if wide:
        headers = ["REVISION", "HASH", *headers[1:], "ON"]
    return table(headers, [_row(one, report, style, wide=wide) for one in report.revisions or ()], style)


def _row(revision: RevisionNodes, report: HistoryReport, style: Style, *, wide: bool) -> list[str]:
    kept = revision.number is not None
    cause = revision.change_cause if wide else shortened(revision.change_cause, _MOST_OF_A_CAUSE)
    cells = [
        age(revision.created, report.taken_at) if kept else "-",
        _UNKNOWN if revision.nodes is None else str(len(revision.nodes)),
        cause or _NONE,
        ", ".join(revision.images) or (_NONE if kept else "-"),
    ]
    if wide:
        on = _UNKNOWN if revision.nodes is None else folded(revision.nodes, style.width)
        cells = [revision.hash or _NONE, *cells, on]
    return [revision_name(revision), *cells]


def revision_name(revision: RevisionNodes) -> str:
    """`7 (current)`; a dash where the revision is gone and only pods of it are left."""
    number = "-" if revision.number is None else str(revision.number)
    return f"{number} (current)" if revision.current else number


def _behind(report: HistoryReport, style: Style) -> list[str]:
    """The nodes that still hold a pod of another revision than the current one."""
    return [
        paragraph(f"Still on {_which(one)}: {folded(one.nodes, style.width)}", style.prose_width)
        for one in report.revisions or ()
        if one.nodes and not one.current
    ]


def _which(revision: RevisionNodes) -> str:
    if revision.number is not None:
        return f"revision {revision.number}"
    return f"a revision that is gone ({revision.hash or 'without a hash'})"
