"""What bad input gets: one sentence that says what happened and what to do, and the exit code."""

import io
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from kubectl_ds.kube.api_server import ApiServer, Fault
from tests.clusters import a_daemonset, a_node, a_pod
from tests.kube.faults import cut_after, forbid, login_page, on, refuse, with_body
from tests.program import Outcome, kubectl_ds

CNI = a_daemonset("cni")
CLUSTER = [CNI, a_node("n1"), a_node("n2"), a_pod(CNI, "n1")]


def served(*words: str, faults: Sequence[Fault] = (), variables: dict[str, str] | None = None) -> Outcome:
    with ApiServer(CLUSTER, faults=faults) as server:
        return kubectl_ds(*words, "--server", server.url, variables=variables)


def one_sentence(outcome: Outcome) -> None:
    assert "Traceback" not in outcome.err
    assert outcome.err.count("\n") <= 3, outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["nonsense"], "unknown command 'nonsense'", id="an unknown command"),
        pytest.param(["covrage"], "did you mean 'coverage'", id="a misspelt command"),
        pytest.param(["coverage", "--nope"], "No such option", id="an unknown flag"),
        pytest.param(["coverage", "--state", "Gone"], "unknown state 'Gone'", id="an unknown state"),
        pytest.param(
            ["coverage", "--timeout", "5s"], "--timeout goes with --wait", id="a timeout for nothing"
        ),
        pytest.param(["get", "-o", "toml"], "unable to match a printer", id="an unknown format"),
        pytest.param(
            ["coverage", "-o", "go-template=x"], "unable to match a printer", id="a format reports lack"
        ),
        pytest.param(["get", "-o", "jsonpath={.items["], "", id="a broken jsonpath"),
        pytest.param(
            ["get", "-o", "jsonpath-file=/nonexistent"], "no such file", id="a template file that is gone"
        ),
        pytest.param(["get", "deploy/web"], "is not a DaemonSet", id="another type"),
        pytest.param(["get", "cni", "-A"], "across all namespaces", id="a name in all namespaces"),
        pytest.param(["get", "cni", "-l", "a=b"], "selector", id="a name and a selector"),
        pytest.param(
            ["get", "--chunk-size", "x"], "'x' is not a valid integer", id="a chunk size in letters"
        ),
        pytest.param(["get", "-A=perhaps"], "invalid argument 'perhaps'", id="a switch that is neither"),
        pytest.param(
            ["get", "-n", ".."], "invalid namespace \"..\": [may not be '..']", id="a path as namespace"
        ),
        pytest.param(["coverage", "-n", "a/b"], "may not contain '/'", id="a namespace with a slash"),
        pytest.param(["explain", "."], "invalid resource name \".\": [may not be '.']", id="a path as name"),
        pytest.param(["get", "a%2e"], "may not contain '%'", id="a name with a percent sign"),
        pytest.param(["explain"], "Missing argument 'NAME'", id="explain without a name"),
        pytest.param(["get", "--request-timeout", "soon"], "soon", id="a timeout that is no duration"),
    ],
)
def test_a_wrong_command_line_ends_with_2(words: list[str], says: str):
    outcome = served(*words)
    assert outcome.code == 2, outcome
    assert says in outcome.err
    one_sentence(outcome)


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        pytest.param(
            [on("/daemonsets", forbid())], "Error from server (Forbidden)", id="DaemonSets forbidden"
        ),
        pytest.param([on("/daemonsets", refuse(401, "Unauthorized"))], "logged in", id="an expired token"),
        pytest.param([on("/daemonsets", login_page())], "text/html", id="a login page in place of JSON"),
        pytest.param([on("/daemonsets", with_body(b'{"kind": "Daemon'))], "JSON", id="a cut JSON text"),
        pytest.param([on("/daemonsets", cut_after(40))], "", id="a cut body"),
        pytest.param(
            [on("/daemonsets", with_body(b'{"kind": "PodList", "items": []}'))], "", id="another kind"
        ),
    ],
)
def test_a_cluster_that_does_not_answer_ends_with_3(faults: list[Fault], says: str):
    outcome = served("get", "-A", faults=faults)
    assert outcome.code == 3, outcome
    assert says in outcome.err
    one_sentence(outcome)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(
            'users "admin" is forbidden: User "jane" cannot impersonate resource "users" in API group ""',
            id="until 1.35",
        ),
        pytest.param(
            'daemonsets.apps is forbidden: User "jane" cannot impersonate-on:user-info:list resource "daemonsets"',
            id="with constrained impersonation",
        ),
    ],
)
def test_who_may_not_impersonate_is_not_told_to_ask_for_daemonsets(message: str):
    outcome = served("get", "-A", faults=[on("/daemonsets", refuse(403, message))])
    assert outcome.code == 3
    assert message in outcome.err
    assert 'verbs: ["list"]' not in outcome.err
    assert "leave --as" in outcome.err


def test_a_refused_connection_names_the_server():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        outcome = kubectl_ds("get", "--server", f"http://{address}")
    assert outcome.code == 3
    assert address in outcome.err
    one_sentence(outcome)


def test_an_unknown_name_says_what_is_there():
    outcome = served("coverage", "cnni", "-n", "kube-system")
    assert outcome.code == 3
    assert 'daemonsets.apps "cnni" not found' in outcome.err
    assert "cni" in outcome.err.replace("cnni", "")
    one_sentence(outcome)


def test_a_name_in_another_namespace_says_where():
    outcome = served("coverage", "cni")
    assert outcome.code == 3
    assert "-n kube-system" in outcome.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(None, "", id="no kubeconfig at that path"),
        pytest.param("{[", "", id="a kubeconfig that is no YAML"),
        pytest.param(
            "apiVersion: v1\nkind: Config\ncurrent-context: gone\n", "gone", id="a context that is not there"
        ),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_ends_with_3(tmp_path: Path, text: str | None, says: str):
    path = tmp_path / "config"
    if text is not None:
        path.write_text(text)
    outcome = kubectl_ds("get", "--kubeconfig", str(path))
    assert outcome.code == 3
    assert says in outcome.err
    one_sentence(outcome)


def test_an_unknown_context_ends_with_3(tmp_path: Path):
    with ApiServer(CLUSTER) as server:
        path = tmp_path / "config"
        path.write_text(server.kubeconfig())
        outcome = kubectl_ds("get", "--kubeconfig", str(path), "--context", "nowhere")
    assert outcome.code == 3
    assert "nowhere" in outcome.err
    one_sentence(outcome)


@pytest.mark.parametrize("resource", ["nodes", "pods", "events", "controllerrevisions"])
@pytest.mark.parametrize(
    "command", ["get -A", "coverage -A", "explain cni -n kube-system", "describe cni -n kube-system"]
)
def test_what_may_not_be_read_is_named_and_ends_with_3_unless_partial_is_allowed(command: str, resource: str):
    faults = [on(f"/{resource}", forbid())]
    whole = served(*command.split(), faults=faults)
    assert whole.code == 3
    assert resource in whole.err
    assert "cni" in whole.out
    partial = served(*command.split(), "--allow-partial", faults=[on(f"/{resource}", forbid())])
    assert partial.code == 0
    assert resource in partial.err


def test_findings_end_with_1_only_when_asked_for():
    assert served("coverage", "-A").code == 0
    assert served("coverage", "-A", "--exit-code").code == 1
    assert served("coverage", "-A", "--exit-code", faults=[on("/events", forbid())]).code == 3


def test_an_empty_cluster_says_so_as_kubectl_does():
    with ApiServer([a_node("n1")]) as server:
        everywhere = kubectl_ds("get", "-A", "--server", server.url)
        here = kubectl_ds("get", "-n", "kube-system", "--server", server.url)
    assert everywhere == (0, "", "No resources found\n")
    assert here == (0, "", "No resources found in kube-system namespace.\n")


def test_a_traceback_only_with_v(monkeypatch: pytest.MonkeyPatch):
    quiet = served("get", "-A", faults=[on("/daemonsets", login_page())])
    loud = served("get", "-A", "-v=1", faults=[on("/daemonsets", login_page())])
    assert "Traceback" not in quiet.err
    assert "Traceback" in loud.err


HOSTILE = "evil\x1b]0;owned\x07\x1b[2J\r\nfake-line\u202egnp.exe\x9b31m"


def test_hostile_text_reaches_no_terminal_and_stays_whole_in_json():
    import json

    hostile = a_daemonset("cni")
    hostile["metadata"]["annotations"] = {"note": HOSTILE}
    hostile["metadata"]["labels"] = {"label": HOSTILE}
    hostile["spec"]["template"]["spec"]["nodeSelector"] = {"role": HOSTILE}
    pod = a_pod(hostile, "n1", ready=False)
    pod["status"]["message"] = pod["status"]["reason"] = HOSTILE
    node = a_node("n1", labels={"role": HOSTILE})
    with ApiServer([hostile, node, pod]) as server:
        to = ("--server", server.url, "-n", "kube-system")
        texts = [
            kubectl_ds(*words, *to)
            for words in (
                ("get", "--show-labels", "-o", "wide"),
                ("get", "-L", "label"),
                ("coverage", "-o", "wide"),
                ("explain", "cni", "--node", "n1"),
                ("describe", "cni"),
                ("get", HOSTILE),
                ("coverage", "cni", "--context", HOSTILE),
            )
        ]
        whole = kubectl_ds("get", "cni", "-o", "json", *to)
        document = kubectl_ds("explain", "cni", "--node", "n1", "-o", "json", *to)
    for outcome in texts:
        told = outcome.out + outcome.err
        assert not {
            c for c in told if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2028")
        }
        assert "\nfake-line" not in told
    assert json.loads(whole.out)["metadata"]["annotations"]["note"] == HOSTILE
    assert HOSTILE in str(json.loads(document.out)).encode().decode(
        "unicode_escape", "ignore"
    ) or HOSTILE in [*json.loads(document.out)["nodes"][0]["rules"][1]["has"].values()]


def test_a_defect_of_the_program_is_one_line_too():
    """Nothing of ours is replaced: a standard output that cannot be written to is defect enough."""

    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise RuntimeError("nobody\nexpected this")

    err = io.StringIO()
    environment = Environment(variables={}, stdin=io.StringIO(), stdout=Broken(), stderr=err)
    assert main(["version"], environment) == 3
    assert err.getvalue() == "error: unexpected RuntimeError: nobody expected this (-v=1 shows where)\n"
