"""urllib3's connection pools, set up for one server: TLS, proxy, client certificate, keep-alive."""

import socket
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import urllib3

from kubectl_ds.kube.credentials import KeyPair
from kubectl_ds.kube.tls import TlsSettings, ssl_context

POOL_SIZE = 16
"""Connections kept per host: twice the readers that work side by side, so that none is thrown away."""


def open_pools(url: str, *, tls: TlsSettings, key_pair: KeyPair | None, proxy: str) -> urllib3.PoolManager:
    """Pools for the server at `url`; nothing is connected yet.

    Raises `KubeconfigError` or `CredentialError` for certificates that cannot be used.
    """
    keywords: dict[str, Any] = {
        "maxsize": POOL_SIZE,
        "retries": False,
        "socket_options": _socket_options(),
    }
    context = None
    if url.startswith("https://") or proxy.startswith("https://"):
        context = ssl_context(tls, key_pair)
        keywords["ssl_context"] = context
        keywords["cert_reqs"] = "CERT_NONE" if tls.insecure else "CERT_REQUIRED"
        if tls.server_name:
            keywords["server_hostname"] = tls.server_name
        if tls.insecure:
            # The choice was made in the kubeconfig or by a flag; kubectl does not warn each time either.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if not proxy:
        return urllib3.PoolManager(**keywords)
    if proxy.startswith("socks5"):
        from kubectl_ds.kube.socks5 import Socks5PoolManager

        return Socks5PoolManager(proxy, **keywords)
    address, headers = _without_user(proxy)
    # Go verifies an https proxy with the cluster's own authorities as well.
    return urllib3.ProxyManager(address, proxy_headers=headers, proxy_ssl_context=context, **keywords)


def _without_user(proxy: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(proxy)
    if parts.username is None:
        return proxy, {}
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    address = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
    return address, urllib3.make_headers(proxy_basic_auth=user)


def _socket_options() -> list[tuple[int, int, int]]:
    """No delay, and a peer that vanished is noticed in a minute and a half, however quiet a watch is."""
    options = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    ]
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options
