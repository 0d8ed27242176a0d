"""A cluster into a file: every list that the commands read, page by page, with only the fields that they look at.

Nothing is held but what a later list is narrowed by. Secrets and ConfigMaps are not asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from kubectl_ds.core.model import Event, Namespace, Pod
from kubectl_ds.core.snapshot import Gap, Resource
from kubectl_ds.errors import ApiError, ConnectionFailed, KubectlDsError, NotHeld, UnexpectedAnswer
from kubectl_ds.kube.decoding import (
    Decode,
    decode_events,
    decode_limit_ranges,
    decode_namespaces,
    decode_nodes,
    decode_object,
    decode_pod_metrics,
    decode_pods,
    decode_priority_classes,
    decode_raw_daemonsets,
    decode_revisions,
    decode_runtime_classes,
    typed_object,
)
from kubectl_ds.kube.dump.holdings import How
from kubectl_ds.kube.dump.rewindable import RewindableGzip
from kubectl_ds.kube.dump.snapshot_file import BEGINNING, Lacking
from kubectl_ds.kube.errors import ApiCall
from kubectl_ds.kube.gathering import gap_of
from kubectl_ds.kube.http_date import moment_of
from kubectl_ds.kube.lists import ListProgress, ListRequest, Patience, fetch, read_list
from kubectl_ds.kube.reader import is_well
from kubectl_ds.kube.resource_lists import list_of, may_be_a_daemonsets
from kubectl_ds.kube.scope import ReadOptions
from kubectl_ds.kube.server_version import read_server_version
from kubectl_ds.kube.transport import Transport

_UNAUTHORIZED: Final = 401
_ONCE: Final = Patience(attempts=1)
_CLUSTER_WIDE: Final = frozenset({"nodes", "priorityclasses", "runtimeclasses"})


class Written(Struct, frozen=True, kw_only=True):
    """What is in the file: how many objects of each resource, and what could not be read."""

    taken_at: datetime
    counts: Mapping[str, int]
    gaps: tuple[Gap, ...]


class Listing(Struct, frozen=True, kw_only=True):
    """One list of a section."""

    decode: Decode[Any]
    fields: str = ""
    keep: Callable[[Any], bool] | None = None


def write_snapshot(
    transport: Transport,
    out: BinaryIO,
    options: ReadOptions,
    *,
    only: str | None,
    namespace: str,
    now: datetime,
) -> Written:
    """Read the cluster, or of its namespaces `only` one, into a file that can be cut short.

    `namespace` is the one of the context: it is kept for those who name none. `now` is the moment where no
    server tells one. Raises `ApiError` and what else a list raises when the DaemonSets cannot be read; anything
    else is a gap.
    """
    return _Writing(transport, RewindableGzip(out), options, only).all(namespace, now)


class _Writing:
    def __init__(
        self, transport: Transport, file: RewindableGzip, options: ReadOptions, only: str | None
    ) -> None:
        self._transport = transport
        self._file = file
        self._options = options
        self._only = only
        self._dates: list[datetime] = []
        self._lacking: list[Lacking] = []
        self._gaps: list[Gap] = []
        self._counts: dict[str, int] = {}
        self._unwell: set[str] = set()

    def all(self, namespace: str, now: datetime) -> Written:
        """Every section; what is known only at the end comes last in the file."""
        head = {
            "scope": self._only or "",
            "namespace": namespace,
            "serverVersion": read_server_version(self._transport),
            "redacted": False,
        }
        self._file.write(BEGINNING + msgspec.json.encode(head)[1:-1] + b',"objects":{')
        self._sections()
        taken_at = max(self._dates, default=now)
        tail = {"gaps": self._lacking, "takenAt": taken_at}
        self._file.write(b"}," + msgspec.json.encode(tail)[1:] + b"\n")
        self._file.finish()
        return Written(taken_at=taken_at, counts=self._counts, gaps=tuple(self._gaps))

    def _sections(self) -> None:
        self._section("daemonsets", Listing(decode=decode_raw_daemonsets))
        self._section("nodes", Listing(decode=decode_nodes))
        self._section("pods", Listing(decode=decode_pods, keep=self._notice_pod))
        self._section("controllerrevisions", Listing(decode=decode_revisions, keep=may_be_a_daemonsets))
        self._section(
            "events",
            Listing(decode=decode_events, fields="involvedObject.kind=DaemonSet"),
            Listing(decode=decode_events, fields="involvedObject.kind=Pod", keep=self._about_unwell_pod),
        )
        self._section("limitranges", Listing(decode=decode_limit_ranges))
        self._section("priorityclasses", Listing(decode=decode_priority_classes))
        self._section("runtimeclasses", Listing(decode=decode_runtime_classes))
        self._section("podmetrics", Listing(decode=decode_pod_metrics))
        self._namespaces()

    def _notice_pod(self, pod: Pod) -> bool:
        """All pods take room; those of which events tell something are the same as in a live read."""
        if may_be_a_daemonsets(pod) and not is_well(pod):
            self._unwell.add(pod.metadata.uid)
        return True

    def _about_unwell_pod(self, event: Event) -> bool:
        return event.involved_object.uid in self._unwell

    def _section(self, resource: Resource, *listings: Listing) -> None:
        """One resource, whole; nothing of it when one of its lists could not be read."""
        section = _Section(self._file, resource)
        namespace = None if resource in _CLUSTER_WIDE else self._only
        try:
            for listing in listings:
                lacks = self._list(resource, namespace, listing, section)
                if lacks:
                    self._lack(resource, namespace, NotHeld(lacks), "partial")
        except (ApiError, ConnectionFailed, NotHeld, UnexpectedAnswer) as error:
            if resource == "daemonsets" or (isinstance(error, ApiError) and error.status == _UNAUTHORIZED):
                raise
            section.drop()
            self._lack(resource, namespace, error, _how(error))
        else:
            section.close()
            self._counts[resource] = section.count

    def _list(self, resource: Resource, namespace: str | None, listing: Listing, section: "_Section") -> str:
        section.begin_list()

        def keep(one: object) -> bool:
            if listing.keep is None or listing.keep(one):
                section.write(one)
            return False

        def on_progress(progress: ListProgress) -> None:
            if not progress.answered:
                # It begins, or begins again because its pages no longer belonged together.
                section.begin_list_again()
            if self._options.on_progress is not None:
                self._options.on_progress(progress)

        request: ListRequest[Any] = list_of(
            self._transport,
            resource,
            namespace,
            listing.decode,
            msgspec.structs.replace(self._options, on_progress=on_progress),
            fields=listing.fields,
            keep=keep,
        )
        listed = read_list(
            self._transport, request, _ONCE if resource == "podmetrics" else self._options.patience
        )
        self._saw(listed.date)
        return listed.lacks

    def _namespaces(self) -> None:
        """They only sharpen answers: where they may not be read nothing is missing."""
        section = _Section(self._file, "namespaces")
        call = ApiCall(server=self._transport.server, verb="list", resource="namespaces")
        try:
            for one in self._read_namespaces(call):
                section.write(one)
        except (KubectlDsError, ValueError):
            section.drop()
            return
        section.close()

    def _read_namespaces(self, call: ApiCall) -> Iterable[Namespace]:
        path = "/api/v1/namespaces"
        if self._only is None:
            request = ListRequest(
                path=path, call=call, decode=decode_namespaces, limit=self._options.chunk_size
            )
            return read_list(self._transport, request, _ONCE).items
        response = fetch(self._transport, f"{path}/{self._only}", (), call, _ONCE)
        return [typed_object(decode_object(response, call, "Namespace"), Namespace)]

    def _lack(self, resource: Resource, namespace: str | None, error: KubectlDsError, how: How) -> None:
        status = error.status if isinstance(error, ApiError) else 0
        self._gaps.append(gap_of(resource, namespace, error))
        self._lacking.append(
            Lacking(
                resource=resource, namespace=namespace or "", how=how, status=status, message=error.message
            )
        )

    def _saw(self, date: str) -> None:
        moment = moment_of(date)
        if moment is not None:
            self._dates.append(moment)


class _Section:
    """One resource in the file: a key and an array, which can be taken back."""

    def __init__(self, file: RewindableGzip, name: str) -> None:
        self._file = file
        self._before = file.mark()
        file.write(f'{"" if name == "daemonsets" else ","}"{name}":['.encode())
        self.count = 0
        self.begin_list()

    def begin_list(self) -> None:
        """Another list's objects follow."""
        self._list = (self._file.mark(), self.count)

    def begin_list_again(self) -> None:
        """Its pages no longer belonged together: what they brought is forgotten."""
        mark, self.count = self._list
        self._file.rewind(mark)

    def write(self, one: object) -> None:
        """An object, with what the program reads of it."""
        separator = b"," if self.count else b""
        self._file.write(separator + msgspec.json.encode(one))
        self.count += 1

    def close(self) -> None:
        """That was all."""
        self._file.write(b"]")

    def drop(self) -> None:
        """There is no such section."""
        self._file.rewind(self._before)


def _how(error: KubectlDsError) -> How:
    if isinstance(error, NotHeld):
        return "not held"
    return "refused" if isinstance(error, ApiError) else "failed"
