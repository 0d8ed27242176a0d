"""Servers found in a folder as envtest unpacks it: etcd and kube-apiserver, and no more."""

from pathlib import Path

import pytest

from tests.controlplane.another import CONTEXT, KUBECONFIG
from tests.controlplane.assets import ASSETS, must_go_together, server_command
from tests.controlplane.building import build, kubernetes_version
from tests.controlplane.harness import start
from tests.controlplane.kubectl import apply, objects
from tests.controlplane.manifests import conditions, daemonset, namespace
from tests.controlplane.toolchain import numbers
from tests.waiting import until


def executable(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_server_that_is_there_is_taken(tmp_path: Path):
    there = executable(tmp_path / "kube-scheduler", "exit 1")
    assert server_command(tmp_path, "kube-scheduler") == [there]


@pytest.mark.parametrize("name", ["kube-controller-manager", "kube-scheduler"])
def test_the_built_program_stands_in_for_what_envtest_does_not_bring(tmp_path: Path, name: str):
    assert server_command(tmp_path, name) == [str(build()), name]


@pytest.mark.parametrize("name", ["etcd", "kube-apiserver"])
def test_nothing_stands_in_for_what_the_folder_is_for(tmp_path: Path, name: str):
    with pytest.raises(RuntimeError, match=f"no {name}"):
        server_command(tmp_path, name)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Kubernetes v1.33.4", id="an older API server"),
        pytest.param("Kubernetes v1.99.0", id="a much newer one"),
        pytest.param("", id="one that does not say"),
    ],
)
def test_what_stands_in_must_go_with_the_api_server(tmp_path: Path, said: str):
    with pytest.raises(
        RuntimeError, match=f"{said or 'of no release'}.*built here are {kubernetes_version()}"
    ):
        must_go_together(executable(tmp_path / "kube-apiserver", f"echo {said}"))


@pytest.mark.parametrize("later", [0, 1])
def test_an_api_server_of_the_same_release_or_the_next_will_do(tmp_path: Path, later: int):
    major, minor, _ = numbers(kubernetes_version())
    must_go_together(executable(tmp_path / "kube-apiserver", f"echo Kubernetes v{major}.{minor + later}.0"))


@pytest.fixture
def envtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real etcd and a real kube-apiserver as programs of their own."""
    (tmp_path / "etcd").symlink_to(build("etcd"))
    executable(tmp_path / "kube-apiserver", f'exec {build()} kube-apiserver "$@"')
    for name in (KUBECONFIG, CONTEXT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(ASSETS, str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_daemon_pods_run_on_such_a_control_plane(envtest: Path, tmp_path: Path):
    with start(
        nodes=2, users=("somebody",), workdir=tmp_path / "work", arguments=("--node-pods=7",)
    ) as cluster:
        apply(cluster, namespace("assets"))
        until(lambda: objects(cluster, "serviceaccounts", "-n", "assets"), "the service account")
        apply(cluster, daemonset("agent", "assets"))
        until(
            lambda: (
                [conditions(pod).get("Ready") for pod in objects(cluster, "pods", "-n", "assets")]
                == ["True", "True"]
            ),
            "two Ready pods",
        )
        (node, _) = objects(cluster, "nodes")
        assert node["status"]["allocatable"]["pods"] == "7"
        assert cluster.token_of("somebody")
        assert cluster.audit_log.exists()
    assert {path.name for path in (tmp_path / "work").iterdir()} >= {"etcd.log", "kube-scheduler.log"}


@pytest.mark.slow
def test_a_server_that_refuses_its_flags_is_reported_at_once(envtest: Path):
    executable(envtest / "kube-controller-manager", "echo 'unknown flag: --controllers' >&2; exit 1")
    with (
        pytest.raises(RuntimeError, match=r"kube-controller-manager ended(.|\n)*unknown flag: --controllers"),
        start(),
    ):
        pass
