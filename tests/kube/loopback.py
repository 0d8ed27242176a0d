"""A loopback server that records what a client sends, with certificates made for each test run."""

import json
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

from kubectl_ds.kube.connection import ConnectionFlags, Session, open_session

KUBECTL = Path(sys.executable).with_name("kubectl")
NO_HOME = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}


@dataclass
class Recorded:
    """One request as it arrived. Header names are lower case; a name may come more than once."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    client_certificate: str = ""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        values = self.all(name)
        return values[0] if values else ""


Answer = Callable[["Handler"], None]


def answer_json(document: object, status: int = 200, **headers: str) -> Answer:
    def answer(handler: "Handler") -> None:
        handler.reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **headers})

    return answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        certificate = ""
        if isinstance(self.connection, ssl.SSLSocket):
            subject = (self.connection.getpeercert() or {}).get("subject", ())
            certificate = ",".join(f"{key}={value}" for part in subject for key, value in part)
        loopback = self.server.loopback
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        loopback.bodies.append(body)
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        loopback.requests.append(Recorded(self.command, self.path, headers, certificate))
        answers = loopback.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    do_POST = do_GET  # noqa: N815 - http.server's own name

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    loopback: "Loopback"
    context: ssl.SSLContext | None = None

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        # Here and not at accept: a client that breaks off the handshake must not stop the server.
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self.context is not None:
            request.close()

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@dataclass
class Loopback:
    """The running server. `answers` are given in order; the last one stays."""

    url: str
    port: int
    requests: list[Recorded] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[Answer] = field(
        default_factory=lambda: [answer_json({"kind": "APIVersions", "versions": ["v1"]})]
    )

    @property
    def last(self) -> Recorded:
        return self.requests[-1]


@contextmanager
def serving(context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Loopback]:
    """A server on loopback, with TLS when a context is given."""
    server = _Server(("127.0.0.1", 0), Handler)
    server.context = context
    scheme = "http" if context is None else "https"
    loopback = Loopback(url=f"{scheme}://{host}:{server.server_port}", port=server.server_port)
    server.loopback = loopback
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Authority:
    """A certificate authority of our own, with what tests ask of one."""

    ca: trustme.CA

    @property
    def pem(self) -> bytes:
        return self.ca.cert_pem.bytes()

    def server_context(
        self, *names: str, client_certificates: bool = False, **keywords: object
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(names or ("127.0.0.1", "localhost")), **keywords).configure_cert(context)
        if client_certificates:
            self.ca.configure_trust(context)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def client_pair(self, name: str) -> tuple[bytes, bytes]:
        issued = self.ca.issue_cert(common_name=name)
        return issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes()


def new_authority() -> Authority:
    return Authority(trustme.CA(key_type=trustme.KeyType.ECDSA))


@contextmanager
def connect_proxy(
    to_port: int, scheme: str = "http", context: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[str]]]:
    """A CONNECT (or SOCKS5) proxy that leads every host to one loopback port; yields its URL and what was asked.

    With the scheme https it speaks TLS by `context`.
    """
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(client,), daemon=True).start()

    def one(client: socket.socket) -> None:
        if context is not None:
            try:
                client = context.wrap_socket(client, server_side=True)
            except OSError:
                return  # a client that does not believe us
        with client, socket.create_connection(("127.0.0.1", to_port)) as upstream:
            (_socks_hello if scheme == "socks5" else _connect_hello)(client, asked)
            _splice(client, upstream)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.close()


def _connect_hello(client: socket.socket, asked: list[str]) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    asked.append(head.decode())
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")


def _socks_hello(client: socket.socket, asked: list[str]) -> None:
    _, count = client.recv(2)
    methods = client.recv(count)
    if 2 in methods:
        client.sendall(b"\x05\x02")
        _, length = client.recv(2)
        name = client.recv(length)
        word = client.recv(client.recv(1)[0])
        asked.append(f"{name.decode()}:{word.decode()}")
        client.sendall(b"\x01\x00")
    else:
        client.sendall(b"\x05\x00")
    kind = client.recv(4)[3]
    host = socket.inet_ntoa(client.recv(4)) if kind == 1 else client.recv(client.recv(1)[0]).decode()
    asked.append(f"{host}:{struct.unpack('>H', client.recv(2))[0]}")
    client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")


def _splice(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], 10)
        if not ready:
            return
        for source in ready:
            data = source.recv(65536)
            while isinstance(source, ssl.SSLSocket) and source.pending():
                data += source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


def write_kubeconfig(
    path: Path, *, server: str, user: object, context: object = None, **cluster: object
) -> Path:
    """A kubeconfig with one cluster `c`, one user `u` and the current context `x`."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "clusters": [
            {
                "name": "c",
                "cluster": {"server": server, **{k.replace("_", "-"): v for k, v in cluster.items()}},
            }
        ],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", **(context or {})}}],
    }
    path.write_text(json.dumps(document))
    return path


def ours(
    env: dict[str, str] | None = None, *, tty: bool = False, stderr: object = sys.stderr, **flags: object
) -> Session:
    """Our session for these flags and this environment."""
    return open_session(ConnectionFlags(**flags), {**NO_HOME, **(env or {})}, stdin_is_tty=tty, stderr=stderr)


def kubectl(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """kubectl itself, with nothing on standard input."""
    return subprocess.run(
        [str(KUBECTL), *arguments],
        env={**NO_HOME, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
