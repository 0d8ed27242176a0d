"""The lists that a snapshot is made of: where each lives and what decodes it."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import quote

from kubectl_ds.core.model import ControllerRevision, Pod
from kubectl_ds.core.snapshot import Resource
from kubectl_ds.kube.decoding import Decode
from kubectl_ds.kube.errors import ApiCall
from kubectl_ds.kube.lists import ListRequest
from kubectl_ds.kube.scope import ReadOptions
from kubectl_ds.kube.transport import Transport

T = TypeVar("T")

_ROOTS: dict[Resource, str] = {
    "daemonsets": "/apis/apps/v1",
    "controllerrevisions": "/apis/apps/v1",
    "nodes": "/api/v1",
    "pods": "/api/v1",
    "events": "/api/v1",
    "limitranges": "/api/v1",
    "priorityclasses": "/apis/scheduling.k8s.io/v1",
    "runtimeclasses": "/apis/node.k8s.io/v1",
    "podmetrics": "/apis/metrics.k8s.io/v1beta1",
}
_ON_THE_WIRE: dict[Resource, str] = {"podmetrics": "pods"}


def path_of(resource: Resource, namespace: str | None, name: str = "") -> str:
    """`/apis/apps/v1/namespaces/x/daemonsets/cni`; no namespace is every namespace."""
    middle = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
    return f"{_ROOTS[resource]}{middle}/{_ON_THE_WIRE.get(resource, resource)}" + (
        f"/{quote(name, safe='')}" if name else ""
    )


def call_of(
    transport: Transport, verb: str, resource: Resource, namespace: str | None, name: str = ""
) -> ApiCall:
    """What is asked, for sentences."""
    return ApiCall(
        server=transport.server, verb=verb, resource=resource, namespace=namespace or "", name=name
    )


def list_of(
    transport: Transport,
    resource: Resource,
    namespace: str | None,
    decode: Decode[T],
    options: ReadOptions,
    *,
    labels: str = "",
    fields: str = "",
    keep: Callable[[T], bool] | None = None,
    share: Callable[[Iterable[T]], Iterable[T]] | None = None,
) -> ListRequest[T]:
    """The request for one list, narrowed by a label and a field selector where they are not empty."""
    query = [("labelSelector", labels)] if labels else []
    query += [("fieldSelector", fields)] if fields else []
    return ListRequest(
        path=path_of(resource, namespace),
        call=call_of(transport, "list", resource, namespace),
        decode=decode,
        query=query,
        limit=options.chunk_size,
        from_cache=options.fast,
        keep=keep,
        share=share,
        on_progress=options.on_progress,
    )


def may_be_a_daemonsets(owned: Pod | ControllerRevision) -> bool:
    """Whether a DaemonSet controls it, or might adopt it since nobody does."""
    controllers = [owner.kind for owner in owned.metadata.owner_references if owner.controller]
    return not controllers or "DaemonSet" in controllers
