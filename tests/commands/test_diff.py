"""Two moments of one cluster, and two clusters: what `diff` tells apart, and by what."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from tests.program import NOW, Outcome, kubectl_ds
from tests.schema.validation import assert_valid

Objects = list[dict[str, Any]]
Change = Callable[[Objects], Objects]
PAGE = Path(__file__).parents[2] / "docs" / "commands" / "diff.md"
GOLDEN = Path(__file__).with_name("diff-of-two-snapshots.txt")


def the(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    return next(one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name))


def template_of(objects: Objects, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = the(objects, "DaemonSet", name)["spec"]["template"]["spec"]
    return spec


def without(kind: str, name: str) -> Change:
    return lambda objects: [one for one in objects if (one["kind"], one["metadata"]["name"]) != (kind, name)]


def tainted(objects: Objects) -> Objects:
    for name in ("worker-a-1", "worker-a-2"):
        the(objects, "Node", name)["spec"].setdefault("taints", []).append(
            {"key": "gone", "effect": "NoExecute"}
        )
    return objects


def another_template(objects: Objects) -> Objects:
    spec = template_of(objects, "node-exporter")
    spec["containers"][0]["image"] = "exporter:2"
    spec["containers"][0]["env"] = [{"name": "PASSWORD", "value": "s3cret"}]
    spec["nodeSelector"] = {**spec.get("nodeSelector", {}), "node.example.com/storage": "nvme"}
    return objects


def elsewhere(objects: Objects) -> Objects:
    """The same cluster as another one: other uids, and names of nodes that the first has not."""
    text = json.dumps(objects).replace("worker-", "machine-")
    for number, uid in enumerate({one["metadata"]["uid"] for one in objects if "uid" in one["metadata"]}):
        text = text.replace(uid, f"other-{number}")
    return list(json.loads(text))


@pytest.fixture(scope="module")
def sample() -> Objects:
    return list(sample_cluster(NOW))


def snapshot(path: Path, objects: Objects) -> Path:
    """What `kubectl ds snapshot` writes of these objects."""
    with ApiServer(objects, clock=lambda: NOW) as server:
        outcome = kubectl_ds("snapshot", "-o", str(path), "--server", server.url)
    assert outcome.code == 0, outcome.err
    return path


@pytest.fixture(scope="module")
def before(sample: Objects, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot(tmp_path_factory.mktemp("before") / "before.json.gz", sample)


@pytest.fixture
def diff(sample: Objects, before: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """The sample held against itself after some changes."""

    def run(*words: str, changes: tuple[Change, ...], **attributes: Any) -> Outcome:
        objects = copy.deepcopy(sample)
        for change in changes:
            objects = change(objects)
        after = snapshot(tmp_path / "after.json.gz", objects)
        return kubectl_ds("diff", str(before), str(after), *words, **attributes)

    return run


def document_of(outcome: Outcome) -> dict[str, Any]:
    return assert_valid(json.loads(outcome.out))


def of(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["daemonSets"] if one["name"] == name)
    return found


def test_a_moment_does_not_differ_from_itself(diff: Callable[..., Outcome]):
    outcome = diff("-o", "json", "--exit-code", changes=())
    document = document_of(outcome)
    assert (outcome.code, document["differs"], document["incomplete"]) == (0, False, [])
    assert document["comparesNodes"]


def test_anything_that_differs_gives_one_where_that_is_asked_for(diff: Callable[..., Outcome]):
    assert diff("--exit-code", changes=(tainted,)).code == 1
    assert diff(changes=(tainted,)).code == 0


def test_a_taint_drives_a_daemonset_out_because_the_node_changed(diff: Callable[..., Outcome]):
    document = document_of(diff("-o", "json", changes=(tainted,)))
    (changed,) = document["nodes"]["changed"]
    assert changed["nodes"] == ["worker-a-1", "worker-a-2"]
    assert changed["taintsNew"] == [{"key": "gone", "effect": "NoExecute"}]
    (move,) = of(document, "node-exporter")["nodes"]
    assert (move["before"], move["after"], move["because"]) == ("Ready", "Extra", "node")
    assert move["reasons"][0]["code"] == "UntoleratedTaint"
    assert of(document, "node-exporter")["fields"] == []


def test_a_node_selector_drives_it_out_because_the_template_changed(diff: Callable[..., Outcome]):
    exporter = of(document_of(diff("-o", "json", changes=(another_template,))), "node-exporter")
    fields = {one["field"]: one for one in exporter["fields"]}
    selector = fields["template.spec.nodeSelector[node.example.com/storage]"]
    assert (selector["rule"], selector["before"], selector["after"]) == ("NodeSelector", None, "nvme")
    image = next(one for path, one in fields.items() if path.endswith(".image"))
    assert (image["rule"], image["after"]) == (None, "exporter:2")
    assert {move["because"] for move in exporter["nodes"]} == {"template"}


def test_both_changed_and_either_would_have_done_it(diff: Callable[..., Outcome]):
    exporter = of(document_of(diff("-o", "json", changes=(another_template, tainted))), "node-exporter")
    by_node = {node: move["because"] for move in exporter["nodes"] for node in move["nodes"]}
    assert by_node["worker-a-1"] == "either"
    assert by_node["worker-a-4"] == "template"


def test_a_node_that_is_let_in_says_what_kept_it_out_before(diff: Callable[..., Outcome]):
    def untainted(objects: Objects) -> Objects:
        the(objects, "Node", "gpu-1")["spec"]["taints"] = []
        return objects

    document = document_of(diff("-o", "json", changes=(untainted,)))
    scanner = of(document, "image-scanner")
    (move,) = [one for one in scanner["nodes"] if "gpu-1" in one["nodes"]]
    assert (move["before"], move["because"]) == ("Excluded", "node")
    assert [reason["code"] for reason in move["reasons"]] == ["UntoleratedTaint"]


def test_nodes_and_daemonsets_that_came_and_went(diff: Callable[..., Outcome]):
    changes = (without("Node", "worker-a-3"), without("DaemonSet", "fluent-bit"))
    document = document_of(diff("-o", "json", changes=changes))
    assert document["nodes"]["gone"] == ["worker-a-3"]
    fluent = of(document, "fluent-bit")
    assert (fluent["change"], fluent["after"]) == ("gone", None)
    lost = [move for move in of(document, "cilium")["nodes"] if move["change"] == "lost"]
    assert [(move["nodes"], move["after"]) for move in lost] == [(["worker-a-3"], None)]


def test_findings_that_are_new_and_that_are_gone(diff: Callable[..., Outcome]):
    document = document_of(diff("-o", "json", changes=(tainted, without("DaemonSet", "cilium"))))
    new = {(one["rule"], one["name"]) for one in document["findings"]["new"]}
    gone = {(one["rule"], one["name"]) for one in document["findings"]["gone"]}
    assert ("DS002", "csi-node") in new
    assert ("DS001", "cilium") in gone
    assert not new & gone


def test_values_of_environment_variables_are_kept_back(diff: Callable[..., Outcome]):
    for output in ("json", "wide"):
        outcome = diff("-o", output, changes=(another_template,))
        assert "env[PASSWORD]" in outcome.out
        assert "s3cret" not in outcome.out


def test_two_clusters_are_compared_by_counts_and_templates(diff: Callable[..., Outcome]):
    document = document_of(diff("-o", "json", "--exit-code", changes=(elsewhere,)))
    assert document["comparesNodes"] is False
    assert document["daemonSets"] == []
    document = document_of(diff("-o", "json", changes=(another_template, elsewhere)))
    (exporter,) = document["daemonSets"]
    assert exporter["name"] == "node-exporter"
    assert exporter["nodes"] == []
    assert exporter["fields"]


def test_nodes_can_be_compared_by_name_where_nothing_is_the_same_object(diff: Callable[..., Outcome]):
    document = document_of(diff("-o", "json", "--compare", "nodes", changes=(elsewhere,)))
    assert document["comparesNodes"]
    assert "machine-a-1" in document["nodes"]["new"]


def test_what_could_not_be_read_is_no_difference_and_no_verdict(
    before: Path, sample: Objects, tmp_path: Path
):
    """A dump without pods, without revisions: nothing of them came or went."""
    kept = [one for one in sample if one["kind"] in ("DaemonSet", "Node")]
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": kept}))
    outcome = kubectl_ds("diff", str(before), str(dump), "-o", "json", "--exit-code")
    document = document_of(outcome)
    assert outcome.code == 3
    assert document["incomplete"]
    assert document["daemonSets"] == []
    judged_by_pods = {"DS001", "DS002", "DS003"}
    assert not judged_by_pods & {one["rule"] for one in document["findings"]["gone"]}


def test_two_contexts_and_now(sample: Objects, before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with (
        ApiServer(sample, clock=lambda: NOW) as one,
        ApiServer(another_template(copy.deepcopy(sample)), clock=lambda: NOW) as other,
    ):
        servers = {"eu": one.url, "us": other.url}
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "us",
            "clusters": [{"name": name, "cluster": {"server": url}} for name, url in servers.items()],
            "contexts": [{"name": name, "context": {"cluster": name}} for name in servers],
        }
        path = tmp_path / "config"
        path.write_text(json.dumps(kubeconfig))
        monkeypatch.chdir(tmp_path)

        def names(*sides: str) -> list[str]:
            outcome = kubectl_ds("diff", *sides, "-o", "json", "--kubeconfig", str(path))
            return [one["name"] for one in document_of(outcome)["daemonSets"]]

        assert names("eu", "us") == ["node-exporter"]
        assert names("context:eu", "now") == ["node-exporter"]
        assert names(str(before), "eu") == []
        (tmp_path / "us").write_bytes(before.read_bytes())
        assert names("eu", "us") == [], "a file comes before a context of the same name"
        assert names("eu", "context:us") == ["node-exporter"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(("now",), "diff takes two sides, and 1 are given", id="one side"),
        pytest.param(("now", "nwo"), "no file, no folder and no context", id="nothing of that name"),
        pytest.param(("-", "-"), "both sides are standard input", id="standard input twice"),
        pytest.param(("now", "now", "-o", "sarif"), "sarif", id="a format that it has not"),
    ],
)
def test_sides_that_cannot_be_meant(words: tuple[str, ...], sentence: str):
    outcome = kubectl_ds("diff", *words)
    assert outcome.code == 2
    assert sentence in outcome.err


def test_the_whole_text_and_the_same_in_the_documentation(
    diff: Callable[..., Outcome], tmp_path: Path, request: pytest.FixtureRequest
):
    outcome = diff(
        "-n", "monitoring", changes=(tainted, another_template, without("Node", "worker-a-3")), width=100
    )
    told = outcome.out.replace(str(tmp_path / "after.json.gz"), "tuesday.json.gz")
    first = told.split(",", 1)[0].removeprefix("before  ")
    told, heading, findings = told.replace(first, "monday.json.gz").partition("\nFindings\n")
    assert "  + warning DS005 orphaned-pods, ds monitoring/node-exporter: 1 pod of it" in findings
    # Rules come and go: the page shows one of them.
    told += heading + "\n".join([*findings.splitlines()[:2], "  …"]) + "\n"
    if request.config.getoption("--update-golden"):
        head, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- begin -->\n")
        _, _, tail = rest.partition("<!-- end -->")
        shown = f"```\n$ kubectl ds diff monday.json.gz tuesday.json.gz -n monitoring\n{told}```\n"
        PAGE.write_text(f"{head}<!-- begin -->\n{shown}<!-- end -->{tail}", encoding="utf-8")
        GOLDEN.write_text(told, encoding="utf-8")
    assert told == GOLDEN.read_text(encoding="utf-8")
    assert told in PAGE.read_text(encoding="utf-8")
