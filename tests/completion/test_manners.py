"""Completion's manners: it asks little, waits a second at most, remembers for a moment, and never says a word."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kubectl_ds.commands.completed_names import PATIENCE
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.client_config import ClientConfig, client_config
from kubectl_ds.kube.connection import ConnectionFlags
from kubectl_ds.kube.kubeconfig import load_kubeconfig
from kubectl_ds.kube.name_cache import NameCache, cache_folder, cache_key
from kubectl_ds.kube.object_names import ObjectName
from kubectl_ds.kube.sample import sample_cluster
from tests.program import kubectl_ds
from tests.waiting import until

QUIET = ":36\n"


@pytest.fixture
def silent_server() -> Iterator[str]:
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def kubeconfig(path: Path, server: str, user: dict[str, object]) -> str:
    document = {
        "current-context": "here",
        "clusters": [{"name": "there", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "someone", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "there", "user": "someone"}}],
    }
    path.write_text(json.dumps(document))
    return str(path)


def test_a_server_that_says_nothing_gives_no_names_and_no_words(silent_server: str):
    assert kubectl_ds("__complete", "node", "--server", silent_server, "") == (0, QUIET, "")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["get", "--server", "http://127.0.0.1:1", ""], id="nobody listens"),
        pytest.param(["get", "--server", "nonsense://", ""], id="no URL"),
        pytest.param(["get", "--kubeconfig", "/nonexistent", ""], id="no kubeconfig"),
        pytest.param(["get", "--context", "gone", ""], id="no such context"),
        pytest.param(
            ["get", "--request-timeout", "soon", "--server", "http://127.0.0.1:1", ""], id="a bad duration"
        ),
        pytest.param(["get", "--as-group", "g", ""], id="flags that contradict each other"),
        pytest.param(["get", "--context", ""], id="contexts of no kubeconfig"),
        pytest.param(["get", "--nonsense", "x", ""], id="an unknown flag"),
    ],
)
def test_what_cannot_be_had_is_left_out_in_silence(words: list[str]):
    code, out, err = kubectl_ds("__complete", *words)
    assert (code, err) == (0, "")
    assert out in (QUIET, ":4\n")


def test_without_any_argument_there_is_an_answer():
    assert kubectl_ds("__complete").out.endswith(QUIET)


@pytest.mark.parametrize("mode", ["Always", "IfAvailable"])
def test_a_credential_plugin_never_has_the_terminal(tmp_path: Path, mode: str):
    told = tmp_path / "told"
    script = f"import os; open({str(told)!r}, 'w').write(os.environ['KUBERNETES_EXEC_INFO']); input()"
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "interactiveMode": mode,
        "command": sys.executable,
        "args": ["-c", script],
    }
    path = kubeconfig(tmp_path / "config", "https://127.0.0.1:1", {"exec": plugin})
    code, out, err = kubectl_ds("__complete", "get", "", variables={"KUBECONFIG": path, PATIENCE: "60"})
    assert (code, out, err) == (0, QUIET, "")
    # One that must ask is not run at all; one that may ask is told not to, and gets no standard input.
    assert told.exists() == (mode == "IfAvailable")
    if mode == "IfAvailable":
        assert json.loads(told.read_text())["spec"]["interactive"] is False


def test_a_plugin_that_takes_too_long_is_not_left_behind(tmp_path: Path):
    pid = tmp_path / "pid"
    script = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "interactiveMode": "Never",
        "command": sys.executable,
        "args": ["-c", script],
    }
    path = kubeconfig(tmp_path / "config", "https://127.0.0.1:1", {"exec": plugin})
    done = subprocess.run(
        [sys.executable, "-m", "kubectl_ds", "__complete", "get", ""],
        env={"KUBECONFIG": path, "PATH": os.defpath, PATIENCE: "3"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, QUIET, "")
    until(lambda: not is_alive(int(pid.read_text())), "the plugin has ended")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_names_that_could_do_harm_in_a_shell_are_not_offered():
    objects = sample_cluster(datetime.now(UTC))
    nodes = [one for one in objects if one["kind"] == "Node"]
    for node, name in zip(nodes, ("$(reboot)", "a b", "a;b", "\x1b[2J", "fine-1"), strict=False):
        node["metadata"]["name"] = name
    patient = {PATIENCE: "60"}
    with ApiServer(nodes[:5]) as server:
        assert (
            kubectl_ds("__complete", "node", "--server", server.url, "", variables=patient).out
            == f"fine-1\n{QUIET}"
        )


# --- the cache -------------------------------------------------------------------------------------

NAMES = [ObjectName("cni", "kube-system", "3 of 3 ready"), ObjectName("csi")]


def config_of(path: str, **flags: str) -> ClientConfig:
    given = ConnectionFlags(**flags)
    return client_config(load_kubeconfig(path, {}), given, {})


def test_names_are_kept_for_a_moment(tmp_path: Path):
    NameCache(str(tmp_path / "cache"), now=time.time()).put("key", NAMES)
    written = (tmp_path / "cache" / "key").stat().st_mtime
    assert NameCache(str(tmp_path / "cache"), now=written + 4).get("key") == NAMES
    assert NameCache(str(tmp_path / "cache"), now=written + 6).get("key") is None
    assert NameCache(str(tmp_path / "cache"), now=written - 60).get("key") is None


def test_nobody_else_may_read_them(tmp_path: Path):
    NameCache(str(tmp_path / "cache"), now=time.time()).put("key", NAMES)
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert [stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "cache").iterdir()] == [0o600]


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_file_that_others_could_have_written_or_read_does_not_count(tmp_path: Path, mode: int):
    cache = NameCache(str(tmp_path), now=time.time())
    cache.put("key", NAMES)
    (tmp_path / "key").chmod(mode)
    assert cache.get("key") is None


def test_nor_does_a_link(tmp_path: Path):
    cache = NameCache(str(tmp_path), now=time.time() + 1)
    cache.put("real", NAMES)
    (tmp_path / "key").symlink_to("real")
    assert cache.get("real") == NAMES
    assert cache.get("key") is None


def test_what_nobody_asks_for_any_more_is_forgotten(tmp_path: Path):
    NameCache(str(tmp_path), now=time.time()).put("old", NAMES)
    NameCache(str(tmp_path), now=time.time() + 120).put("new", NAMES)
    assert [one.name for one in tmp_path.iterdir()] == ["new"]


def test_a_folder_that_cannot_be_made_is_no_matter(tmp_path: Path):
    (tmp_path / "file").touch()
    cache = NameCache(str(tmp_path / "file" / "cache"), now=time.time())
    cache.put("key", NAMES)
    assert cache.get("key") is None


def test_the_folder_is_below_kubectls_own():
    home = {"HOME": "/home/a"}
    assert cache_folder("", home) == "/home/a/.kube/cache/kubectl-ds"
    assert cache_folder("", {**home, "KUBECACHEDIR": "/var/k"}) == "/var/k/kubectl-ds"
    assert cache_folder("/x", {**home, "KUBECACHEDIR": "/var/k"}) == "/x/kubectl-ds"
    assert cache_folder("", {}) == ""


def test_identities_servers_and_questions_do_not_mix(tmp_path: Path):
    token = kubeconfig(tmp_path / "a", "https://one", {"token": "a"})
    exec_user = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "interactiveMode": "Never",
        "command": "login",
    }
    plugin = kubeconfig(tmp_path / "b", "https://one", {"exec": exec_user})
    keys = [
        cache_key(config_of(token), "nodes", {}),
        cache_key(config_of(token), "daemonsets x", {}),
        cache_key(config_of(token, token="b"), "nodes", {}),
        cache_key(config_of(token, as_user="someone-else"), "nodes", {}),
        cache_key(config_of(token, server="https://two"), "nodes", {}),
        cache_key(config_of(plugin), "nodes", {}),
        cache_key(config_of(plugin), "nodes", {"AWS_PROFILE": "other"}),
    ]
    assert len(set(keys)) == len(keys)
    assert cache_key(config_of(plugin), "nodes", {"PWD": "/"}) == cache_key(config_of(plugin), "nodes", {})


def test_another_content_of_a_token_file_is_another_identity(tmp_path: Path):
    (tmp_path / "token").write_text("a")
    config = config_of(kubeconfig(tmp_path / "a", "https://one", {"tokenFile": "token"}))
    before = cache_key(config, "nodes", {})
    (tmp_path / "token").write_text("b")
    assert cache_key(config, "nodes", {}) != before


def test_a_second_tab_asks_nobody(tmp_path: Path):
    home = {"HOME": str(tmp_path), PATIENCE: "60"}
    with ApiServer(sample_cluster(datetime.now(UTC))) as server:
        words = ("__complete", "get", "--server", server.url, "-n", "logging", "")
        first = kubectl_ds(*words, variables=home)
    # The server is gone.
    assert first.out.startswith("fluent-bit\t")
    assert kubectl_ds(*words, variables=home) == first


def test_that_there_was_no_answer_is_kept_too(tmp_path: Path, silent_server: str):
    words = ("__complete", "get", "--server", silent_server, "")
    assert kubectl_ds(*words, variables={"HOME": str(tmp_path)}).out == QUIET
    [kept] = (tmp_path / ".kube" / "cache" / "kubectl-ds").iterdir()
    assert json.loads(kept.read_text()) == []


@pytest.mark.parametrize("said", ["", "0", "-1", "soon", "1e3", "²"])
def test_a_patience_that_is_no_number_is_the_usual_one(silent_server: str, said: str):
    outcome = kubectl_ds("__complete", "get", "--server", silent_server, "", variables={PATIENCE: said})
    assert outcome == (0, QUIET, "")
