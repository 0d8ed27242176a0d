"""Real bash, zsh and fish at a terminal: TAB is pressed, and the command line is looked at."""

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.completion.shells import bash_completion, shell_program, variables_of
from tests.completion.terminal import Terminal, terminal

SCRIPTS = sysconfig.get_path("scripts")
SHOWS_ITS_LINE = {
    "bash": r"""bind 'set enable-bracketed-paste off'; bind -x '"\C-g": printf "<[%s]>" "$READLINE_LINE"'""",
    "zsh": r"""autoload -U compinit && compinit -u -D; bindkey -e; show() { print -rn -- "<[$BUFFER]>" }; """
    r"""zle -N show; bindkey '^G' show""",
    "fish": r"""set -g fish_autosuggestion_enabled 0; bind \cg 'printf "<[%s]>" (commandline)'""",
}
TAKES_THE_SCRIPT = {
    "bash": "source <({} completion bash)",
    "zsh": "source <({} completion zsh)",
    "fish": "{} completion fish | source",
}
SHELLS = tuple(TAKES_THE_SCRIPT)


@pytest.fixture(scope="module", params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A shell that has taken the scripts of kubectl-ds and of kubectl."""
    name: str = request.param
    words = shell_program(name)
    home = tmp_path_factory.mktemp("home")
    (home / "manifest.yaml").touch()
    (home / "manifests").mkdir()
    variables = {
        "PATH": f"{SCRIPTS}{os.pathsep}{os.defpath}",
        "HOME": str(home),
        "TERM": "xterm",
        "KUBECONFIG": str(kubeconfig(home)),
        "FIRST": str(home),
        **variables_of(words[0]),
    }
    with terminal(words, variables) as opened:
        lines = [
            f"cd {home}",
            SHOWS_ITS_LINE[name],
            *([f"source {bash_completion()}"] if name == "bash" else []),
            *(TAKES_THE_SCRIPT[name].format(program) for program in ("kubectl-ds", "kubectl")),
        ]
        for number, line in enumerate(lines):
            opened.press(f"{line}; echo done-{number}''-\r")
            opened.wait_for(f"done-{number}-")
        yield opened


def kubeconfig(home: Path) -> Path:
    path = home / "config"
    names = (
        "arn:aws:eks:eu-west-1:1234:cluster/blue",
        "arn:aws:eks:eu-west-1:1234:cluster/green",
        "two words",
    )
    contexts = "".join(f"- name: {name}\n  context: {{cluster: c, user: u}}\n" for name in names)
    path.write_text(f"apiVersion: v1\nkind: Config\ncontexts:\n{contexts}")
    return path


def test_zsh_finds_the_script_in_a_folder_of_its_functions(tmp_path: Path):
    words = shell_program("zsh")
    script = subprocess.run(
        [f"{SCRIPTS}/kubectl-ds", "completion", "zsh"], capture_output=True, check=True
    ).stdout
    (tmp_path / "_kubectl-ds").write_bytes(script)
    variables = {
        "PATH": f"{SCRIPTS}{os.pathsep}{os.defpath}",
        "HOME": str(tmp_path),
        "TERM": "xterm",
        **variables_of(words[0]),
    }
    with terminal(words, variables) as shell:
        shell.press(f"fpath=({tmp_path} $fpath); {SHOWS_ITS_LINE['zsh']}; echo done''-\r")
        shell.wait_for("done-")
        # The first TAB loads it and has to answer, as the second one does.
        for _ in range(2):
            assert shell.line("kubectl-ds cov\t") == "kubectl-ds coverage "


@pytest.mark.parametrize("program", ["kubectl-ds", "kubectl ds"])
@pytest.mark.parametrize(
    ("typed", "line"),
    [
        pytest.param("cov\t", "coverage ", id="a command"),
        pytest.param("-n x cov\t", "-n x coverage ", id="a command behind flags"),
        pytest.param("coverage --exit\t", "coverage --exit-code ", id="a flag"),
        pytest.param("demo coverage --state Rea\t", "demo coverage --state Ready ", id="a flag's value"),
        pytest.param(
            "demo explain --node=worker-a-1\t", "demo explain --node=worker-a-1 ", id="behind an equals sign"
        ),
        pytest.param("demo coverage ds/nod\t", "demo coverage ds/node-exporter ", id="behind a slash"),
        pytest.param(
            "demo get -n 'logging' flu\t", "demo get -n 'logging' fluent-bit ", id="behind a quoted word"
        ),
        pytest.param(
            "demo coverage --state=Ready,NotR\t",
            "demo coverage --state=Ready,NotReady ",
            id="the next of several",
        ),
        pytest.param("get -o jsonpath-a\t", "get -o jsonpath-as-json=", id="no blank where a value follows"),
        pytest.param("plan -f manifest.\t", "plan -f manifest.yaml ", id="a file"),
        pytest.param("get nothing-like-this\t", "get nothing-like-this", id="nothing, and no file either"),
        pytest.param("completion pow\t", "completion powershell ", id="a shell"),
    ],
)
def test_tab_completes(shell: Terminal, program: str, typed: str, line: str):
    # kubectl's script for bash quotes commas, which need it not.
    assert shell.line(f"{program} {typed}").replace("\\,", ",") == f"{program} {line}"


@pytest.mark.parametrize(
    "typed",
    [
        "get --context arn:aws:eks:eu-west-1:1234:cluster/g\t",
        "get --context=arn:aws:eks:eu-west-1:1234:cluster/g\t",
    ],
)
def test_a_name_with_colons_is_completed_whole(shell: Terminal, typed: str):
    completed = shell.line(f"kubectl-ds {typed}")
    assert completed.replace("\\", "") == f"kubectl-ds {typed.strip()}reen "


def test_a_name_with_a_blank_is_quoted(shell: Terminal):
    assert shell.line("kubectl-ds get --context tw\t") == "kubectl-ds get --context two\\ words "


def test_a_file_is_completed_behind_an_equals_sign(shell: Terminal):
    assert (
        shell.line("kubectl-ds get --kubeconfig=manifest.\t") == "kubectl-ds get --kubeconfig=manifest.yaml "
    )


def test_a_folder_is_completed_where_one_is_asked_for(shell: Terminal):
    assert shell.line("kubectl-ds get --cache-dir mani\t").rstrip() == "kubectl-ds get --cache-dir manifests/"


def test_two_tabs_list_what_there_is(shell: Terminal):
    shell.press("kubectl-ds co\t\t")
    shell.wait_for("coverage.*completion")
    shell.press("\x15")


def test_nothing_is_said_where_nothing_can_be_read(shell: Terminal):
    shell.press("kubectl-ds get --kubeconfig /nonexistent \t\t\x07")
    shown = shell.wait_for(r"(.*)<\[(.*?)\]>")
    shell.press("\x15")
    assert shown[2] == "kubectl-ds get --kubeconfig /nonexistent "
    assert "error" not in shown[1].lower()
    assert "Traceback" not in shown[1]
