"""Help calls the program what people typed to get to it, whatever file stands behind it."""

import io

import pytest

from kubectl_ds.cli import called_by, main
from kubectl_ds.environment import Environment


def said(program: str, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(
        variables={"KUBECONFIG": "/nonexistent", "PATH": ""},
        stdin=io.StringIO(),
        stdout=out,
        stderr=err,
        program=program,
    )
    code = main(words, environment, called=called_by(program))
    return int(code), out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("program", "words", "usage", "example"),
    [
        pytest.param(
            "kubectl-ds", [], "kubectl ds [", "`kubectl ds COMMAND --help`", id="as pip installs it"
        ),
        pytest.param(
            "/x/.krew/bin/kubectl-ds", ["get"], "kubectl ds get [", "kubectl ds get", id="by its path"
        ),
        pytest.param("kubectl-ds.exe", ["get"], "kubectl ds get [", "kubectl ds get", id="on Windows"),
        pytest.param(
            "/x/kubectl_ds/__main__.py", ["get"], "kubectl ds get [", "kubectl ds get", id="as a module"
        ),
        pytest.param(
            "kubectl-ds", ["demo", "get"], "kubectl ds demo get [", "  kubectl ds get -A", id="in the demo"
        ),
        pytest.param(
            "kubectl-daemonset_coverage",
            ["explain"],
            "kubectl daemonset-coverage explain [",
            "  kubectl daemonset-coverage explain cni",
            id="by the name that krew's own index takes",
        ),
        pytest.param(
            "kubectl-create-daemonset",
            [],
            "kubectl create daemonset [",
            "  kubectl create daemonset agent --image",
            id="below kubectl create",
        ),
    ],
)
def test_help(program: str, words: list[str], usage: str, example: str, capsys: pytest.CaptureFixture[str]):
    code, _, err = said(program, *words, "--help")
    assert (code, err) == (0, "")
    # click writes help to the process's own stream.
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: {usage}")
    assert example in out
    if usage.split(" [")[0].split()[1] != "ds":
        assert "kubectl ds" not in out


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        pytest.param("help", "kubectl ds [OPTIONS] COMMAND", id="of everything"),
        pytest.param("help coverage", "kubectl ds coverage [", id="of a command, as kubectl has it"),
        pytest.param("help demo", "kubectl ds demo [OPTIONS] [COMMAND]", id="of the demo"),
        pytest.param(
            "demo --help", "kubectl ds demo [OPTIONS] [COMMAND]", id="of the demo, and not of what it shows"
        ),
        pytest.param("demo coverage -h", "kubectl ds demo coverage [", id="of what it shows"),
    ],
)
def test_ways_to_ask_for_help(words: str, usage: str, capsys: pytest.CaptureFixture[str]):
    assert said("kubectl-ds", *words.split()) == (0, "", "")
    assert capsys.readouterr().out.startswith(f"Usage: {usage}")


def test_a_hint_is_as_one_types_it():
    assert "`kubectl daemonset-coverage get nonsense`" in said("kubectl-daemonset_coverage", "nonsense")[2]
    assert (
        "See 'kubectl daemonset-coverage get --help'"
        in said("kubectl-daemonset_coverage", "get", "--wrong")[2]
    )
