"""Pages of bytes into the model: what Go's decoder takes is taken, and nothing else."""

import contextlib
import gc
import json

import pytest

from kubectl_ds.errors import UnexpectedAnswer
from kubectl_ds.kube.decoding import (
    decode_nodes,
    decode_object,
    decode_pods,
    decode_raw_daemonsets,
    decode_revisions,
    garbage_collector_paused,
    list_meta,
    without_nulls,
)
from kubectl_ds.kube.errors import ApiCall
from kubectl_ds.kube.transport import Response

CALL = ApiCall(server="https://k8s.example:6443", verb="list", resource="nodes")


def answer(body: object, content_type: str = "application/json") -> Response:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=200, headers={"content-type": content_type}, body=text)


def a_list(kind: str, *items: object, **metadata: object) -> dict:
    return {"kind": kind, "apiVersion": "v1", "metadata": metadata, "items": list(items)}


@pytest.mark.parametrize(
    "node",
    [
        pytest.param({"metadata": {"name": "n", "labels": None, "ownerReferences": None}}, id="metadata"),
        pytest.param({"metadata": {"name": "n"}, "spec": None, "status": None}, id="spec and status"),
        pytest.param(
            {"metadata": {"name": "n"}, "spec": {"taints": None, "unschedulable": None}}, id="taints"
        ),
        pytest.param({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": None}}}, id="an amount"),
        pytest.param({"metadata": {"name": "n"}, "spec": {"taints": [None]}}, id="an element"),
    ],
)
def test_null_means_that_it_is_not_set(node):
    (bare,) = decode_nodes(answer(a_list("NodeList", {"metadata": {"name": "n"}})), CALL).items
    (decoded,) = decode_nodes(answer(a_list("NodeList", node)), CALL).items
    assert decoded == bare


def test_null_items_are_an_empty_list():
    page = decode_pods(answer({"kind": "PodList", "metadata": {"resourceVersion": "7"}, "items": None}), CALL)
    assert (page.items, page.resource_version, page.continue_token) == ((), "7", "")


def test_a_null_item_is_no_object():
    assert (
        decode_pods(answer(a_list("PodList", None, {"metadata": {"name": "p"}})), CALL).items[0].metadata.name
        == "p"
    )


def test_a_revisions_data_keep_their_nulls():
    data = {"spec": {"template": {"metadata": {"creationTimestamp": None}}}}
    revision = {"metadata": {"name": "r", "labels": None}, "data": data, "revision": 3}
    (decoded,) = decode_revisions(answer(a_list("ControllerRevisionList", revision)), CALL).items
    assert decoded.data == data


def test_bytes_that_are_not_utf8_become_replacement_characters_as_in_go():
    body = b'{"kind":"NodeList","metadata":{},"items":[{"metadata":{"name":"n\xff1"}}]}'
    assert decode_nodes(answer(body), CALL).items[0].metadata.name == "n�1"


def test_half_a_surrogate_pair_becomes_a_replacement_character_as_in_go():
    body = b'{"kind":"NodeList","metadata":{},"items":[{"metadata":{"name":"n\\ud800"}}]}'
    assert decode_nodes(answer(body), CALL).items[0].metadata.name == "n�"


def test_whole_characters_beyond_ascii_stay_as_they_are():
    assert without_nulls({"a": "héllo 🚀", "b": None}) == {"a": "héllo 🚀"}


@pytest.mark.parametrize(
    ("response", "words"),
    [
        pytest.param(answer(b"<html>Sign in</html>", "text/html"), "of another type", id="HTML"),
        pytest.param(answer(b"<html>Sign in</html>"), "not JSON", id="HTML that says it is JSON"),
        pytest.param(answer(b'{"kind":"NodeList","items":[{"meta'), "cut short", id="truncated"),
        pytest.param(answer(b""), "cut short", id="empty"),
        pytest.param(answer(a_list("PodList")), "of kind PodList, not a NodeList", id="another list"),
        pytest.param(answer({"kind": "Status", "items": []}), "of kind Status", id="a Status with 200"),
        pytest.param(answer({"kind": "NodeList"}), "without items", id="no items"),
        pytest.param(answer({"items": []}), "of no kind", id="no kind"),
        pytest.param(answer([1, 2]), "a field is not", id="an array"),
        pytest.param(answer({"kind": "NodeList", "items": {"a": 1}}), "a field is not", id="items as a map"),
        pytest.param(
            answer(a_list("NodeList", {"metadata": {"name": 5}})), "a field is not", id="a number for a name"
        ),
        pytest.param(answer(b"[" * 100_000), "cut short", id="brackets without end"),
        pytest.param(answer(b'{"kind":"x\\u001b[31m","items":[]}'), "of kind", id="hostile words in it"),
    ],
)
def test_what_is_not_the_list_asked_for_is_refused_in_one_safe_sentence(response, words):
    with pytest.raises(UnexpectedAnswer) as caught:
        decode_nodes(response, CALL)
    assert words in caught.value.message
    assert "https://k8s.example:6443" in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 500


def test_no_content_type_is_taken_for_what_was_asked_for_as_client_go_does():
    assert decode_nodes(answer(a_list("NodeList"), ""), CALL).items == ()


def test_raw_daemonsets_are_whole_and_say_what_they_are():
    raw = {"metadata": {"name": "a", "annotations": None}, "spec": {"x": [1, None, 2.5]}}
    page = decode_raw_daemonsets(answer(a_list("DaemonSetList", raw)), CALL)
    assert page.items == ({"apiVersion": "apps/v1", "kind": "DaemonSet", **raw},)


def test_one_object_of_another_kind_is_refused():
    with pytest.raises(UnexpectedAnswer, match="of kind Status, not of kind DaemonSet"):
        decode_object(answer({"kind": "Status"}), CALL, "DaemonSet")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'{"kind":"L","metadata":{"continue":"t"},"items":[{}]}', id="as the API server writes it"
        ),
        pytest.param(b'{"items":[{}],"kind":"L","metadata":{"continue":"t"}}', id="metadata at the end"),
        pytest.param(b'{\n "metadata": {"continue": "t"},\n "items": [{}]}', id="spread over lines"),
        pytest.param(b'{"metadata":{"x":"\\"items\\":","continue":"t"},"items":[]}', id="items in a text"),
    ],
)
def test_the_continue_token_is_found_without_decoding_the_items(body):
    meta = list_meta(body)
    assert meta is not None
    assert meta.continue_token == "t"


def test_the_garbage_collector_is_left_as_it_was():
    assert gc.isenabled()
    with contextlib.suppress(LookupError), garbage_collector_paused():
        assert not gc.isenabled()
        raise LookupError
    assert gc.isenabled()
    gc.disable()
    try:
        with garbage_collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
