"""Exec plugins: when they run, what they are told, and that a failure stops everything."""

import base64
import io
import json
import os
import sys
import textwrap
import threading

import pytest

from kubectl_ds.errors import CredentialError, KubectlDsError
from tests.kube.loopback import answer_json, kubectl, new_authority, ours, serving, write_kubeconfig

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"


@pytest.fixture(scope="module")
def authority():
    return new_authority()


@pytest.fixture
def server(authority):
    with serving(authority.server_context(client_certificates=True)) as running:
        yield running


class Plugin:
    """A plugin that notes what it is told and prints what it is given to say."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "bin" / "login"
        self.path.parent.mkdir(exist_ok=True)
        self.calls = folder / "calls"
        self.says({"token": "one"})

    def says(self, status, version=V1, **more):
        self.runs(
            f"print({json.dumps(json.dumps({'kind': 'ExecCredential', 'apiVersion': version, 'status': status, **more}))})"
        )

    def runs(self, code):
        self.path.write_text(
            f"#!{sys.executable}\n"
            + textwrap.dedent(f"""\
            import json, os, sys
            call = {{"info": os.environ.get("KUBERNETES_EXEC_INFO"), "args": sys.argv[1:], "cwd": os.getcwd(),
                     "stdin": sys.stdin.read(), "env": os.environ.get("FLAVOUR")}}
            with open({str(self.calls)!r}, "a") as calls:
                print(json.dumps(call), file=calls)
            count = len(open({str(self.calls)!r}).readlines())
            """)
            + textwrap.dedent(code)
            + "\n"
        )
        self.path.chmod(0o755)

    @property
    def told(self):
        return (
            [json.loads(line) for line in self.calls.read_text().splitlines()] if self.calls.exists() else []
        )


@pytest.fixture
def plugin(tmp_path):
    return Plugin(tmp_path)


def kubeconfig(tmp_path, server, authority, cluster=None, **plugin):
    settings = {"command": "./bin/login", "apiVersion": V1, "interactiveMode": "IfAvailable", **plugin}
    return str(
        write_kubeconfig(
            tmp_path / "config",
            server=server.url,
            user={"exec": settings},
            certificate_authority_data=base64.b64encode(authority.pem).decode(),
            **(cluster or {}),
        )
    )


def get(path, **options):
    with ours(kubeconfig=path, **options) as session:
        return session.transport.request("GET", "/api")


def test_the_token_is_sent_and_the_plugin_asked_once(tmp_path, server, authority, plugin):
    with ours(kubeconfig=kubeconfig(tmp_path, server, authority)) as session:
        for _ in range(3):
            session.transport.request("GET", "/api")
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer one"] * 3
    assert len(plugin.told) == 1


def test_the_plugin_is_not_asked_before_the_first_request(tmp_path, server, authority, plugin):
    ours(kubeconfig=kubeconfig(tmp_path, server, authority)).close()
    assert plugin.told == []


@pytest.mark.parametrize("version", [V1, V1BETA1])
@pytest.mark.parametrize("mode", ["Never", "IfAvailable"])
@pytest.mark.parametrize("with_cluster", [False, True], ids=["no cluster info", "cluster info"])
def test_the_plugin_is_told_what_kubectl_tells_it(
    tmp_path, server, authority, plugin, version, mode, with_cluster
):
    plugin.says({"token": "one"}, version)
    path = kubeconfig(
        tmp_path,
        server,
        authority,
        cluster={
            "tls_server_name": "localhost",
            "extensions": [
                {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x", "n": [1]}}
            ],
        },
        apiVersion=version,
        interactiveMode=mode,
        provideClusterInfo=with_cluster,
        args=["get", "token"],
        env=[{"name": "FLAVOUR", "value": "mint"}],
    )
    told = kubectl("--kubeconfig", path, "get", "--raw", "/api")
    assert told.returncode == 0, told.stderr
    assert get(path).status == 200
    theirs, mine = plugin.told
    assert json.loads(mine.pop("info")) == json.loads(theirs.pop("info"))
    assert mine == theirs
    assert mine["cwd"] == os.getcwd()


def test_a_certificate_is_shown(tmp_path, server, authority, plugin):
    certificate, key = authority.client_pair("alice")
    plugin.says({"clientCertificateData": certificate.decode(), "clientKeyData": key.decode()})
    get(kubeconfig(tmp_path, server, authority))
    assert "commonName=alice" in server.last.client_certificate
    assert server.last.one("authorization") == ""


def test_a_certificate_and_a_token_are_both_used(tmp_path, server, authority, plugin):
    certificate, key = authority.client_pair("alice")
    plugin.says({"token": "t", "clientCertificateData": certificate.decode(), "clientKeyData": key.decode()})
    get(kubeconfig(tmp_path, server, authority))
    assert "commonName=alice" in server.last.client_certificate
    assert server.last.one("authorization") == "Bearer t"


NEW_EACH_TIME = """
print(json.dumps({"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
                  "status": {"token": f"t{count}" EXTRA}}))
"""


def test_on_401_the_plugin_is_asked_once_more(tmp_path, server, authority, plugin):
    plugin.runs(NEW_EACH_TIME.replace("EXTRA", ""))
    server.answers = [answer_json({"kind": "Status"}, 401), answer_json({"ok": True})]
    assert get(kubeconfig(tmp_path, server, authority)).status == 200
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer t1", "Bearer t2"]


def test_a_second_401_is_the_answer(tmp_path, server, authority, plugin):
    server.answers = [answer_json({"kind": "Status"}, 401)]
    assert get(kubeconfig(tmp_path, server, authority)).status == 401
    assert (len(server.requests), len(plugin.told)) == (2, 2)


def test_threads_that_meet_the_same_401_ask_once_together(tmp_path, server, authority, plugin):
    plugin.runs(NEW_EACH_TIME.replace("EXTRA", ""))

    def unless_fresh(handler):
        status = 401 if handler.headers["Authorization"] == "Bearer t1" else 200
        handler.reply(status, b"{}")

    server.answers = [unless_fresh]
    with ours(kubeconfig=kubeconfig(tmp_path, server, authority)) as session:
        threads = [threading.Thread(target=session.transport.request, args=("GET", "/api")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(plugin.told) == 2


def test_an_expired_credential_is_asked_for_again(tmp_path, server, authority, plugin):
    plugin.runs(NEW_EACH_TIME.replace("EXTRA", ', "expirationTimestamp": "2020-01-01T00:00:00Z"'))
    with ours(kubeconfig=kubeconfig(tmp_path, server, authority)) as session:
        session.transport.request("GET", "/api")
        session.transport.request("GET", "/api")
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer t1", "Bearer t2"]


def test_a_rotated_certificate_gets_new_connections(tmp_path, server, authority, plugin):
    pairs = [[part.decode() for part in authority.client_pair(name)] for name in ("alice", "bob")]
    plugin.runs(f"""
    certificate, key = {pairs!r}[count - 1]
    print(json.dumps({{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status":
        {{"clientCertificateData": certificate, "clientKeyData": key}}}}))
    """)
    server.answers = [answer_json({}, 401), answer_json({})]
    get(kubeconfig(tmp_path, server, authority))
    assert [recorded.client_certificate[-5:] for recorded in server.requests] == ["alice", "e=bob"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param(
            "sys.exit('you are not\\nlogged in')",
            "failed with exit code 1: you are not logged in",
            id="it fails",
        ),
        pytest.param("print('<html>')", "did not print an ExecCredential", id="no JSON"),
        pytest.param("print('{}')", "document without a kind", id="an empty document"),
        pytest.param(
            "print(json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1beta1', 'status': {'token': 'x'}}))",
            "answered in apiVersion",
            id="another version",
        ),
        pytest.param(
            "print(json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1'}))",
            "no status",
            id="no status",
        ),
        pytest.param(
            "print(json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1', 'status': {}}))",
            "neither a token nor",
            id="an empty status",
        ),
        pytest.param(
            "print(json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1', 'status': {'clientKeyData': 'x'}}))",
            "only one of",
            id="a key without a certificate",
        ),
        pytest.param(
            "print(json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1', 'status': {'token': 'x', 'expirationTimestamp': 'soon'}}))",
            "is no time",
            id="no time",
        ),
        pytest.param(
            "print(json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1', 'status': {'clientKeyData': 'x', 'clientCertificateData': 'y'}}))",
            "cannot be used",
            id="no certificate",
        ),
    ],
)
def test_a_plugin_that_fails_stops_everything(tmp_path, server, authority, plugin, code, says):
    plugin.runs(code)
    path = kubeconfig(tmp_path, server, authority)
    assert kubectl("--kubeconfig", path, "get", "--raw", "/api").returncode == 1
    server.requests.clear()
    with pytest.raises(CredentialError, match=says) as raised:
        get(path, stderr=io.StringIO())
    assert raised.value.hint
    assert "\n" not in raised.value.message
    assert server.requests == [], "a request without the credential was sent"


def test_a_plugins_control_characters_do_not_reach_the_error(tmp_path, server, authority, plugin):
    plugin.runs("sys.exit('\\x1b[31mred\\x07')")
    with pytest.raises(CredentialError, match=r"U\+001B\[31mredU\+0007") as raised:
        get(kubeconfig(tmp_path, server, authority), stderr=io.StringIO())
    assert "\x1b" not in raised.value.message


def test_what_a_plugin_says_on_stderr_is_passed_on(tmp_path, server, authority, plugin):
    plugin.runs("print('welcome', file=sys.stderr)" + NEW_EACH_TIME.replace("EXTRA", ""))
    heard = io.StringIO()
    get(kubeconfig(tmp_path, server, authority), stderr=heard)
    assert heard.getvalue() == "welcome\n"


def test_a_failing_refresh_after_401_stops_everything(tmp_path, server, authority, plugin):
    plugin.runs("if count > 1: sys.exit('session over')" + NEW_EACH_TIME.replace("EXTRA", ""))
    server.answers = [answer_json({}, 401)]
    with pytest.raises(CredentialError, match="session over"):
        get(kubeconfig(tmp_path, server, authority), stderr=io.StringIO())
    assert len(server.requests) == 1


def test_a_missing_plugin_shows_the_install_hint(tmp_path, server, authority):
    path = kubeconfig(
        tmp_path, server, authority, command="no-such-login", installHint="brew install \x1bfoo"
    )
    assert "brew install" in kubectl("--kubeconfig", path, "get", "--raw", "/api").stderr
    with pytest.raises(CredentialError, match="'no-such-login' is not installed") as raised:
        get(path)
    assert raised.value.hint == "brew install U+001Bfoo"


def test_a_plugin_that_may_not_be_run_says_so(tmp_path, server, authority, plugin):
    plugin.path.chmod(0o644)
    with pytest.raises(CredentialError, match=r"(?i)permission denied"):
        get(kubeconfig(tmp_path, server, authority))


def test_a_bare_command_is_looked_up_in_path(tmp_path, server, authority, plugin):
    path = kubeconfig(tmp_path, server, authority, command="login")
    env = {"PATH": f"{plugin.path.parent}:{os.environ['PATH']}"}
    assert get(path, env=env).status == 200


def test_interactive_mode_always_needs_a_terminal(tmp_path, server, authority, plugin):
    path = kubeconfig(tmp_path, server, authority, interactiveMode="Always")
    assert kubectl("--kubeconfig", path, "get", "--raw", "/api").returncode == 1
    with pytest.raises(CredentialError, match="has no terminal to itself"):
        get(path)
    assert plugin.told == []


@pytest.mark.parametrize(("mode", "interactive"), [("Never", False), ("IfAvailable", True), ("Always", True)])
def test_with_a_terminal_the_mode_decides(tmp_path, server, authority, plugin, mode, interactive):
    with open(os.devnull) as nothing:
        # What the plugin inherits is our real standard input.
        saved = os.dup(0)
        os.dup2(nothing.fileno(), 0)
        try:
            get(kubeconfig(tmp_path, server, authority, interactiveMode=mode), tty=True)
        finally:
            os.dup2(saved, 0)
            os.close(saved)
    assert json.loads(plugin.told[0]["info"])["spec"]["interactive"] is interactive


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(
            {"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "neither kubectl nor this", id="v1alpha1"
        ),
        pytest.param({"interactiveMode": ""}, "interactiveMode", id="v1 without interactiveMode"),
        pytest.param({"interactiveMode": "Sometimes"}, "unknown interactiveMode", id="an unknown mode"),
        pytest.param({"command": ""}, "without a command", id="no command"),
        pytest.param({"apiVersion": ""}, "without an apiVersion", id="no apiVersion"),
        pytest.param({"env": [{"value": "x"}]}, "nameless environment", id="a variable without a name"),
    ],
)
def test_an_exec_section_that_kubectl_refuses_is_refused(tmp_path, server, authority, plugin, settings, says):
    path = kubeconfig(tmp_path, server, authority, **settings)
    assert kubectl("--kubeconfig", path, "get", "--raw", "/api").returncode == 1
    with pytest.raises(KubectlDsError, match=says):
        get(path)
    assert plugin.told == []


def test_a_token_flag_keeps_the_plugin_from_running(tmp_path, server, authority, plugin):
    path = kubeconfig(tmp_path, server, authority)
    assert kubectl("--kubeconfig", path, "--token=mine", "get", "--raw", "/api").returncode == 0
    get(path, token="mine")
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer mine"] * 2
    assert plugin.told == []
