"""Which file wins, held against `kubectl config view --raw`."""

import json
import os

import msgspec
import pytest

from kubectl_ds.errors import KubeconfigError
from kubectl_ds.kube.kubeconfig import Cluster, User, load_kubeconfig, parse_kubeconfig
from tests.kube.loopback import NO_HOME, kubectl

FIRST = """
apiVersion: v1
kind: Config
current-context: ''
clusters:
- name: red
  cluster: {server: "https://first", certificate-authority: pki/ca.pem}
- name: blue
  cluster: {server: "https://blue", insecure-skip-tls-verify: true, proxy-url: "http://p:1", tls-server-name: name}
users:
- name: red-user
  user: {token: first}
- name: plugin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/login, args: [a], env: [{name: NAME, value: v}]}
contexts:
- name: one
  context: {cluster: red, user: red-user, namespace: ns1}
"""
SECOND = """
current-context: two
clusters:
- name: red
  cluster: {server: "https://second", tls-server-name: not-mine}
- name: green
  cluster: {server: "https://green", certificate-authority: ../ca2.pem, disable-compression: true}
users:
- name: red-user
  user: {token: second, username: not-mine, password: x}
- name: files
  user: {client-certificate: c.pem, client-key: k.pem, tokenFile: tok, as: me, as-groups: [a, b], as-uid: "7",
         as-user-extra: {k: [v, w]}}
- name: by-path
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Never}}
contexts:
- name: two
  context: {cluster: green, user: files}
- name: one
  context: {cluster: green, user: files, namespace: other}
"""
THIRD = "current-context: three\ncontexts: [{name: three, context: {cluster: red, user: red-user}}]\n"


@pytest.fixture
def files(tmp_path):
    for name, content in (("a", FIRST), ("b", SECOND), ("c", THIRD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config").write_text(content)
    return tmp_path


def as_kubectl_shows(kubeconfig, base):
    """Our reading in the words of `kubectl config view --raw -o json`."""
    blank = (Cluster(), User(), None)
    return {
        "current-context": kubeconfig.current_context,
        "clusters": {name: _set_fields(value) for name, value in kubeconfig.clusters.items()},
        "users": {name: _set_fields(value) for name, value in kubeconfig.users.items() if value not in blank},
        "contexts": {name: _set_fields(value) for name, value in kubeconfig.contexts.items()},
    }


def _set_fields(value):
    plain = msgspec.to_builtins(value)
    plain.pop("", None)
    return _without_zeros(plain)


PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile", "command")


def _without_zeros(value):
    """Set fields only, and of a path its last part: `config view` shows paths as they were written."""
    if isinstance(value, dict):
        return {
            key: os.path.basename(item) if key in PATHS else _without_zeros(item)
            for key, item in value.items()
            if item not in ("", False, None, {}, [], ())
        }
    if isinstance(value, list | tuple):
        return [_without_zeros(item) for item in value]
    return value


def as_shown(document):
    return {
        "current-context": document["current-context"],
        **{
            plural: {entry["name"]: _without_zeros(entry[singular]) for entry in document[plural] or ()}
            for plural, singular in (("clusters", "cluster"), ("users", "user"), ("contexts", "context"))
        },
    }


@pytest.mark.parametrize(
    "order",
    [
        pytest.param("a", id="one file"),
        pytest.param("ab", id="the first file to name something wins, and an entry is taken whole"),
        pytest.param("ba", id="the other way round"),
        pytest.param("acb", id="the first file that sets a current-context wins"),
        pytest.param("xab", id="missing files are skipped"),
        pytest.param("aba", id="a file named twice is read once"),
        pytest.param("", id="no file at all is an empty kubeconfig"),
    ],
)
def test_files_are_merged_as_kubectl_merges_them(files, order):
    paths = os.pathsep.join(str(files / letter / "config") for letter in order) or str(files / "nowhere")
    shown = kubectl("config", "view", "--raw", "-o", "json", env={"KUBECONFIG": paths})
    assert shown.returncode == 0, shown.stderr
    ours = as_kubectl_shows(load_kubeconfig("", {"KUBECONFIG": paths}), files)
    assert ours == as_shown(json.loads(shown.stdout))


def test_relative_paths_belong_to_their_own_file(files):
    merged = load_kubeconfig("", {"KUBECONFIG": f"{files}/a/config:{files}/b/config"})
    assert merged.clusters["red"].certificate_authority == f"{files}/a/pki/ca.pem"
    assert merged.clusters["green"].certificate_authority == f"{files}/ca2.pem"
    assert merged.users["files"].token_file == f"{files}/b/tok"
    assert merged.users["plugin"].exec.command == f"{files}/a/bin/login"
    assert merged.users["by-path"].exec.command == "aws"


def test_the_kubeconfig_flag_means_that_file_only(files):
    merged = load_kubeconfig(f"{files}/c/config", {"KUBECONFIG": f"{files}/a/config"})
    assert (list(merged.contexts), merged.clusters) == (["three"], {})


def test_the_home_folder_is_the_last_resort(files):
    (files / ".kube").mkdir()
    (files / ".kube" / "config").write_text(THIRD)
    assert load_kubeconfig("", {"HOME": str(files)}).current_context == "three"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("a: [", "not valid YAML", id="broken YAML"),
        pytest.param("just text", "holds no mapping", id="plain text"),
        pytest.param("kind: Pod\napiVersion: v1", "kind is Pod", id="another kind"),
        pytest.param("kind: Config\napiVersion: v2", "apiVersion v2", id="another version"),
        pytest.param("clusters: [{name: 3}]", "clusters", id="a number for a name"),
        pytest.param("users: [{name: a}, {name: a}]", "twice", id="a name twice in one file"),
        pytest.param(b"\xff\xfe\x00\x01\x02", "not valid YAML", id="bytes that are no text"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_refused_by_both(tmp_path, content, says):
    path = tmp_path / "config"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert kubectl("--kubeconfig", str(path), "config", "view").returncode == 1
    with pytest.raises(KubeconfigError, match=says) as raised:
        load_kubeconfig(str(path), NO_HOME)
    assert str(path) in raised.value.message
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="an empty file"),
        pytest.param("{}", id="an empty mapping"),
        pytest.param("clusters: null\nusers:\ncontexts:\n- name: a\n  context: null", id="nulls are absent"),
        pytest.param(
            "contexts: [{name: 2020-01-01, context: {cluster: 12:30}}]", id="dates and times are text"
        ),
        pytest.param(
            "unknown: [1, 2]\nclusters: [{name: a, cluster: {what: 1}}]", id="unknown fields are passed over"
        ),
        pytest.param("current-context: a\n---\ncurrent-context: b", id="only the first document counts"),
    ],
)
def test_a_file_that_kubectl_takes_is_taken(tmp_path, content):
    path = tmp_path / "config"
    path.write_text(content)
    shown = kubectl("--kubeconfig", str(path), "config", "view", "--raw", "-o", "json")
    assert shown.returncode == 0, shown.stderr
    assert as_kubectl_shows(load_kubeconfig(str(path), NO_HOME), tmp_path) == as_shown(
        json.loads(shown.stdout)
    )


def test_a_kubeconfig_flag_that_leads_nowhere_is_an_error(tmp_path):
    with pytest.raises(KubeconfigError, match="does not exist"):
        load_kubeconfig(str(tmp_path / "nowhere"), NO_HOME)


def test_a_folder_is_no_kubeconfig(tmp_path):
    with pytest.raises(KubeconfigError, match="cannot be read"):
        load_kubeconfig("", {"KUBECONFIG": str(tmp_path)})


@pytest.mark.parametrize(
    ("version", "mode"),
    [("v1beta1", "IfAvailable"), ("v1", "")],
    ids=["v1beta1 has a default mode", "v1 has none"],
)
def test_the_default_interactive_mode_depends_on_the_version(version, mode):
    content = f"users: [{{name: u, user: {{exec: {{command: c, apiVersion: client.authentication.k8s.io/{version}}}}}}}]"
    parsed = parse_kubeconfig(content.encode(), "config")
    assert parsed.users["u"].exec.interactive_mode == mode
