"""A matrix as the published plain tree (docs/schema/matrix-report.schema.json)."""

from typing import Any

from kubectl_ds.core.matrix import MatrixReport
from kubectl_ds.output.coverage_document import API_VERSION
from kubectl_ds.output.gaps import gap_sentences


def matrix_document(report: MatrixReport) -> dict[str, Any]:
    """The tree that `-o json` prints."""
    return {
        "apiVersion": API_VERSION,
        "kind": "MatrixReport",
        "incomplete": gap_sentences(report.incomplete),
        "consistency": report.consistency,
        "daemonSets": [{"namespace": namespace, "name": name} for namespace, name in report.daemonsets],
        "rows": [
            {
                "nodes": list(row.nodes),
                "cells": [{"state": cell.state, "duplicate": cell.duplicate} for cell in row.cells],
            }
            for row in report.rows
        ],
    }
