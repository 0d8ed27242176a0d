"""Reports as plain trees: what `-o json` and `-o yaml` spell, each with a schema under docs/schema/."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport
from kubectl_ds.core.coverage_change import CoverageChange
from kubectl_ds.core.coverage_report import CoverageReport
from kubectl_ds.core.diff_report import DiffReport
from kubectl_ds.core.explain_report import PlacementReport
from kubectl_ds.core.fleet_report import FleetReport
from kubectl_ds.core.history import HistoryReport
from kubectl_ds.core.matrix import MatrixReport
from kubectl_ds.core.node_report import NodeReport
from kubectl_ds.core.overhead_report import OverheadReport
from kubectl_ds.core.plan_report import PlanReport
from kubectl_ds.core.rollout_report import RolloutReport
from kubectl_ds.output.audit_document import audit_document
from kubectl_ds.output.coverage_change import change_document
from kubectl_ds.output.coverage_document import coverage_document, coverage_item
from kubectl_ds.output.diff_document import diff_document
from kubectl_ds.output.explain_document import explain_document
from kubectl_ds.output.fleet_document import fleet_document
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.history_document import history_document
from kubectl_ds.output.matrix_document import matrix_document
from kubectl_ds.output.node_document import node_document
from kubectl_ds.output.objects import render_objects
from kubectl_ds.output.overhead_document import overhead_document
from kubectl_ds.output.plan_document import plan_document
from kubectl_ds.output.rollout_document import rollout_document

Report = (
    CoverageReport
    | CoverageChange
    | PlacementReport
    | HistoryReport
    | RolloutReport
    | OverheadReport
    | PlanReport
    | NodeReport
    | MatrixReport
    | AuditReport
    | FleetReport
    | DiffReport
)


def to_document(report: Report) -> dict[str, Any]:
    """The report's published tree: dicts, lists, texts, numbers, booleans and None only."""
    match report:
        case CoverageReport():
            return coverage_document(report)
        case CoverageChange():
            return change_document(report)
        case PlacementReport():
            return explain_document(report)
        case HistoryReport():
            return history_document(report)
        case RolloutReport():
            return rollout_document(report)
        case OverheadReport():
            return overhead_document(report)
        case MatrixReport():
            return matrix_document(report)
        case NodeReport():
            return node_document(report)
        case PlanReport():
            return plan_document(report)
        case AuditReport():
            return audit_document(report)
        case FleetReport():
            return fleet_document(report, to_document)
        case DiffReport():
            return diff_document(report)
        case _:
            assert_never(report)


def spelled(report: Report, output_format: OutputFormat) -> Iterator[str]:
    """The report's document as `-o` asks for it, in parts that together are what `spell` gives.

    The coverage of a large cluster is a hundred megabytes of JSON: it goes out DaemonSet by DaemonSet.
    """
    if isinstance(report, CoverageReport) and output_format.name in ("json", "yaml") and report.items:
        yield from _item_by_item(report, output_format)
    else:
        yield spell(to_document(report), output_format)


def _item_by_item(report: CoverageReport, output_format: OutputFormat) -> Iterator[str]:
    """The document without items with each of them put where it belongs: they are the last of its fields."""
    as_json = output_format.name == "json"
    shell = spell(coverage_document(replace(report, items=())), output_format)
    opening, closing = ("[]\n}\n", "\n  ]\n}\n") if as_json else (" []\n", "")
    assert shell.endswith(opening)
    yield shell.removesuffix(opening) + ("[" if as_json else "\n")
    for position, item in enumerate(report.items):
        tree = coverage_item(item)
        if as_json:
            indented = spell(tree, output_format).rstrip("\n").replace("\n", "\n    ")
            yield f"{',' if position else ''}\n    {indented}"
        else:
            yield _yaml([tree])
    yield closing


def spell(document: Mapping[str, Any], output_format: OutputFormat) -> str:
    """The document as `-o` asks for it, keys in the published order. jsonpath is kubectl's dialect."""
    match output_format.name:
        case "json":
            return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
        case "yaml":
            return _yaml(document)
        case _:
            return render_objects([document], output_format, single=True)


def spell_on_a_line(document: Mapping[str, Any], output_format: OutputFormat) -> str:
    """One of several documents that follow each other: as JSON each is one line, in other formats as `spell` has it."""
    if output_format.name == "json":
        return msgspec.json.encode(document).decode() + "\n"
    return spell(document, output_format)


def _yaml(tree: Any) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(tree, Dumper=dumper, sort_keys=False, allow_unicode=True, width=2**31 - 1))
