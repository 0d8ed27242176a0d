"""What is refused, in whose words, and with which exit code: kubectl knows only 1."""

import pytest

from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Shell

WORD_FOR_WORD = [
    pytest.param(3, ["gone"], id="a name that is not there"),
    pytest.param(3, ["gone", "bare", "lost"], id="two names of three that are not there"),
    pytest.param(3, ["BARE"], id="a name in capitals"),
    pytest.param(3, ["x y"], id="a name that cannot be one"),
    pytest.param(2, [".."], id="a path for a name"),
    pytest.param(2, ["a%2fb"], id="a name with a percent sign"),
    pytest.param(2, ["bare", "-A"], id="a name in all namespaces"),
    pytest.param(2, ["bare", "-l", "a=b"], id="a name and a selector"),
    pytest.param(2, ["bare", "--field-selector", "metadata.name=x"], id="a name and a field"),
    pytest.param(3, ["-l", "a=b=c"], id="a selector that cannot be parsed"),
    pytest.param(3, ["-l", "a in"], id="a selector that ends too soon"),
    pytest.param(3, ["-l", "-a=b"], id="a label key that cannot be one"),
    pytest.param(3, ["--field-selector", "spec.x=y"], id="a field that the server does not know"),
    pytest.param(3, ["--field-selector", "a"], id="a field selector without a value"),
    pytest.param(2, ["--show-labels", "-o", "yaml"], id="labels in YAML"),
    pytest.param(2, ["--output-watch-events"], id="watch events without a watch"),
    pytest.param(2, ["-o", "jsonpath"], id="a template that is missing"),
    pytest.param(3, ["--as=nobody"], id="a user who may not list"),
    pytest.param(3, ["--as=nobody", "bare"], id="a user who may not get"),
    pytest.param(3, ["--as=nobody", "-A"], id="a user who may not list everywhere"),
    pytest.param(3, ["--as=nobody", "-o", "json"], id="a user who may not list, in JSON"),
]


@pytest.mark.parametrize(("code", "words"), WORD_FOR_WORD)
def test_kubectls_sentences_come_first(shell: Shell, exhibits: Exhibits, code: int, words: list[str]):
    theirs, ours = shell.both("get", "-n", exhibits.namespace, *words)
    assert (theirs.code, ours.code) == (1, code)
    assert ours.out == "" or "bare" in words
    said = theirs.err.splitlines()
    assert ours.err.splitlines()[: len(said)] == said


IN_OTHER_WORDS = [
    pytest.param(2, ["--no-such-flag"], "--no-such-flag", id="an unknown flag"),
    pytest.param(2, ["-AZ"], "-Z", id="an unknown letter"),
    pytest.param(2, ["-o"], "requires an argument", id="a flag without its value"),
    pytest.param(2, ["--chunk-size=x"], "--chunk-size", id="a number in letters"),
    pytest.param(2, ["-A=x"], "-A", id="a switch that is neither"),
    pytest.param(2, ["--request-timeout=soon"], "soon", id="a timeout that is none"),
    pytest.param(
        2, ["-n", "a/b"], 'invalid namespace "a/b": [may not contain', id="a namespace with a slash"
    ),
    pytest.param(2, ["-n", ".."], "invalid namespace \"..\": [may not be '..']", id="a path as namespace"),
    pytest.param(2, ["pod/x"], "'pod/x' is not a DaemonSet", id="another type"),
    pytest.param(2, [""], "names no DaemonSet", id="an empty name"),
    pytest.param(3, ["--context=gone"], "'gone'", id="a context that is not there"),
    pytest.param(3, ["--cluster=gone"], "'gone'", id="a cluster that is not there"),
    pytest.param(3, ["--user=gone"], "'gone'", id="a user who is not there"),
    pytest.param(3, ["--kubeconfig=/gone"], "/gone", id="a kubeconfig that is not there"),
    pytest.param(
        3, ["--server=https://127.0.0.1:9"], "127.0.0.1:9 was refused", id="a server that is not there"
    ),
    pytest.param(3, ["--certificate-authority=/gone"], "/gone", id="an authority that is not there"),
    pytest.param(3, ["--client-certificate=/gone"], "/gone", id="a certificate that is not there"),
    pytest.param(3, ["--as-group=x"], "impersonate", id="a group for nobody"),
    pytest.param(3, ["--tls-server-name=other"], "another name", id="another server's name"),
    pytest.param(3, ["--request-timeout=1ms"], "within 0.001 seconds", id="no time at all"),
]


@pytest.mark.parametrize(("code", "words", "says"), IN_OTHER_WORDS)
def test_what_kubectl_refuses_is_refused_in_one_sentence_and_an_advice(
    shell: Shell, exhibits: Exhibits, code: int, words: list[str], says: str
):
    theirs, ours = shell.both("get", "-n", exhibits.namespace, *words)
    assert (theirs.code, ours.code, ours.out) == (1, code, "")
    assert says in ours.err
    assert ours.err.startswith("error: ")
    assert len(ours.err.splitlines()) <= 2


def test_an_unknown_command_is_told_from_a_name(shell: Shell, exhibits: Exhibits):
    outcome = shell.ds("covrage", "-n", exhibits.namespace)
    assert outcome == (2, "", "error: unknown command 'covrage'\n  did you mean 'coverage'?\n")
    outcome = shell.ds("bare", "-n", exhibits.namespace)
    assert outcome == (2, "", "error: unknown command 'bare'\n  `kubectl ds get bare` shows one DaemonSet.\n")
