"""`get` as people and scripts use it: names, terminals, watching, logging."""

import copy
import io
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_container_status, a_daemonset, a_node, a_pod
from tests.commands.screens import Screen
from tests.program import NOW, kubectl_ds

CNI, LOGS = a_daemonset("cni"), a_daemonset("logs")
CLUSTER = [CNI, LOGS, a_node("n1"), a_pod(CNI, "n1"), a_pod(LOGS, "n1")]


@pytest.mark.parametrize("form", [(), ("-o", "name"), ("-o", "json"), ("-o", "wide")])
def test_of_several_names_those_that_are_there_are_printed_and_then_the_others_refused(form: tuple[str, ...]):
    with ApiServer(CLUSTER) as server:
        outcome = kubectl_ds("get", "cni", "gone", *form, "-n", "kube-system", "--server", server.url)
        ignored = kubectl_ds(
            "get", "cni", "gone", "--ignore-not-found", *form, "-n", "kube-system", "--server", server.url
        )
    assert "cni" in outcome.out
    assert (outcome.code, ignored.code) == (3, 0)
    assert 'daemonsets.apps "gone" not found' in outcome.err
    assert ignored.out == outcome.out
    assert ignored.err == ""


@pytest.mark.parametrize("form", [(), ("-o", "name"), ("-o", "jsonpath={.items[*].metadata.name}")])
def test_a_name_given_twice_is_printed_twice(form: tuple[str, ...]):
    with ApiServer(CLUSTER) as server:
        to = ("-n", "kube-system", "--server", server.url)
        outcome = kubectl_ds("get", "cni", "logs", "ds/cni", *form, *to)
    assert re.findall(r"\b(?:cni|logs)\b(?=\s|$)", outcome.out, re.MULTILINE) == ["cni", "logs", "cni"]


def test_every_name_that_is_not_there_gets_a_line_of_its_own():
    with ApiServer(CLUSTER) as server:
        outcome = kubectl_ds("get", "gone", "cni", "lost", "-n", "kube-system", "--server", server.url)
    assert outcome.err.splitlines()[:2] == [
        'Error from server (NotFound): daemonsets.apps "gone" not found',
        'Error from server (NotFound): daemonsets.apps "lost" not found',
    ]


@pytest.mark.parametrize("form", [(), ("-o", "wide"), ("-o", "json")])
def test_an_empty_list_is_passed_over_in_silence_when_that_is_no_error(form: tuple[str, ...]):
    with ApiServer(CLUSTER) as server:
        outcome = kubectl_ds("get", "-n", "empty", "--ignore-not-found", *form, "--server", server.url)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(
            ["--show-labels", "-o", "json"],
            "--show-labels option cannot be used with json printer",
            id="labels in JSON",
        ),
        pytest.param(
            ["--show-labels", "-o", "jsonpath={.kind}"],
            "--show-labels option cannot be used with jsonpath={.kind} printer",
            id="labels in a template",
        ),
        pytest.param(
            ["--output-watch-events"],
            "--output-watch-events option can only be used with --watch or --watch-only",
            id="watch events without a watch",
        ),
        pytest.param(
            ["cni", "-l", "a=b"],
            "name cannot be provided when a selector is specified",
            id="a name and a selector",
        ),
    ],
)
def test_flags_that_do_not_go_together_are_refused_in_kubectls_words(words: list[str], says: str):
    with ApiServer(CLUSTER) as server:
        outcome = kubectl_ds("get", *words, "--server", server.url)
    assert outcome.code == 2
    assert outcome.err.splitlines()[0] == f"error: {says}"


@pytest.mark.parametrize("form", [(), ("-o", "json")])
def test_a_selector_that_the_server_refuses_is_quoted(form: tuple[str, ...]):
    with ApiServer(CLUSTER) as server:
        outcome = kubectl_ds("get", "-l", 'a="b', *form, "--server", server.url)
    assert outcome.code == 3
    assert outcome.err.startswith(
        'Error from server (BadRequest): Unable to find "apps/v1, Resource=daemonsets" that match '
        'label selector "a=\\"b", field selector "": '
    )


def test_one_name_that_is_not_there_prints_nothing_when_that_is_no_error():
    with ApiServer(CLUSTER) as server:
        for form in ((), ("-o", "yaml")):
            words = ("get", "gone", "--ignore-not-found", *form, "--server", server.url)
            assert kubectl_ds(*words) == (0, "", "")


def test_machine_formats_stay_untouched_in_a_pipe_and_cannot_steer_a_terminal():
    hostile = copy.deepcopy(CNI)
    hostile["metadata"]["annotations"] = {"note": "a\x9b31mb\u202e\U000e0001"}
    with ApiServer([hostile]) as server:
        to = ("-n", "kube-system", "--server", server.url)
        piped = kubectl_ds("get", "cni", "-o", "json", *to)
        shown = kubectl_ds("get", "cni", "-o", "json", *to, terminal=True)
        path = kubectl_ds("get", "cni", "-o", r"jsonpath={.metadata.annotations.note}", *to, terminal=True)
        columns = kubectl_ds(
            "get", "cni", "-o", "custom-columns=N:.metadata.annotations.note", *to, terminal=True
        )
    assert "\x9b" in piped.out
    assert all(
        character == "\n" or character.isprintable() for character in shown.out + path.out + columns.out
    )
    assert json.loads(shown.out) == json.loads(piped.out)


def test_requests_are_logged_from_v_6_on_and_hold_no_token():
    with ApiServer(CLUSTER, token="sesame") as server:
        to = ("-A", "--server", server.url)
        # Over plain http no token is sent, as kubectl has it: what matters here is that none is logged.
        loud = kubectl_ds("get", *to, "-v=6", "--token", "sesame")
        quiet = kubectl_ds("get", *to, "--token", "sesame")
    assert f"GET {server.url}/apis/apps/v1/daemonsets" in loud.err
    assert "sesame" not in loud.err
    assert "GET " not in quiet.err


SCREENS: list[Screen] = []


@pytest.fixture(autouse=True)
def nobody_reads_any_more() -> Iterator[None]:
    """A watch outlives its server: it ends when its reader goes."""
    yield
    while SCREENS:
        SCREENS.pop().close()


def watching(server: ApiServer, *words: str, **variables: str) -> Screen:
    """`get --watch` in a thread that ends with the test."""
    screen = Screen()
    SCREENS.append(screen)
    environment = Environment(
        variables={"KUBECONFIG": "/nonexistent", **variables},
        stdin=io.StringIO(),
        stdout=screen,
        stderr=io.StringIO(),
        now=lambda: NOW,
    )
    line = ["get", "-n", "kube-system", "-w", "--server", server.url, *words]
    threading.Thread(target=main, args=(line, environment), daemon=True).start()
    return screen


def with_ready(daemonset: dict[str, Any], ready: int) -> dict[str, Any]:
    changed = copy.deepcopy(daemonset)
    changed["status"]["numberReady"] = ready
    changed["metadata"].pop("resourceVersion", None)
    return changed


def test_a_watch_prints_the_table_and_then_each_change_in_its_columns():
    with ApiServer(CLUSTER) as server:
        screen = watching(server)
        table = screen.wait_for(lambda text: text.count("\n") == 3).splitlines()
        server.update(with_ready(LOGS, 7))
        changed = screen.wait_for(lambda text: text.count("\n") == 4).splitlines()[3]
    assert changed.startswith("logs ")
    assert changed[table[0].index("READY")] == "7"
    assert changed.index("<none>") == table[1].index("<none>")


def test_a_verdict_that_changes_is_a_row_though_the_daemonset_does_not():
    with ApiServer(CLUSTER) as server:
        screen = watching(server, "--output-watch-events")
        screen.wait_for(lambda text: text.count("\n") == 3)
        server.update(
            a_pod(LOGS, "n1", ready=False, container_statuses=[a_container_status(waiting="ErrImagePull")])
        )
        row = screen.wait_for(lambda text: text.count("\n") == 4).splitlines()[3]
    assert row.startswith("VERDICT    logs ")
    assert "Stuck: 1 not ready (ErrImagePull)" in row


def test_a_daemonset_made_anew_is_two_rows():
    with ApiServer(CLUSTER) as server:
        screen = watching(server, "--output-watch-events")
        screen.wait_for(lambda text: text.count("\n") == 3)
        server.delete("DaemonSet", "logs", "kube-system")
        server.add(a_daemonset("logs", uid="another"))
        text = screen.wait_for(lambda text: text.count("\n") == 5)
    assert [line.split()[:2] for line in text.splitlines()[3:]] == [["DELETED", "logs"], ["ADDED", "logs"]]


def test_a_table_is_followed_by_one_watch_a_kind_and_no_read():
    with ApiServer(CLUSTER) as server:
        screen = watching(server)
        screen.wait_for(lambda text: text.count("\n") == 3)
        for ready in range(1, 6):
            server.update(with_ready(LOGS, ready))
            screen.wait_for(lambda text, ready=ready: text.count("\n") == 3 + ready)
        asked = Counter((one.path.rsplit("/", 1)[-1], one.watches) for one in server.requests)
    assert set(asked.values()) == {1}
    assert len(asked) == 10


def test_a_watch_in_json_prints_each_object_and_its_event_when_asked():
    with ApiServer([CNI]) as server:
        screen = watching(
            server, "-o", "jsonpath={.type} {.object.status.numberReady}|", "--output-watch-events"
        )
        screen.wait_for(lambda text: text.count("|") == 1)
        server.update(with_ready(CNI, 5))
        screen.wait_for(lambda text: text.count("|") == 2)
        server.delete("DaemonSet", "cni", "kube-system")
        text = screen.wait_for(lambda text: text.count("|") == 3)
    kinds = [word.split() for word in text.split("|")[:3]]
    assert [kind for kind, _ in kinds] == ["ADDED", "MODIFIED", "DELETED"]
    assert kinds[1][1] == "5"


WATCH_EVENTS = [
    pytest.param("name", "daemonset.apps/{name}\n", id="name"),
    pytest.param("jsonpath={.kind}{.type} {.object.metadata.name};", "{change} {name};", id="jsonpath"),
    pytest.param("yaml", "object:\n  apiVersion: apps/v1\n", id="yaml, without a kind of its own"),
    pytest.param("kyaml", '---\n{{\n  type: "{change}",\n  object: {{\n', id="kyaml, the type first"),
    pytest.param("json", '{{"type":"{change}","object":{{"apiVersion":"apps/v1",', id="json, a line each"),
    pytest.param("custom-columns=T:.type,K:.kind", "{change}   <none>\n", id="custom columns"),
]


@pytest.mark.parametrize(("form", "begins"), WATCH_EVENTS)
def test_watch_events_are_spelled_as_kubectl_spells_them(form: str, begins: str):
    with ApiServer([CNI]) as server:
        screen = watching(server, "-o", form, "--output-watch-events")
        first = screen.wait_for(lambda text: len(text) > 8)
        headers = "T       K\n" if form.startswith("custom") else ""
        assert first.startswith(headers + begins.format(change="ADDED", name="cni"))
        server.update(with_ready(CNI, 5))
        text = screen.wait_for(lambda text: len(text) > len(first) + 8)
    rest = text[len(first) :].removeprefix("---\n" if form == "yaml" else "")
    assert rest.startswith(begins.format(change="MODIFIED", name="cni"))


def test_the_table_of_watch_events_begins_with_the_event():
    with ApiServer([CNI, LOGS]) as server:
        screen = watching(server, "--output-watch-events")
        screen.wait_for(lambda text: text.count("\n") == 3)
        server.update(with_ready(LOGS, 7))
        lines = screen.wait_for(lambda text: text.count("\n") == 4).splitlines()
    assert [line[:15] for line in lines] == [
        "EVENT      NAME",
        "ADDED      cni ",
        "ADDED      logs",
        "MODIFIED   logs",
    ]


def test_columns_of_a_watch_keep_their_widths():
    long = a_daemonset("a-much-longer-name")
    with ApiServer([CNI, long]) as server:
        screen = watching(server, "-o", "custom-columns=N:.metadata.name,R:.status.numberReady")
        screen.wait_for(lambda text: text.count("\n") == 3)
        server.update(with_ready(CNI, 7))
        lines = screen.wait_for(lambda text: text.count("\n") == 4).splitlines()
    assert [line.index(last) for line, last in zip(lines, "R007", strict=True)] == [21] * 4


def test_documents_of_a_watch_are_parted_once():
    with ApiServer([CNI, LOGS]) as server:
        for form, parts in (("yaml", 1), ("kyaml", 2)):
            screen = watching(server, "-o", form)
            text = screen.wait_for(lambda text: "name: logs" in text or 'name: "logs"' in text)
            assert text.splitlines().count("---") == parts


def test_a_watch_can_be_printed_by_a_go_template():
    with ApiServer([CNI]) as server:
        template = "go-template={{.metadata.name}} {{.status.numberReady}};"
        path = str(Path(sys.executable).parent)
        screen = watching(server, "-o", template, PATH=path)
        screen.wait_for(lambda text: text.count(";") == 1)
        server.update(with_ready(CNI, 5))
        text = screen.wait_for(lambda text: text.count(";") == 2)
        events = kubectl_ds(
            *("get", "-w", "--output-watch-events", "-o", template, "--server", server.url),
            variables={"PATH": path},
        )
    assert text == "cni 0;cni 5;"
    assert events.code == 2
    assert "--output-watch-events" in events.err


def test_a_name_that_may_be_missing_ends_a_watch_as_kubectl_ends_it():
    with ApiServer([CNI]) as server:
        for form in ((), ("-o", "json")):
            words = ("get", "gone", "-w", "--ignore-not-found", *form, "--server", server.url)
            assert kubectl_ds(*words) == (0, "", "")


def test_the_first_change_of_a_watch_only_comes_with_the_headers():
    with ApiServer([CNI, LOGS]) as server:
        screen = watching(server, "--watch-only")
        for ready in range(1, 40):
            server.update(with_ready(CNI, ready))
            if screen.getvalue():
                break
            threading.Event().wait(0.2)
        server.update(with_ready(LOGS, 7))
        lines = screen.wait_for(lambda text: "logs" in text).splitlines()
    assert lines[0].startswith("NAME ")
    assert {line.split()[0] for line in lines[1:]} == {"cni", "logs"}


def test_watch_only_leaves_out_what_is_there():
    with ApiServer([CNI, LOGS]) as server:
        screen = watching(server, "--watch-only", "-o", "name")
        server.update(with_ready(CNI, 1))
        # The watch may begin on either side of the first change: the second one is after it for certain.
        for ready in range(2, 40):
            server.update(with_ready(CNI, ready))
            if screen.getvalue():
                break
            threading.Event().wait(0.2)
        text = screen.wait_for(lambda text: "cni" in text)
    assert "logs" not in text


def test_waiting_ends_with_0_once_covered_and_with_1_when_time_is_up():
    with ApiServer([CNI, a_node("n1"), a_pod(CNI, "n1"), a_node("n2")]) as server:
        to = ("coverage", "cni", "-n", "kube-system", "--server", server.url, "--wait")
        late = kubectl_ds(*to, "--timeout", "0s")
        threading.Timer(0.5, lambda: server.add(a_pod(CNI, "n2"))).start()
        well = kubectl_ds(*to, "--timeout", "60s")
    assert late.code == 1
    assert "1 missing" in late.out
    assert well.code == 0
