"""Dumps that kubectl itself has made of a real server, read back with `--from`: what was live is there again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Shell

KINDS = ("ds", "nodes", "pods", "events", "controllerrevisions")


Dump = Callable[[Shell, Exhibits, Path], None]
"""Makes a dump at the path."""


def written(shell: Shell, path: Path, *words: str) -> None:
    said = shell.kubectl(*words)
    assert said.code == 0, said.err
    with path.open("ab") as file:
        file.write(said.out.encode(errors="surrogateescape"))


def got_at_once(shell: Shell, exhibits: Exhibits, path: Path) -> None:
    written(shell, path, "get", ",".join(KINDS), "-A", "-o", "json")


def one_behind_the_other(shell: Shell, exhibits: Exhibits, path: Path) -> None:
    for kind in KINDS:
        written(shell, path, "get", kind, "-A", "-o", "json")


def in_a_folder_of_all_formats(shell: Shell, exhibits: Exhibits, path: Path) -> None:
    """kubectl prints no YAML of objects with control characters in them."""
    path.mkdir()
    written(shell, path / "nodes.yaml", "get", "nodes", "-o", "kyaml")
    where = ("-n", exhibits.namespace, "-o", "yaml")
    written(shell, path / "daemonsets.yaml", "get", "ds", *exhibits.printable, *where)
    for kind in ("pods", "events", "controllerrevisions"):
        written(shell, path / f"{kind}.json", "get", kind, "-A", "-o", "json")


def into_a_folder(shell: Shell, exhibits: Exhibits, path: Path) -> None:
    said = shell.kubectl("cluster-info", "dump", "-A", f"--output-directory={path}")
    assert said.code == 0, said.err


def on_standard_output(shell: Shell, exhibits: Exhibits, path: Path) -> None:
    written(shell, path, "cluster-info", "dump", "-A")


DUMPS = [
    pytest.param(got_at_once, id="get of several kinds"),
    pytest.param(one_behind_the_other, id="get of one kind after the other"),
    pytest.param(in_a_folder_of_all_formats, id="get into files, as JSON, YAML and KYAML"),
    pytest.param(into_a_folder, id="cluster-info dump into a folder"),
    pytest.param(on_standard_output, id="cluster-info dump on standard output"),
]


def states(text: str) -> Any:
    """Of every DaemonSet in `coverage -o json`; moments and ages left out."""
    return {
        item["name"]: (
            item["summary"],
            item["controllerDisagrees"],
            [(node["node"], node["state"], [pod["name"] for pod in node["pods"]]) for node in item["nodes"]],
        )
        for item in json.loads(text)["items"]
    }


@pytest.mark.parametrize("dump", DUMPS)
def test_what_kubectl_dumps_is_what_was_there(dump: Dump, shell: Shell, exhibits: Exhibits, tmp_path: Path):
    path = tmp_path / "dump"
    dump(shell, exhibits, path)
    words = ("coverage", "-n", exhibits.namespace, "-o", "json")
    live = shell.ds(*words)
    offline = shell.ds(*words, "--from", str(path), "--allow-partial")
    assert (live.code, offline.code) == (0, 0), offline.err
    said, was = states(offline.out), states(live.out)
    assert set(exhibits.printable) <= set(said) <= set(was)
    for name, (summary, *rest) in said.items():
        if summary["outdated"] is None:
            # It dumps no ControllerRevisions: which pods are outdated is not known, and not guessed.
            assert dump in (into_a_folder, on_standard_output)
            summary["outdated"] = was[name][0]["outdated"]
        assert (summary, *rest) == was[name]


@pytest.mark.parametrize("dump", [got_at_once, in_a_folder_of_all_formats])
def test_the_objects_come_out_as_kubectl_prints_them(
    dump: Dump, shell: Shell, exhibits: Exhibits, tmp_path: Path
):
    path = tmp_path / "dump"
    dump(shell, exhibits, path)
    for form in ("json", "yaml", "name"):
        words = (*exhibits.printable, "-n", exhibits.namespace, "-o", form)
        theirs = shell.kubectl("get", "ds", *words)
        assert theirs.code == 0
        assert shell.ds("get", *words, "--from", str(path)) == theirs
