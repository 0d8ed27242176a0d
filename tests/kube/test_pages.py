"""Pages are asked for ahead: as soon as one begins to come, and never more than a few beyond what was looked at."""

import gzip
import json
import threading

import pytest

from kubectl_ds.kube.decoding import decode_nodes
from kubectl_ds.kube.lists import read_list
from kubectl_ds.kube.pages import AHEAD, PagesInTurn
from kubectl_ds.kube.resource_lists import list_of
from kubectl_ds.kube.transport import Response
from tests.clusters import a_node
from tests.kube.loopback import Handler, ours, serving
from tests.kube.reading import options, patience
from tests.waiting import until


def page(number: int, pages: int) -> bytes:
    """Page `number` of so many, its metadata before its items as Go writes them."""
    token = str(number + 1) if number + 1 < pages else ""
    names = [f"n{number}-{place}" for place in range(20)]
    tree = {
        "kind": "NodeList",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": "7", "continue": token},
        "items": [a_node(name) for name in names],
    }
    return json.dumps(tree, separators=(",", ":")).encode()


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_the_next_page_is_asked_for_while_one_is_still_on_its_way(coding: str):
    second_asked = threading.Event()
    body = page(0, 2) if coding == "identity" else gzip.compress(page(0, 2), 1)

    def first(handler: Handler) -> None:
        handler.send_response(200)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Encoding", coding),
            ("Content-Length", str(len(body))),
        ):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        assert second_asked.wait(60), "the first page never ends before somebody asks for the second"
        handler.wfile.write(body[len(body) // 2 :])

    def second(handler: Handler) -> None:
        second_asked.set()
        handler.reply(200, page(1, 2), {"Content-Type": "application/json"})

    with serving() as server, ours(server=server.url) as session:
        server.answers = [first, second]
        request = list_of(session.transport, "nodes", None, decode_nodes, options(chunk_size=20))
        listed = read_list(session.transport, request, patience())
    assert [node.metadata.name for node in listed.items] == [
        f"n{number}-{place}" for number in range(2) for place in range(20)
    ]


def test_no_more_pages_are_there_than_memory_is_meant_for():
    asked: list[str] = []
    ahead: list[int] = []
    taken = 0

    def fetch(token: str, beginning) -> Response:
        asked.append(token)
        ahead.append(len(asked) - taken)
        body = page(int(token or 0), 9)
        beginning(body[:4096])
        return Response(status=200, headers={}, body=body)

    with PagesInTurn(fetch) as pages:
        for _ in pages:
            taken += 1
            due = min(taken + AHEAD, 9)
            until(lambda due=due: len(asked) == due, "as many as may be there are asked for")
    assert asked == ["", *"12345678"]
    # Beside those ahead there is the one that is just being handed over.
    assert max(ahead) <= AHEAD + 1


def test_a_page_that_nobody_waits_for_is_not_asked_for():
    asked: list[str] = []

    def fetch(token: str, beginning) -> Response:
        asked.append(token)
        body = page(int(token or 0), 9)
        beginning(body[:4096])
        return Response(status=200, headers={}, body=body)

    before = threading.active_count()
    with PagesInTurn(fetch) as pages:
        next(iter(pages))
        until(lambda: len(asked) == 1 + AHEAD, "those ahead are asked for")
    until(lambda: threading.active_count() <= before, "the thread of the next one ends")
    assert len(asked) == 1 + AHEAD
