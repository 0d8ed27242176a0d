"""Gets, lists and watches of one resource: the part of the server that knows objects."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from kubectl_ds.kube.api_server.answers import Answer, RecordedRequest, json_answer, status_answer
from kubectl_ds.kube.api_server.listing import BadQuery, Page, Shelves, read_page
from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.api_server.store import Stored, VersionExpired
from kubectl_ds.kube.api_server.tables import daemonset_table
from kubectl_ds.kube.api_server.watching import Render

Watch = Callable[[RecordedRequest, ServedResource, str, Render], Iterable[bytes]]
"""The lines of a watch: request, resource, namespace, and how an object is spelled in it."""

_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter."
)


class Reading:
    """Answers what is asked about objects, in JSON or, for DaemonSets, as a Table."""

    def __init__(self, store: Shelves, clock: Callable[[], datetime], watch: Watch | None = None) -> None:
        """Without `watch` nothing can be followed: what is held stays as it is."""
        self._store = store
        self._clock = clock
        self._follow = watch

    def answer(self, request: RecordedRequest, resource: ServedResource, namespace: str, name: str) -> Answer:
        """A get (with a name), a list, or a watch."""
        try:
            if name:
                return self._get(request, resource, (namespace, name))
            if request.watches:
                return self._watch(request, resource, namespace)
            return self._list(request, resource, namespace)
        except BadQuery as error:
            return status_answer(400, str(error))
        except VersionExpired:
            return status_answer(410, _EXPIRED)

    def _get(self, request: RecordedRequest, resource: ServedResource, key: tuple[str, str]) -> Answer:
        stored = self._store.find(resource, key)
        if stored is None:
            details = {"name": key[1], "group": resource.group, "kind": resource.plural}
            return status_answer(404, f'{resource.qualified} "{key[1]}" not found', details)
        if _wants_table(request, resource):
            metadata = {"resourceVersion": str(stored.resource_version)}
            return json_answer(self._table(request, resource, (stored,), metadata))
        return Answer(body=stored.whole(resource))

    def _list(self, request: RecordedRequest, resource: ServedResource, namespace: str) -> Answer:
        page = read_page(self._store, resource, namespace, request)
        metadata = _list_metadata(page)
        if _wants_table(request, resource):
            return json_answer(self._table(request, resource, page.objects, metadata))
        head = {"kind": f"{resource.kind}List", "apiVersion": resource.group_version, "metadata": metadata}
        opening = json.dumps(head, separators=(",", ":"))[:-1].encode()
        items = b",".join([one.body for one in page.objects])
        return Answer(body=opening + b',"items":[' + items + b"]}")

    def _watch(self, request: RecordedRequest, resource: ServedResource, namespace: str) -> Answer:
        if self._follow is None:
            return status_answer(405, f"{resource.qualified} cannot be watched here")
        as_table = _wants_table(request, resource)

        def render(stored: Stored) -> bytes:
            if not as_table:
                return stored.whole(resource)
            metadata = {"resourceVersion": str(stored.resource_version)}
            return json.dumps(self._table(request, resource, (stored,), metadata)).encode()

        return Answer(
            body=iter(self._follow(request, resource, namespace, render)),
            content_type="application/json;stream=watch",
        )

    def _table(
        self,
        request: RecordedRequest,
        resource: ServedResource,
        objects: tuple[Stored, ...],
        metadata: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        trees = (one.tree(resource) for one in objects)
        return daemonset_table(trees, metadata, request.parameter("includeObject"), self._clock())


def _wants_table(request: RecordedRequest, resource: ServedResource) -> bool:
    return resource.kind == "DaemonSet" and "as=Table" in request.header("accept")


def _list_metadata(page: Page) -> dict[str, Any]:
    metadata: dict[str, Any] = {"resourceVersion": str(page.resource_version)}
    if page.continue_token:
        metadata["continue"] = page.continue_token
    if page.remaining is not None:
        metadata["remainingItemCount"] = page.remaining
    return metadata
