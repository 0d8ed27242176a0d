"""Lists under way at the same time; what cannot be read becomes a gap."""

import contextlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from msgspec import Struct

from kubectl_ds.core.label_selector import parse, to_query
from kubectl_ds.core.model import DaemonSet, Pod
from kubectl_ds.core.snapshot import Gap, Resource
from kubectl_ds.errors import ApiError, ConnectionFailed, KubectlDsError, NotHeld, UnexpectedAnswer
from kubectl_ds.kube.decoding import Decode
from kubectl_ds.kube.http_date import moment_of
from kubectl_ds.kube.lists import Listed, ListRequest, read_list
from kubectl_ds.kube.resource_lists import list_of
from kubectl_ds.kube.scope import ReadOptions
from kubectl_ds.kube.side_by_side import Pending
from kubectl_ds.kube.transport import Transport

T = TypeVar("T")

LISTS_AT_MOST: Final = 4
"""Narrow lists of one resource; where more would be needed, one wide list takes their place."""

_UNAUTHORIZED: Final = 401


class Narrowing(Struct, frozen=True):
    """What one list is about: a namespace (None: all of them), a label selector, a field selector."""

    namespace: str | None
    labels: str = ""
    fields: str = ""


def narrowings_of(daemonsets: Iterable[DaemonSet]) -> list[Narrowing]:
    """The lists that hold everything the selectors of these DaemonSets select; few, or else wide ones."""
    narrow = set()
    for one in daemonsets:
        # A selector that is missing or malformed selects nothing.
        with contextlib.suppress(ValueError):
            narrow.add(Narrowing(one.metadata.namespace, to_query(one.spec.selector)))
    if len(narrow) > LISTS_AT_MOST:
        narrow = {Narrowing(one.namespace) for one in narrow}
    if len(narrow) > LISTS_AT_MOST:
        narrow = {Narrowing(None)}
    return sorted(narrow, key=lambda one: (one.namespace or "", one.labels))


def selected_by(narrowing: Narrowing) -> Callable[[Pod], bool]:
    """Whether a pod belongs into this list, by its namespace and labels; field selectors are not looked at."""
    labels = parse(narrowing.labels) if narrowing.labels else None
    return lambda pod: (
        narrowing.namespace in (None, pod.metadata.namespace)
        and (labels is None or labels.matches(pod.metadata.labels))
    )


def gap_of(resource: Resource, namespace: str | None, error: KubectlDsError, for_want_of: str = "") -> Gap:
    """What a snapshot says of a resource that cannot be read; `for_want_of` in place of just that."""
    # That a dump holds none of it is a whole sentence by itself.
    said = "" if isinstance(error, NotHeld) else f"{resource} could not be read: "
    return Gap(
        resource=resource,
        namespace=namespace or "",
        status=error.status if isinstance(error, ApiError) else 0,
        message=f"{f'{for_want_of}: ' if for_want_of else said}{error.message}",
    )


class Begun(Struct, Generic[T], frozen=True):
    """The lists of one resource that have been asked for."""

    resource: Resource
    lists: tuple[tuple[Narrowing, Pending[Listed[T]]], ...] = ()


class Gathering:
    """Starts lists, collects them, and keeps the account: what was read, what was not, and when."""

    def __init__(self, transport: Transport, wants: frozenset[Resource], options: ReadOptions) -> None:
        self._transport = transport
        self.wants = wants
        self._options = options
        self._dates: list[str] = []
        self.gaps: list[Gap] = []
        self.read: set[Resource] = set()

    def start(
        self,
        resource: Resource,
        decode: Decode[T],
        narrowings: Iterable[Narrowing],
        keep: Callable[[T], bool] | None = None,
        share: Callable[[Iterable[T]], Iterable[T]] | None = None,
    ) -> Begun[T]:
        """Ask for these lists of one resource, all at once; for none if the resource is not wanted."""
        asked = []
        if resource not in self.wants:
            return Begun(resource)
        for narrowing in narrowings:
            request = list_of(
                self._transport,
                resource,
                narrowing.namespace,
                decode,
                self._options,
                labels=narrowing.labels,
                fields=narrowing.fields,
                keep=keep,
                share=share,
            )
            asked.append((narrowing, self._ask(request)))
        return Begun(resource, tuple(asked))

    def _ask(self, request: ListRequest[T]) -> Pending[Listed[T]]:
        return Pending(lambda: read_list(self._transport, request, self._options.patience))

    def finish(self, begun: Begun[T], *, for_want_of: str = "") -> list[T]:
        """Everything that could be read; what could not is a gap, with `for_want_of` said in its message.

        Raises `CredentialError`, and `ApiError` for a 401: the identity is gone, so all else would fail too.
        """
        items: list[T] = []
        for narrowing, pending in begun.lists:
            try:
                listed = pending.result()
            except (ApiError, ConnectionFailed, NotHeld, UnexpectedAnswer) as error:
                gap = gap_of(begun.resource, narrowing.namespace, error, for_want_of)
                if gap.status == _UNAUTHORIZED:
                    raise
                self._lack(gap)
                continue
            self.saw(listed.date)
            if listed.lacks:
                said = f"{for_want_of}: {listed.lacks}" if for_want_of else listed.lacks
                self.miss(begun.resource, narrowing.namespace, said)
            items += listed.items
            self.read.add(begun.resource)
        if not begun.lists and begun.resource in self.wants and not self.lacks(begun.resource):
            # Nothing to ask for is an answer too: no DaemonSet, or one whose selector selects nothing.
            self.read.add(begun.resource)
        return items

    def miss(self, resource: Resource, namespace: str | None, lacks: str) -> None:
        """A dump has answered with what it holds, which may not be all."""
        self._lack(Gap(resource=resource, namespace=namespace or "", message=lacks))

    def _lack(self, gap: Gap) -> None:
        if gap not in self.gaps:
            self.gaps.append(gap)

    def lacks(self, resource: Resource) -> bool:
        """Whether some of it could not be read."""
        return any(gap.resource == resource for gap in self.gaps)

    def saw(self, date: str) -> None:
        """Remember a Date header."""
        if date:
            self._dates.append(date)

    def taken_at(self) -> datetime:
        """The server's newest Date: nothing that was read can be younger. Without one, this machine's clock."""
        moments = [moment for date in self._dates if (moment := moment_of(date)) is not None]
        return max(moments, default=datetime.now(UTC))
