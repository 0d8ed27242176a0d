"""One list in pages: what is asked again, what is not, and how long is waited."""

import json

import pytest

from kubectl_ds.errors import ApiError, UnexpectedAnswer
from kubectl_ds.kube.decoding import decode_nodes
from kubectl_ds.kube.lists import read_list
from kubectl_ds.kube.resource_lists import list_of
from tests.clusters import a_node
from tests.kube.faults import changed, on, refuse, with_body
from tests.kube.reading import options, patience, serving

NODES = [a_node(f"n{number}") for number in range(7)]
GONE = refuse(410, "The provided continue parameter is too old")


def read_nodes(transport, waits=None, *, chunk_size=3, **changes):
    request = list_of(transport, "nodes", None, decode_nodes, options(chunk_size=chunk_size))
    return read_list(transport, request, patience(waits, **changes))


def names(listed) -> list[str]:
    return [node.metadata.name for node in listed.items]


def pages(server) -> list[tuple[str, bool]]:
    return [(one.parameter("limit"), bool(one.parameter("continue"))) for one in server.requests]


def test_pages_follow_each_other_to_the_end():
    with serving(*NODES) as (server, transport):
        listed = read_nodes(transport)
    assert names(listed) == [f"n{number}" for number in range(7)]
    assert pages(server) == [("3", False), ("3", True), ("3", True)]


def test_without_a_page_size_there_is_one_request_and_no_limit():
    with serving(*NODES) as (server, transport):
        assert len(read_nodes(transport, chunk_size=0).items) == 7
    assert pages(server) == [("", False)]


def test_pages_are_one_moment_even_while_the_cluster_changes():
    def change(tree):
        if len(tree["items"]) == 3 and tree["items"][0]["metadata"]["name"] == "n0":
            server.delete("Node", "n5")
        return tree

    with serving(*NODES, faults=[on("/nodes", changed(change))]) as (server, transport):
        assert "n5" in names(read_nodes(transport))


def test_an_expired_token_starts_the_list_again():
    with serving(*NODES, faults=[on("/nodes", GONE, where="continue", times=1)]) as (server, transport):
        assert names(read_nodes(transport)) == [f"n{number}" for number in range(7)]
    assert pages(server) == [("3", False), ("3", True), ("3", False), ("3", True), ("3", True)]


def test_tokens_that_always_expire_end_in_one_list_without_a_limit():
    with serving(*NODES, faults=[on("/nodes", GONE, where="continue")]) as (server, transport):
        assert len(read_nodes(transport).items) == 7
    assert pages(server)[-1] == ("", False)
    assert len(server.requests) == 5


def test_pages_of_different_moments_are_not_put_together():
    def another_moment(tree):
        return tree | {"metadata": tree["metadata"] | {"resourceVersion": "99999"}}

    faults = [on("/nodes", changed(another_moment), where="continue")]
    with serving(*NODES, faults=faults) as (server, transport):
        listed = read_nodes(transport)
    assert len(listed.items) == 7
    assert listed.resource_version != "99999"
    assert ("", False) in pages(server)


def test_a_server_that_repeats_a_page_for_ever_is_not_followed():
    metadata = {"resourceVersion": "5", "continue": "again"}
    page = {"kind": "NodeList", "apiVersion": "v1", "metadata": metadata, "items": NODES[:3]}
    body = json.dumps(page).encode()
    with (
        serving(*NODES, faults=[on("/nodes", with_body(body))]) as (server, transport),
        pytest.raises(UnexpectedAnswer, match="repeats a page"),
    ):
        read_nodes(transport)
    assert len(server.requests) < 5


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_with_growing_pauses(code):
    waits: list[float] = []
    with serving(*NODES, faults=[on("/nodes", refuse(code), times=3)]) as (_, transport):
        assert len(read_nodes(transport, waits).items) == 7
    assert waits == [0.25, 0.5, 1.0]


def test_the_servers_own_retry_after_counts():
    waits: list[float] = []
    faults = [on("/nodes", refuse(429, Retry_After="7"), times=2)]
    with serving(*NODES, faults=faults) as (_, transport):
        read_nodes(transport, waits)
    assert waits == [7.0, 7.0]


def test_a_pause_is_never_the_same_for_all_who_wait():
    waits: list[float] = []
    faults = [on("/nodes", refuse(429, Retry_After="2"), times=1)]
    with serving(*NODES, faults=faults) as (_, transport):
        read_nodes(transport, waits, jitter=lambda: 1.0)
    assert waits == [2.25]


def test_a_server_that_wants_to_be_left_alone_for_an_hour_is_left_alone():
    waits: list[float] = []
    faults = [on("/nodes", refuse(503, "down for the night", Retry_After="3600"))]
    with (
        serving(*NODES, faults=faults) as (server, transport),
        pytest.raises(ApiError, match="for the night"),
    ):
        read_nodes(transport, waits)
    assert (waits, len(server.requests)) == ([], 1)


@pytest.mark.parametrize("code", [429, 503])
def test_patience_ends(code):
    with serving(*NODES, faults=[on("/nodes", refuse(code))]) as (server, transport):
        with pytest.raises(ApiError) as caught:
            read_nodes(transport)
        assert caught.value.status == code
        assert len(server.requests) == 5


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405])
def test_what_would_not_change_is_never_asked_again(code):
    with serving(*NODES, faults=[on("/nodes", refuse(code))]) as (server, transport):
        with pytest.raises(ApiError) as caught:
            read_nodes(transport)
        assert caught.value.status == code
        assert len(server.requests) == 1


def test_a_busy_server_in_the_middle_of_a_list_is_waited_for():
    faults = [on("/nodes", refuse(503), where="continue", times=1)]
    with serving(*NODES, faults=faults) as (server, transport):
        assert len(read_nodes(transport).items) == 7
    assert pages(server) == [("3", False), ("3", True), ("3", True), ("3", True)]
