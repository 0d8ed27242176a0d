"""What `kubectl get -o json|yaml` prints: a List, an object by itself, or any number of both."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.dump.documents import json_documents
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.objects import Text, TypeHead, resource_of

_DEEPEST: Final = 3
"""Lists in lists: kubectl nests none, and other programs no more than one."""


class _Document(Struct, frozen=True, rename="camel"):
    kind: str | None = None
    api_version: str | None = None
    items: list[Raw] | UnsetType | None = UNSET


_DOCUMENT: Final = msgspec.json.Decoder(_Document)
_TYPE: Final = msgspec.json.Decoder(TypeHead)

Found = dict[ServedResource, set[str]]
"""The namespaces in which there are objects of a resource."""


def read_lists(content: bytes, gathered: Gathered, named: ServedResource | None = None) -> None:
    """Every document of a text. Raises `KubectlDsError` for what holds no objects at all.

    `named` is the resource after which a file is called: an empty List does not say what it is a list of.
    """
    is_empty = True
    for document in json_documents(content, gathered.where):
        is_empty = read_document(document, gathered) and is_empty
    if named is not None and is_empty and content.strip():
        gathered.found_none(named)


def read_placed(content: bytes, resource: ServedResource, gathered: Gathered) -> None:
    """A file of which it is known what it holds: a List, an object, or an array of items that say nothing of it."""
    for document in json_documents(content, gathered.where):
        if document == b"null":
            continue
        try:
            items = _items(document)
            for item in items:
                head = _TYPE.decode(item)
                said = resource_of(head.kind, head.api_version or "") if head.kind else resource
                if said is resource:
                    gathered.keep(resource, memoryview(item))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise KubectlDsError(f"{gathered.where} holds no {resource.plural}: {error}") from None


def _items(document: bytes) -> Sequence[Raw | bytes]:
    if document[:1] == b"[":
        return msgspec.json.decode(document, type=list[Raw])
    held = _DOCUMENT.decode(document)
    if held.items is UNSET:
        return [document]
    return held.items or ()


def read_document(document: bytes, gathered: Gathered) -> bool:
    """One List or one object, as JSON; whether it is a List with nothing in it.

    A list in which two namespaces occur is of all of them, since kubectl lists one or all; of one in which there
    is but one namespace only that one is known. An object by itself says nothing of what there is beside it.
    """
    reader = _Reader(gathered)
    found = reader.objects(document)
    namespaces = set[str]().union(*found.values()) - {""}
    for resource in found:
        if resource.namespaced and len(namespaces) == 1:
            gathered.of_one_namespace(resource, *namespaces)
        else:
            gathered.knows(resource, None)
    return not reader.met


class _Reader:
    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._found: Found = {}
        self.met = False
        """Whether there was any object, of whatever kind."""

    def objects(self, document: bytes) -> Found:
        """What was in lists; objects by themselves are kept and not told."""
        try:
            if document[:1] == b"[":
                for one in msgspec.json.decode(document, type=list[Raw]):
                    self._item(memoryview(one), "", "", 0)
            else:
                self._document(document, 0)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise KubectlDsError(f"{self._gathered.where} holds no Kubernetes objects: {error}") from None
        return self._found

    def _document(self, content: Text, depth: int) -> None:
        document = _DOCUMENT.decode(content)
        kind, api_version = document.kind or "", document.api_version or ""
        if not kind.endswith("List") or document.items is UNSET:
            self.met = True
            self._gathered.take(content, kind, api_version)
            return
        of_each = kind.removesuffix("List")
        resource = resource_of(of_each, api_version)
        if resource is not None and not resource.namespaced:
            self._found.setdefault(resource, set())
        for item in document.items or ():
            self._item(memoryview(item), of_each, api_version, depth)

    def _item(self, content: Text, kind: str, api_version: str, depth: int) -> None:
        """The items of a typed list leave out what the list says for all of them."""
        self.met = True
        head = _TYPE.decode(content)
        kind, api_version = head.kind or kind, head.api_version or api_version
        if kind.endswith("List") and depth < _DEEPEST:
            self._document(content, depth + 1)
            return
        taken = self._gathered.take(content, kind, api_version)
        if taken is not None:
            resource, namespace = taken
            self._found.setdefault(resource, set()).add(namespace)
