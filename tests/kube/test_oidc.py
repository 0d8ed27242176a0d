"""The oidc auth-provider against an issuer of our own, beside kubectl."""

import base64
import json
import time
from urllib.parse import parse_qs

import pytest
import yaml

from kubectl_ds.errors import CredentialError, KubectlDsError
from tests.kube.loopback import answer_json, kubectl, new_authority, ours, serving, write_kubeconfig


def jwt(seconds, mark=""):
    part = base64.urlsafe_b64encode(json.dumps({"exp": int(time.time() + seconds), "m": mark}).encode())
    return f"e30.{part.decode().rstrip('=')}.c2ln"


@pytest.fixture(scope="module")
def authority():
    return new_authority()


@pytest.fixture
def server(authority):
    with serving(authority.server_context()) as running:
        yield running


@pytest.fixture
def issuer(authority):
    with serving(authority.server_context()) as running:
        running.tokens = {"id_token": jwt(3600, "new"), "access_token": "a", "token_type": "bearer"}
        running.needs_form = False

        def answer(handler):
            if handler.path.endswith("/.well-known/openid-configuration"):
                return answer_json({"token_endpoint": f"{running.url}/token"})(handler)
            if running.needs_form and handler.headers.get("Authorization"):
                return answer_json({"error": "invalid_client"}, 401)(handler)
            return answer_json(running.tokens)(handler)

        running.answers = [answer]
        yield running


def kubeconfig(tmp_path, server, issuer, authority, **config):
    settings = {
        "idp-issuer-url": issuer.url + "/",
        "client-id": "c id",
        "client-secret": "s/1",
        "idp-certificate-authority-data": base64.b64encode(authority.pem).decode(),
        **config,
    }
    return write_kubeconfig(
        tmp_path / "config",
        server=server.url,
        user={"auth-provider": {"name": "oidc", "config": settings}},
        certificate_authority_data=base64.b64encode(authority.pem).decode(),
    )


def get(path):
    with ours(kubeconfig=str(path)) as session:
        return session.transport.request("GET", "/api")


def saved(path):
    return yaml.safe_load(path.read_text())["users"][0]["user"]["auth-provider"]["config"]


def test_an_id_token_that_is_good_is_sent(tmp_path, server, issuer, authority):
    token = jwt(3600)
    get(kubeconfig(tmp_path, server, issuer, authority, **{"id-token": token}))
    assert server.last.one("authorization") == f"Bearer {token}"
    assert issuer.requests == []


@pytest.mark.parametrize(
    "held", [{}, {"id-token": jwt(-5)}, {"id-token": jwt(5)}], ids=["none", "expired", "nearly"]
)
@pytest.mark.parametrize("needs_form", [False, True], ids=["header", "form"])
def test_it_is_refreshed_as_kubectl_refreshes_it(tmp_path, server, issuer, authority, held, needs_form):
    issuer.needs_form = needs_form
    path = kubeconfig(tmp_path, server, issuer, authority, **{"refresh-token": "r1", **held})
    before = path.read_text()
    told = kubectl("--kubeconfig", str(path), "get", "--raw", "/api")
    assert told.returncode == 0, told.stderr
    theirs = [(recorded.method, recorded.path, recorded.one("authorization")) for recorded in issuer.requests]
    forms = [parse_qs(body.decode()) for body in issuer.bodies]
    issuer.requests.clear()
    issuer.bodies.clear()
    path.write_text(before)
    assert get(path).status == 200
    assert [
        (recorded.method, recorded.path, recorded.one("authorization")) for recorded in issuer.requests
    ] == theirs
    assert [parse_qs(body.decode()) for body in issuer.bodies] == forms
    assert {recorded.one("authorization") for recorded in server.requests} == {
        f"Bearer {issuer.tokens['id_token']}"
    }


def test_new_tokens_go_back_into_the_kubeconfig(tmp_path, server, issuer, authority):
    issuer.tokens["refresh_token"] = "r2"
    path = kubeconfig(tmp_path, server, issuer, authority, **{"refresh-token": "r1"})
    path.chmod(0o600)
    get(path)
    assert (saved(path)["refresh-token"], saved(path)["id-token"]) == ("r2", issuer.tokens["id_token"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["config"]
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 0


def test_a_kubeconfig_that_cannot_be_written_is_warned_of(tmp_path, server, issuer, authority, capsys):
    path = kubeconfig(tmp_path, server, issuer, authority, **{"refresh-token": "r1"})
    (tmp_path / "config.lock").touch()
    with ours(kubeconfig=str(path)) as session:
        assert session.transport.request("GET", "/api").status == 200


def test_two_sessions_of_one_user_spend_a_refresh_token_once(tmp_path, server, issuer, authority):
    """As two contexts of a kubeconfig have it, of an issuer that takes each refresh token once."""
    spent = []
    whole = issuer.answers[0]

    def once(handler):
        if handler.path == "/token":
            (token,) = parse_qs(issuer.bodies[-1].decode())["refresh_token"]
            if token in spent:
                return answer_json({"error": "invalid_grant"}, 400)(handler)
            spent.append(token)
        return whole(handler)

    issuer.answers[:] = [once]
    issuer.tokens["refresh_token"] = "second"
    path = kubeconfig(tmp_path, server, issuer, authority, **{"id-token": jwt(-60), "refresh-token": "first"})
    with ours(kubeconfig=str(path)) as one, ours(kubeconfig=str(path)) as other:
        for session in (one, other):
            assert session.transport.request("GET", "/api").status == 200
            assert server.last.one("authorization") == f"Bearer {issuer.tokens['id_token']}"
    assert spent == ["first"]
    assert saved(path)["refresh-token"] == "second"


def test_a_refused_id_token_is_refreshed_once(tmp_path, server, issuer, authority):
    server.answers = [answer_json({}, 401), answer_json({})]
    path = kubeconfig(tmp_path, server, issuer, authority, **{"refresh-token": "r1", "id-token": jwt(3600)})
    assert get(path).status == 200
    assert server.last.one("authorization") == f"Bearer {issuer.tokens['id_token']}"


@pytest.mark.parametrize(
    ("config", "says"),
    [
        pytest.param(
            {"id-token": jwt(-5)}, "has expired, and there is no refresh-token", id="no way to refresh"
        ),
        pytest.param({"id-token": "abc"}, "is not a JWT", id="no JWT"),
        pytest.param({"idp-issuer-url": ""}, "has no idp-issuer-url", id="no issuer"),
        pytest.param({"client-id": ""}, "has no client-id", id="no client"),
        pytest.param(
            {"idp-certificate-authority-data": "", "refresh-token": "r"},
            "unknown authority",
            id="an unknown issuer",
        ),
        pytest.param(
            {"idp-issuer-url": "https://127.0.0.1:1", "refresh-token": "r"}, "refused", id="no issuer there"
        ),
    ],
)
def test_what_cannot_be_had_stops_the_program(tmp_path, server, issuer, authority, config, says):
    path = kubeconfig(tmp_path, server, issuer, authority, **config)
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 1
    server.requests.clear()
    with pytest.raises(CredentialError, match=says):
        get(path)
    assert server.requests == []


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        pytest.param({"access_token": "a", "token_type": "bearer"}, "no id_token", id="no id_token"),
        pytest.param([1], "not what was asked for", id="something else"),
    ],
)
def test_an_issuer_that_gives_no_token_stops_the_program(tmp_path, server, issuer, authority, tokens, says):
    issuer.tokens = tokens
    path = kubeconfig(tmp_path, server, issuer, authority, **{"refresh-token": "r1"})
    with pytest.raises(CredentialError, match=says):
        get(path)
    assert server.requests == []


@pytest.mark.parametrize("name", ["gcp", "azure", "other"])
def test_other_providers_are_refused(tmp_path, name):
    path = write_kubeconfig(
        tmp_path / "config", server="https://a", user={"auth-provider": {"name": name, "config": {}}}
    )
    assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 1
    with pytest.raises(KubectlDsError, match=f"'{name}'") as raised:
        ours(kubeconfig=str(path))
    assert raised.value.hint
