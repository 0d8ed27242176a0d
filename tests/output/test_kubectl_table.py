"""kubectl's own table: the same bytes as kubectl prints from the same cells."""

from collections.abc import Callable
from typing import Any

import pytest

from kubectl_ds.kube.api_server import Answer, ApiServer, RecordedRequest, json_answer
from kubectl_ds.output.kubectl_table import kubectl_table, label_column_header, labels_cell
from kubectl_ds.output.kubectl_tabwriter import aligned
from tests.output.oracle import kubectl

HEADERS = ("Name", "Desired", "Node Selector", "Age")


def kubectls(rows: list[list[Any]], *flags: str) -> str:
    """What kubectl prints when a server sends these rows as a Table."""

    def table(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        if "daemonsets" not in request.path:
            return answer()
        columns = [{"name": name, "type": "string", "format": "", "priority": 0} for name in HEADERS]
        head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": {"name": "x"}}
        return json_answer(
            {
                "kind": "Table",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": {"resourceVersion": "1"},
                "columnDefinitions": columns,
                "rows": [{"cells": cells, "object": head} for cells in rows],
            }
        )

    with ApiServer(faults=[table]) as server:
        return kubectl("--server", server.url, "get", "ds", *flags).out


TABLES = [
    pytest.param([["a", 1, "<none>", "5d"]], id="short cells get six columns and three blanks"),
    pytest.param([["a-long-name", 1, "x=y", "5d"], ["b", 100, "<none>", "10m"]], id="the longest cell counts"),
    pytest.param([["a", 1, "<none>", ""], ["b", None, "", None]], id="empty cells are filled up"),
    pytest.param([["日本語の名前", 1, "é", "5d"], ["plain", 2, "<none>", "1h"]], id="cells are measured in bytes"),
    pytest.param([["plain", 2, "<none>", "1h"], ["日本語の名前", 1, "é", "5d"]], id="also behind the first row"),
    pytest.param([["a\nsecond", 1, "x\ry", "5d"]], id="a cell ends at its first line break"),
    pytest.param([["a\x1b[31mred", 1, "x", "5d\x1b"]], id="escape characters are spelled out"),
    pytest.param([[f"name-{n}", n, "x=y" * (n % 5), f"{n}d"] for n in range(250)], id="many rows share one width"),
]  # fmt: skip


@pytest.mark.parametrize("rows", TABLES)
@pytest.mark.parametrize("flags", [(), ("--no-headers",)], ids=["headers", "no headers"])
def test_prints_what_kubectl_prints(rows: list[list[Any]], flags: tuple[str, ...]) -> None:
    assert kubectl_table(HEADERS, rows, no_headers=bool(flags)) == kubectls(rows, *flags)


def test_no_rows_print_nothing_not_even_headers() -> None:
    assert kubectl_table(HEADERS, []) == ""


def test_what_kubectl_lets_through_is_spelled_out_too() -> None:
    assert (
        kubectl_table(["A", "B"], [["x\ty\x07", "\u202ez\x9b"]])
        == "A          B\nx\\ty\\x07   \\u202ez\\x9b\n"
    )


def test_label_columns_are_headed_by_the_last_part_of_their_key() -> None:
    assert label_column_header("app.kubernetes.io/name") == "NAME"
    assert label_column_header("tier") == "TIER"


def test_the_labels_cell_is_sorted_and_never_empty() -> None:
    assert labels_cell({"b": "2", "a": ""}) == "a=,b=2"
    assert labels_cell({}) == "<none>"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("A\tB\nlonger\tx\n", "A        B\nlonger   x\n", id="one block"),
        pytest.param(
            "A\tB\nlone\nx\ty\n", "A     B\nlone\nx     y\n", id="a line without a tab ends a block"
        ),
        pytest.param(
            "longest\tB\nlone\nx\ty\n", "longest   B\nlone\nx         y\n", id="whose widths are kept"
        ),
        pytest.param("a\tb\tc\nd\te\n", "a     b     c\nd     e\n", id="lines may be shorter"),
        pytest.param("a\tb\n", "a     b\n", id="six columns at least"),
    ],
)
def test_tabs_become_elastic_columns(text: str, wanted: str) -> None:
    assert aligned(text) == wanted
