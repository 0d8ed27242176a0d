"""`kubectl_ds.api`: its page's examples run as they stand, its types hold, and it says what the program prints."""

import base64
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds import api
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from tests.kube.loopback import new_authority
from tests.program import NOW, kubectl_ds
from tests.schema.validation import assert_valid

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"
EXAMPLE = re.compile(r"```python\n(.*?)```\n```\n(.*?)```", re.DOTALL)
EXAMPLES = [found[1] for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the examples run: a kubeconfig with the context `production`, and two snapshots."""
    folder = tmp_path_factory.mktemp("api")
    objects = list(sample_cluster(NOW))
    fewer = [one for one in objects if (one["kind"], one["metadata"]["name"]) != ("Node", "worker-a-3")]
    for name, held in (("cluster", objects), ("monday", fewer)):
        with ApiServer(held, clock=lambda: NOW) as server:
            outcome = kubectl_ds("snapshot", "-o", str(folder / f"{name}.json.gz"), "--server", server.url)
            assert outcome.code == 0, outcome.err
    authority = new_authority()
    certificate, key = authority.client_pair("admin")

    def encoded(pem: bytes) -> str:
        return base64.b64encode(pem).decode()

    tls = authority.server_context(client_certificates=True)
    with ApiServer(objects, clock=lambda: NOW, tls=tls, ca_certificate=authority.pem) as server:
        cluster = {"server": server.url, "certificate-authority-data": encoded(authority.pem)}
        user = {"client-certificate-data": encoded(certificate), "client-key-data": encoded(key)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "production",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "production", "context": {"cluster": "c", "user": "u"}}],
        }
        (folder / "config").write_text(json.dumps(document))
        yield folder


@pytest.fixture
def session(folder: Path) -> Iterator[api.Session]:
    with api.session(kubeconfig=str(folder / "config")) as session:
        yield session


def run(code: str, folder: Path) -> str:
    environment = {**os.environ, "KUBECONFIG": str(folder / "config"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_the_page_print_what_the_page_says(folder: Path, request: pytest.FixtureRequest):
    def shown(found: re.Match[str]) -> str:
        return f"```python\n{found[1]}```\n```\n{run(found[1], folder)}```"

    before = PAGE.read_text(encoding="utf-8")
    now = EXAMPLE.sub(shown, before)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(now, encoding="utf-8")
        before = now
    assert len(EXAMPLES) == before.count("```python"), "every example says what it prints"
    assert now == before


def test_the_examples_of_the_page_are_typed(tmp_path: Path):
    paths = []
    for number, code in enumerate(EXAMPLES):
        path = tmp_path / f"example_{number}.py"
        path.write_text(code)
        paths.append(str(path))
    words = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(ROOT / "setup.cfg"),
        "--strict",
        "--allow-untyped-calls",
        *paths,
    ]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout


def test_every_name_and_parameter_that_stays_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    for name in api.__all__:
        assert f"`{name}" in page or f"`{name}`" in page, name
        held = getattr(api, name)
        if inspect.isfunction(held) and name != "to_document":
            (line,) = [one for one in page.splitlines() if one.startswith(f"| `{name}(")]
            assert all(parameter in line for parameter in inspect.signature(held).parameters), name


def document(report: api.Report) -> dict[str, Any]:
    return assert_valid(api.to_document(report))


FALCO = ("falco", "-n", "security")


@pytest.mark.parametrize(
    ("words", "report"),
    [
        pytest.param(("coverage", "-A"), lambda source: api.coverage(source), id="coverage"),
        pytest.param(
            ("coverage", *FALCO),
            lambda source: api.coverage(source, names=["falco"], namespace="security"),
            id="coverage of one",
        ),
        pytest.param(
            ("coverage", "-A", "-l", "app.kubernetes.io/name=falco"),
            lambda source: api.coverage(source, label_selector="app.kubernetes.io/name=falco"),
            id="coverage by labels",
        ),
        pytest.param(
            ("explain", *FALCO, "--node", "gpu-1"),
            lambda source: api.explain(source, "falco", namespace="security", nodes=["gpu-1"]),
            id="explain",
        ),
        pytest.param(
            ("rollout", *FALCO),
            lambda source: api.rollout(source, "falco", namespace="security"),
            id="rollout",
        ),
        pytest.param(
            ("history", *FALCO),
            lambda source: api.history(source, "falco", namespace="security"),
            id="history",
        ),
        pytest.param(("node", "worker-a-6"), lambda source: api.node(source, "worker-a-6"), id="node"),
        pytest.param(("overhead",), lambda source: api.overhead(source), id="overhead"),
        pytest.param(("audit", "--config="), lambda source: api.audit(source), id="audit"),
        pytest.param(
            ("audit", "--config=", "--select", "DS001", "--require", "security/falco:"),
            lambda source: api.audit(source, select=["DS001"], require=["security/falco:"]),
            id="audit with rules and requirements",
        ),
        pytest.param(
            ("plan", "--taint", "worker-a-1:x=y:NoExecute", "--drain", "worker-b-2"),
            lambda source: api.plan(source, taint=["worker-a-1:x=y:NoExecute"], drain=["worker-b-2"]),
            id="plan",
        ),
    ],
)
def test_a_report_is_what_the_command_prints(
    words: tuple[str, ...], report: Any, folder: Path, session: api.Session
):
    printed = json.loads(kubectl_ds(*words, "-o", "json", "--kubeconfig", str(folder / "config")).out)
    assert document(report(session)) == printed


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(lambda source: api.coverage(source), id="coverage"),
        pytest.param(lambda source: api.coverage(source, names=["falco"], namespace="security"), id="one"),
        pytest.param(lambda source: api.rollout(source, "falco", namespace="security"), id="rollout"),
        pytest.param(lambda source: api.history(source, "falco", namespace="security"), id="history"),
        pytest.param(lambda source: api.explain(source, "cilium", namespace="kube-system"), id="explain"),
        pytest.param(lambda source: api.overhead(source), id="overhead"),
        pytest.param(lambda source: api.audit(source), id="audit"),
        pytest.param(lambda source: api.plan(source, delete=["security/falco"]), id="plan"),
    ],
)
def test_a_session_a_moment_an_api_client_and_a_snapshot_say_the_same(
    report: Any, folder: Path, session: api.Session
):
    asked = document(report(session))
    assert document(report(api.snapshot(session))) == asked
    with api.session_from(folder / "cluster.json.gz") as held:
        assert document(report(held)) == asked
    kubernetes = pytest.importorskip("kubernetes")
    client = kubernetes.config.new_client_from_config(config_file=str(folder / "config"))
    with client:
        assert document(report(api.session_of(client))) == asked


def test_a_name_that_is_not_there_is_an_error_with_a_sentence(session: api.Session):
    for source in (session, api.snapshot(session)):
        with pytest.raises(api.KubectlDsError, match='"falcon" not found'):
            api.rollout(source, "falcon", namespace="security")


def test_a_difference_of_two_snapshots(folder: Path):
    with (
        api.session_from(folder / "monday.json.gz") as monday,
        api.session_from(folder / "cluster.json.gz") as now,
    ):
        report = api.diff(monday, now, labels=("monday", "now"))
    assert document(report)["nodes"]["new"] == ["worker-a-3"]
