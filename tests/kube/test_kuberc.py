"""kuberc's policy for exec plugins, beside kubectl."""

import base64
import io
import sys

import pytest

from kubectl_ds.errors import KubectlDsError
from tests.kube.loopback import kubectl, new_authority, ours, serving, write_kubeconfig

HEAD = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"


@pytest.fixture(scope="module")
def server():
    authority = new_authority()
    with serving(authority.server_context()) as running:
        running.authority = authority
        yield running


@pytest.fixture
def path(tmp_path, server):
    (tmp_path / "bin").mkdir()
    login = tmp_path / "bin" / "login"
    login.write_text(
        f'#!{sys.executable}\nprint(\'{{"kind": "ExecCredential", "apiVersion":'
        ' "client.authentication.k8s.io/v1", "status": {"token": "t"}}\')\n'
    )
    login.chmod(0o755)
    return write_kubeconfig(
        tmp_path / "config",
        server=server.url,
        user={
            "exec": {
                "command": "login",
                "apiVersion": "client.authentication.k8s.io/v1",
                "interactiveMode": "Never",
            }
        },
        certificate_authority_data=base64.b64encode(server.authority.pem).decode(),
    )


def both(path, env, **flags):
    """Whether kubectl got through, and whether we did (or our error)."""
    env = {"HOME": str(path.parent), "PATH": f"{path.parent}/bin:/usr/bin", **env}
    words = [f"--{name}={value}" for name, value in flags.items()]
    theirs = kubectl("--kubeconfig", str(path), *words, "get", "--raw", "/api", env=env)
    try:
        with ours(kubeconfig=str(path), env=env, stderr=io.StringIO(), **flags) as session:
            mine = session.transport.request("GET", "/api").status == 200
    except KubectlDsError as error:
        mine = error
    return theirs.returncode == 0, mine


ALLOWED = [
    pytest.param(None, id="without a kuberc all may run"),
    pytest.param(HEAD, id="without a policy all may run"),
    pytest.param(HEAD + "credentialPluginPolicy: AllowAll", id="AllowAll"),
    pytest.param(
        HEAD + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: login}]",
        id="allowed by name",
    ),
    pytest.param(
        HEAD + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: BIN/login}]",
        id="allowed by path",
    ),
    pytest.param("a: b\n---\n" + HEAD + "credentialPluginPolicy: AllowAll", id="the first Preference counts"),
    pytest.param(
        "apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\ncredentialPluginPolicy: DenyAll",
        id="v1alpha1 knows no policy",
    ),
    pytest.param("kind: Other", id="a default file of another kind is only warned of"),
]
DENIED = [
    pytest.param(HEAD + "credentialPluginPolicy: DenyAll", "forbids", id="DenyAll"),
    pytest.param(
        HEAD + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: other}]",
        "does not allow",
        id="not on the list",
    ),
    pytest.param(
        HEAD + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: /bin/login}]",
        "does not allow",
        id="the same name elsewhere",
    ),
    pytest.param(HEAD + "credentialPluginPolicy: Allowlist", "without an allowlist", id="no list"),
    pytest.param(
        HEAD + "credentialPluginPolicy: DenyAll\ncredentialPluginAllowlist: [{command: login}]",
        "an allowlist too",
        id="a list beside DenyAll",
    ),
    pytest.param(HEAD + "credentialPluginPolicy: Perhaps", "unknown", id="an unknown policy"),
    pytest.param(
        HEAD + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{}]",
        "empty entry",
        id="an empty entry",
    ),
    pytest.param(
        HEAD + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: a/../login}]",
        "not a plain path",
        id="a path with detours",
    ),
]


def place(path, content, where):
    """Write the kuberc; give the environment and flags that lead to it."""
    if content is None:
        return {}, {}
    file = path.parent / ("kuberc" if where != "default" else ".kube/kuberc")
    file.parent.mkdir(exist_ok=True)
    file.write_text(content.replace("BIN", f"{path.parent}/bin"))
    return ({"KUBERC": str(file)} if where == "KUBERC" else {}), (
        {"kuberc": str(file)} if where == "flag" else {}
    )


@pytest.mark.parametrize("content", ALLOWED)
def test_these_let_the_plugin_run(path, content):
    env, flags = place(path, content, "default")
    assert both(path, env, **flags) == (True, True)


@pytest.mark.parametrize("where", ["default", "KUBERC", "flag"])
@pytest.mark.parametrize(("content", "says"), DENIED)
def test_these_keep_the_plugin_from_running(path, content, says, where, server):
    server.requests.clear()
    env, flags = place(path, content, where)
    theirs, error = both(path, env, **flags)
    assert theirs is False
    assert says in error.message
    assert server.requests == []


@pytest.mark.parametrize(
    ("env", "flags"),
    [
        pytest.param({"KUBERC": "off"}, {}, id="KUBERC=off"),
        pytest.param({"KUBECTL_KUBERC": "false"}, {}, id="KUBECTL_KUBERC=false"),
    ],
)
def test_kuberc_can_be_switched_off(path, env, flags):
    place(path, HEAD + "credentialPluginPolicy: DenyAll", "default")
    assert both(path, env, **flags) == (True, True)


@pytest.mark.parametrize(
    ("env", "flags", "says"),
    [
        pytest.param({}, {"kuberc": "/nowhere"}, "does not exist", id="a flag that leads nowhere"),
        pytest.param({"KUBERC": "/nowhere"}, {}, "does not exist", id="a variable that leads nowhere"),
        pytest.param(
            {"KUBERC": "off"}, {"kuberc": "/nowhere"}, "exclude each other", id="a flag and KUBERC=off"
        ),
    ],
)
def test_a_kuberc_that_was_asked_for_must_be_there(path, env, flags, says):
    theirs, error = both(path, env, **flags)
    assert theirs is False
    assert says in error.message
