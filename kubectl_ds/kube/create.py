"""The one write of this program: a new DaemonSet. And the workloads that one can be made of."""

from urllib.parse import quote

import msgspec

from kubectl_ds.errors import UsageError
from kubectl_ds.kube.decoding import RawObject, decode_object
from kubectl_ds.kube.errors import ApiCall, error_of
from kubectl_ds.kube.lists import fetch
from kubectl_ds.kube.resource_lists import call_of, path_of
from kubectl_ds.kube.scope import AS_USUAL, ReadOptions, refuse_as_path
from kubectl_ds.kube.transport import Transport

_CREATED = 201
WORKLOADS = {
    "deployment": ("deployments", "Deployment"),
    "deployments": ("deployments", "Deployment"),
    "deploy": ("deployments", "Deployment"),
    "replicaset": ("replicasets", "ReplicaSet"),
    "replicasets": ("replicasets", "ReplicaSet"),
    "rs": ("replicasets", "ReplicaSet"),
    "statefulset": ("statefulsets", "StatefulSet"),
    "statefulsets": ("statefulsets", "StatefulSet"),
    "sts": ("statefulsets", "StatefulSet"),
}
"""What kubectl lets people write, each with the API's plural and kind; a group may follow (`deployment.apps`)."""


def create_daemonset(
    transport: Transport, namespace: str, manifest: RawObject, *, field_manager: str, dry_run: bool
) -> RawObject:
    """The object as the server made it, or with `dry_run` as it would have made it.

    Sent once and never again: a lost answer leaves open whether the object is there. Unknown fields are
    refused (fieldValidation=Strict, kubectl's own default). Raises `ApiError`, `ConnectionFailed`,
    `CredentialError`, `UnexpectedAnswer`, and `UsageError` for a namespace that is a path.
    """
    refuse_as_path("namespace", namespace)
    query = [("fieldManager", field_manager), ("fieldValidation", "Strict")]
    query += [("dryRun", "All")] if dry_run else []
    call = call_of(transport, "create", "daemonsets", namespace)
    body = msgspec.json.encode(manifest)
    response = transport.request("POST", path_of("daemonsets", namespace), query, body=body)
    if response.status not in (200, _CREATED):
        raise error_of(response, call)
    return decode_object(response, call, "DaemonSet")


def read_workload(
    transport: Transport, word: str, namespace: str, options: ReadOptions = AS_USUAL
) -> RawObject:
    """The object that `deployment/web` names.

    Raises `UsageError` for another kind of word, and what a GET raises.
    """
    kind_word, _, name = word.partition("/")
    found = WORKLOADS.get(kind_word.split(".", 1)[0].lower())
    if found is None or not name:
        raise UsageError(
            f"{word!r} names no Deployment, ReplicaSet or StatefulSet",
            hint="write --from deployment/NAME, replicaset/NAME or statefulset/NAME, or --from -f FILE",
        )
    plural, kind = found
    refuse_as_path("namespace", namespace)
    refuse_as_path("resource name", name)
    call = ApiCall(server=transport.server, verb="get", resource=plural, namespace=namespace, name=name)
    path = f"/apis/apps/v1/namespaces/{quote(namespace, safe='')}/{plural}/{quote(name, safe='')}"
    return decode_object(fetch(transport, path, (), call, options.patience), call, kind)
