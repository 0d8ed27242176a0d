"""A pod's own cluster, with the service account mounted elsewhere; and token files."""

import sys

import pytest

from kubectl_ds.errors import CredentialError
from kubectl_ds.kube.connection import ConnectionFlags, open_session_with
from kubectl_ds.kube.credentials import TokenFile
from tests.kube.loopback import NO_HOME, answer_json, kubectl, new_authority, ours, serving, write_kubeconfig


@pytest.fixture(scope="module")
def authority():
    return new_authority()


@pytest.fixture
def server(authority):
    with serving(authority.server_context()) as running:
        yield running


@pytest.fixture
def mounted(tmp_path, authority):
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text("pod-token\n")
    (folder / "ca.crt").write_bytes(authority.pem)
    (folder / "namespace").write_text("kube-system")
    return folder


def in_pod(server, mounted, env=None, /, **flags):
    env = {
        **NO_HOME,
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(server.port),
        **(env or {}),
    }
    return open_session_with(
        ConnectionFlags(**flags), env, stdin_is_tty=False, stderr=sys.stderr, service_account=mounted
    )


def test_a_pod_without_a_kubeconfig_speaks_to_its_own_cluster(server, mounted):
    with in_pod(server, mounted) as session:
        assert session.transport.request("GET", "/api").status == 200
        assert (session.namespace, session.context) == ("kube-system", "")
    assert server.last.one("authorization") == "Bearer pod-token"


@pytest.mark.parametrize(
    ("env", "flags", "namespace"),
    [
        pytest.param({"POD_NAMESPACE": "mine"}, {}, "mine", id="POD_NAMESPACE goes first"),
        pytest.param({"POD_NAMESPACE": "mine"}, {"namespace": "flag"}, "flag", id="the flag goes before all"),
    ],
)
def test_the_namespace(server, mounted, env, flags, namespace):
    with in_pod(server, mounted, env, **flags) as session:
        assert session.namespace == namespace


def test_without_a_namespace_file_it_is_default(server, mounted):
    (mounted / "namespace").unlink()
    with in_pod(server, mounted) as session:
        assert session.namespace == "default"


def test_a_token_flag_replaces_the_pods(server, mounted):
    with in_pod(server, mounted, token="mine") as session:
        session.transport.request("GET", "/api")
    assert server.last.one("authorization") == "Bearer mine"


def test_a_server_flag_is_not_the_pods_cluster(server, mounted):
    with in_pod(server, mounted, server="http://elsewhere") as session:
        assert session.transport.server == "http://elsewhere"


def test_a_kubeconfig_goes_before_the_pods_cluster(server, mounted, tmp_path):
    path = write_kubeconfig(tmp_path / "config", server="https://other", user={"token": "t"})
    with in_pod(server, mounted, {"KUBECONFIG": str(path)}) as session:
        assert (session.transport.server, session.namespace) == ("https://other", "kube-system")


def test_impersonation_is_kept_in_a_pod(server, mounted):
    with in_pod(server, mounted, as_user="me") as session:
        session.transport.request("GET", "/api")
    assert server.last.one("impersonate-user") == "me"


def test_an_empty_token_is_no_anonymous_request(server, mounted):
    (mounted / "token").write_text("\n")
    with pytest.raises(CredentialError, match="is empty"):
        in_pod(server, mounted)


def test_an_ipv6_service_host_is_bracketed(server, mounted):
    with in_pod(server, mounted, {"KUBERNETES_SERVICE_HOST": "fd00::1"}) as session:
        assert session.transport.server == f"https://[fd00::1]:{server.port}"


def test_a_rotated_token_file_is_read_again_after_a_minute(tmp_path):
    path = tmp_path / "token"
    path.write_text("one")
    clock = [0.0]
    source = TokenFile(str(path), now=lambda: clock[0])
    source.current()
    path.write_text("two")
    clock[0] = 59.0
    assert source.current().headers == (("Authorization", "Bearer one"),)
    clock[0] = 60.0
    assert source.current().headers == (("Authorization", "Bearer two"),)
    path.unlink()
    clock[0] = 130.0
    assert source.current().headers == (("Authorization", "Bearer two"),)


def test_a_refused_token_file_is_read_again_at_once(server, authority, tmp_path):
    (tmp_path / "ca").write_bytes(authority.pem)
    (tmp_path / "tok").write_text("one")
    path = write_kubeconfig(
        tmp_path / "config", server=server.url, user={"tokenFile": "tok"}, certificate_authority="ca"
    )

    def rotate(handler):
        (tmp_path / "tok").write_text("two")
        handler.reply(401, b"{}")

    server.answers = [rotate, answer_json({})]
    with ours(kubeconfig=str(path)) as session:
        assert session.transport.request("GET", "/api").status == 200
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer one", "Bearer two"]


def test_a_token_file_goes_before_the_token_beside_it_as_with_kubectl(server, authority, tmp_path):
    (tmp_path / "ca").write_bytes(authority.pem)
    (tmp_path / "tok").write_text("from-file")
    user = {"tokenFile": "tok", "token": "beside"}
    path = write_kubeconfig(tmp_path / "config", server=server.url, user=user, certificate_authority="ca")
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 0
    with ours(kubeconfig=str(path)) as session:
        session.transport.request("GET", "/api")
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer from-file"] * 2


@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_a_token_file_without_a_token_stops_the_program(tmp_path, content):
    if content is not None:
        (tmp_path / "tok").write_text(content)
    path = write_kubeconfig(tmp_path / "config", server="https://a", user={"tokenFile": "tok"})
    with pytest.raises(CredentialError, match="token file"):
        ours(kubeconfig=str(path))


def test_a_name_and_password_are_sent_as_kubectl_sends_them(server, authority, tmp_path):
    (tmp_path / "ca").write_bytes(authority.pem)
    user = {"username": "jürgen", "password": "p:w"}
    path = write_kubeconfig(tmp_path / "config", server=server.url, user=user, certificate_authority="ca")
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 0
    with ours(kubeconfig=str(path)) as session:
        session.transport.request("GET", "/api")
    theirs, mine = server.requests
    assert mine.one("authorization") == theirs.one("authorization") != ""
