"""Flags over kubeconfig: which server, whose credentials, and what is refused."""

import base64
import json

import pytest

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.client_config import client_config, server_url
from kubectl_ds.kube.connection import ConnectionFlags
from kubectl_ds.kube.kubeconfig import parse_kubeconfig
from kubectl_ds.kube.request_timeout import parse_request_timeout
from tests.kube.loopback import kubectl, ours

PEM = base64.b64encode(b"pem").decode()
TWO = {
    "current-context": "a",
    "clusters": [
        {
            "name": "ca",
            "cluster": {"server": "https://a:1", "certificate-authority-data": PEM, "tls-server-name": "n"},
        },
        {"name": "cb", "cluster": {"server": "https://b:2", "insecure-skip-tls-verify": True}},
    ],
    "users": [
        {
            "name": "ua",
            "user": {
                "token": "ta",
                "tokenFile": "/nowhere",
                "as-user-extra": {"k": ["1"], "l": ["2"]},
                "as": "x",
            },
        },
        {"name": "ub", "user": {"client-certificate-data": PEM, "client-key-data": PEM}},
    ],
    "contexts": [
        {"name": "a", "context": {"cluster": "ca", "user": "ua", "namespace": "nsa"}},
        {"name": "b", "context": {"cluster": "cb", "user": "ub"}},
        {"name": "lost-user", "context": {"cluster": "ca", "user": "gone"}},
        {"name": "lost-cluster", "context": {"cluster": "gone", "user": "ua"}},
    ],
}


def resolved(document=TWO, **flags):
    kubeconfig = parse_kubeconfig(json.dumps(document).encode(), "/k/config")
    return client_config(kubeconfig, ConnectionFlags(**flags), {})


def test_the_current_context_chooses_cluster_user_and_namespace():
    config = resolved()
    assert (config.server, config.user.token, config.namespace, config.context) == (
        "https://a:1",
        "ta",
        "nsa",
        "a",
    )


@pytest.mark.parametrize(
    ("flags", "server", "user", "namespace"),
    [
        pytest.param({"context": "b"}, "https://b:2", "ub", "", id="--context"),
        pytest.param({"cluster": "cb"}, "https://b:2", "ua", "nsa", id="--cluster leaves the user"),
        pytest.param({"user": "ub"}, "https://a:1", "ub", "nsa", id="--user leaves the cluster"),
        pytest.param({"server": "https://c:3"}, "https://c:3", "ua", "nsa", id="--server"),
        pytest.param({"namespace": "mine"}, "https://a:1", "ua", "mine", id="--namespace"),
    ],
)
def test_flags_win(flags, server, user, namespace):
    config = resolved(**flags)
    assert (config.server, config.user_name, config.namespace) == (server, user, namespace)


def test_a_server_flag_drops_the_kubeconfigs_name_to_verify():
    assert resolved(server="https://c:3").cluster.tls_server_name == ""
    assert resolved(server="https://c:3", tls_server_name="m").cluster.tls_server_name == "m"


def test_insecure_replaces_the_kubeconfigs_authority():
    cluster = resolved(insecure_skip_tls_verify=True).cluster
    assert (cluster.insecure_skip_tls_verify, cluster.certificate_authority_data) == (True, "")


def test_an_authority_flag_replaces_insecure():
    cluster = resolved(context="b", certificate_authority="/ca").cluster
    assert (cluster.insecure_skip_tls_verify, cluster.certificate_authority) == (False, "/ca")


def test_a_token_flag_is_the_identity_asked_for_whatever_the_token_file_says():
    user = resolved(token="mine").user
    assert (user.token, user.token_file) == ("mine", "")


def test_certificate_flags_replace_data():
    user = resolved(context="b", client_certificate="/c", client_key="/k").user
    assert (user.client_certificate_data, user.client_key_data) == ("", "")


def test_extra_is_merged_key_by_key():
    extra = resolved(as_user_extra=("k=3", "k=4", "not a pair")).user.as_user_extra
    assert extra == {"k": ("3", "4"), "l": ("2",)}


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        pytest.param({"context": "zz"}, "context 'zz' does not exist", id="an unknown context"),
        pytest.param({"cluster": "zz"}, "cluster 'zz' does not exist", id="an unknown cluster"),
        pytest.param({"user": "zz"}, "user 'zz' does not exist", id="an unknown user"),
        pytest.param({"username": "a", "password": "b"}, "both a token and", id="a token and a password"),
        pytest.param(
            {"context": "b", "as_group": ("g",)}, "for no user", id="a group to impersonate and no user"
        ),
        pytest.param({"proxy_url": "ftp://x"}, "unsupported scheme", id="a proxy of another kind"),
        pytest.param(
            {"context": "b", "client_key": "/k", "client_certificate": ""}, "", id="a key of a file over data"
        ),
    ],
)
def test_what_kubectl_refuses_is_refused(tmp_path, flags, says):
    path = tmp_path / "config"
    path.write_text(json.dumps(TWO))
    if not says:
        assert resolved(**flags).user.client_key_data == ""
        return
    words = [
        f"--{name.replace('_', '-')}={item}"
        for name, value in flags.items()
        for item in (value if isinstance(value, tuple) else (value,))
    ]
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api", *words).returncode == 1
    with pytest.raises(KubectlDsError, match=says) as raised:
        resolved(**flags)
    assert raised.value.hint


@pytest.mark.parametrize("context", ["lost-user", "lost-cluster"])
def test_a_context_that_leads_nowhere_is_an_error_and_no_anonymous_request(context):
    with pytest.raises(KubectlDsError, match="'gone' does not exist"):
        resolved(context=context)


def test_a_user_without_credentials_is_an_error_and_no_anonymous_request(tmp_path):
    path = tmp_path / "config"
    path.write_text(json.dumps({**TWO, "users": [{"name": "ua", "user": {}}]}))
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 1
    with pytest.raises(KubectlDsError, match=r"user 'ua' has no credentials"):
        ours(kubeconfig=str(path), tls_server_name="n")


def test_an_unknown_current_context_is_an_error():
    with pytest.raises(KubectlDsError, match="'zz' does not exist"):
        resolved({"current-context": "zz"})


@pytest.mark.parametrize(
    ("text", "url"),
    [
        pytest.param(
            "https://a:1/x/?q#f", "https://a:1/x", id="query and fragment are dropped, the path stays"
        ),
        pytest.param("a:1", "http://a:1", id="without a scheme it is plain http"),
        pytest.param("https://[::1]:6443", "https://[::1]:6443", id="an IPv6 address"),
    ],
)
def test_servers(text, url):
    assert server_url(text) == url


@pytest.mark.parametrize("text", ["ftp://a", "https://", "https://a:99999", "http://a:b", ""])
def test_servers_that_are_none(text):
    with pytest.raises(KubectlDsError, match="not a URL"):
        server_url(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("0", None),
        ("0s", None),
        ("-5s", None),
        ("30", 30),
        ("1m30s", 90),
        ("1.5h", 5400),
        ("250ms", 0.25),
        (".5s", 0.5),
    ],
)
def test_request_timeouts(text, seconds):
    assert parse_request_timeout(text) == seconds


@pytest.mark.parametrize("text", ["abc", "5x", "1.5", "s", "1 s", "--1s", "١s"])
def test_request_timeouts_that_are_none(text):
    assert kubectl("get", "--raw", "/api", f"--request-timeout={text}").returncode == 1
    with pytest.raises(UsageError, match="not a duration"):
        parse_request_timeout(text)
