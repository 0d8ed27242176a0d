"""Connections are kept for the next request, and one that has died in between costs nobody an answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubectl_ds.errors import ConnectionFailed
from tests.kube.loopback import ours

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Scripted:
    """A server that counts connections and gives each request the next of its answers, the last for ever.

    An answer is bytes to send; None hangs up without a word. Behind an answer in `hangs_up` it hangs up.
    """

    def __init__(self, answers, hangs_up=()):
        self.answers, self.hangs_up = list(answers), hangs_up
        self.connections = 0
        self.requests: list[bytes] = []
        self.gone = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with client:
            while request := _request(client):
                self.requests.append(request)
                position = len(self.requests) - 1
                answer = self.answers[min(position, len(self.answers) - 1)]
                if answer is None:
                    return
                client.sendall(answer)
                if position in self.hangs_up:
                    client.shutdown(socket.SHUT_RDWR)
                    break
        self.gone.set()

    def close(self):
        self._listener.close()


def _request(client):
    received = b""
    while b"\r\n\r\n" not in received:
        more = client.recv(65536)
        if not more:
            return b""
        received += more
    return received


@contextmanager
def scripted(*answers, hangs_up=()) -> Iterator[Scripted]:
    server = Scripted(answers or [OK], hangs_up)
    try:
        yield server
    finally:
        server.close()


def ask(session, method="GET"):
    return session.transport.request(method, "/api", body=b"{}" if method == "POST" else None).status


def test_one_connection_carries_all_requests_that_come_one_after_the_other():
    with scripted() as server, ours(server=server.url) as session:
        assert [ask(session) for _ in range(5)] == [200] * 5
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", id="as it says"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", id="of HTTP/1.0"),
    ],
)
def test_a_connection_that_the_server_does_not_keep_is_not_used_again(answer):
    with scripted(answer) as server, ours(server=server.url) as session:
        assert [ask(session), ask(session)] == [200, 200]
    assert server.connections == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_kept_connection_that_was_hung_up_meanwhile_is_noticed(method):
    with scripted(OK, hangs_up=[0]) as server, ours(server=server.url) as session:
        assert ask(session) == 200
        assert server.gone.wait(10)
        assert ask(session, method) == 200
    assert server.connections == 2


def test_a_kept_connection_that_dies_under_a_get_costs_one_more_try():
    with scripted(OK, None, OK) as server, ours(server=server.url) as session:
        assert [ask(session), ask(session)] == [200, 200]
    assert (server.connections, len(server.requests)) == (2, 3)


def test_a_write_is_never_sent_twice():
    with scripted(OK, None, OK) as server, ours(server=server.url) as session:
        assert ask(session) == 200
        with pytest.raises(ConnectionFailed, match="without an answer"):
            ask(session, "POST")
    assert len(server.requests) == 2


def test_a_new_connection_that_gives_no_answer_is_not_tried_again():
    with (
        scripted(None) as server,
        ours(server=server.url) as session,
        pytest.raises(ConnectionFailed, match="without an answer"),
    ):
        ask(session)
    assert len(server.requests) == 1


def test_an_answer_that_was_cut_short_ends_its_connection():
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    with scripted(cut, OK) as server, ours(server=server.url) as session:
        with pytest.raises(ConnectionFailed, match="does not speak HTTP"):
            ask(session)
        assert ask(session) == 200
    assert server.connections == 2


def test_closing_the_session_closes_its_connections():
    with scripted() as server:
        with ours(server=server.url) as session:
            assert ask(session) == 200
        assert server.gone.wait(10)


def test_a_watch_left_early_ends_its_connection():
    watch = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"a":1}\n\r\n'
    with scripted(watch, OK) as server, ours(server=server.url) as session:
        with session.transport.stream("/api") as (_, lines):
            assert next(lines) == b'{"a":1}'
        assert server.gone.wait(10)
        assert ask(session) == 200
    assert server.connections == 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_takes_the_connection_and_says_nothing_runs_into_the_limit(scheme):
    said = "gave no whole answer" if scheme == "http" else "no connection to the server"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with (
            ours(server=url, token="t", request_timeout="300ms") as session,
            pytest.raises(ConnectionFailed, match=f"{said}.* within 0.3 seconds"),
        ):
            ask(session)


def test_a_proxy_that_says_nothing_runs_into_the_limit():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            ours(
                server="https://api.example", token="t", proxy_url=proxy, request_timeout="300ms"
            ) as session,
            pytest.raises(ConnectionFailed, match=r"the proxy 127.0.0.1:\d+ gave no connection .*timed out"),
        ):
            ask(session)
