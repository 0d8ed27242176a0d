"""What a cluster says about its server's certificate. Apart from `tls.py`, as plain http needs no OpenSSL."""

from msgspec import Struct


class TlsSettings(Struct, frozen=True, kw_only=True):
    """`authorities` is PEM; None means the system's own. `server_name` is verified in place of the host."""

    authorities: bytes | None = None
    insecure: bool = False
    server_name: str = ""
