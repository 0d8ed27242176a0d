"""Which server is believed, which certificate is shown, and that no key is left behind."""

import base64
import datetime
import os
import signal
import ssl
import subprocess
import sys

import pytest

from kubectl_ds.errors import ConnectionFailed, CredentialError, KubeconfigError
from kubectl_ds.kube import tls
from kubectl_ds.kube.credentials import KeyPair
from tests.kube.loopback import Authority, kubectl, new_authority, ours, serving, write_kubeconfig


@pytest.fixture(scope="module")
def authority():
    return new_authority()


def encoded(pem):
    return base64.b64encode(pem).decode()


def config(tmp_path, server, authority, user=None, **cluster):
    trust = (
        {}
        if "insecure_skip_tls_verify" in cluster
        else {"certificate_authority_data": encoded(authority.pem)}
    )
    return write_kubeconfig(
        tmp_path / "config", server=server.url, user=user or {"token": "t"}, **{**trust, **cluster}
    )


def both(path, **flags):
    """The exit code of kubectl, and our status or error."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in flags.items()]
    theirs = kubectl("--kubeconfig", str(path), "get", "--raw", "/api", *words)
    try:
        with ours(kubeconfig=str(path), **flags) as session:
            return theirs.returncode, session.transport.request("GET", "/api").status
    except ConnectionFailed as error:
        return theirs.returncode, error


def test_a_certificate_of_the_clusters_authority_is_believed(tmp_path, authority):
    with serving(authority.server_context()) as server:
        assert both(config(tmp_path, server, authority)) == (0, 200)


def test_an_authority_in_a_file_is_believed(tmp_path, authority):
    (tmp_path / "ca").write_bytes(authority.pem)
    with serving(authority.server_context()) as server:
        path = write_kubeconfig(
            tmp_path / "config", server=server.url, user={"token": "t"}, certificate_authority="ca"
        )
        assert both(path) == (0, 200)


def test_an_intermediate_authority_alone_is_believed_as_go_believes_it(tmp_path, authority):
    child = Authority(authority.ca.create_child_ca())
    with serving(child.server_context()) as server:
        assert both(config(tmp_path, server, child)) == (0, 200)


def test_a_self_signed_server_certificate_can_be_its_own_authority(tmp_path):
    own = new_authority()
    leaf = own.ca.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    with serving(context) as server:
        pem = leaf.cert_chain_pems[0].bytes()
        path = write_kubeconfig(
            tmp_path / "config",
            server=server.url,
            user={"token": "t"},
            certificate_authority_data=encoded(pem),
        )
        assert both(path) == (0, 200)


@pytest.mark.parametrize(
    ("names", "issued", "says"),
    [
        pytest.param(["elsewhere.example"], {}, "for another name", id="another name"),
        pytest.param(
            [], {"not_after": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)}, "has expired", id="expired"
        ),
        pytest.param(
            [],
            {"not_before": datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC)},
            "not valid yet",
            id="not yet valid",
        ),
        pytest.param(["only-a-common-name"], {}, "for another name", id="a name that is not this server's"),
    ],
)
def test_a_wrong_certificate_is_refused_with_the_reason(tmp_path, authority, names, issued, says):
    if "not_after" in issued:
        issued["not_before"] = datetime.datetime(2019, 1, 1, tzinfo=datetime.UTC)
    if "not_before" in issued and "not_after" not in issued:
        issued["not_after"] = datetime.datetime(2091, 1, 1, tzinfo=datetime.UTC)
    with serving(authority.server_context(*names, **issued)) as server:
        code, error = both(config(tmp_path, server, authority))
        assert code == 1
        assert says in error.message
        assert error.hint
        assert server.requests == []


def test_another_authority_is_refused(tmp_path, authority):
    with serving(authority.server_context()) as server:
        code, error = both(config(tmp_path, server, new_authority()))
    assert code == 1
    assert "unknown authority" in error.message


def test_without_an_authority_the_systems_own_count(tmp_path, authority):
    with serving(authority.server_context()) as server:
        path = write_kubeconfig(tmp_path / "config", server=server.url, user={"token": "t"})
        code, error = both(path)
    assert code == 1
    assert "unknown authority" in error.message


def test_insecure_believes_anybody(tmp_path, authority):
    with serving(authority.server_context("elsewhere.example")) as server:
        assert both(config(tmp_path, server, authority, insecure_skip_tls_verify=True)) == (0, 200)
        assert both(config(tmp_path, server, authority), insecure_skip_tls_verify="true") == (0, 200)


def test_the_tls_server_name_is_what_is_verified(tmp_path, authority):
    with serving(authority.server_context("cluster.example")) as server:
        assert both(config(tmp_path, server, authority, tls_server_name="cluster.example")) == (0, 200)
        assert both(config(tmp_path, server, authority), tls_server_name="cluster.example") == (0, 200)
        code, error = both(config(tmp_path, server, authority, tls_server_name="other.example"))
    assert code == 1
    assert "for another name" in error.message


def test_a_server_that_speaks_plain_http_is_named_so(tmp_path, authority):
    with serving() as server:
        server.url = server.url.replace("http:", "https:")
        code, error = both(config(tmp_path, server, authority))
    assert code == 1
    assert "does not speak TLS" in error.message


@pytest.mark.parametrize("as_files", [False, True], ids=["data", "files"])
def test_the_client_certificate_is_shown_as_kubectl_shows_it(tmp_path, authority, as_files):
    certificate, key = authority.client_pair("alice")
    user = {"client-certificate-data": encoded(certificate), "client-key-data": encoded(key)}
    if as_files:
        (tmp_path / "c").write_bytes(certificate)
        (tmp_path / "k").write_bytes(key)
        user = {"client-certificate": "c", "client-key": "k"}
    with serving(authority.server_context(client_certificates=True)) as server:
        assert both(config(tmp_path, server, authority, user)) == (0, 200)
        theirs, mine = server.requests
    assert "commonName=alice" in mine.client_certificate
    assert mine.client_certificate == theirs.client_certificate


@pytest.mark.parametrize("way", ["_memory_file", "_pipe", "_short_lived_file"])
def test_each_way_to_hand_over_a_key_works_and_leaves_no_file(way, authority, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    certificate, key = authority.client_pair("alice")
    opened = getattr(tls, way)
    with opened(certificate * 50) as certificate_path, opened(key) as key_path:
        context.load_cert_chain(certificate_path, key_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pair_that_does_not_belong_together_is_refused(authority):
    certificate, _ = authority.client_pair("alice")
    _, key = authority.client_pair("bob")
    with pytest.raises(CredentialError, match="cannot be used"):
        tls.ssl_context(tls.TlsSettings(), KeyPair(certificate=certificate, key=key))


def test_an_encrypted_key_is_refused_and_never_asked_for_on_the_terminal(authority, tmp_path):
    certificate, key = authority.client_pair("alice")
    (tmp_path / "k").write_bytes(key)
    encrypted = subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-in", str(tmp_path / "k"), "-passout", "pass:x"],
        capture_output=True,
        check=True,
    ).stdout
    with pytest.raises(CredentialError, match="encrypted"):
        tls.ssl_context(tls.TlsSettings(), KeyPair(certificate=certificate, key=encrypted))


@pytest.mark.parametrize("authorities", [b"no PEM", b"\xff\x00"], ids=["text", "bytes"])
def test_an_authority_that_is_no_certificate_is_an_error(authorities):
    with pytest.raises(KubeconfigError, match="not a PEM certificate"):
        tls.ssl_context(tls.TlsSettings(authorities=authorities), None)


def test_data_that_is_not_base64_is_an_error(tmp_path):
    path = write_kubeconfig(
        tmp_path / "config", server="https://a", user={"token": "t"}, certificate_authority_data="!!"
    )
    with pytest.raises(KubeconfigError, match="certificate-authority-data in the kubeconfig is not base64"):
        ours(kubeconfig=str(path))


_KILLED_WHILE_LOADING = """
import os, signal, ssl, sys
from kubectl_ds.kube.connection import ConnectionFlags, open_session

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
load = ssl.SSLContext.load_cert_chain
def killed_first(context, *paths, **keywords):
    os.kill(os.getpid(), getattr(signal, sys.argv[2]))
    load(context, *paths, **keywords)
ssl.SSLContext.load_cert_chain = killed_first
session = open_session(ConnectionFlags(kubeconfig=sys.argv[1]), dict(os.environ), stdin_is_tty=False, stderr=sys.stderr)
session.transport.request("GET", "/api")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGINT"])
def test_killed_while_it_loads_a_key_nothing_is_left_on_disk(tmp_path, authority, name):
    certificate, key = authority.client_pair("alice")
    user = {"client-certificate-data": encoded(certificate), "client-key-data": encoded(key)}
    (tmp_path / "tmp").mkdir()
    with serving(authority.server_context()) as server:
        path = config(tmp_path, server, authority, user)
        done = subprocess.run(
            [sys.executable, "-c", _KILLED_WHILE_LOADING, str(path), name],
            env={
                **os.environ,
                "TMPDIR": str(tmp_path / "tmp"),
                "HOME": str(tmp_path),
                "PYTHONPATH": os.getcwd(),
            },
            capture_output=True,
            timeout=60,
        )
    assert done.returncode in (-getattr(signal, name), 130), done.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


_KILLED_WITH_A_FILE = """
import os, signal, sys
from kubectl_ds.kube import tls
with tls._short_lived_file(b"secret") as path:
    assert os.stat(path).st_mode & 0o777 == 0o600
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_where_only_a_file_will_do_sigterm_waits_until_it_is_gone(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WITH_A_FILE],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.getcwd()},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGTERM, done.stderr
    assert list(tmp_path.iterdir()) == []
