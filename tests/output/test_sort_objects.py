"""`--sort-by`, held against kubectl: which order, where missing fields go, what cannot be sorted."""

import random
from typing import Any

import pytest

from kubectl_ds.errors import UsageError
from kubectl_ds.output.go_sort import go_sorted
from kubectl_ds.output.sort_objects import sort_objects
from tests.clusters import a_daemonset
from tests.output.oracle import cluster_of

NAMESPACE = "kube-system"
NAMES = "jsonpath={range .items[*]}{.metadata.name} {end}"


def holding(values: list[Any]) -> list[dict[str, Any]]:
    """A DaemonSet for each value, as `spec.value`; none where the value is an ellipsis."""
    daemonsets = []
    for index, value in enumerate(values):
        daemonset = a_daemonset(f"ds-{index:03d}")
        if value is not ...:
            daemonset["spec"]["value"] = value
        daemonsets.append(daemonset)
    return daemonsets


def shuffled(seed: int, size: int, distinct: int) -> list[int]:
    generator = random.Random(seed)
    return [generator.randrange(distinct) for _ in range(size)]


ORDERS = [
    pytest.param([3, 1, 2, 10], id="integers by size"),
    pytest.param([1.5, 0.5, 2.25], id="floats by size"),
    pytest.param(["b", "a", "C", "é"], id="texts by their bytes"),
    pytest.param(["node-10", "node-2"], id="texts are not in natural order"),
    pytest.param(["10", "9", "1Ki", "2k", "500m"], id="quantities by amount"),
    pytest.param(["10", "9", "x", "1"], id="a quantity and another text by their bytes"),
    pytest.param(["2026-01-02T00:00:00Z", "2025-12-31T23:59:59Z"], id="times as texts"),
    pytest.param([2, ..., 1, ...], id="missing fields first"),
    pytest.param([2, None, 1], id="null before numbers"),
    pytest.param([None, None], id="nulls alone"),
    pytest.param([1, "a"], id="mixed types cannot be sorted"),
    pytest.param([1, 1.5], id="integers and floats neither"),
    pytest.param([True, False], id="booleans cannot be sorted"),
    pytest.param([[1], [2]], id="lists cannot be sorted"),
    pytest.param([{"a": 1}, {"a": 0}], id="maps cannot be sorted"),
    pytest.param([..., ...], id="a field that no object has"),
    pytest.param([...], id="nor the only one"),
    pytest.param([True], id="one object is sorted whatever it holds"),
    pytest.param(shuffled(1, 12, 3), id="twelve equal ones stay in order"),
    pytest.param(shuffled(2, 13, 2), id="thirteen do not"),
    pytest.param(shuffled(3, 40, 4), id="forty with ties"),
    pytest.param(shuffled(4, 60, 3), id="sixty with ties"),
    pytest.param(shuffled(5, 200, 5), id="two hundred with ties"),
    pytest.param(list(range(60, 0, -1)), id="sixty backwards"),
    pytest.param([*range(100), 3, 50], id="almost sorted"),
    pytest.param([1] * 30 + [0] * 30, id="two blocks"),
    pytest.param([..., 1, 2] * 10, id="many missing fields"),
]


@pytest.mark.parametrize("values", ORDERS)
def test_sorts_or_refuses_as_kubectl_does(values: list[Any]) -> None:
    with cluster_of(holding(values)) as cluster:
        said = cluster.get("ds", "-n", NAMESPACE, "-o", NAMES, "--sort-by", ".spec.value")
        objects = cluster.objects(NAMESPACE)
    if said.code:
        with pytest.raises(UsageError) as refused:
            sort_objects(objects, ".spec.value")
        assert "unsortable" in refused.value.message or said.err == f"error: {refused.value.message}\n"
        assert ("unsortable" in said.err) == ("unsortable" in refused.value.message)
    else:
        assert [each["metadata"]["name"] for each in sort_objects(objects, ".spec.value")] == said.out.split()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("metadata.name", id="no dot"),
        pytest.param("{.metadata.name}", id="braces"),
        pytest.param("{metadata.name}", id="braces and no dot"),
        pytest.param(".metadata.labels.nope", id="a field that is not there"),
        pytest.param("{.a}{.b}", id="two pairs of braces"),
        pytest.param(".items[", id="an open bracket"),
        pytest.param(".metadata.name[0]", id="an index into a text"),
    ],
)
def test_a_path_is_read_as_kubectl_reads_it(path: str) -> None:
    with cluster_of(holding([1, 2, 3])) as cluster:
        said = cluster.get("ds", "-n", NAMESPACE, "-o", NAMES, "--sort-by", path)
        objects = cluster.objects(NAMESPACE)
    if said.code:
        with pytest.raises(UsageError) as refused:
            sort_objects(objects, path)
        assert said.err == f"error: {refused.value.message}\n"
    else:
        assert [each["metadata"]["name"] for each in sort_objects(objects, path)] == said.out.split()


def test_the_table_is_sorted_alike() -> None:
    values = shuffled(6, 50, 4)
    with cluster_of(holding(values)) as cluster:
        said = cluster.get("ds", "-n", NAMESPACE, "--no-headers", "--sort-by", ".spec.value")
        objects = cluster.objects(NAMESPACE)
    ours = [each["metadata"]["name"] for each in sort_objects(objects, ".spec.value")]
    assert ours == [line.split()[0] for line in said.out.splitlines()]


@pytest.mark.parametrize("size", [0, 1, 2, 12, 13, 49, 50, 51, 500, 3000])
@pytest.mark.parametrize("distinct", [1, 2, 1000])
def test_go_sort_sorts(size: int, distinct: int) -> None:
    items = shuffled(size, size, distinct)
    assert go_sorted(items, lambda left, right: left < right) == sorted(items)


def test_nothing_is_sorted_from_nothing() -> None:
    assert sort_objects([], ".spec.value") == []
