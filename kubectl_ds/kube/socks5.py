"""SOCKS5 (RFC 1928, 1929), as Go's net/http has it built in: without log-in, or with user name and password.

The proxy resolves the host's name, as Go lets it for socks5 and socks5h alike.
"""

import socket
import struct

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


def ask_for(sock: socket.socket, host: str, port: int, *, user: str, password: str) -> None:
    """Have the proxy at the other end of `sock` connect to `host`. Raises `OSError` when it does not."""
    _greet(sock, user, password)
    sock.sendall(b"\x05\x01\x00" + _address(host) + struct.pack(">H", port))
    reply = _receive(sock, 4)
    if reply[1] != 0:
        raise _Refused(_REPLIES.get(reply[1], f"reply {reply[1]}"))
    bound = {1: 4, 4: 16}.get(reply[3]) or _receive(sock, 1)[0]
    _receive(sock, bound + 2)


def _greet(sock: socket.socket, user: str, password: str) -> None:
    sock.sendall(b"\x05\x02\x00\x02" if user else b"\x05\x01\x00")
    version, method = _receive(sock, 2)
    if version != 5 or method not in (0, 2):
        raise _Refused("it accepts none of our ways to log in")
    if method == 2:
        name, word = user.encode(), password.encode()
        sock.sendall(b"\x01" + bytes([len(name)]) + name + bytes([len(word)]) + word)
        if _receive(sock, 2)[1] != 0:
            raise _Refused("it refused the user name and password")


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
