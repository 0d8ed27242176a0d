"""A session around the official client, on whichever version of it is installed (35, 36, 37)."""

import gzip
import json
import threading

import pytest

from kubectl_ds.errors import ConnectionFailed, CredentialError
from kubectl_ds.kube.api_client_session import api_client_session
from tests.kube.loopback import answer_json, new_authority, ours, serving, write_kubeconfig

client = pytest.importorskip("kubernetes.client")


@pytest.fixture(scope="module")
def authority():
    return new_authority()


@pytest.fixture
def server(authority):
    with serving(authority.server_context(client_certificates=True)) as running:
        yield running


@pytest.fixture
def configuration(server, authority, tmp_path):
    (tmp_path / "ca").write_bytes(authority.pem)
    configuration = client.Configuration()
    configuration.host = server.url
    configuration.ssl_ca_cert = str(tmp_path / "ca")
    # As load_kube_config leaves it. Version 36 looks for a prefix under another name than 35 and 37.
    configuration.api_key = {"authorization": "Bearer secret"}
    return configuration


def test_the_clients_token_is_sent(server, configuration):
    session = api_client_session(client.ApiClient(configuration))
    assert session.request("GET", "/api", [("limit", "1")]).status == 200
    assert server.last.one("authorization") == "Bearer secret"
    assert server.last.path == "/api?limit=1"
    assert session.server == server.url


def test_the_clients_own_headers_are_sent_every_value(server, configuration):
    api_client = client.ApiClient(configuration)
    api_client.set_default_header("Impersonate-User", "me")
    api_client_session(api_client).request("GET", "/api")
    assert server.last.all("impersonate-user") == ["me"]
    assert server.last.one("user-agent").startswith("kubectl-ds/")


def test_the_clients_certificate_is_shown(server, configuration, authority, tmp_path):
    certificate, key = authority.client_pair("alice")
    (tmp_path / "c").write_bytes(certificate)
    (tmp_path / "k").write_bytes(key)
    configuration.cert_file, configuration.key_file = str(tmp_path / "c"), str(tmp_path / "k")
    api_client_session(client.ApiClient(configuration)).request("GET", "/api")
    assert "commonName=alice" in server.last.client_certificate


def test_gzip_is_asked_for_and_inflated(server, configuration):
    body = gzip.compress(b"{}" * 1000)
    server.answers = [lambda handler: handler.reply(200, body, {"Content-Encoding": "gzip"})]
    assert api_client_session(client.ApiClient(configuration)).request("GET", "/api").body == b"{}" * 1000
    assert server.last.one("accept-encoding") == "gzip"


def test_error_answers_are_returned_and_never_retried(server, configuration):
    server.answers = [answer_json({"kind": "Status"}, 503)]
    assert api_client_session(client.ApiClient(configuration)).request("GET", "/api").status == 503
    assert len(server.requests) == 1


def test_on_401_a_refreshed_token_is_tried_once(server, configuration):
    tokens = iter(["one", "two", "three"])

    def refresh(config):
        config.api_key["authorization"] = f"Bearer {next(tokens)}"

    configuration.refresh_api_key_hook = refresh
    server.answers = [answer_json({}, 401), answer_json({})]
    assert api_client_session(client.ApiClient(configuration)).request("GET", "/api").status == 200
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer one", "Bearer two"]


def test_on_401_with_the_same_token_that_is_the_answer(server, configuration):
    server.answers = [answer_json({}, 401)]
    assert api_client_session(client.ApiClient(configuration)).request("GET", "/api").status == 401
    assert len(server.requests) == 1


def test_a_watch_streams_lines(server, configuration):
    server.answers = [lambda handler: handler.reply(200, b'{"a":1}\n{"b":2}\n')]
    with api_client_session(client.ApiClient(configuration)).stream("/api") as (status, lines):
        assert (status, list(lines)) == (200, [b'{"a":1}', b'{"b":2}'])


def test_a_server_that_is_not_there_is_a_failed_connection(configuration):
    with serving() as gone:
        configuration.host = gone.url
    with pytest.raises(ConnectionFailed, match="was refused"):
        api_client_session(client.ApiClient(configuration)).request("GET", "/api")


def test_closing_the_session_leaves_the_client_usable(server, configuration):
    # Version 37 insists on a list here, empty or not.
    server.answers = [
        answer_json({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
    ]
    api_client = client.ApiClient(configuration)
    session = api_client_session(api_client)
    session.request("GET", "/api")
    session.close()
    assert client.CoreApi(api_client).get_api_versions().versions == ["v1"]


def test_threads_share_the_session(server, configuration):
    session = api_client_session(client.ApiClient(configuration))
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(session.request("GET", "/api").status))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8


def test_both_sessions_give_the_same_answer(server, configuration, tmp_path):
    server.answers = [answer_json({"items": [{"metadata": {"name": "a"}}]}, 200, **{"Audit-Id": "x"})]
    path = write_kubeconfig(
        tmp_path / "config", server=server.url, user={"token": "secret"}, certificate_authority="ca"
    )
    with ours(kubeconfig=str(path)) as session:
        mine = session.transport.request("GET", "/apis/apps/v1/daemonsets", [("limit", "500")])
    theirs = api_client_session(client.ApiClient(configuration)).request(
        "GET", "/apis/apps/v1/daemonsets", [("limit", "500")]
    )
    assert (mine.status, json.loads(mine.body)) == (theirs.status, json.loads(theirs.body))
    first, second = server.requests
    assert (first.path, first.one("authorization")) == (second.path, second.one("authorization"))


def test_something_else_than_an_api_client_is_refused():
    with pytest.raises(CredentialError, match="not a kubernetes"):
        api_client_session(object())
