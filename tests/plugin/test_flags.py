"""Every flag of kubectl's that has to do with the connection or the scope means the same, wherever it stands."""

import re
from pathlib import Path

import click
import pytest

from kubectl_ds.program import program
from tests.controlplane.cluster import ControlPlane
from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Shell

HERE = "daemonset.apps/bare\n"

NOT_TAKEN = {
    "log-flush-frequency": "klog's, which this program does not log with",
    "vmodule": "klog's",
    "profile": "profiles of a Go program",
    "profile-output": "profiles of a Go program",
    "match-server-version": "there is no version of the server to match",
    "warnings-as-errors": "no request of this program gets a warning",
}
"""Options of every kubectl command that the plugin refuses, and why."""


def test_every_option_of_kubectl_is_an_option_here_or_is_left_out_for_a_reason(shell: Shell):
    theirs = set(re.findall(r"--([\w-]+)=", shell.kubectl("options").out))
    command = program().get_command(click.Context(program()), "get")
    assert command
    ours = {word.removeprefix("--") for option in command.params for word in option.opts}
    assert theirs - ours == set(NOT_TAKEN)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["-n", "{ns}"], id="-n NAME"),
        pytest.param(["-n={ns}"], id="-n=NAME"),
        pytest.param(["-n{ns}"], id="-nNAME"),
        pytest.param(["--namespace", "{ns}"], id="--namespace NAME"),
        pytest.param(["--namespace={ns}"], id="--namespace=NAME"),
        pytest.param(["-n", "other", "-n", "{ns}"], id="the last namespace wins"),
        pytest.param(["-A=false", "-n", "{ns}"], id="-A=false"),
        pytest.param(["--all-namespaces=f", "-n", "{ns}"], id="Go's spellings of false"),
        pytest.param(["-A", "--all-namespaces=0", "-n", "{ns}"], id="the last switch wins"),
        pytest.param(["-n", "{ns}", "-s", "{server}"], id="-s URL"),
        pytest.param(["-n", "{ns}", "--server={server}"], id="--server=URL"),
        pytest.param(["-n", "{ns}", "--context", "admin"], id="--context"),
        pytest.param(["-n", "{ns}", "--cluster=controlplane"], id="--cluster"),
        pytest.param(["-n", "{ns}", "--user", "admin"], id="--user"),
        pytest.param(["-n", "{ns}", "--kubeconfig", "{kubeconfig}"], id="--kubeconfig"),
        pytest.param(["-n", "{ns}", "--token", "{token}"], id="--token"),
        pytest.param(["-n", "{ns}", "--certificate-authority", "{authority}"], id="--certificate-authority"),
        pytest.param(["-n", "{ns}", "--insecure-skip-tls-verify"], id="--insecure-skip-tls-verify"),
        pytest.param(["-n", "{ns}", "--insecure-skip-tls-verify=false"], id="=false of it"),
        pytest.param(["-n", "{ns}", "--tls-server-name", "kubernetes"], id="--tls-server-name"),
        pytest.param(["-n", "{ns}", "--as", "admin", "--as-group=system:masters"], id="--as, --as-group"),
        pytest.param(
            ["-n", "{ns}", "--as=a", "--as-group=system:masters", "--as-uid=7", "--as-user-extra=k=v"],
            id="--as-uid, --as-user-extra",
        ),
        pytest.param(["-n", "{ns}", "--request-timeout=30"], id="--request-timeout=SECONDS"),
        pytest.param(["-n", "{ns}", "--request-timeout", "1m30s"], id="--request-timeout DURATION"),
        pytest.param(["-n", "{ns}", "--disable-compression"], id="--disable-compression"),
        pytest.param(["-n", "{ns}", "--disable-compression=false"], id="--disable-compression=false"),
        pytest.param(["-n", "{ns}", "--cache-dir", "{home}/cache"], id="--cache-dir"),
        pytest.param(["-n", "{ns}", "--kuberc={kuberc}"], id="--kuberc"),
        pytest.param(["-n", "{ns}", "-v=0"], id="-v=0"),
        pytest.param(["-n", "{ns}", "--username=a", "--password=b"], id="--username, --password"),
        pytest.param(["-n", "{ns}", "-l", "app!=x"], id="-l SELECTOR"),
        pytest.param(["-n", "{ns}", "--selector=app!=x"], id="--selector=SELECTOR"),
        pytest.param(["-n", "{ns}", "--chunk-size", "1"], id="--chunk-size"),
        pytest.param(["-An{ns}"], id="letters behind one hyphen"),
        pytest.param(["--all_namespaces=false", "-n", "{ns}"], id="underscores for hyphens"),
    ],
)
def test_a_flag_means_the_same_before_and_behind_the_command(
    shell: Shell, exhibits: Exhibits, control_plane: ControlPlane, home: Path, words: list[str]
):
    kuberc = home / "kuberc"
    kuberc.write_text("apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n")
    values = {
        "{ns}": exhibits.namespace,
        "{server}": control_plane.url,
        "{kubeconfig}": str(control_plane.kubeconfig),
        "{token}": control_plane.token_of("admin"),
        "{authority}": str(control_plane.pki / "ca.crt"),
        "{home}": str(home),
        "{kuberc}": str(kuberc),
    }
    flags = [replaced(word, values) for word in words]
    narrowed = [
        "--field-selector",
        f"metadata.name=bare,metadata.namespace={exhibits.namespace}",
        "-o",
        "name",
    ]
    assert shell.kubectl("get", "ds", *flags, *narrowed).out == HERE
    for line in (["get", *flags, *narrowed], [*flags, "get", *narrowed], [*narrowed, *flags]):
        assert shell.ds(*line) == (0, HERE, ""), line


def replaced(word: str, values: dict[str, str]) -> str:
    for key, value in values.items():
        word = word.replace(key, value)
    return word


def test_a_proxy_is_used(shell: Shell):
    through = ("--proxy-url", "http://127.0.0.1:9")
    assert shell.kubectl("get", "ds", *through).code == 1
    ours = shell.ds("get", *through)
    assert ours.code == 3
    assert "the proxy 127.0.0.1:9 gave no connection" in ours.err


def test_requests_are_logged_with_v_6(shell: Shell, exhibits: Exhibits):
    outcome = shell.ds("get", "bare", "-n", exhibits.namespace, "-o", "name", "-v=6")
    assert outcome.out == HERE
    assert re.search(rf"GET \S+/namespaces/{exhibits.namespace}/daemonsets/bare 200 ", outcome.err), (
        outcome.err
    )


@pytest.mark.parametrize(
    "name",
    ["bare", "ds/bare", "daemonset/bare", "daemonsets/bare", "DaemonSet/bare", "daemonsets.v1.apps/bare"],
)
def test_a_name_may_come_with_its_type(shell: Shell, exhibits: Exhibits, name: str):
    words = ("-n", exhibits.namespace, "-o", "name")
    theirs = shell.kubectl("get", *(["ds", name] if "/" not in name else [name]), *words)
    assert shell.ds("get", name, *words) == theirs == (0, HERE, "")


def test_words_behind_two_dashes_are_names(shell: Shell, exhibits: Exhibits):
    outcome = shell.ds("get", "-n", exhibits.namespace, "-o", "name", "--", "bare", "-A")
    assert (outcome.code, outcome.out) == (3, HERE)
    assert 'daemonsets.apps "-A" not found' in outcome.err


def test_no_color_is_kept_and_a_pipe_is_never_coloured(shell: Shell, exhibits: Exhibits):
    words = ("get", "-n", exhibits.namespace)
    assert "\x1b" not in shell.ds(*words).out
    assert "\x1b" in shell.ds(*words, "--color=always").out
    assert "\x1b" not in shell.where(NO_COLOR="").ds(*words).out
