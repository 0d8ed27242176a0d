"""What goes over the wire, and what becomes of an answer that is not whole."""

import gzip
import threading
import time

import pytest

from kubectl_ds.errors import ConnectionFailed
from tests.kube.loopback import answer_json, kubectl, new_authority, ours, serving, write_kubeconfig

SAME_HEADERS = (
    "accept-encoding",
    "authorization",
    "impersonate-user",
    "impersonate-uid",
    "impersonate-group",
    "impersonate-extra-x%2fy",
)


@pytest.fixture(scope="module")
def authority():
    return new_authority()


@pytest.fixture
def server(authority):
    with serving(authority.server_context(client_certificates=True)) as running:
        yield running


@pytest.fixture
def kubeconfig(tmp_path, authority, server):
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    return write_kubeconfig(
        tmp_path / "config", server=server.url, user={"token": "secret"}, certificate_authority="ca.pem"
    )


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param([], id="a token of the kubeconfig"),
        pytest.param(["--token=other"], id="--token wins over the kubeconfig's"),
        pytest.param(["--disable-compression=true"], id="--disable-compression asks for no gzip"),
        pytest.param(
            [
                "--as=me",
                "--as-uid=7",
                "--as-group=a",
                "--as-group=b",
                "--as-user-extra=x/y=1",
                "--as-user-extra=x/y=2",
            ],
            id="impersonation with a uid, two groups and two extra values",
        ),
        pytest.param(["--as=Jürgen"], id="a user name beyond ASCII"),
        pytest.param(["--request-timeout=1m30s"], id="--request-timeout is told to the server"),
    ],
)
def test_we_send_what_kubectl_sends(server, kubeconfig, flags):
    told = kubectl("--kubeconfig", str(kubeconfig), "get", "--raw", "/api", *flags)
    assert told.returncode == 0, told.stderr
    theirs = server.last
    with ours(kubeconfig=str(kubeconfig), **_as_flags(flags)) as session:
        assert session.transport.request("GET", "/api").status == 200
    mine = server.last
    for name in SAME_HEADERS:
        # Without compression Go sends no Accept-Encoding; http.client says "identity", which is the same.
        plain = [value for value in mine.all(name) if value != "identity"]
        assert plain == theirs.all(name), name
    assert ("timeout=" in mine.path) == ("timeout=" in theirs.path)


def _as_flags(words):
    many = {"as_group": "as_group", "as_user_extra": "as_user_extra"}
    flags = {}
    for word in words:
        name, _, value = word.removeprefix("--").partition("=")
        name = {"as": "as_user"}.get(name, name.replace("-", "_"))
        if name in many:
            flags[name] = (*flags.get(name, ()), value)
        else:
            flags[name] = True if value == "true" else value
    return flags


def test_the_user_agent_says_who_we_are(server, kubeconfig):
    with ours(kubeconfig=str(kubeconfig)) as session:
        session.transport.request("GET", "/api")
    assert server.last.one("user-agent").startswith("kubectl-ds/")


def test_a_gzipped_answer_is_inflated(server, kubeconfig):
    body = b'{"items": []}' * 10_000
    packed = gzip.compress(body[:100]) + gzip.compress(body[100:])
    server.answers = [lambda handler: handler.reply(200, packed, {"Content-Encoding": "gzip"})]
    with ours(kubeconfig=str(kubeconfig)) as session:
        assert session.transport.request("GET", "/api").body == body


def _cut_length(handler):
    handler.reply(200, b'{"items": [', {"Content-Length": "100"})
    handler.close_connection = True


def _cut_chunk(handler):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"40\r\nabc")
    handler.close_connection = True


def _cut_before_last_chunk(handler):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"3\r\nabc\r\n")
    handler.close_connection = True


def _cut_gzip(handler):
    handler.reply(200, gzip.compress(b"x" * 1000)[:-12], {"Content-Encoding": "gzip"})


def _bad_gzip(handler):
    handler.reply(200, b"no gzip at all", {"Content-Encoding": "gzip"})


def _no_answer(handler):
    handler.close_connection = True


def _nonsense(handler):
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(_cut_length, "cut short", id="fewer bytes than Content-Length"),
        pytest.param(_cut_chunk, "cut short", id="a chunk that ends too early"),
        pytest.param(_cut_before_last_chunk, "cut short", id="no last chunk"),
        pytest.param(_cut_gzip, "compressed answer", id="gzip that ends too early"),
        pytest.param(_bad_gzip, "compressed answer", id="gzip that is none"),
        pytest.param(_no_answer, "without an answer", id="a connection closed without a word"),
        pytest.param(_nonsense, "does not speak HTTP", id="another protocol"),
    ],
)
def test_an_answer_that_is_not_whole_is_no_answer(server, kubeconfig, answer, says):
    server.answers = [answer]
    with ours(kubeconfig=str(kubeconfig)) as session, pytest.raises(ConnectionFailed, match=says) as raised:
        session.transport.request("GET", "/api")
    assert raised.value.hint
    assert len(server.requests) == 1


def test_a_refused_connection_says_so(tmp_path):
    with serving() as gone:
        url = gone.url
    with ours(server=url) as session, pytest.raises(ConnectionFailed, match=r"127.0.0.1:\d+ was refused"):
        session.transport.request("GET", "/api")


def test_an_unknown_host_says_so():
    with (
        ours(server="http://no-such-host.invalid") as session,
        pytest.raises(ConnectionFailed, match="not known"),
    ):
        session.transport.request("GET", "/api")


def test_without_a_kubeconfig_kubectls_last_resort_is_tried_and_the_advice_names_the_file():
    with ours(env={"KUBERNETES_MASTER": ""}) as session:
        assert session.transport.server == "http://localhost:8080"
        with pytest.raises(ConnectionFailed) as raised:
            session.transport.request("GET", "/api")
    assert "/nonexistent/.kube/config" in raised.value.hint


@pytest.mark.parametrize(
    "drip", [pytest.param(False, id="silence"), pytest.param(True, id="a byte now and then")]
)
def test_the_request_timeout_limits_the_whole_answer(server, kubeconfig, drip):
    over = threading.Event()

    def slow(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not over.wait(0.05):
            if drip:
                handler.wfile.write(b" ")
                handler.wfile.flush()

    server.answers = [slow]
    with (
        ours(kubeconfig=str(kubeconfig), request_timeout="400ms") as session,
        pytest.raises(ConnectionFailed, match=r"within 0.4 seconds"),
    ):
        session.transport.request("GET", "/api")
    over.set()


def test_a_watch_outlives_the_request_timeout_and_gives_lines_as_they_come(server, kubeconfig):
    received = threading.Event()

    def watch(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in (b'{"a":1}\n{"b"', b":2}\n"):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            handler.wfile.flush()
            received.wait(10)
            time.sleep(0.5)
        handler.wfile.write(b"0\r\n\r\n")

    server.answers = [watch]
    with (
        ours(kubeconfig=str(kubeconfig), request_timeout="200ms") as session,
        session.transport.stream("/api", [("watch", "1")]) as (status, lines),
    ):
        first = next(lines)
        received.set()
        assert (status, first, list(lines)) == (200, b'{"a":1}', [b'{"b":2}'])
    assert "timeout" not in server.last.path


def test_a_watch_that_breaks_off_is_a_failed_connection(server, kubeconfig):
    server.answers = [_cut_chunk]
    with (
        ours(kubeconfig=str(kubeconfig)) as session,
        session.transport.stream("/api") as (_, lines),
        pytest.raises(ConnectionFailed, match="cut short"),
    ):
        list(lines)


def test_a_redirect_on_the_same_host_is_followed(server, kubeconfig):
    server.answers = [answer_json({}, 302, Location="/there?x=1"), answer_json({"here": True})]
    with ours(kubeconfig=str(kubeconfig)) as session:
        assert session.transport.request("GET", "/api").body == b'{"here": true}'
    assert server.last.path == "/there?x=1"


def test_a_redirect_to_another_host_is_handed_back(server, kubeconfig):
    with serving() as elsewhere:
        server.answers = [answer_json({}, 302, Location=f"{elsewhere.url}/login")]
        with ours(kubeconfig=str(kubeconfig)) as session:
            assert session.transport.request("GET", "/api").status == 302
        assert elsewhere.requests == []


def test_a_redirect_of_a_write_is_handed_back(server, kubeconfig):
    server.answers = [answer_json({}, 307, Location="/there")]
    with ours(kubeconfig=str(kubeconfig)) as session:
        assert session.transport.request("POST", "/api", body=b"{}").status == 307
    assert len(server.requests) == 1


def test_error_answers_are_returned_and_asked_once(server, kubeconfig):
    server.answers = [answer_json({"kind": "Status"}, 503, **{"Retry-After": "7"})]
    with ours(kubeconfig=str(kubeconfig)) as session:
        answer = session.transport.request("GET", "/api")
    assert (answer.status, answer.headers["retry-after"], len(server.requests)) == (503, "7", 1)


def test_a_path_in_the_servers_url_is_kept(authority, tmp_path):
    with serving() as server, ours(server=f"{server.url}/k8s/clusters/c-1/") as session:
        session.transport.request("GET", "/api/v1/nodes", [("labelSelector", "a=b,c in (d)")])
        assert server.last.path == "/k8s/clusters/c-1/api/v1/nodes?labelSelector=a%3Db%2Cc+in+%28d%29"


def test_eight_threads_share_the_session(server, kubeconfig):
    with ours(kubeconfig=str(kubeconfig)) as session:
        statuses = []
        threads = [
            threading.Thread(target=lambda: statuses.append(session.transport.request("GET", "/api").status))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 8


def test_over_plain_http_credentials_stay_at_home_as_with_kubectl(tmp_path, capsys):
    with serving() as server:
        config = write_kubeconfig(
            tmp_path / "config", server=server.url, user={"token": "secret", "as": "me"}
        )
        assert kubectl("--kubeconfig", str(config), "get", "--raw", "/api").returncode == 0
        with ours(kubeconfig=str(config)) as session:
            session.transport.request("GET", "/api")
        theirs, mine = server.requests
    for recorded in (theirs, mine):
        assert recorded.one("authorization") == ""
        assert recorded.one("impersonate-user") == "me"
