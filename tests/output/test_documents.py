"""A document that goes out in parts is the document."""

import json

import pytest
from hypothesis import given

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.explain import explain
from kubectl_ds.output.documents import spell, spelled, to_document
from kubectl_ds.output.formats import parse_output_format
from tests.clusters import a_daemonset, a_node, snapshot_of
from tests.random_clusters import random_snapshot, seeds

JSON, YAML = parse_output_format("json"), parse_output_format("yaml")


@given(seeds())
def test_the_parts_of_a_coverage_report_are_the_whole(seed: int):
    report = coverage(random_snapshot(seed))
    for asked in (JSON, YAML):
        assert "".join(spelled(report, asked)) == spell(to_document(report), asked)


@pytest.mark.parametrize("asked", [JSON, YAML], ids=["json", "yaml"])
def test_a_report_without_daemonsets_is_whole_too(asked):
    report = coverage(snapshot_of(a_node("n1")))
    assert "".join(spelled(report, asked)) == spell(to_document(report), asked)


@pytest.mark.parametrize("format_name", ["kyaml", "jsonpath={.items[*].name}"])
def test_other_formats_need_the_whole_document_at_once(format_name: str):
    asked = parse_output_format(format_name)
    report = coverage(snapshot_of(a_node("n1"), a_daemonset("cni")))
    assert list(spelled(report, asked)) == [spell(to_document(report), asked)]


def test_no_part_is_larger_than_one_daemonset():
    nodes = [a_node(f"n{number}") for number in range(50)]
    report = coverage(snapshot_of(*nodes, *(a_daemonset(f"d{number}") for number in range(8))))
    parts = list(spelled(report, JSON))
    assert len(parts) == 1 + 8 + 1
    assert json.loads("".join(parts)) == to_document(report)


def test_other_reports_come_as_they_are():
    snapshot = snapshot_of(a_node("n1"), a_daemonset("cni"))
    report = explain(snapshot, snapshot.daemonsets[0])
    assert list(spelled(report, JSON)) == [spell(to_document(report), JSON)]
