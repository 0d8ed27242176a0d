"""The embedded API server: the demo's cluster and the tests', behind real HTTP on loopback."""

from kubectl_ds.kube.api_server.answers import Answer, Fault, RecordedRequest, json_answer, status_answer
from kubectl_ds.kube.api_server.server import ApiServer

__all__ = ["Answer", "ApiServer", "Fault", "RecordedRequest", "json_answer", "status_answer"]
