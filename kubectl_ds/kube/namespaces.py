"""The namespaces of DaemonSets that lack pods: one that is being deleted takes no new ones, and no event says so.

They are looked at where a pod is lacking or going, and nowhere else. One that cannot be read is left out, and no
answer is incomplete for it: all that is lost is a sharper reason.
"""

from collections.abc import Collection, Iterable
from typing import Final

from kubectl_ds.core.model import DaemonSet, Namespace, Pod
from kubectl_ds.core.ownership import is_terminating
from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.decoding import decode_namespaces, decode_object, typed_object
from kubectl_ds.kube.errors import ApiCall
from kubectl_ds.kube.lists import ListRequest, Patience, fetch, read_list
from kubectl_ds.kube.scope import ReadOptions, refuse_as_path
from kubectl_ds.kube.side_by_side import Pending
from kubectl_ds.kube.transport import Transport

_GETS_AT_MOST: Final = 4
_PATH: Final = "/api/v1/namespaces"
_ONCE: Final = Patience(attempts=1)
"""Nobody waits for what only sharpens an answer."""


def in_question(daemonsets: Iterable[DaemonSet], pods: Iterable[Pod]) -> frozenset[str]:
    """Namespaces with fewer pods than their DaemonSets are to have, or with DaemonSets some of whose pods are going."""
    going = {pod.metadata.namespace for pod in pods if is_terminating(pod)}
    return frozenset(
        one.metadata.namespace
        for one in daemonsets
        if one.metadata.namespace in going
        or one.status.current_number_scheduled < one.status.desired_number_scheduled
    )


class ReadingNamespaces:
    """Asked for when made; `result` waits for the answers."""

    def __init__(self, transport: Transport, names: Collection[str], options: ReadOptions) -> None:
        if len(names) > _GETS_AT_MOST:
            self._pending = [Pending(lambda: _listed(transport, frozenset(names), options))]
        else:
            self._pending = [Pending(_Get(transport, name)) for name in sorted(names)]

    @property
    def is_done(self) -> bool:
        """Whether `result` would not have to wait."""
        return all(pending.is_done for pending in self._pending)

    def result(self) -> tuple[Namespace, ...]:
        """Those that could be read."""
        return tuple(one for pending in self._pending for one in pending.result())


class _Get:
    """One by name: whoever may read in a namespace alone may read the namespace itself as well."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._name = name

    def __call__(self) -> list[Namespace]:
        call = ApiCall(
            server=self._transport.server, verb="get", resource="namespaces", namespace="", name=self._name
        )
        try:
            refuse_as_path("namespace", self._name)
            response = fetch(self._transport, f"{_PATH}/{self._name}", (), call, _ONCE)
            return [typed_object(decode_object(response, call, "Namespace"), Namespace)]
        except (KubectlDsError, ValueError):
            return []


def _listed(transport: Transport, names: frozenset[str], options: ReadOptions) -> list[Namespace]:
    call = ApiCall(server=transport.server, verb="list", resource="namespaces", namespace="", name="")
    request = ListRequest(
        path=_PATH,
        call=call,
        decode=decode_namespaces,
        limit=options.chunk_size,
        from_cache=options.fast,
        keep=lambda one: one.metadata.name in names,
    )
    try:
        return read_list(transport, request, _ONCE).items
    except KubectlDsError:
        return []
