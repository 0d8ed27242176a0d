"""Whom the headers name. Beside kubectl on the wire: test_http_session.py."""

import pytest

from kubectl_ds.errors import UsageError
from kubectl_ds.kube.impersonation import impersonation_headers
from kubectl_ds.kube.kubeconfig import User
from tests.kube.loopback import kubectl, ours, serving, write_kubeconfig


def test_nobody_is_impersonated_unless_asked():
    assert impersonation_headers(User(token="t")) == ()


def test_every_group_and_every_extra_value_has_a_header_of_its_own():
    user = User(as_user="me", as_uid="7", as_groups=("a", "b"), as_user_extra={"k": ("1", "2")})
    assert impersonation_headers(user) == (
        ("Impersonate-User", "me"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-k", "1"),
        ("Impersonate-Extra-k", "2"),
    )


@pytest.mark.parametrize(
    ("key", "header"),
    [
        pytest.param("scopes", "Impersonate-Extra-scopes", id="letters stay"),
        pytest.param("a.b/c d", "Impersonate-Extra-a.b%2Fc%20d", id="slash and space are encoded"),
        pytest.param("50%", "Impersonate-Extra-50%25", id="the per cent sign is encoded"),
        pytest.param("é", "Impersonate-Extra-%C3%A9", id="beyond ASCII each byte is encoded"),
    ],
)
def test_the_key_of_an_extra_is_escaped(key, header):
    assert impersonation_headers(User(as_user="me", as_user_extra={key: ("v",)}))[-1] == (header, "v")


@pytest.mark.parametrize("name", ["me\r\nX-Evil: 1", "me\x00"])
def test_a_name_that_would_break_the_header_is_refused(name):
    with pytest.raises(UsageError, match="Impersonate-User"):
        impersonation_headers(User(as_user=name))


def test_the_kubeconfigs_impersonation_is_sent_as_kubectl_sends_it(tmp_path):
    user = {"as": "me", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": {"k": ["1", "2"]}}
    with serving() as server:
        path = write_kubeconfig(tmp_path / "config", server=server.url, user=user)
        assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 0
        with ours(kubeconfig=str(path)) as session:
            session.transport.request("GET", "/api")
        theirs, mine = server.requests
    for header in ("user", "uid", "group", "extra-k"):
        assert mine.all(f"impersonate-{header}") == theirs.all(f"impersonate-{header}") != []
