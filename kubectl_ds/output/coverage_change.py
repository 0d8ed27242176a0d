"""One change of a coverage: a line of text, and the published document."""

from typing import Any

from kubectl_ds.core.coverage_change import CoverageChange
from kubectl_ds.core.coverage_reasons import distinct_codes
from kubectl_ds.core.coverage_report import NodeCoverage
from kubectl_ds.output.coverage_document import API_VERSION, node_coverage_document
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import safe
from kubectl_ds.output.times import rfc3339


def change_line(change: CoverageChange, style: Style) -> str:
    """`TIME NAMESPACE/NAME NODE OLD -> NEW REASON`: `-` stands for a node or DaemonSet that was or is not there."""
    words = [
        rfc3339(change.time) or "",
        f"{safe(change.namespace)}/{safe(change.name)}",
        safe(change.node),
        _state(change.before),
        "->",
        _painted(change.after, style),
        _why(change.after),
    ]
    return " ".join(filter(None, words)) + "\n"


def change_document(change: CoverageChange) -> dict[str, Any]:
    """The tree that `coverage --watch -o json` prints for a change (docs/schema/coverage-change.schema.json)."""
    return {
        "apiVersion": API_VERSION,
        "kind": "CoverageChange",
        "time": rfc3339(change.time),
        "namespace": change.namespace,
        "name": change.name,
        "node": change.node,
        "before": None if change.before is None else node_coverage_document(change.before),
        "after": None if change.after is None else node_coverage_document(change.after),
    }


def _state(node: NodeCoverage | None) -> str:
    return "-" if node is None else node.state or "unknown"


def _painted(node: NodeCoverage | None, style: Style) -> str:
    state = _state(node)
    if node is None or node.state in ("Excluded", None):
        return style.dim(state)
    if node.state == "Ready":
        return style.good(state)
    return style.bad(state) if node.outlook == "stuck" else style.warn(state)


def _why(node: NodeCoverage | None) -> str:
    """`CrashLoopBackOff (unknown) outdated`: reasons, the outlook of what is amiss, flags."""
    if node is None:
        return ""
    words = [safe(",".join(distinct_codes(node.reasons)))]
    if node.outlook is not None and node.state != "Excluded":
        words.append(f"({node.outlook})")
    words += [word for word, raised in (("duplicate", node.duplicate), ("outdated", node.outdated)) if raised]
    return " ".join(filter(None, words))
