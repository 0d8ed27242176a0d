"""`create`: what is written, what is only printed, what is said before, and what is refused."""

import io
import json

import pytest
import yaml

from kubectl_ds.cli import create_daemonset, main
from kubectl_ds.environment import Environment
from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_node
from tests.core.test_create import a_workload
from tests.program import kubectl_ds

AGENT = ("create", "agent", "--image", "registry.example/agent:1")
OFFLINE = ("--dry-run", "client")


def test_a_client_dry_run_asks_no_cluster():
    assert kubectl_ds(*AGENT, *OFFLINE) == (0, "daemonset.apps/agent created (dry run)\n", "")


@pytest.mark.parametrize("spelling", ["yaml", "json", "kyaml"])
def test_the_manifest_is_the_same_in_every_spelling(spelling):
    tree = yaml.safe_load(kubectl_ds(*AGENT, *OFFLINE, "-o", spelling).out)
    assert tree["metadata"] == {"name": "agent", "labels": {"app": "agent"}}
    assert tree["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/agent:1"


def test_name_prints_the_name():
    assert kubectl_ds(*AGENT, *OFFLINE, "-o", "name").out == "daemonset.apps/agent\n"


def test_the_namespace_stands_in_the_manifest_only_when_it_was_said():
    assert "namespace" not in kubectl_ds(*AGENT, *OFFLINE, "-o", "yaml").out
    assert "namespace: x" in kubectl_ds(*AGENT, *OFFLINE, "-o", "yaml", "-n", "x").out


def test_what_follows_the_dashes_is_the_containers_and_never_a_flag():
    out = kubectl_ds(*AGENT, *OFFLINE, "-o", "json", "--", "-n", "--image", "x").out
    assert json.loads(out)["spec"]["template"]["spec"]["containers"][0]["args"] == ["-n", "--image", "x"]


def test_save_config_notes_the_manifest_as_kubectl_apply_does():
    bare = json.loads(kubectl_ds(*AGENT, *OFFLINE, "-o", "json").out)
    noted = json.loads(kubectl_ds(*AGENT, *OFFLINE, "-o", "json", "--save-config").out)
    (note,) = noted["metadata"]["annotations"].values()
    assert note.endswith("\n")
    assert json.loads(note) == bare


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gpu", {"key": "gpu", "operator": "Exists"}),
        ("gpu=yes", {"key": "gpu", "operator": "Equal", "value": "yes"}),
        ("gpu:NoSchedule", {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}),
        ("a.b/gpu=:NoExecute", {"key": "a.b/gpu", "operator": "Equal", "value": "", "effect": "NoExecute"}),
    ],
)
def test_tolerations_are_written_as_kubectl_writes_taints(word, expected):
    out = kubectl_ds(*AGENT, *OFFLINE, "-o", "json", "--toleration", word).out
    assert json.loads(out)["spec"]["template"]["spec"]["tolerations"] == [expected]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("create", "agent"), 'required flag(s) "image" not set', id="nothing to make it of"),
        pytest.param(("create", "--image", "x"), "exactly one NAME is required", id="no name"),
        pytest.param(
            ("create", "Agent", "--image", "x"), "no name for a DaemonSet", id="a name that is none"
        ),
        pytest.param(("create", "a", "b", "--image", "x"), "unexpected extra argument", id="two names"),
        pytest.param((*AGENT, "--from", "deployment/x"), "exclude each other", id="an image and a workload"),
        pytest.param(
            (*AGENT, "--image", "y", "--", "x"), "cannot specify multiple --image", id="a command for two"
        ),
        pytest.param((*AGENT, "--command"), "nothing follows", id="a command that is missing"),
        pytest.param((*AGENT, "--toleration", "a=b:Never"), "the effects are", id="an effect that is none"),
        pytest.param((*AGENT, "--node-selector", "a"), "takes KEY=VALUE", id="a label without a value"),
        pytest.param((*AGENT, "--node-selector", "a=b c"), "takes KEY=VALUE", id="a value that is none"),
        pytest.param((*AGENT, "--env", "A"), "takes NAME=VALUE", id="a variable without a value"),
        pytest.param((*AGENT, "--mount-host", "var/log"), "a path from the root", id="a relative path"),
        pytest.param((*AGENT, "--mount-host", "/a/../b"), "a path from the root", id="a path that goes back"),
        pytest.param((*AGENT, "--mount-host", "/a:rx"), "a path from the root", id="a mode that is none"),
        pytest.param((*AGENT, "--max-unavailable", "0"), "a number from 1", id="a budget of nothing"),
        pytest.param(
            (*AGENT, "--max-unavailable", "101%"), "must not be greater than 100%", id="more than all"
        ),
        pytest.param((*AGENT, "--port", "0"), "--port", id="a port that is none"),
        pytest.param((*AGENT, "-o", "wide"), "wide", id="a format that prints no object"),
        pytest.param(
            ("create", "--from", "job/x", "--server", "http://127.0.0.1:9"),
            "names no Deployment",
            id="another kind",
        ),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_is_read(words, said):
    outcome = kubectl_ds(*words)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""


# --- from a file -----------------------------------------------------------------------------------


@pytest.fixture
def manifests(tmp_path):
    path = tmp_path / "all.yaml"
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    path.write_text(yaml.safe_dump_all([service, None, a_workload(replicas=2)]))
    return path


@pytest.mark.parametrize("form", [("--from", "-f"), ("-f",), ("--filename",)], ids=" ".join)
def test_the_one_workload_of_a_file_becomes_a_daemonset(manifests, form):
    outcome = kubectl_ds("create", *form, str(manifests), *OFFLINE, "-o", "json")
    assert json.loads(outcome.out)["metadata"]["name"] == "web"
    assert "replicas: 2 is dropped" in outcome.err


def test_another_name_may_be_given(manifests):
    outcome = kubectl_ds("create", "other", "-f", str(manifests), *OFFLINE, "-o", "name")
    assert outcome.out == "daemonset.apps/other\n"


def test_a_file_without_a_workload_is_refused(tmp_path):
    path = tmp_path / "service.yaml"
    path.write_text("apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
    outcome = kubectl_ds("create", "-f", str(path), *OFFLINE)
    assert outcome.code == 2
    assert "0 workloads" in outcome.err


def test_standard_input_is_read():
    out, err = io.StringIO(), io.StringIO()
    stdin = io.StringIO(json.dumps(a_workload()))
    code = main(
        ["create", "-f", "-", *OFFLINE], Environment(variables={}, stdin=stdin, stdout=out, stderr=err)
    )
    assert (int(code), out.getvalue()) == (0, "daemonset.apps/web created (dry run)\n")


# --- before it writes ------------------------------------------------------------------------------


def test_before_it_writes_it_says_where_it_lands():
    nodes = [
        a_node("n1"),
        a_node("n2"),
        a_node("cp", taints=["node-role.kubernetes.io/control-plane:NoSchedule"]),
    ]
    with ApiServer(nodes) as server:
        outcome = kubectl_ds(*AGENT, "--server", server.url)
        everywhere = kubectl_ds(*AGENT, "--all-nodes", "--server", server.url)
        nowhere = kubectl_ds(*AGENT, "--node-selector", "disk=ssd", "--server", server.url)
    assert "It lands on 2 of 3 nodes: n1, n2." in outcome.err
    assert "Not on 1 (cp): The DaemonSet does not tolerate the node's taint" in outcome.err
    assert "It lands on 3 of 3 nodes: cp, n1, n2." in everywhere.err
    assert "It lands on none of 3 nodes." in nowhere.err
    assert "no node has the label disk" in nowhere.err
    # The embedded server lets nothing be written, and says so.
    assert outcome.code == 3
    assert "only lets read" in outcome.err


def test_called_as_kubectlcreate_daemonset_it_takes_the_words_behind():
    out = io.StringIO()
    environment = Environment(variables={}, stdin=io.StringIO(), stdout=out, stderr=io.StringIO())
    code = main(["agent", "--image", "x", *OFFLINE], environment, called=create_daemonset)
    assert (int(code), out.getvalue()) == (0, "daemonset.apps/agent created (dry run)\n")
