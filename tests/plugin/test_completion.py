"""`kubectl ds` and TAB as kubectl has it: `kubectl __complete` finds kubectl_complete-ds, which asks the real server."""

import pytest

from kubectl_ds.cli import COMMANDS
from kubectl_ds.commands.completed_names import PATIENCE
from tests.controlplane.cluster import ControlPlane
from tests.plugin.audit import recorded
from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Shell

DIRECTIVE = ":36"


def completed(shell: Shell, *words: str) -> list[str]:
    """Candidates that kubectl offers behind `kubectl ds`, the last word being the one that is typed."""
    outcome = shell.where(**{PATIENCE: "60"}).kubectl("__complete", "ds", *words)
    assert outcome.code == 0
    # What kubectl says of itself. Nothing else is said.
    said = [line for line in outcome.err.splitlines() if not line.startswith("[Debug] ")]
    assert said == [
        "Completion ended with directive: ShellCompDirectiveNoFileComp, ShellCompDirectiveKeepOrder"
    ]
    *lines, last = outcome.out.splitlines()
    assert last == DIRECTIVE
    return lines


def test_commands_and_what_they_are_for(shell: Shell):
    assert completed(shell, "") == [f"{name}\t{words}" for name, words in COMMANDS]


def test_flags(shell: Shell):
    assert [line.partition("\t")[0] for line in completed(shell, "coverage", "--st")] == ["--state"]


def test_names_of_daemonsets_come_with_how_they_are(shell: Shell, exhibits: Exhibits):
    offered = dict(line.split("\t") for line in completed(shell, "coverage", "-n", exhibits.namespace, ""))
    assert offered.keys() == set(exhibits.printable)
    assert offered["quiet-annotations"] == f"{len(exhibits.nodes)} of {len(exhibits.nodes)} ready"


def test_names_of_nodes_come_with_kubectls_status(shell: Shell, exhibits: Exhibits):
    beginning = exhibits.nodes[0][:-1]
    assert completed(shell, "node", beginning) == [f"{node}\tReady" for node in exhibits.nodes]


def test_namespaces(shell: Shell, exhibits: Exhibits):
    offered = completed(shell, "get", "-n", exhibits.namespace)
    assert offered == [f"{name}\tActive" for name in (exhibits.namespace, exhibits.refused_namespace)]


def test_namespaces_with_daemonsets_to_require(shell: Shell, exhibits: Exhibits):
    offered = completed(shell, "node", "--require", f"{exhibits.namespace}/quiet-ann")
    assert [line.partition("\t")[0] for line in offered] == [f"{exhibits.namespace}/quiet-annotations"]


def test_pods_of_the_daemonset_on_the_line(shell: Shell, exhibits: Exhibits):
    words = ("explain", "quiet-annotations", "-n", exhibits.namespace, "--pod", "")
    offered = completed(shell, *words)
    assert len(offered) == len(exhibits.nodes)
    assert all(line.startswith("quiet-annotations-") for line in offered)


def test_contexts_of_the_kubeconfig(shell: Shell):
    current = shell.kubectl("config", "current-context").out.strip()
    assert completed(shell, "get", "--context", "") == [f"{current}\tcurrent"]


@pytest.mark.parametrize("words", [("get",), ("node",), ("node", "--require")], ids=" ".join)
def test_it_is_one_request_from_the_watch_cache(
    control_plane: ControlPlane, shell: Shell, exhibits: Exhibits, words: tuple[str, ...]
):
    with recorded(control_plane, shell) as recording:
        completed(
            shell,
            "-n",
            exhibits.refused_namespace,
            "--cache-dir",
            shell.variables["HOME"] + words[-1],
            *words,
            "",
        )
    assert recording.only.verb == "list"
    assert "resourceVersion=0" in recording.only.uri


def test_whoever_may_list_nothing_is_offered_nothing(
    control_plane: ControlPlane, shell: Shell, exhibits: Exhibits
):
    assert completed(shell, "get", "-n", exhibits.namespace, "--as", "nobody-at-all", "") == []
