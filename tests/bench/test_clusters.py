"""Made clusters: as large as said, the same for the same seed, and in order."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.clusters.making import made
from bench.clusters.size import Size
from tests.bench.made import SIZE, folder

__all__ = ["folder"]


def objects(folder: Path, resource: str) -> list[Any]:
    return json.loads(f"[{(folder / resource / 'items').read_text()}]")


def silently(text: str) -> None:
    pass


def test_the_same_seed_makes_the_same_cluster_and_another_seed_another(folder: Path, tmp_path: Path):
    again = made(SIZE, tmp_path, silently)
    other = made(Size(nodes=SIZE.nodes, daemonsets=SIZE.daemonsets, seed=2), tmp_path, silently)
    for resource in ("nodes", "pods", "events"):
        assert (again / resource / "items").read_bytes() == (folder / resource / "items").read_bytes()
    assert (other / "pods" / "items").read_bytes() != (folder / "pods" / "items").read_bytes()


@pytest.mark.parametrize(
    ("resource", "at_least", "at_most"), [("nodes", 10_000, 12_500), ("pods", 5_500, 7_500)]
)
def test_objects_are_as_large_as_those_of_real_clusters(
    folder: Path, resource: str, at_least: int, at_most: int
):
    found = objects(folder, resource)
    assert at_least < (folder / resource / "items").stat().st_size / len(found) < at_most
    assert all(one["metadata"]["managedFields"] for one in found)


def test_nodes_hold_as_many_images_as_asked_for(folder: Path):
    assert {len(node["status"]["images"]) for node in objects(folder, "nodes")} == {SIZE.images}


@pytest.mark.parametrize("resource", ["nodes", "pods", "daemonsets", "controllerrevisions", "events"])
def test_objects_stand_in_the_order_of_their_keys(folder: Path, resource: str):
    keys = [(one["metadata"].get("namespace"), one["metadata"]["name"]) for one in objects(folder, resource)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_cluster_that_is_there_is_not_made_again(folder: Path):
    said: list[str] = []
    assert made(SIZE, folder.parent, said.append) == folder
    assert said == []


def test_every_sort_of_node_occurs(folder: Path):
    pools = {node["metadata"]["labels"]["example.com/nodepool"] for node in objects(folder, "nodes")}
    assert pools == {"general", "gpu", "arm", "spot", "cordoned", "lost", "maintenance", "control"}
