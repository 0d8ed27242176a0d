"""Several clusters at one look: who is down delays nobody, and what differs is told."""

import base64
import copy
import io
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.commands.coverage import command
from kubectl_ds.commands.fleets import Look, Seen, look_at_fleet
from kubectl_ds.commands.reading import EVERYTHING
from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.fleet import drift_of
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.template_fields import template_fields
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from kubectl_ds.output.formats import parse_output_format
from tests.kube.loopback import Answer, Handler, new_authority, serving
from tests.program import NOW, Outcome, kubectl_ds
from tests.schema.validation import assert_valid

Objects = list[dict[str, Any]]
PAGE = Path(__file__).parents[2] / "docs" / "fleets.md"


def falco_of(objects: Objects) -> dict[str, Any]:
    return next(one for one in objects if one["kind"] == "DaemonSet" and one["metadata"]["name"] == "falco")


@pytest.fixture(scope="module")
def sample() -> Objects:
    return list(sample_cluster(NOW))


@pytest.fixture(scope="module")
def changed(sample: Objects) -> Objects:
    """The sample with another image and variable for falco, and without fluent-bit."""
    objects = copy.deepcopy(sample)
    container = falco_of(objects)["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "falco:old"
    container["env"] = [{"name": "PASSWORD", "value": "s3cret"}]
    return [one for one in objects if (one["kind"], one["metadata"]["name"]) != ("DaemonSet", "fluent-bit")]


@pytest.fixture(scope="module")
def servers(sample: Objects, changed: Objects) -> Iterator[dict[str, str]]:
    """`eu` and `us` answer, nobody listens at `down`, and `silent` takes connections and says nothing."""
    with (
        ApiServer(sample, clock=lambda: NOW) as eu,
        ApiServer(changed, clock=lambda: NOW) as us,
        socket.create_server(("127.0.0.1", 0)) as silent,
        socket.create_server(("127.0.0.1", 0)) as closed,
    ):
        nobody = closed.getsockname()[1]
        closed.close()
        yield {
            "eu": eu.url,
            "us": us.url,
            "down": f"http://127.0.0.1:{nobody}",
            "silent": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }


def kubeconfig(folder: Path, servers: Mapping[str, str], *contexts: str, user: object = None) -> Path:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": contexts[0],
        "clusters": [{"name": name, "cluster": {"server": servers[name]}} for name in contexts],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "u"}} for name in contexts],
    }
    path = folder / "config"
    path.write_text(json.dumps(document))
    return path


Looking = Callable[..., Outcome]


@pytest.fixture
def look(tmp_path: Path, servers: Mapping[str, str]) -> Looking:
    """The program with the kubeconfig of all four clusters."""
    path = kubeconfig(tmp_path, servers, "us", "silent", "down", "eu")

    def run(*words: str, **attributes: Any) -> Outcome:
        return kubectl_ds(*words, "--kubeconfig", str(path), **attributes)

    return run


def document_of(outcome: Outcome) -> dict[str, Any]:
    document = assert_valid(json.loads(outcome.out))
    for item in document["items"]:
        if item["report"] is not None and item["report"]["kind"] != "List":
            assert_valid(item["report"])
    return document


@pytest.mark.parametrize("command", ["coverage", "audit", "overhead"])
def test_a_clusters_document_is_what_it_is_alone(look: Looking, command: str):
    document = document_of(look(command, "-A", "--contexts", "eu,us", "-o", "json"))
    assert [item["context"] for item in document["items"]] == ["eu", "us"]
    for item in document["items"]:
        alone = look(command, "-A", "--context", item["context"], "-o", "json")
        assert item["report"] == json.loads(alone.out)


def test_get_gives_each_clusters_objects_as_kubectl_prints_them(look: Looking):
    document = document_of(look("get", "-A", "--contexts", "us,eu", "-o", "json"))
    for item in document["items"]:
        alone = json.loads(look("get", "-A", "--context", item["context"], "-o", "json").out)
        assert item["report"] == alone


def test_clusters_that_are_down_or_silent_are_gaps_and_the_others_are_whole(look: Looking):
    outcome = look("coverage", "-A", "--all-contexts", "--cluster-timeout", "2s", "-o", "json")
    document = document_of(outcome)
    assert outcome.code == 3
    assert [item["context"] for item in document["items"]] == ["us", "silent", "down", "eu"]
    us, silent, down, eu = document["items"]
    assert us["report"]["items"]
    assert eu["report"]["items"]
    assert silent["report"] is None
    assert silent["error"] == "it did not answer in full within 2 seconds"
    assert "was refused" in down["error"]
    assert document["summary"]["unread"] == 2
    assert [words.partition(":")[0] for words in document["incomplete"]] == ["silent", "down"]
    assert "warning: silent: it did not answer in full" in outcome.err


def forbidden(handler: Handler) -> None:
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": "Forbidden",
        "code": 403,
        "message": 'daemonsets.apps is forbidden: User "me" cannot list resource "daemonsets"',
    }
    handler.reply(403, json.dumps(status).encode(), {"Content-Type": "application/json"})


def login_page(handler: Handler) -> None:
    handler.reply(200, b"<html>log in</html>", {"Content-Type": "text/html"})


def cut_short(handler: Handler) -> None:
    handler.reply(200, b'{"kind": "DaemonSetList", "items": [', {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(forbidden, "is forbidden", id="the user may do nothing there"),
        pytest.param(login_page, "text/html", id="a login page in between"),
        pytest.param(cut_short, "cut short", id="an answer that breaks off"),
    ],
)
def test_a_cluster_that_answers_amiss_is_a_gap(
    tmp_path: Path, servers: Mapping[str, str], answer: Answer, words: str
):
    with serving() as amiss:
        amiss.answers[:] = [answer]
        path = kubeconfig(tmp_path, {**servers, "amiss": amiss.url}, "amiss", "eu")
        outcome = kubectl_ds("coverage", "-A", "--all-contexts", "-o", "json", "--kubeconfig", str(path))
    one, eu = document_of(outcome)["items"]
    assert outcome.code == 3
    assert one["report"] is None
    assert words in one["error"]
    assert eu["report"]["items"]


def test_twenty_clusters_of_which_three_are_broken(tmp_path: Path, servers: Mapping[str, str]):
    names = [f"c{number}" for number in range(20)]
    broken = {"c3": servers["down"], "c11": servers["silent"], "c19": "http://127.0.0.1:1"}
    path = kubeconfig(tmp_path, {**dict.fromkeys(names, servers["eu"]), **broken}, *names)
    outcome = kubectl_ds(
        *("get", "falco", "-n", "security", "--all-contexts", "--cluster-timeout", "8s", "-o", "json"),
        *("--kubeconfig", str(path)),
    )
    document = document_of(outcome)
    assert outcome.code == 3
    assert [item["context"] for item in document["items"]] == names
    assert {item["context"] for item in document["items"] if item["error"]} == set(broken)
    assert len(document["daemonSets"][0]["clusters"]) == 17


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("get", "--contexts", "eu"), 0, id="all is well"),
        pytest.param(("coverage", "--contexts", "eu", "--exit-code"), 1, id="a finding"),
        pytest.param(("coverage", "--contexts", "eu"), 0, id="a finding that nobody asked for"),
        pytest.param(("audit", "--contexts", "eu,us"), 1, id="an audit finds something"),
        pytest.param(("audit", "--contexts", "eu,us", "--fail-on", "none"), 0, id="nothing fails the audit"),
        pytest.param(("audit", "--contexts", "eu,down"), 3, id="a gap is worse than a finding"),
        pytest.param(("audit", "--contexts", "eu,down", "--allow-partial"), 1, id="a gap that may be"),
        pytest.param(("get", "--contexts", "nobody,eu"), 3, id="a context that is not in the kubeconfig"),
    ],
)
def test_the_exit_code_is_that_of_the_worst_cluster(look: Looking, words: tuple[str, ...], code: int):
    assert look(*words, "-A").code == code


def test_a_context_that_does_not_exist_is_told_and_the_others_are_read(look: Looking):
    outcome = look("get", "-A", "--contexts", "nobody,eu")
    assert "the context 'nobody' does not exist" in outcome.out
    assert "cilium" in outcome.out


def test_the_same_daemonset_across_clusters(look: Looking):
    document = document_of(look("coverage", "-A", "--contexts", "eu,us,down", "-o", "json"))
    falco = next(one for one in document["daemonSets"] if one["name"] == "falco")
    assert [one["context"] for one in falco["clusters"]] == ["eu", "us"]
    assert falco["clusters"][1]["images"] == [{"container": "falco", "image": "falco:old"}]
    assert falco["unknown"] == ["down"]
    image = next(one for one in falco["drift"] if one["field"].endswith("containers[falco].image"))
    assert [one["contexts"] for one in image["values"]] == [["eu"], ["us"]]
    fluent = next(one for one in document["daemonSets"] if one["name"] == "fluent-bit")
    assert fluent["absent"] == ["us"]


def test_values_of_environment_variables_are_kept_back(look: Looking):
    for output in ("json", "table"):
        outcome = look("coverage", "falco", "-n", "security", "--contexts", "eu,us", "-o", output)
        assert "env[PASSWORD]" in outcome.out
        assert "s3cret" not in outcome.out


def test_a_name_that_one_cluster_lacks_leaves_the_others_whole(look: Looking):
    outcome = look("coverage", "fluent-bit", "-n", "logging", "--contexts", "us,eu", "-o", "json")
    us, eu = document_of(outcome)["items"]
    assert outcome.code == 3
    assert us["missing"] == ["fluent-bit"]
    assert (us["exitCode"], eu["exitCode"]) == (3, 0)
    assert eu["report"]["items"][0]["name"] == "fluent-bit"


def test_the_text_is_grouped_by_cluster_and_ends_with_all_of_them(look: Looking):
    out = look("get", "falco", "-n", "security", "--contexts", "us,down,eu", width=120).out
    headings = ["us\n==", "down\n====", "eu\n==", "All clusters\n============"]
    places = [out.index(heading) for heading in headings]
    assert places == sorted(places)
    assert '"falco:old" (us)' in out
    assert "3 clusters: 2 read in full, 1 not at all; 1 of 1 DaemonSet is not the same everywhere." in out


def test_the_whole_text_and_the_same_in_the_documentation(look: Looking, request: pytest.FixtureRequest):
    outcome = look("get", "-n", "logging", "--contexts", "eu,us,down", width=100)
    told = re.sub(r"127\.0\.0\.1:\d+", "10.0.7.1:6443", outcome.out)
    page = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--update-golden"):
        head, _, rest = page.partition("<!-- begin -->\n")
        _, _, tail = rest.partition("<!-- end -->")
        shown = f"```\n$ kubectl ds get -n logging --contexts eu,us,down\n{told}```\n"
        page = f"{head}<!-- begin -->\n{shown}<!-- end -->{tail}"
        PAGE.write_text(page, encoding="utf-8")
    assert f"$ kubectl ds get -n logging --contexts eu,us,down\n{told}```" in page


def test_what_goes_wrong_in_one_cluster_in_an_unforeseen_way_leaves_the_others(
    tmp_path: Path, servers: Mapping[str, str]
):
    """With a way of looking at a cluster that fails where fluent-bit is missing."""
    path = kubeconfig(tmp_path, servers, "us", "eu")
    values = command.plainly_read(["-A", "--all-contexts", "--kubeconfig", str(path)])
    assert values is not None

    def seen(snapshot: ClusterSnapshot) -> Seen:
        next(one for one in snapshot.daemonsets if one.metadata.name == "fluent-bit")
        return Seen(report=coverage(snapshot), text=lambda style: "", incomplete=snapshot.gaps)

    out = io.StringIO()
    environment = Environment(variables={}, stdin=io.StringIO(), stdout=out, stderr=io.StringIO())
    look = Look(EVERYTHING, seen)
    assert look_at_fleet(environment, values, (), parse_output_format("json"), look) == ExitCode.UNAVAILABLE
    us, eu = assert_valid(json.loads(out.getvalue()))["items"]
    assert us["error"] == "unexpected StopIteration"
    assert eu["report"]["items"]


def test_contexts_from_a_file_with_remarks_blank_lines_and_repetitions(look: Looking, tmp_path: Path):
    path = tmp_path / "contexts"
    path.write_text("# ours\nus\n\n  eu  \nus\n")
    document = document_of(look("get", "-A", "--contexts-file", str(path), "-o", "json"))
    assert [item["context"] for item in document["items"]] == ["us", "eu"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(("get", "--context", "eu"), "--context and several contexts", id="the one context"),
        pytest.param(("get", "--token", "x"), "--token and several contexts", id="a token for all of them"),
        pytest.param(("coverage", "--from", "x"), "--from and several contexts", id="a dump"),
        pytest.param(("coverage", "--watch"), "--watch and several contexts", id="to be followed"),
        pytest.param(("get", "-o", "name"), "does not say which cluster", id="names without their cluster"),
        pytest.param(("audit", "-o", "sarif"), "is about one cluster", id="a format of one cluster"),
        pytest.param(("audit", "--baseline", "b.json", "--write-baseline"), "is about one", id="a baseline"),
        pytest.param(("get", "--all-contexts"), "exclude each other", id="a list and all of them"),
        pytest.param(("get", "--contexts-file", "/none"), "cannot be read", id="no such file"),
        pytest.param(("get", "--cluster-timeout", "soon"), "is no duration", id="no duration"),
    ],
)
def test_what_does_not_go_with_several_contexts(look: Looking, words: tuple[str, ...], sentence: str):
    outcome = look(*words, "--contexts", "eu,us")
    assert outcome.code == 2
    assert sentence in outcome.err
    assert not outcome.out


def test_a_plugin_that_has_to_ask_is_a_gap_where_several_clusters_are_read(
    tmp_path: Path, servers: Mapping[str, str]
):
    exec_user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "/bin/false",
            "interactiveMode": "Always",
        }
    }
    https = {name: url.replace("http://", "https://") for name, url in servers.items()}
    path = kubeconfig(tmp_path, https, "eu", "us", user=exec_user)
    outcome = kubectl_ds("get", "-A", "--all-contexts", "--kubeconfig", str(path), terminal=True)
    assert outcome.code == 3
    assert "needs to ask you something" in outcome.out
    assert "one cluster at a time" in outcome.out


def test_each_cluster_is_asked_with_its_own_contexts_credentials(tmp_path: Path):
    """A token of a plugin for one, a fixed token for the other, and nothing of them crosses over."""
    plugin = tmp_path / "plugin"
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "of-the-plugin"},
    }
    plugin.write_text(f"#!/bin/sh\necho '{json.dumps(credential)}'\n")
    plugin.chmod(0o700)
    exec_user = {
        "apiVersion": credential["apiVersion"],
        "command": str(plugin),
        "interactiveMode": "IfAvailable",
    }
    users = {"eu": {"exec": exec_user}, "us": {"token": "of-the-kubeconfig"}}
    authority = new_authority()
    trusted = base64.b64encode(authority.pem).decode()
    with serving(authority.server_context()) as eu, serving(authority.server_context()) as us:
        servers = {"eu": eu, "us": us}
        for server in servers.values():
            server.answers[:] = [forbidden]
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": server.url, "certificate-authority-data": trusted}}
                for name, server in servers.items()
            ],
            "users": [{"name": name, "user": user} for name, user in users.items()],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in users],
        }
        path = tmp_path / "config"
        path.write_text(json.dumps(document))
        outcome = kubectl_ds("get", "-A", "--all-contexts", "--kubeconfig", str(path))
        assert outcome.code == 3
        told = {
            name: {one.one("authorization") for one in server.requests} for name, server in servers.items()
        }
    assert told == {"eu": {"Bearer of-the-plugin"}, "us": {"Bearer of-the-kubeconfig"}}


# --- what differs ----------------------------------------------------------------------------------


def daemonset(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def container(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, **fields}


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        pytest.param(daemonset(), daemonset(), [], id="nothing differs"),
        pytest.param(
            daemonset(containers=[container("a", image="x:1"), container("b", image="y:1")]),
            daemonset(containers=[container("b", image="y:1"), container("a", image="x:1")]),
            [],
            id="the order of containers is not a difference",
        ),
        pytest.param(
            daemonset(containers=[container("a", image="x:1")]),
            daemonset(containers=[container("a", image="x:2")]),
            ["template.spec.containers[a].image"],
            id="an image",
        ),
        pytest.param(
            daemonset(tolerations=[{"key": "a"}, {"key": "b"}]),
            daemonset(tolerations=[{"key": "b"}, {"key": "a"}]),
            [],
            id="the order of tolerations is not a difference",
        ),
        pytest.param(
            daemonset(nodeSelector={"kubernetes.io/os": "linux"}),
            daemonset(),
            ["template.spec.nodeSelector[kubernetes.io/os]"],
            id="a label that only one asks for",
        ),
        pytest.param(
            {
                "spec": {
                    "template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}
                }
            },
            daemonset(),
            [],
            id="a restart is not a difference",
        ),
        pytest.param(daemonset(hostNetwork=None), daemonset(), [], id="null is not set"),
        pytest.param(
            daemonset(hostNetwork=True),
            daemonset(hostNetwork=1),
            ["template.spec.hostNetwork"],
            id="true is not 1",
        ),
        pytest.param({"spec": []}, {}, [], id="a spec of another type"),
        pytest.param(
            daemonset(containers=[7, container("a")]),
            daemonset(containers=[container("a")]),
            ["template.spec.containers", "template.spec.containers[a]"],
            id="a list with something strange in it is one value",
        ),
    ],
)
def test_which_fields_of_two_daemonsets_differ(one: Any, other: Any, fields: list[str]):
    drift = drift_of([("one", template_fields(one)), ("other", template_fields(other))])
    assert [each.field for each in drift] == fields
