"""The version that a server says it has."""

from typing import Final

import msgspec

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.errors import ApiCall
from kubectl_ds.kube.lists import Patience, fetch
from kubectl_ds.kube.transport import Transport

_ONCE: Final = Patience(attempts=1)
"""Nobody waits for what only sharpens an answer."""


def read_server_version(transport: Transport) -> str:
    """Its `gitVersion` (`v1.36.1`); empty where it does not tell, whatever the reason."""
    call = ApiCall(server=transport.server, verb="get", resource="version")
    try:
        version = msgspec.json.decode(fetch(transport, "/version", (), call, _ONCE).body)
        return str(version["gitVersion"])
    except (KubectlDsError, ValueError, LookupError, TypeError):
        return ""
