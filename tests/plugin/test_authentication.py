"""Who the API server says it saw, for each way of saying who one is; and what is said where it saw nobody."""

import base64
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.controlplane.cluster import ControlPlane
from tests.kube.loopback import new_authority
from tests.plugin.audit import recorded
from tests.plugin.credentials import (
    Object,
    certificate_of,
    expired_certificate,
    expired_token,
    kubeconfig,
    plugin,
)
from tests.plugin.shell import Said, Shell

READER = "reader"
FORBIDDEN = f'User "{READER}" cannot list resource "daemonsets"'
"""Nobody bound a role to this user in the namespace asked for: it is known, and may nothing."""
LOGIN = "You must be logged in to the server"


@dataclass
class Desk:
    """Where the credentials of one test are made."""

    control_plane: ControlPlane
    shell: Shell
    home: Path

    def file(self, name: str, content: bytes | str) -> str:
        path = self.home / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def as_user(self, user: Object, **cluster: Object | str | bool) -> Shell:
        """A shell whose kubeconfig has this user."""
        return self.shell.where(
            KUBECONFIG=str(kubeconfig(self.home / "config", self.control_plane, user, **cluster))
        )

    @property
    def token(self) -> str:
        return self.control_plane.token_of(READER)

    @property
    def pair(self) -> tuple[bytes, bytes]:
        return certificate_of(self.control_plane, READER)


@pytest.fixture
def desk(control_plane: ControlPlane, shell: Shell, home: Path) -> Desk:
    control_plane.needs_ours("the credentials of its users")
    return Desk(control_plane, shell, home)


def data(pem: bytes) -> str:
    return base64.b64encode(pem).decode()


def by_certificate_data(desk: Desk) -> Object:
    certificate, key = desk.pair
    return {"client-certificate-data": data(certificate), "client-key-data": data(key)}


def by_certificate_files(desk: Desk) -> Object:
    certificate, key = desk.pair
    return {"client-certificate": desk.file("crt", certificate), "client-key": desk.file("key", key)}


def by_token(desk: Desk) -> Object:
    return {"token": desk.token}


def by_token_file(desk: Desk) -> Object:
    return {"tokenFile": desk.file("token", f"{desk.token}\n")}


def by_token_of_plugin(version: str) -> Callable[[Desk], Object]:
    def by(desk: Desk) -> Object:
        return plugin(desk.home / "login", version, {"token": desk.token})

    return by


def by_certificate_of_plugin(version: str) -> Callable[[Desk], Object]:
    def by(desk: Desk) -> Object:
        certificate, key = desk.pair
        status = {"clientCertificateData": certificate.decode(), "clientKeyData": key.decode()}
        return plugin(desk.home / "login", version, status)

    return by


WAYS = [
    pytest.param(by_certificate_data, id="a client certificate in the kubeconfig"),
    pytest.param(by_certificate_files, id="a client certificate in files"),
    pytest.param(by_token, id="a token"),
    pytest.param(by_token_file, id="a token in a file"),
    pytest.param(by_token_of_plugin("v1"), id="a token of an exec plugin"),
    pytest.param(by_token_of_plugin("v1beta1"), id="a token of an exec plugin, v1beta1"),
    pytest.param(by_certificate_of_plugin("v1"), id="a client certificate of an exec plugin"),
    pytest.param(by_certificate_of_plugin("v1beta1"), id="a client certificate of an exec plugin, v1beta1"),
]


@pytest.mark.parametrize("user", WAYS)
def test_the_server_sees_the_user(desk: Desk, user: Callable[[Desk], Object]):
    shell = desk.as_user(user(desk))
    with recorded(desk.control_plane, desk.shell) as recording:
        outcome = shell.ds("get", "-o", "name", "-n", "nowhere")
    assert recording.only.user["username"] == READER
    assert recording.only.code == 403
    assert outcome.code == 3
    assert FORBIDDEN in outcome.err
    assert outcome.err.startswith(shell.kubectl("get", "ds", "-n", "nowhere").err)


@pytest.mark.parametrize(
    "user", [by_token_of_plugin("v1"), by_certificate_of_plugin("v1")], ids=["token", "certificate"]
)
def test_a_plugin_runs_once_for_all_requests_of_a_command(desk: Desk, user: Callable[[Desk], Object]):
    shell = desk.as_user(user(desk))
    ran = desk.home / "login.ran"
    most = 0
    # The first refusal ends the command; on a busy machine none of the others may have been sent by then.
    for _ in range(10):
        ran.unlink(missing_ok=True)
        with recorded(desk.control_plane, desk.shell) as recording:
            shell.ds("coverage", "-n", "nowhere")
        assert recording.user["username"] == READER
        assert ran.read_text() == "x"
        most = max(most, len(recording.requests))
        if most > 1:
            break
    assert most > 1


def test_flags_name_the_user_without_any_kubeconfig(desk: Desk):
    nobody = desk.shell.where(KUBECONFIG=str(desk.home / "none"))
    certificate, key = desk.pair
    there = (
        "--server",
        desk.control_plane.url,
        "--certificate-authority",
        str(desk.control_plane.pki / "ca.crt"),
    )
    pair = ("--client-certificate", desk.file("crt", certificate), "--client-key", desk.file("key", key))
    for who in (("--token", desk.token), pair):
        with recorded(desk.control_plane, desk.shell) as recording:
            nobody.ds("get", "-n", "nowhere", *there, *who)
        assert recording.user["username"] == READER


def test_a_token_flag_takes_the_place_of_a_plugin(desk: Desk):
    shell = desk.as_user(plugin(desk.home / "login", "v1", {"token": "wrong"}))
    with recorded(desk.control_plane, desk.shell) as recording:
        shell.ds("get", "-n", "nowhere", "-o", "name", "--token", desk.token)
    assert recording.only.user["username"] == READER
    assert not (desk.home / "login.ran").exists()


def test_several_kubeconfigs_are_one(desk: Desk):
    """One brings the user, one the cluster, one the context; the first that sets a thing wins."""
    whole = json.loads(kubeconfig(desk.home / "whole", desk.control_plane, by_token(desk)).read_text())
    parts = []
    for name, keys in (("u", ("users",)), ("c", ("clusters",)), ("x", ("contexts", "current-context"))):
        part = {"apiVersion": "v1", "kind": "Config", **{key: whole[key] for key in keys}}
        parts.append(desk.file(name, json.dumps(part)))
    wrong = {**whole, "users": [{"name": "someone", "user": {"token": "wrong"}}], "current-context": "gone"}
    paths = [*parts, str(desk.home / "not-there"), desk.file("wrong", json.dumps(wrong))]
    shell = desk.shell.where(KUBECONFIG=":".join(paths))
    with recorded(desk.control_plane, desk.shell) as recording:
        outcome = shell.ds("get", "-n", "nowhere", "-o", "name")
    assert recording.only.user["username"] == READER
    assert outcome.err.startswith(shell.kubectl("get", "ds", "-n", "nowhere").err)


# --- the server, by flags ------------------------------------------------------------------------


def test_the_server_is_believed_by_the_flags(desk: Desk):
    stranger = desk.file("stranger.crt", new_authority().pem)
    shell = desk.as_user(by_token(desk), **{"certificate-authority": stranger})
    where = ("get", "-n", "nowhere", "-o", "name")
    port = desk.control_plane.url.rpartition(":")[2]
    ours = str(desk.control_plane.pki / "ca.crt")
    good = [
        ("--certificate-authority", ours),
        ("--insecure-skip-tls-verify",),
        ("--certificate-authority", ours, "--server", f"https://localhost:{port}"),
        ("--certificate-authority", ours, "--tls-server-name", "kubernetes.default.svc"),
    ]
    for flags in good:
        outcome = shell.ds(*where, *flags)
        assert FORBIDDEN in outcome.err, flags
    bad = [
        ((), "is signed by an unknown authority"),
        (("--certificate-authority", stranger), "is signed by an unknown authority"),
        (("--certificate-authority", ours, "--tls-server-name", "other"), "is for another name"),
        (("--certificate-authority", ours, "--server", f"https://127.0.0.2:{port}"), "127.0.0.2"),
        (("--certificate-authority", ours, "--server", f"http://127.0.0.1:{port}"), "HTTP"),
    ]
    for flags, says in bad:
        outcome = shell.ds(*where, *flags)
        assert outcome.code == 3, flags
        assert says in outcome.err, flags
        assert shell.kubectl("get", "ds", *where[1:], *flags).code == 1


# --- credentials that do not do ------------------------------------------------------------------


def a_wrong_token(desk: Desk) -> Object:
    return {"token": "wrong"}


def an_expired_token(desk: Desk) -> Object:
    issued = desk.shell.kubectl("create", "token", "default", "-n", "default").out.strip()
    return {"token": expired_token(desk.control_plane, issued)}


def an_expired_certificate(desk: Desk) -> Object:
    certificate, key = expired_certificate(desk.control_plane, READER)
    return {"client-certificate-data": data(certificate), "client-key-data": data(key)}


def a_certificate_of_another_authority(desk: Desk) -> Object:
    certificate, key = new_authority().client_pair(READER)
    return {"client-certificate-data": data(certificate), "client-key-data": data(key)}


def a_plugin_with_a_wrong_token(desk: Desk) -> Object:
    return plugin(desk.home / "login", "v1", {"token": "wrong"})


@pytest.mark.parametrize(
    "user",
    [
        a_wrong_token,
        an_expired_token,
        an_expired_certificate,
        a_certificate_of_another_authority,
        a_plugin_with_a_wrong_token,
    ],
)
def test_whom_the_server_does_not_know_has_to_log_in(desk: Desk, user: Callable[[Desk], Object]):
    shell = desk.as_user(user(desk))
    for words in (("get",), ("get", "-o", "json"), ("coverage", "-A"), ("get", "-w")):
        outcome = shell.ds(*words)
        assert (outcome.code, outcome.out) == (3, "")
        assert outcome.err.startswith(f"error: {LOGIN} (")
        assert "log in again" in outcome.err
    theirs = shell.kubectl("get", "ds")
    assert theirs.err.splitlines()[-1].startswith(f"error: {LOGIN} (")


def test_a_token_that_was_good_a_moment_ago_is_made_by_the_same_key(desk: Desk):
    """What makes the expired one a test at all: with its own time the server takes it."""
    issued = desk.shell.kubectl("create", "token", "default", "-n", "default").out.strip()
    outcome = desk.as_user({"token": issued}).ds("get", "-n", "nowhere")
    assert 'User "system:serviceaccount:default:default" cannot list' in outcome.err


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param("exit 7", "7", id="a plugin that fails"),
        pytest.param("echo no JSON", "JSON", id="a plugin that prints something else"),
    ],
)
def test_a_plugin_that_does_not_do_stops_everything(desk: Desk, script: str, says: str):
    user = plugin(desk.home / "login", "v1", {"token": desk.token})
    (desk.home / "login").write_text(f"#!/bin/sh\n{script}\n")
    with recorded(desk.control_plane, desk.shell) as recording:
        outcome = desk.as_user(user).ds("get")
    assert recording.requests == []
    assert (outcome.code, outcome.out) == (3, "")
    assert says in outcome.err


def test_a_plugin_that_is_not_there_is_named_with_its_hint(desk: Desk):
    user = plugin(desk.home / "login", "v1", {"token": desk.token})
    (desk.home / "login").unlink()
    outcome = desk.as_user(user).ds("get")
    assert (outcome.code, outcome.out) == (3, "")
    assert str(desk.home / "login") in outcome.err
    assert "get it from your administrator" in outcome.err


def test_plain_text_is_refused_by_a_tls_port_in_words(desk: Desk):
    """And a context of TLS is the standard library's own: nothing of the test changes what is believed."""
    assert ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED
    said: Said = desk.as_user(by_token(desk)).ds(
        "get", "--server", desk.control_plane.url.replace("https", "http")
    )
    assert said.code == 3


# --- impersonation -------------------------------------------------------------------------------

IMPERSONATIONS: list[tuple[str, list[str], Object]] = [
    ("a user", ["--as=jane"], {"username": "jane", "groups": ["system:authenticated"]}),
    (
        "groups, each in a flag of its own",
        ["--as=jane", "--as-group=dev", "--as-group", "ops,qa"],
        {"username": "jane", "groups": ["dev", "ops,qa", "system:authenticated"]},
    ),
    (
        "a uid and extras",
        ["--as", "jane", "--as-uid=7", "--as-user-extra=scopes=a", "--as-user-extra", "scopes=b=c"],
        {
            "username": "jane",
            "uid": "7",
            "groups": ["system:authenticated"],
            "extra": {"scopes": ["a", "b=c"]},
        },
    ),
    (
        "a service account with its groups",
        ["--as=system:serviceaccount:x:y"],
        {
            "username": "system:serviceaccount:x:y",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:x", "system:authenticated"],
        },
    ),
    ("odd letters", ["--as=Jörg Ä/%"], {"username": "Jörg Ä/%", "groups": ["system:authenticated"]}),
]


@pytest.mark.parametrize(
    ("flags", "seen"), [pytest.param(flags, seen, id=name) for name, flags, seen in IMPERSONATIONS]
)
def test_the_server_sees_who_is_impersonated(desk: Desk, flags: list[str], seen: Object):
    with recorded(desk.control_plane, desk.shell) as recording:
        ours = desk.shell.ds("get", "-n", "nowhere", *flags)
    assert recording.user == seen
    assert {one.user["username"] for one in recording.requests} == {"admin"}
    assert ours.err.startswith(desk.shell.kubectl("get", "ds", "-n", "nowhere", *flags).err)


def test_the_kubeconfig_may_impersonate(desk: Desk):
    certificate, key = certificate_of(desk.control_plane, "admin")
    user = {
        "client-certificate-data": data(certificate),
        "client-key-data": data(key),
        "as": "jane",
        "as-uid": "7",
        "as-groups": ["dev"],
        "as-user-extra": {"scopes": ["a"]},
    }
    shell = desk.as_user(user)
    with recorded(desk.control_plane, desk.shell) as recording:
        shell.ds("get", "-n", "nowhere", "-o", "name")
    groups = ["dev", "system:authenticated"]
    assert recording.user == {"username": "jane", "uid": "7", "groups": groups, "extra": {"scopes": ["a"]}}


def test_whoever_may_not_impersonate_is_told_so(desk: Desk):
    shell = desk.as_user(by_token(desk))
    ours, theirs = shell.ds("get", "--as=admin"), shell.kubectl("get", "ds", "--as=admin")
    assert ours.code == 3
    assert ours.err.startswith(theirs.err)
    assert "cannot impersonate" in ours.err
    assert "leave --as" in ours.err
