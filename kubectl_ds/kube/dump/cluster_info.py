"""`kubectl cluster-info dump`: a list of nodes, and for each namespace a folder of lists.

Upstream: k8s.io/kubectl, pkg/cmd/clusterinfo/clusterinfo_dump.go. Without --all-namespaces it holds kube-system and
the namespace of the context. ControllerRevisions are not dumped.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.dump.documents import json_documents
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.layouts import IN_EVERY_CLUSTER, Place, resource_named
from kubectl_ds.kube.dump.lists import read_document, read_placed

_BEGINNING: Final = 4096
_BESIDE: Final = b'"ReplicationControllerList"'
"""No other dump has them in it."""
_NODES: Final = re.compile(r"((?:.*/)?)nodes\.(?:json|yaml)")
_OF_A_NAMESPACE: Final = re.compile(r"([^/]+)/(daemonsets|pods|events)\.(?:json|yaml)")


class _Named(Struct, frozen=True):
    namespace: str | None = None


class _Item(Struct, frozen=True):
    metadata: _Named = _Named()


class _List(Struct, frozen=True):
    kind: str | None = None
    items: tuple[_Item, ...] | None = None


def is_standard_output(content: bytes) -> bool:
    """Whether the lists come one after the other in one text, logs between them, as without --output-directory."""
    return content[:_BEGINNING].lstrip()[:1] == b"{" and _BESIDE in content


def read_standard_output(content: bytes, gathered: Gathered) -> None:
    """The nodes, and then the lists of one namespace after the other, of which the events come first."""
    group: list[bytes] = []
    for document in json_documents(content, gathered.where):
        if _heads(document, gathered).kind == "EventList":
            _read_namespace(group, gathered)
            group = []
        group.append(document)
    _read_namespace(group, gathered)


def _read_namespace(documents: Sequence[bytes], gathered: Gathered) -> None:
    """An empty list says nothing of its namespace; the others of its group do."""
    lists = [_heads(document, gathered) for document in documents]
    namespaces = {item.metadata.namespace or "" for one in lists for item in one.items or ()} - {""}
    for document, head in zip(documents, lists, strict=True):
        resource = resource_named((head.kind or "").removesuffix("List"))
        if resource is None:
            continue
        if len(namespaces) == 1 and resource.namespaced:
            read_placed(document, resource, gathered)
            gathered.knows(resource, namespaces)
        else:
            read_document(document, gathered)


def _heads(document: bytes, gathered: Gathered) -> _List:
    try:
        return msgspec.json.decode(document, type=_List)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise KubectlDsError(
            f"{gathered.where} holds no lists of kubectl cluster-info dump: {error}"
        ) from None


class ClusterInfoDump:
    """The layout."""

    def roots(self, names: Sequence[str]) -> list[str]:
        """Where nodes lie beside folders of lists that have no nodes of their own."""
        with_nodes = {found[1] for name in names if (found := _NODES.fullmatch(name))}
        lists = {name.rpartition("/")[0] for name in names if name.endswith(("/pods.json", "/pods.yaml"))}
        beside = {f"{parent}/" if parent else "" for parent in (one.rpartition("/")[0] for one in lists)}
        return sorted(with_nodes & beside - {f"{one}/" for one in lists})

    def place_of(self, name: str) -> Place | None:
        if _NODES.fullmatch(name):
            nodes = resource_named("nodes")
            return Place(resource=nodes) if nodes and "/" not in name else None
        found = _OF_A_NAMESPACE.fullmatch(name)
        resource = resource_named(found[2]) if found else None
        return Place(resource=resource, namespace=found[1]) if found and resource else None

    def is_of_every_namespace(self, namespaces: frozenset[str], listed: frozenset[str]) -> bool:
        return namespaces >= IN_EVERY_CLUSTER
