"""How a connection to one server comes about: straight or through a proxy, and with TLS.

Mirrors Go's net/http transport.go (`dialConn`): CONNECT through http and https proxies, the whole URL in
the request line for plain http, SOCKS5 with names resolved by the proxy.
"""

import socket
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, unquote, urlsplit

from kubectl_ds.kube.credentials import KeyPair, basic
from kubectl_ds.kube.http1 import Connection, seconds_left
from kubectl_ds.kube.tls_settings import TlsSettings
from kubectl_ds.kube.user_agent import USER_AGENT
from kubectl_ds.kube.wire import CONNECT_SECONDS, Headers, Limits, NotReached, ProxyFailed, WireError

if TYPE_CHECKING:
    import ssl

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_STAYS_AS_IT_IS = "%/:?&=+,;@!$'()*~[]"
"""Besides letters and digits: paths and queries come percent-encoded."""


class Dialer:
    """Opens connections to the server at `url`, each like the other. Safe for several threads."""

    def __init__(self, url: str, *, tls: TlsSettings, key_pair: KeyPair | None, proxy: str) -> None:
        """Nothing is connected yet.

        Raises `KubeconfigError` or `CredentialError` for certificates that cannot be used.
        """
        server = urlsplit(url)
        self._is_tls = server.scheme == "https"
        self._host = server.hostname or ""
        self._port = server.port or _PORTS[server.scheme]
        self._netloc = server.netloc.rpartition("@")[2]
        self._proxy = urlsplit(proxy)
        self._server_name = tls.server_name or self._host
        self._context: ssl.SSLContext | None = None
        if self._is_tls or self._proxy.scheme == "https":
            from kubectl_ds.kube.tls import ssl_context

            self._context = ssl_context(tls, key_pair)

    def dial(self, limits: Limits) -> Connection:
        """An open connection. Raises `NotReached`, `ProxyFailed`, `OSError` (`ssl.SSLError`)."""
        if not self._proxy.scheme:
            sock = _reached(self._host, self._port, limits)
        else:
            try:
                sock = self._through_proxy(limits)
            except (WireError, OSError) as error:
                raise ProxyFailed from error
        if not self._is_tls:
            return Connection(sock)
        wrap = self._with_tls_within_tls if self._proxy.scheme == "https" else self._with_tls
        try:
            return Connection(wrap(sock, self._server_name))
        except TimeoutError as error:
            raise NotReached from error

    def request_line_target(self, url: str) -> str:
        """What the request line asks for to get `url`, which must be this server's."""
        whole = url.partition("#")[0]
        if not whole.isascii() or not whole.isprintable() or " " in whole:
            whole = quote(whole, safe=_STAYS_AS_IT_IS)
        if self._speaks_to_proxy:
            return whole
        behind = whole.partition("://")[2]
        start = min((at for mark in "/?" if (at := behind.find(mark)) >= 0), default=len(behind))
        return behind[start:] if behind[start : start + 1] == "/" else f"/{behind[start:]}"

    def headers(self) -> Headers:
        """What each request carries because of the way that it takes."""
        named = [("Host", self._netloc if self._netloc.isascii() else self._netloc.encode("idna").decode())]
        return [*named, *self._proxy_authorization()] if self._speaks_to_proxy else named

    @property
    def _speaks_to_proxy(self) -> bool:
        """Plain http goes to an http proxy as a request of its own; all else through a tunnel."""
        return not self._is_tls and self._proxy.scheme in ("http", "https")

    def _through_proxy(self, limits: Limits) -> socket.socket:
        proxy = self._proxy
        host, port = proxy.hostname or "", proxy.port or _PORTS[proxy.scheme]
        sock = _reached(host, port, limits)
        try:
            if proxy.scheme.startswith("socks5"):
                from kubectl_ds.kube.socks5 import ask_for

                user, word = unquote(proxy.username or ""), unquote(proxy.password or "")
                ask_for(sock, self._host, self._port, user=user, password=word)
                return sock
            if proxy.scheme == "https":
                # Go verifies the proxy, too, with the cluster's own authorities.
                sock = self._with_tls(sock, host)
            if self._is_tls:
                self._ask_for_tunnel(Connection(sock), limits)
        except BaseException:
            sock.close()
            raise
        return sock

    def _ask_for_tunnel(self, connection: Connection, limits: Limits) -> None:
        place = f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"
        headers = [("Host", place), ("User-Agent", USER_AGENT), *self._proxy_authorization()]
        answer = connection.ask("CONNECT", place, headers, None, limits)
        if answer.status != 200:
            raise OSError(f"it answered {answer.status} {answer.reason}".rstrip())

    def _proxy_authorization(self) -> Headers:
        if self._proxy.username is None:
            return ()
        ((_, value),) = basic(unquote(self._proxy.username), unquote(self._proxy.password or ""))
        return (("Proxy-Authorization", value),)

    def _with_tls(self, sock: socket.socket, name: str) -> socket.socket:
        assert self._context is not None
        try:
            return self._context.wrap_socket(sock, server_hostname=_encoded(name))
        except BaseException:
            sock.close()
            raise

    def _with_tls_within_tls(self, sock: socket.socket, name: str) -> socket.socket:
        """Behind an https proxy: `ssl` wraps no socket twice."""
        from urllib3.util.ssltransport import SSLTransport

        assert self._context is not None
        try:
            return cast(socket.socket, SSLTransport(sock, self._context, server_hostname=name))
        except BaseException:
            sock.close()
            raise


def _reached(host: str, port: int, limits: Limits) -> socket.socket:
    try:
        # typeshed knows of no encoded host, which the function hands on to getaddrinfo as it is.
        address = cast(tuple[str, int], (_encoded(host), port))
        sock = socket.create_connection(address, seconds_left(limits, CONNECT_SECONDS))
    except OSError as error:
        raise NotReached from error
    for level, name, value in _SOCKET_OPTIONS:
        sock.setsockopt(level, name, value)
    return sock


def _encoded(host: str) -> bytes:
    """As DNS has it. Given as text, Python would load its tables of Unicode for every name."""
    return host.encode("ascii" if host.isascii() else "idna")


def _socket_options() -> tuple[tuple[int, int, int], ...]:
    """No delay, and a peer that vanished is noticed in a minute and a half, however quiet a watch is."""
    options = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    ]
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return tuple(options)


_SOCKET_OPTIONS = _socket_options()
