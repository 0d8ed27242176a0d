"""The API server as scenes speak to it: plain HTTP through `kubectl proxy`, whatever the cluster's credentials."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.controlplane.harness import ControlPlane
from tests.controlplane.kubectl import kubectl_program

Object = dict[str, Any]

COLLECTIONS = {
    "Node": ("/api/v1", "nodes"),
    "Namespace": ("/api/v1", "namespaces"),
    "Pod": ("/api/v1", "pods"),
    "Event": ("/api/v1", "events"),
    "ResourceQuota": ("/api/v1", "resourcequotas"),
    "LimitRange": ("/api/v1", "limitranges"),
    "PersistentVolume": ("/api/v1", "persistentvolumes"),
    "PersistentVolumeClaim": ("/api/v1", "persistentvolumeclaims"),
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "DaemonSet": ("/apis/apps/v1", "daemonsets"),
    "ControllerRevision": ("/apis/apps/v1", "controllerrevisions"),
    "PriorityClass": ("/apis/scheduling.k8s.io/v1", "priorityclasses"),
    "StorageClass": ("/apis/storage.k8s.io/v1", "storageclasses"),
    "RuntimeClass": ("/apis/node.k8s.io/v1", "runtimeclasses"),
    "ClusterRole": ("/apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    "ClusterRoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings"),
    "ValidatingWebhookConfiguration": (
        "/apis/admissionregistration.k8s.io/v1",
        "validatingwebhookconfigurations",
    ),
    "ValidatingAdmissionPolicy": ("/apis/admissionregistration.k8s.io/v1", "validatingadmissionpolicies"),
    "ValidatingAdmissionPolicyBinding": (
        "/apis/admissionregistration.k8s.io/v1",
        "validatingadmissionpolicybindings",
    ),
    "MutatingAdmissionPolicy": ("/apis/admissionregistration.k8s.io/v1", "mutatingadmissionpolicies"),
    "MutatingAdmissionPolicyBinding": (
        "/apis/admissionregistration.k8s.io/v1",
        "mutatingadmissionpolicybindings",
    ),
}


class Refused(Exception):
    """The server's answer was no."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Server:
    """Objects in and out, as plain trees."""

    def __init__(self, url: str) -> None:
        self._url = url

    def create(self, item: Mapping[str, Any]) -> Object:
        metadata = item["metadata"]
        root = COLLECTIONS[item["kind"]][0]
        version = root.removeprefix("/apis/").removeprefix("/api/")
        path = path_of(item["kind"], metadata.get("namespace", ""))
        return self._ask("POST", path, {"apiVersion": version, **item})

    def get(self, kind: str, name: str, namespace: str = "") -> Object:
        return self._ask("GET", path_of(kind, namespace, name))

    def has(self, kind: str, name: str, namespace: str = "") -> bool:
        """Whether there is one; a server that refuses to say has none yet."""
        try:
            return bool(self.get(kind, name, namespace))
        except Refused:
            return False

    def list(self, kind: str, namespace: str = "", **query: str) -> list[Object]:
        words = "&".join(f"{name}={urllib.request.quote(value)}" for name, value in query.items())
        items: list[Object] = self._ask("GET", f"{path_of(kind, namespace)}?{words}")["items"]
        return items

    def merge(self, kind: str, name: str, namespace: str = "", /, **fields: Any) -> Object:
        """A JSON merge patch: None removes."""
        return self._ask("PATCH", path_of(kind, namespace, name), fields, "application/merge-patch+json")

    def report(self, kind: str, name: str, namespace: str, status: Mapping[str, Any]) -> None:
        """A strategic merge patch of the status, as kubelets and other reporters send it."""
        path = f"{path_of(kind, namespace, name)}/status"
        self._ask("PATCH", path, {"status": status}, "application/strategic-merge-patch+json")

    def bind(self, pod: str, namespace: str, node: str) -> None:
        """What a scheduler does."""
        target = {"kind": "Node", "name": node}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod}, "target": target}
        self._ask("POST", f"{path_of('Pod', namespace, pod)}/binding", binding)

    def evict(self, pod: str, namespace: str) -> None:
        """What `kubectl drain` does."""
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
        self._ask("POST", f"{path_of('Pod', namespace, pod)}/eviction", eviction)

    def delete(self, kind: str, name: str, namespace: str = "", **options: Any) -> None:
        """Not being there is fine."""
        try:
            self._ask("DELETE", path_of(kind, namespace, name), options or None)
        except Refused as refused:
            if refused.code != 404:
                raise

    def _ask(self, method: str, path: str, body: object = None, content: str = "application/json") -> Object:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._url + path, data=data, method=method, headers={"Content-Type": content}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                tree: Object = json.load(answer)
                return tree
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from None


def path_of(kind: str, namespace: str = "", name: str = "") -> str:
    root, plural = COLLECTIONS[kind]
    where = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{where}/{plural}" + (f"/{name}" if name else "")


@contextmanager
def proxied(control_plane: ControlPlane) -> Iterator[Server]:
    """A server reached through `kubectl proxy` for as long as the block runs."""
    command = [kubectl_program(), "proxy", "--port=0", *control_plane.connection]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"127\.0\.0\.1:\d+", line := process.stdout.readline())
            assert found, f"kubectl proxy said {line!r}"
            yield Server(f"http://{found.group()}")
        finally:
            process.terminate()
