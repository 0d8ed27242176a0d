"""The embedded API server: a cluster of given objects behind real HTTP on loopback, read-only."""

import base64
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from kubectl_ds.kube.api_server.answers import Answer, Fault, RecordedRequest, json_answer, status_answer
from kubectl_ds.kube.api_server.discovery import discovery_content_type, discovery_tree
from kubectl_ds.kube.api_server.http_server import GZIP_FROM, LoopbackHttpServer
from kubectl_ds.kube.api_server.reading import Reading
from kubectl_ds.kube.api_server.resources import ServedResource, resource_of, route
from kubectl_ds.kube.api_server.store import Store
from kubectl_ds.kube.api_server.watching import Controls, Render, WatchStream

GIT_VERSION = "v1.37.1"


def _now() -> datetime:
    return datetime.now(UTC)


class ApiServer:
    """Serves `objects` (raw, with apiVersion and kind) from the moment that it is made until `close`.

        with ApiServer(objects) as server:
            subprocess.run(["kubectl", "--server", server.url, "get", "ds", "-A"])

    `clock` is what the Date header says. With a `token`, requests without it get 401; the attribute may be
    changed while serving. `faults` see every request before it is answered, the first one outermost.
    `tls` is a server context with its certificate loaded; `ca_certificate` is the PEM that clients verify
    it with. `requests` records everything that came in. Objects of kinds that are not served: `LookupError`.
    """

    def __init__(
        self,
        objects: Iterable[Mapping[str, Any]] = (),
        *,
        faults: Sequence[Fault] = (),
        token: str | None = None,
        clock: Callable[[], datetime] = _now,
        tls: ssl.SSLContext | None = None,
        ca_certificate: bytes = b"",
        gzip_from: int = GZIP_FROM,
        bookmark_interval: float = 60.0,
        git_version: str = GIT_VERSION,
    ) -> None:
        self.faults: list[Fault] = list(faults)
        self.token = token
        self.requests: list[RecordedRequest] = []
        self._git_version = git_version
        self._ca_certificate = ca_certificate
        self._scheme = "https" if tls else "http"
        self._store = Store(objects)
        self._controls = Controls(bookmark_interval=bookmark_interval)
        self._reading = Reading(self._store, clock, self._watch)
        self._recording = threading.Lock()
        self._listen: Callable[[int], LoopbackHttpServer] = lambda port: LoopbackHttpServer(
            self._respond, clock, tls, gzip_from, port
        )
        self._http = self._listen(0)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, or https with TLS."""
        return f"{self._scheme}://127.0.0.1:{self._http.port}"

    def kubeconfig(self, *, namespace: str = "default") -> str:
        """A kubeconfig of one context that leads here, as YAML (which JSON is)."""
        import json

        cluster: dict[str, str] = {"server": self.url}
        if self._ca_certificate:
            cluster["certificate-authority-data"] = base64.b64encode(self._ca_certificate).decode()
        context = {"cluster": "embedded", "user": "embedded", "namespace": namespace}
        tree = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "embedded",
            "clusters": [{"name": "embedded", "cluster": cluster}],
            "contexts": [{"name": "embedded", "context": context}],
            "users": [{"name": "embedded", "user": {"token": self.token} if self.token else {}}],
        }
        return json.dumps(tree, indent=2)

    def close(self) -> None:
        """End all streams and connections."""
        self._controls.closed = True
        self._store.wake()
        self._http.close()

    def __enter__(self) -> "ApiServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- what happens in the cluster ----------------------------------------------------------------

    def add(self, obj: Mapping[str, Any]) -> None:
        """Create an object; watches see ADDED. `KeyError` when it is there already."""
        self._store.put(obj, must_exist=False)

    def update(self, obj: Mapping[str, Any]) -> None:
        """Replace an object; watches see MODIFIED. `KeyError` when it is not there."""
        self._store.put(obj, must_exist=True)

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Delete an object; watches see DELETED. `KeyError` when it is not there."""
        resource = resource_of({"kind": kind})
        self._store.delete(resource, ((namespace or "default") if resource.namespaced else "", name))

    def compact(self) -> None:
        """Forget the past: older continue tokens and watches get 410."""
        self._store.compact()

    def send_bookmarks(self) -> None:
        """Send a bookmark now on every watch that allows them."""
        self._controls.bookmarks += 1
        self._store.wake()

    def end_watches(self) -> None:
        """End every watch stream that is open, as a restarting API server does."""
        self._controls.disconnections += 1
        self._store.wake()

    def go_down(self) -> None:
        """End all connections and listen no more, as a server that restarts; what it stores stays."""
        self.end_watches()
        self._http.close()

    def come_back(self) -> None:
        """Listen again, on the same port."""
        self._http = self._listen(self._http.port)

    # --- answering ----------------------------------------------------------------------------------

    def _respond(self, request: RecordedRequest) -> Answer:
        with self._recording:
            self.requests.append(request)
        answer: Callable[[], Answer] = lambda: self._answer(request)  # noqa: E731
        for fault in reversed(self.faults):
            answer = _behind(fault, request, answer)
        return answer()

    def _answer(self, request: RecordedRequest) -> Answer:
        if self.token is not None and request.header("authorization") != f"Bearer {self.token}":
            return status_answer(401, "Unauthorized")
        path = request.path.rstrip("/")
        if path in ("/healthz", "/livez", "/readyz"):
            return Answer(body=b"ok", content_type="text/plain; charset=utf-8")
        accept = request.header("accept")
        tree = discovery_tree(path, accept, self._git_version)
        if tree is not None:
            answer = json_answer(tree)
            return Answer(body=answer.body, content_type=discovery_content_type(path, accept))
        found = route(path)
        if found is None:
            return status_answer(404, "the server could not find the requested resource")
        if request.method not in ("GET", "HEAD"):
            return status_answer(405, "the embedded API server only lets read")
        resource, namespace, name = found
        return self._reading.answer(request, resource, namespace, name)

    def _watch(
        self, request: RecordedRequest, resource: ServedResource, namespace: str, render: Render
    ) -> WatchStream:
        return WatchStream(self._store, self._controls, resource, namespace, request, render)


def _behind(fault: Fault, request: RecordedRequest, answer: Callable[[], Answer]) -> Callable[[], Answer]:
    return lambda: fault(request, answer)
