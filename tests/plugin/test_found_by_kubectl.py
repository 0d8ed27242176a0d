"""kubectl finds the installed plugin, and hands over words, streams and exit code."""

import shutil
from pathlib import Path

import pytest

from kubectl_ds import __version__
from kubectl_ds.cli import COMMANDS
from tests.plugin.conftest import Exhibits
from tests.plugin.shell import SCRIPTS, Shell

CREATE = (
    'warning: kubectl-create-daemonset overwrites existing command: "kubectl create"',
    "error: one plugin warning was found",
)
"""What kubectl says of every plugin below `create`, though it allows them there (cmd.go, IsSubcommandPluginAllowed)
and `create` stays what it was: its check compares names alone (pkg/cmd/plugin, CommandOverrideVerifier)."""


def test_kubectl_lists_the_plugin_and_warns_of_nothing_but_its_own_mistake(shell: Shell):
    listed = shell.where(PATH=SCRIPTS).kubectl("plugin", "list")
    names = {Path(line).name for line in listed.out.splitlines() if line.startswith("/")}
    assert names == {"kubectl-ds", "kubectl-create-daemonset"}, "and not kubectl_complete-ds"
    assert [line.strip(" -") for line in listed.err.splitlines() if line.strip()] == list(CREATE)


def test_create_is_still_kubectls_and_daemonset_is_ours(shell: Shell):
    words = ("x", "--image=registry.example/agent:1", "--dry-run=client", "-o", "name")
    assert shell.kubectl("create", "deployment", *words).out == "deployment.apps/x\n"
    assert shell.kubectl("create", "daemonset", *words).out == "daemonset.apps/x\n"


def test_no_kubectl_command_stands_in_its_way(shell: Shell):
    outcome = shell.kubectl("ds", "version")
    assert outcome == (0, f"kubectl-ds v{__version__}\n", "")


@pytest.mark.parametrize("words", [("ds", "--help"), ("ds", "-h")], ids=" ".join)
def test_help_is_the_plugins_own_and_is_written_as_people_type_it(shell: Shell, words: tuple[str, ...]):
    outcome = shell.kubectl(*words)
    assert (outcome.code, outcome.err) == (0, "")
    assert "Usage: kubectl ds " in outcome.out
    for name, summary in COMMANDS:
        assert f"  {name} " in outcome.out, name
        assert summary.split()[0] in outcome.out


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_has_help_of_its_own(shell: Shell, name: str):
    outcome = shell.ds(name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Usage: kubectl ds {name} ")


def test_flags_come_behind_the_plugins_name(shell: Shell):
    """kubectl's own rule, which the README tells: it would not know which words belong to it."""
    outcome = shell.kubectl("-n", "kube-system", "ds")
    assert outcome.code == 1
    assert "flags cannot be placed before plugin name: -n" in outcome.err


def test_the_exit_code_and_both_streams_come_through(shell: Shell, exhibits: Exhibits):
    outcome = shell.ds("get", "quiet-annotations", "gone", "-o", "name", "-n", exhibits.namespace)
    assert (outcome.code, outcome.out) == (3, "daemonset.apps/quiet-annotations\n")
    assert outcome.err.startswith('Error from server (NotFound): daemonsets.apps "gone" not found\n')


def test_standard_input_comes_through_as_no_terminal(shell: Shell):
    """What asks at a terminal must not wait for an answer that a pipe never gives."""
    outcome = shell.run("kubectl", "ds", "version", stdin="yes\n")
    assert outcome.code == 0


def test_kubectl_itself_is_found_for_go_templates_though_path_has_none(shell: Shell, exhibits: Exhibits):
    """kubectl names itself to its plugins in KUBECTL_PATH."""
    kubectl = shutil.which("kubectl", path=SCRIPTS)
    assert kubectl
    words = ("ds", "get", "bare", "-n", exhibits.namespace, "-o", "go-template={{.metadata.name}}")
    plugin_alone = exhibits_folder(shell, "kubectl-ds")
    assert shell.where(PATH=plugin_alone).run(kubectl, *words) == (0, "bare", "")


def exhibits_folder(shell: Shell, program: str) -> str:
    """A folder with one program in it."""
    folder = Path(shell.variables["HOME"], f"only-{program}")
    folder.mkdir(exist_ok=True)
    link = folder / program
    link.unlink(missing_ok=True)
    link.symlink_to(Path(SCRIPTS, program))
    return str(folder)
