"""The embedded API server: the demo's cluster and the tests', behind real HTTP on loopback.

What it answers is worked out apart from the wire (reading.py), and answers for dumps too (kube/dump): the modules
of HTTP are loaded by those alone who want a server.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubectl_ds.kube.api_server.answers import (
        Answer,
        Fault,
        RecordedRequest,
        json_answer,
        status_answer,
    )
    from kubectl_ds.kube.api_server.server import ApiServer

__all__ = ["Answer", "ApiServer", "Fault", "RecordedRequest", "json_answer", "status_answer"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from kubectl_ds.kube.api_server import answers, server

    return getattr(server if name == "ApiServer" else answers, name)
