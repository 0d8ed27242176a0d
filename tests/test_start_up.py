"""What a start loads: people hold slow starts against Python, and most of a start is imports."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from kubectl_ds.cli import COMMANDS
from kubectl_ds.kube.api_server.server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from tests.kube.loopback import new_authority

PROBE = """
import os, sys
os._exit = sys.exit
sys.argv[0] = "kubectl-ds"
from kubectl_ds.starting import run
try:
    run()
except SystemExit as end:
    print(end.code, *(name for name, module in sys.modules.items() if module), file=sys.stderr)
"""
WITHOUT_A_CLUSTER = [
    *(["--help"], ["version"], ["completion", "bash"], ["__complete", ""], ["__complete", "coverage", "-"]),
    *(["__complete", "get", "-o", ""], ["__complete", "create", "--"]),
    *([name, "--help"] for name, _ in COMMANDS),
]

ONE = ("-n", "monitoring", "node-exporter")
READING = {
    "get": ("-A",),
    "get one": ONE,
    "coverage": ("-A",),
    "describe": ONE,
    "explain": ONE,
    "history": ONE,
    "node": (),
    "matrix": (),
    "overhead": ("-A",),
    "audit": ("--fail-on", "none"),
    "diff": ("now", "now"),
    "rollout": ONE,
}
"""What comes behind the command; a second word of the key only tells two apart."""

# Each was on the way once, for a thing that a few lines do as well or that few runs need; the figures are in
# docs/decisions/0017-start-up.md.
HEAVY = frozenset(
    {
        *(
            "asyncio",
            "concurrent.futures",
            "dataclasses",
            "email",
            "encodings.idna",
            "hashlib",
            "html",
            "http",
        ),
        *(
            "importlib.metadata",
            "inspect",
            "logging",
            "multiprocessing",
            "pathlib",
            "random",
            "shutil",
            "subprocess",
        ),
        *("tempfile", "typing_extensions", "urllib.request", "zipfile"),
    }
)


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample cluster over TLS, with a client certificate, in a kubeconfig as kubectl writes them."""
    authority = new_authority()
    certificate, key = authority.client_pair("admin")
    path = tmp_path_factory.mktemp("start") / "config"
    context = authority.server_context(client_certificates=True)
    with ApiServer(sample_cluster(datetime.now(UTC)), tls=context, ca_certificate=authority.pem) as server:
        cluster = {"server": server.url, "certificate-authority-data": _base64(authority.pem)}
        user = {"client-certificate-data": _base64(certificate), "client-key-data": _base64(key)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "x",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        }
        path.write_text(yaml.safe_dump(document))
        yield path


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def loaded(*words: str) -> frozenset[str]:
    """The modules that the program has loaded when it ends, beside those of every Python here."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    ended_with, *modules = done.stderr.splitlines()[-1].split()
    assert ended_with == "0", done.stderr
    return frozenset(modules) - _of_every_python()


def _of_every_python() -> frozenset[str]:
    words = [sys.executable, "-c", "import sys; print(*sys.modules)"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return frozenset(done.stdout.split())


def third_party(modules: frozenset[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"__main__"}


@pytest.mark.parametrize("words", WITHOUT_A_CLUSTER, ids=" ".join)
def test_what_needs_no_cluster_loads_click_at_most(words: list[str]):
    assert third_party(loaded(*words)) <= {"click", "kubectl_ds"}


@pytest.mark.parametrize("command", READING)
def test_what_reads_a_cluster_loads_msgspec_alone_and_nothing_heavy(command: str, kubeconfig: Path):
    name, arguments = command.partition(" ")[0], READING[command]
    modules = loaded(name, *arguments, "--kubeconfig", str(kubeconfig))
    assert third_party(modules) == {"kubectl_ds", "msgspec"}
    assert sorted(modules & HEAVY) == []


def test_what_reads_a_snapshot_loads_no_wire_and_no_archives(tmp_path: Path):
    path = str(tmp_path / "cluster.json.gz")
    assert loaded("demo", "snapshot", "-o", path)
    modules = loaded("coverage", "-A", "--from", path)
    assert third_party(modules) == {"kubectl_ds", "msgspec"}
    wire = {"email", "http", "ssl", "tarfile", "zipfile", "kubectl_ds.kube.http_session"}
    assert sorted(modules & wire) == []


def test_every_command_that_only_reads_a_cluster_is_looked_at():
    without = {"completion", "create", "demo", "plan", "snapshot", "version"}
    assert {name.partition(" ")[0] for name in READING} == {name for name, _ in COMMANDS} - without
