"""Which proxy a server is reached through.

Mirrors golang.org/x/net/http/httpproxy (`FromEnvironment`, `useProxy`): upper case before lower case, no
ALL_PROXY, never a proxy for localhost and loopback addresses, NO_PROXY with CIDR, suffixes and ports.
"""

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from kubectl_ds.errors import KubeconfigError

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 80, "https": 443}


def proxy_for(server: str, proxy_url: str, env: Mapping[str, str]) -> str:
    """The proxy's URL for a server's URL, or "" for none.

    `proxy_url` (the cluster's, or `--proxy-url`) wins over the environment and NO_PROXY. Raises
    `KubeconfigError` when the proxy's own URL makes no sense.
    """
    if proxy_url:
        return _checked(proxy_url, "proxy-url")
    parts = urlsplit(server)
    names = ("HTTPS_PROXY", "https_proxy") if parts.scheme == "https" else ("HTTP_PROXY", "http_proxy")
    name = next((name for name in names if env.get(name)), "")
    if not name or not _uses_proxy(parts, env.get("NO_PROXY") or env.get("no_proxy") or ""):
        return ""
    return _checked(env[name], name)


def _checked(url: str, name: str) -> str:
    candidate = url if "://" in url else f"http://{url}"
    with suppress(ValueError):
        parts = urlsplit(candidate)
        if parts.scheme in _SCHEMES and parts.hostname and parts.port != 0:
            return candidate
    raise KubeconfigError(
        f"the proxy {url!r} ({name}) is not a URL that can be used",
        hint="it looks like http://host:3128 or socks5://host:1080",
    )


def _uses_proxy(server: SplitResult, no_proxy: str) -> bool:
    host = (server.hostname or "").lower()
    port = server.port or _PORTS[server.scheme]
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return False
    return not any(
        _excludes(pattern, host, port, address)
        for pattern in (part.strip().lower() for part in no_proxy.split(","))
        if pattern
    )


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _excludes(pattern: str, host: str, port: int, address: IPv4Address | IPv6Address | None) -> bool:
    if pattern == "*":
        return True
    if "/" in pattern:
        return address is not None and _in_network(pattern, address)
    name, pattern_port = _split_port(pattern)
    if pattern_port and pattern_port != str(port):
        return False
    pattern_address = _address(name)
    if pattern_address is not None:
        return pattern_address == address
    if not name:
        return False
    if name.startswith("*."):
        name = name[1:]
    if name.startswith("."):
        return host.endswith(name)
    return host == name or host.endswith(f".{name}")


def _in_network(pattern: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return address in ip_network(pattern, strict=False)
    except ValueError:
        return False


def _split_port(pattern: str) -> tuple[str, str]:
    if pattern.startswith("["):
        name, _, port = pattern[1:].partition("]")
        return name, port.removeprefix(":")
    if pattern.count(":") == 1:
        name, _, port = pattern.partition(":")
        return name, port
    return pattern, ""
