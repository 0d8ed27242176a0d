"""Every command that only reads, on a cluster over HTTP and on a snapshot of it: the same words, the same exit code."""

import gzip
import json
import stat
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.cli import COMMANDS, main
from kubectl_ds.commands.declared import Declared
from kubectl_ds.commands.demo import WITHOUT_DAEMONSETS, homes, scoped
from kubectl_ds.environment import Environment
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from tests.golden.test_golden import LINES
from tests.kube.faults import cut_after, forbid, on, refuse
from tests.program import NOW, Outcome, kubectl_ds
from tests.schema.validation import assert_valid

READING = {name: line.split() for name, line in LINES.items() if not line.startswith("create")}
EVERYWHERE = {"get", "coverage", "describe", "node", "overhead"}


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer(sample_cluster(NOW), clock=lambda: NOW) as served:
        yield served


@pytest.fixture(scope="module")
def snapshot(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snapshot") / "cluster.json.gz"
    outcome = kubectl_ds("snapshot", "-o", str(path), "--server", server.url)
    assert outcome.code == 0, outcome.err
    return path


def words_of(line: list[str]) -> list[str]:
    command, *rest = line
    where = {} if command in WITHOUT_DAEMONSETS else homes(sample_cluster(NOW))
    return [command, *scoped(rest, where, everywhere=command in EVERYWHERE)]


@pytest.mark.parametrize("name", READING)
def test_a_snapshot_gives_what_the_cluster_gave(name: str, server: ApiServer, snapshot: Path):
    words = words_of(READING[name])
    live = kubectl_ds(*words, "--server", server.url, width=120)
    offline = kubectl_ds(*words, "--from", str(snapshot), width=120)
    assert offline == live
    assert live.out


def test_every_command_that_takes_a_dump_is_compared():
    declared = {name: import_module(f"kubectl_ds.commands.{name}").command for name, _ in COMMANDS}
    taking = {
        name
        for name, command in declared.items()
        if isinstance(command, Declared) and any(flag.name == "dump" for flag in command.flags)
    }
    assert "coverage" in taking
    # A snapshot prints nothing, and a difference is of two.
    assert taking - {"snapshot", "diff"} <= {line[0] for line in READING.values()}


# --- what was not read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path_end", "line"),
    [
        pytest.param("/pods", "coverage -A", id="pods of no node are known"),
        pytest.param("/nodes", "coverage -A", id="no node is known"),
        pytest.param("/events", "coverage -A", id="reasons that events tell are not known"),
        pytest.param("/controllerrevisions", "history falco -n security", id="revisions are not known"),
        pytest.param("/limitranges", "plan --drain worker-b-2", id="what admission adds is not known"),
    ],
)
def test_what_was_forbidden_live_is_forbidden_offline(path_end: str, line: str, tmp_path: Path):
    path = str(tmp_path / "cluster.json.gz")
    with ApiServer(sample_cluster(NOW), clock=lambda: NOW, faults=[on(path_end, forbid())]) as server:
        taken = kubectl_ds("snapshot", "-o", path, "--server", server.url)
        live = kubectl_ds(*line.split(), "--server", server.url, width=120)
    assert taken.code == live.code == 3
    assert "is forbidden" in taken.err
    assert kubectl_ds(*line.split(), "--from", path, width=120) == live


def test_a_cluster_without_the_metrics_api_is_read_in_full(tmp_path: Path):
    faults = [on("/apis/metrics.k8s.io/v1beta1/pods", refuse(404, "the server could not find it"))]
    with ApiServer(sample_cluster(NOW), clock=lambda: NOW, faults=faults) as server:
        taken = kubectl_ds("snapshot", "-o", str(tmp_path / "x"), "--server", server.url)
    assert taken.code == 0
    assert taken.err.startswith("warning: the cluster has no metrics API: what pods use is not known\n")


def test_without_its_daemonsets_there_is_no_snapshot(tmp_path: Path):
    with ApiServer(sample_cluster(NOW), faults=[on("/daemonsets", forbid())]) as server:
        taken = kubectl_ds("snapshot", "-o", str(tmp_path / "x"), "--server", server.url)
    assert taken.code == 3
    assert list(tmp_path.iterdir()) == []


def test_a_list_whose_pages_expire_is_in_the_file_once(tmp_path: Path):
    faults = [on("/pods", refuse(410, "too old"), times=1, after=2, where="continue")]
    path = tmp_path / "cluster.json.gz"
    with ApiServer(sample_cluster(NOW), clock=lambda: NOW, faults=faults) as server:
        taken = kubectl_ds("snapshot", "-o", str(path), "--server", server.url, "--chunk-size", "40")
        asked = [
            one for one in server.requests if one.path == "/api/v1/pods" and not one.parameter("continue")
        ]
    assert taken.code == 0
    assert len(asked) == 2
    names = [one["metadata"]["name"] for one in content(path)["objects"]["pods"]]
    assert len(names) == len(set(names)) == len([o for o in sample_cluster(NOW) if o["kind"] == "Pod"])


# --- the file ------------------------------------------------------------------------------------


def content(path: Path) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return tree


def test_the_file_is_as_its_schema_says(snapshot: Path, tmp_path: Path):
    path = tmp_path / "cluster.json.gz"
    with ApiServer(sample_cluster(NOW), faults=[on("/events", forbid())]) as server:
        kubectl_ds("snapshot", "-o", str(path), "--server", server.url)
    assert not assert_valid(content(snapshot))["gaps"]
    assert assert_valid(content(path))["gaps"]


def test_nobody_else_may_read_the_file(snapshot: Path):
    assert stat.S_IMODE(snapshot.stat().st_mode) == 0o600


def test_secrets_and_configmaps_are_never_asked_for(server: ApiServer, snapshot: Path):
    asked = {one.path.rpartition("/")[2] for one in server.requests}
    assert "pods" in asked
    assert not asked & {"secrets", "configmaps"}
    assert {one.method for one in server.requests} == {"GET"}


def test_pods_are_written_without_what_nobody_reads(snapshot: Path):
    pods = content(snapshot)["objects"]["pods"]
    containers = [one for pod in pods for one in pod["spec"]["containers"]]
    assert containers
    assert {key for one in containers for key in one} <= {
        "name",
        "image",
        "ports",
        "resources",
        "restartPolicy",
    }
    assert not any("managedFields" in pod["metadata"] or "annotations" in pod["metadata"] for pod in pods)


def test_a_file_that_is_there_is_replaced_only_by_a_whole_one(tmp_path: Path):
    path = tmp_path / "cluster.json.gz"
    path.write_text("yesterday's")
    with ApiServer(sample_cluster(NOW), faults=[on("/daemonsets", cut_after(2000))]) as server:
        taken = kubectl_ds("snapshot", "-o", str(path), "--server", server.url)
    assert taken.code == 3
    assert path.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def test_one_namespace_alone(server: ApiServer, tmp_path: Path):
    path = str(tmp_path / "security.json.gz")
    assert kubectl_ds("snapshot", "-n", "security", "-o", path, "--server", server.url).code == 0
    words = ("coverage", "falco", "-n", "security", "-o", "json", "--allow-partial")
    live = json.loads(kubectl_ds(*words, "--server", server.url).out)
    offline = json.loads(kubectl_ds(*words, "--from", path).out)
    assert offline["items"][0]["summary"] == live["items"][0]["summary"]
    elsewhere = kubectl_ds("coverage", "-n", "monitoring", "--from", path)
    assert elsewhere == Outcome(
        3, "", f"error: the dump at {path} holds no daemonsets of namespace monitoring\n"
    )


def test_a_snapshot_of_a_snapshot_is_the_same(snapshot: Path, tmp_path: Path):
    again = tmp_path / "again.json.gz"
    assert kubectl_ds("snapshot", "-o", str(again), "--from", str(snapshot)).code == 0
    once, twice = content(snapshot), content(again)
    assert twice["objects"] == once["objects"]
    assert twice["takenAt"] == once["takenAt"]


def test_a_snapshot_of_a_dump_lacks_what_the_dump_lacks(tmp_path: Path):
    """Of one namespace, and without events and revisions."""
    dump, path = tmp_path / "dump.json", tmp_path / "again.json.gz"
    kinds = ("DaemonSet", "Node", "Pod")
    items = [
        one
        for one in sample_cluster(NOW)
        if one["kind"] in kinds and one["metadata"].get("namespace", "security") == "security"
    ]
    dump.write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": items}))
    taken = kubectl_ds("snapshot", "-o", str(path), "--from", str(dump))
    assert taken.code == 3
    once = kubectl_ds("coverage", "-A", "--from", str(dump))
    twice = kubectl_ds("coverage", "-A", "--from", str(path))
    assert twice.code == once.code == 3
    assert twice.out == once.out
    assert sorted(twice.err.splitlines()) == sorted(once.err.splitlines())


def test_a_snapshot_may_be_put_in_another_order(snapshot: Path, tmp_path: Path):
    """`jq -S`, for one."""
    path = tmp_path / "sorted.json"
    path.write_text(json.dumps(content(snapshot), sort_keys=True, indent=2))
    assert kubectl_ds("coverage", "-A", "--from", str(path)) == kubectl_ds(
        "coverage", "-A", "--from", str(snapshot)
    )


def test_demo_gives_a_snapshot_too(tmp_path: Path):
    path = tmp_path / "sample.json.gz"
    taken = kubectl_ds("demo", "snapshot", "-o", str(path))
    assert taken == Outcome(
        0, "", f"{path} holds 21 DaemonSets, 39 nodes, 262 pods and 21 events as of 2026-09-01T12:00:00Z\n"
    )


def piped(*words: str, stdin: bytes = b"") -> tuple[int, bytes]:
    """With streams of bytes behind the text, as a process has them."""
    out = TextIOWrapper(BytesIO(), write_through=True)
    environment = Environment(
        variables={"KUBECONFIG": "/nonexistent/kubeconfig"},
        stdin=TextIOWrapper(BytesIO(stdin)),
        stdout=out,
        stderr=StringIO(),
        now=lambda: NOW,
    )
    code = main(words, environment)
    out.seek(0)
    return int(code), out.buffer.read()


def test_a_snapshot_goes_through_a_pipe(server: ApiServer, snapshot: Path):
    code, written = piped("snapshot", "-o", "-", "--server", server.url)
    assert code == 0
    assert written == snapshot.read_bytes()
    code, text = piped("coverage", "-A", "--from", "-", stdin=written)
    assert code == 0
    assert text.decode() == kubectl_ds("coverage", "-A", "--from", str(snapshot)).out


def test_a_snapshot_is_not_for_a_terminal(snapshot: Path):
    outcome = kubectl_ds("snapshot", "-o", "-", "--from", str(snapshot), terminal=True)
    assert outcome.code == 2
    assert outcome.err.startswith("error: a snapshot is not for a terminal")


def test_a_folder_is_no_file_to_write(snapshot: Path, tmp_path: Path):
    outcome = kubectl_ds("snapshot", "-o", str(tmp_path), "--from", str(snapshot))
    assert outcome.code == 2
    assert outcome.err.startswith(f"error: {tmp_path} is a folder")


def test_a_file_that_cannot_be_written_is_told(snapshot: Path, tmp_path: Path):
    outcome = kubectl_ds("snapshot", "-o", str(tmp_path / "no" / "x"), "--from", str(snapshot))
    assert outcome == Outcome(3, "", f"error: {tmp_path}/no/x cannot be written: No such file or directory\n")


# --- what does not go together -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param("get --context x", "--from and --context exclude each other", id="a context"),
        pytest.param("get --server http://x", "--from and --server exclude each other", id="a server"),
        pytest.param("get --as jane", "--from and --as exclude each other", id="somebody else"),
        pytest.param("get --kubeconfig x", "--from and --kubeconfig exclude each other", id="a kubeconfig"),
        pytest.param("get --fast", "--from and --fast exclude each other", id="a watch cache"),
        pytest.param("get -w", "--from and --watch exclude each other", id="following a list"),
        pytest.param("get --watch-only", "--from and --watch-only exclude each other", id="only following"),
        pytest.param("coverage --wait", "--from and --wait exclude each other", id="waiting"),
        pytest.param(
            "rollout falco --watch", "--from and --watch exclude each other", id="a rollout followed"
        ),
        pytest.param("node --watch", "--from and --watch exclude each other", id="nodes followed"),
        pytest.param("snapshot", "snapshot needs a file to write", id="a snapshot into nothing"),
    ],
)
def test_what_a_dump_cannot_do_is_a_mistake_on_the_command_line(words: str, said: str, snapshot: Path):
    outcome = kubectl_ds(*words.split(), "--from", str(snapshot))
    assert outcome.code == 2
    assert outcome.err.startswith(f"error: {said}")
    assert outcome.out == ""


def test_standard_input_is_read_once(snapshot: Path):
    outcome = kubectl_ds("plan", "-f", "-", "--from", "-")
    assert outcome.code == 2
    assert "both read standard input" in outcome.err


def test_a_path_that_is_not_there_is_a_mistake_on_the_command_line():
    outcome = kubectl_ds("--from", "/nowhere/dump.json")
    assert outcome == Outcome(2, "", 'error: the path "/nowhere/dump.json" does not exist\n')


@pytest.mark.parametrize(
    ("words", "kind", "spoilt", "said"),
    [
        pytest.param(
            "overhead", "Pod", ("spec", "overhead", {"cpu": "a lot"}), "'a lot' is no quantity", id="a pod's"
        ),
        pytest.param(
            "overhead",
            "Node",
            ("status", "allocatable", {"cpu": "all"}),
            "'all' is no quantity",
            id="a node's",
        ),
        pytest.param(
            "node",
            "Node",
            ("status", "allocatable", {"cpu": "all"}),
            "'all' is no quantity",
            id="the node shown",
        ),
        pytest.param(
            "rollout falco -n security",
            "DaemonSet",
            ("spec", "updateStrategy", {"rollingUpdate": {"maxUnavailable": "few"}}),
            "'few' is neither a number nor a percentage",
            id="a rollout's",
        ),
    ],
)
def test_an_amount_that_is_none_is_told_in_a_sentence(
    words: str, kind: str, spoilt: tuple[str, str, Any], said: str, tmp_path: Path
):
    part, field, value = spoilt
    objects = sample_cluster(NOW)
    for one in objects:
        if one["kind"] == kind:
            one[part][field] = value
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    outcome = kubectl_ds(*words.split(), "--from", str(dump))
    assert outcome.code == 3
    assert f"error: {said}" in outcome.err
    assert outcome.err.endswith("correct it in the file that was read.\n")
