"""Through which proxy: Go's rules as a table, and kubectl beside us on real proxies."""

import pytest

from kubectl_ds.errors import ConnectionFailed, KubeconfigError
from kubectl_ds.kube.proxies import proxy_for
from tests.kube.loopback import connect_proxy, kubectl, new_authority, ours, serving, write_kubeconfig

P = "http://proxy:3128"
HOST = "https://api.corp.example:6443"


@pytest.mark.parametrize(
    ("server", "env", "proxy"),
    [
        pytest.param(HOST, {}, "", id="nothing set, no proxy"),
        pytest.param(HOST, {"HTTPS_PROXY": P}, P, id="HTTPS_PROXY for https"),
        pytest.param(HOST, {"https_proxy": P}, P, id="lower case counts"),
        pytest.param(
            HOST, {"https_proxy": "http://b:1", "HTTPS_PROXY": P}, P, id="upper case goes before lower"
        ),
        pytest.param(HOST, {"HTTP_PROXY": P}, "", id="HTTP_PROXY is not for https"),
        pytest.param(HOST, {"ALL_PROXY": P}, "", id="ALL_PROXY does not count"),
        pytest.param("http://api.example", {"HTTP_PROXY": P}, P, id="HTTP_PROXY for http"),
        pytest.param(HOST, {"HTTPS_PROXY": "proxy:3128"}, P, id="a proxy without a scheme is http"),
        pytest.param(
            HOST, {"HTTPS_PROXY": "socks5://p:1"}, "socks5://p:1", id="a SOCKS proxy from the environment"
        ),
        pytest.param("https://localhost:6443", {"HTTPS_PROXY": P}, "", id="never for localhost"),
        pytest.param("https://127.8.9.1:6443", {"HTTPS_PROXY": P}, "", id="never for IPv4 loopback"),
        pytest.param("https://[::1]:6443", {"HTTPS_PROXY": P}, "", id="never for IPv6 loopback"),
    ],
)
def test_the_environment(server, env, proxy):
    assert proxy_for(server, "", env) == proxy


@pytest.mark.parametrize(
    ("server", "no_proxy", "direct"),
    [
        pytest.param(HOST, "*", True, id="a star is everything"),
        pytest.param(HOST, "other,*", True, id="a star among others too"),
        pytest.param(HOST, "api.corp.example", True, id="the host itself"),
        pytest.param(HOST, "corp.example", True, id="a domain covers its subdomains"),
        pytest.param(HOST, ".corp.example", True, id="a leading dot covers subdomains"),
        pytest.param(
            "https://corp.example", ".corp.example", False, id="a leading dot does not cover the domain"
        ),
        pytest.param("https://corp.example", "corp.example", True, id="a bare domain covers itself"),
        pytest.param(HOST, "*.corp.example", True, id="star and dot is a leading dot"),
        pytest.param(HOST, "orp.example", False, id="half a label covers nothing"),
        pytest.param(HOST, " x , CORP.Example ", True, id="spaces and case do not matter"),
        pytest.param(HOST, "corp.example:6443", True, id="the right port"),
        pytest.param(HOST, "corp.example:443", False, id="another port"),
        pytest.param("https://corp.example", "corp.example:443", True, id="the port that https implies"),
        pytest.param("https://10.1.2.3", "10.0.0.0/8", True, id="an address in a network"),
        pytest.param("https://11.1.2.3", "10.0.0.0/8", False, id="an address outside the network"),
        pytest.param("https://10.1.2.3", "10.1.2.3", True, id="the address itself"),
        pytest.param("https://10.1.2.3:6443", "10.1.2.3:6443", True, id="the address with its port"),
        pytest.param("https://10.1.2.3:6443", "10.1.2.3:1", False, id="the address with another port"),
        pytest.param("https://[fd00::7]:6443", "fd00::/8", True, id="an IPv6 network"),
        pytest.param("https://[fd00::7]:6443", "[fd00::7]:6443", True, id="an IPv6 address with its port"),
        pytest.param(HOST, "10.0.0.0/8,,:6443", False, id="what makes no sense is passed over"),
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_no_proxy(server, no_proxy, direct, name):
    assert proxy_for(server, "", {"HTTPS_PROXY": P, name: no_proxy}) == ("" if direct else P)


def test_the_clusters_proxy_wins_over_the_environment_and_no_proxy():
    env = {"HTTPS_PROXY": "http://other:1", "NO_PROXY": "*"}
    assert proxy_for("https://localhost:6443", P, env) == P


def test_a_proxy_that_is_no_url_is_an_error():
    with pytest.raises(KubeconfigError, match="HTTPS_PROXY"):
        proxy_for(HOST, "", {"HTTPS_PROXY": "http://:3128"})


@pytest.fixture(scope="module")
def authority():
    return new_authority()


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
@pytest.mark.parametrize("way", ["kubeconfig", "environment", "flag"])
def test_a_proxy_is_used_as_kubectl_uses_it(tmp_path, authority, scheme, way):
    (tmp_path / "ca").write_bytes(authority.pem)
    proxy_context = authority.server_context() if scheme == "https" else None
    with (
        serving(authority.server_context("api.corp.example")) as server,
        connect_proxy(server.port, scheme, proxy_context) as (proxy, asked),
    ):
        cluster = {"proxy_url": proxy} if way == "kubeconfig" else {}
        path = write_kubeconfig(
            tmp_path / "config", server=HOST, user={"token": "t"}, certificate_authority="ca", **cluster
        )
        env = {"HTTPS_PROXY": proxy} if way == "environment" else {}
        flags = {"proxy_url": proxy} if way == "flag" else {}
        words = [f"--proxy-url={proxy}"] if way == "flag" else []
        told = kubectl("--kubeconfig", str(path), "get", "--raw", "/api", *words, env=env)
        assert told.returncode == 0, told.stderr
        with ours(kubeconfig=str(path), env=env, **flags) as session:
            assert session.transport.request("GET", "/api").status == 200
    theirs, mine = asked
    # http.client of Python 3.11 says HTTP/1.0 there; the rest of the line is the same.
    assert mine.split("\r\n")[0].split(" HTTP/")[0] == theirs.split("\r\n")[0].split(" HTTP/")[0]
    assert "api.corp.example:6443" in mine
    assert [recorded.one("authorization") for recorded in server.requests] == ["Bearer t"] * 2


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_the_proxys_user_and_password_are_given(tmp_path, authority, scheme):
    (tmp_path / "ca").write_bytes(authority.pem)
    with (
        serving(authority.server_context("api.corp.example")) as server,
        connect_proxy(server.port, scheme) as (proxy, asked),
    ):
        proxy = proxy.replace("://", "://me:p%40ss@")
        path = write_kubeconfig(
            tmp_path / "config", server=HOST, user={"token": "t"}, certificate_authority="ca", proxy_url=proxy
        )
        with ours(kubeconfig=str(path)) as session:
            assert session.transport.request("GET", "/api").status == 200
    assert ("me:p@ss" in asked) if scheme == "socks5" else ("Basic bWU6cEBzcw==" in asked[0])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_is_quoted(tmp_path, authority, scheme):
    (tmp_path / "ca").write_bytes(authority.pem)
    with serving(authority.server_context() if scheme == "https" else None) as proxy:
        path = write_kubeconfig(
            tmp_path / "config",
            server=HOST,
            user={"token": "t"},
            certificate_authority="ca",
            proxy_url=proxy.url,
        )
        with (
            ours(kubeconfig=str(path)) as session,
            pytest.raises(
                ConnectionFailed, match=r"gave no connection to api.corp.example:6443: it answered 501"
            ),
        ):
            session.transport.request("GET", "/api")


def test_an_https_proxy_of_another_authority_is_not_believed(tmp_path, authority):
    (tmp_path / "ca").write_bytes(authority.pem)
    with (
        serving(authority.server_context("api.corp.example")) as server,
        connect_proxy(server.port, "https", new_authority().server_context()) as (proxy, asked),
    ):
        path = write_kubeconfig(
            tmp_path / "config", server=HOST, user={"token": "t"}, certificate_authority="ca", proxy_url=proxy
        )
        assert kubectl("--kubeconfig", str(path), "get", "--raw", "/api").returncode == 1
        with (
            ours(kubeconfig=str(path)) as session,
            pytest.raises(ConnectionFailed, match=r"the proxy 127.0.0.1:\d+ gave no connection"),
        ):
            session.transport.request("GET", "/api")
    assert asked == []


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_proxy_that_is_not_there_is_named(tmp_path, scheme):
    with serving() as gone:
        port = gone.port
    with (
        ours(server=HOST, token="t", proxy_url=f"{scheme}://127.0.0.1:{port}") as session,
        pytest.raises(ConnectionFailed, match=f"the proxy 127.0.0.1:{port} gave no connection"),
    ):
        session.transport.request("GET", "/api")


def test_plain_http_goes_through_a_proxy_too(tmp_path):
    with serving() as proxy:
        url = proxy.url.replace("://", "://me:word@")
        with ours(server="http://api.corp.example", env={"HTTP_PROXY": url}) as session:
            session.transport.request("GET", "/api", [("limit", "1")])
        assert proxy.last.path == "http://api.corp.example/api?limit=1"
        assert proxy.last.one("host") == "api.corp.example"
        assert proxy.last.one("proxy-authorization") == "Basic bWU6d29yZA=="
