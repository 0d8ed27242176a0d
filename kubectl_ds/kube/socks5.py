"""urllib3 connections through a SOCKS5 proxy (RFC 1928, 1929), as Go's net/http has them built in.

urllib3's own needs PySocks. The proxy resolves the host's name, as Go lets it for socks5 and socks5h alike.
"""

import socket
import struct
from typing import Any
from urllib.parse import unquote, urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, ProxyError

_REPLIES = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time to live expired",
    7: "command not supported",
    8: "address type not supported",
}


class _Refused(OSError):
    """The proxy answered, and the answer is no."""


def _dial(connection: HTTPConnection, options: dict[str, str], timeout: Any) -> socket.socket:
    proxy = urlsplit(options["url"])
    try:
        sock = socket.create_connection(
            (proxy.hostname or "", proxy.port or 1080), timeout if isinstance(timeout, int | float) else None
        )
        for option in connection.socket_options or ():
            sock.setsockopt(*option)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "the SOCKS proxy did not answer in time") from error
    except OSError as error:
        raise ProxyError("cannot connect to the SOCKS proxy", error) from error
    try:
        _greet(sock, unquote(proxy.username or ""), unquote(proxy.password or ""))
        _ask_for(sock, connection.host.strip("[]"), connection.port or 443)
    except TimeoutError as error:
        sock.close()
        raise ConnectTimeoutError(connection, "the SOCKS proxy did not answer in time") from error
    except OSError as error:
        sock.close()
        raise ProxyError("the SOCKS proxy would not connect", error) from error
    return sock


def _greet(sock: socket.socket, username: str, password: str) -> None:
    sock.sendall(b"\x05\x02\x00\x02" if username else b"\x05\x01\x00")
    version, method = _receive(sock, 2)
    if version != 5 or method not in (0, 2):
        raise _Refused("it accepts none of our ways to log in")
    if method == 2:
        name, word = username.encode(), password.encode()
        sock.sendall(b"\x01" + bytes([len(name)]) + name + bytes([len(word)]) + word)
        if _receive(sock, 2)[1] != 0:
            raise _Refused("it refused the user name and password")


def _ask_for(sock: socket.socket, host: str, port: int) -> None:
    sock.sendall(b"\x05\x01\x00" + _address(host) + struct.pack(">H", port))
    reply = _receive(sock, 4)
    if reply[1] != 0:
        raise _Refused(_REPLIES.get(reply[1], f"reply {reply[1]}"))
    bound = {1: 4, 4: 16}.get(reply[3]) or _receive(sock, 1)[0]
    _receive(sock, bound + 2)


def _address(host: str) -> bytes:
    for family, kind in ((socket.AF_INET, 1), (socket.AF_INET6, 4)):
        try:
            return bytes([kind]) + socket.inet_pton(family, host)
        except OSError:
            continue
    name = host.encode("idna")
    return bytes([3, len(name)]) + name


def _receive(sock: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        part = sock.recv(count - len(received))
        if not part:
            raise _Refused("it closed the connection")
        received += part
    return received


class _Connection(HTTPConnection):
    def __init__(self, _socks_options: dict[str, str], *args: Any, **kwargs: Any) -> None:
        self._socks = _socks_options
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        return _dial(self, self._socks, self.timeout)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Socks5PoolManager(PoolManager):
    """A PoolManager whose connections all go through one SOCKS5 proxy (a URL, credentials included)."""

    pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}  # noqa: RUF012 - urllib3's own attribute

    def __init__(self, proxy: str, **keywords: Any) -> None:
        super().__init__(**keywords, _socks_options={"url": proxy})
        self.pool_classes_by_scheme = Socks5PoolManager.pool_classes_by_scheme
