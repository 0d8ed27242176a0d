"""One resource, listed and then followed by watch on a thread of its own, for as long as somebody listens.

Mirrors client-go's reflector (tools/cache/reflector.go): a stream that ends or breaks is taken up where it
stood, an expired version means a new list, and nothing but a refusal ends it. Where the list may be read and
not watched, it is read anew at a bounded pace.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, Literal, TypeVar

from msgspec import Struct

from kubectl_ds.errors import ApiError, ConnectionFailed, CredentialError, KubectlDsError, UnexpectedAnswer
from kubectl_ds.kube.inbox import FeedState, Inbox, Key
from kubectl_ds.kube.lists import ListRequest, Patience, read_list
from kubectl_ds.kube.transport import Transport
from kubectl_ds.kube.watch_stream import (
    SHORTEST_SECONDS,
    SILENCE_SECONDS,
    VersionExpired,
    WatchedModel,
    WatchStream,
)
from kubectl_ds.kube.watched import HasMetadata

T = TypeVar("T", bound=HasMetadata)

_UNAUTHORIZED: Final = 401
_REFUSALS: Final = frozenset({_UNAUTHORIZED, 403, 404, 405})
"""Answers that asking again does not change, except while a server is starting."""


class Pace(Struct, frozen=True, kw_only=True):
    """How patient feeds are. Times are seconds."""

    settle: float = 0.1
    """What comes within this of a first change belongs to one batch."""
    silence: float = SILENCE_SECONDS
    shortest: float = SHORTEST_SECONDS
    poll: float = 15.0
    """Between two reads of a list that may not be watched; at least ten times what a read takes."""
    again: float = 60.0
    """Between two tries of a list that may not be read."""
    first_wait: float = 0.25
    longest_wait: float = 30.0
    room_after: float = 2.0
    """A pod that is not bound by then waits: a scheduler that has room for it takes less."""
    between_rooms: float = 10.0
    """Another node that is waited for means another list of the cluster's pods, and not sooner than this."""
    attempts: int = 5
    """Refusals in a row after which one that has worked before is believed: a server that is starting refuses
    for a moment what it will allow."""


class Feed(Generic[T]):
    """Puts one list into an inbox, and then every change of it. `start` once; `close` when it is of no more use."""

    def __init__(
        self,
        source: Hashable,
        inbox: Inbox,
        transport: Transport,
        request: ListRequest[T],
        model: WatchedModel[T],
        *,
        pace: Pace,
        patience: Patience,
        lists: Sequence[ListRequest[T]] = (),
        heeds: Callable[[T], bool] | None = None,
        keeps: Callable[[T], bool] | None = None,
    ) -> None:
        """`lists`: narrower lists that together hold all that matters of what is watched.

        Of the stream's objects only those are delivered that it `heeds`, which never changes its mind about one,
        and `keeps`, which may: an object that is kept no more is gone.
        """
        self._source, self._inbox = source, inbox
        self._transport, self._request, self._model = transport, request, model
        self._lists = tuple(lists) or (request,)
        self._pace, self._patience = pace, patience
        self._heeds, self._keeps = heeds, keeps
        self._kept: set[Key] = set()
        self._version: str | None = None
        self._fruitless = 0
        self._has_listed = False
        self._has_worked = False
        self._state = ""
        self._reading_took = 0.0
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin to read. The thread dies with the program."""
        threading.Thread(target=self._run, name=f"feed of {self._source}", daemon=True).start()

    def close(self) -> None:
        """Deliver nothing more. A stream that is silent just now ends with its next line."""
        self._closed.set()

    def _run(self) -> None:
        try:
            while not self._closed.is_set():
                self._once()
        except Exception as error:
            # Whatever it is belongs to whoever takes from the inbox: a thread has nobody to tell.
            self._inbox.fail(error)

    def _once(self) -> None:
        """One list or one stream, and whatever pause is due after it."""
        begun = time.monotonic()
        try:
            if self._version is None:
                self._list()
            self._follow()
        except VersionExpired:
            self._version = None
        except (ApiError, ConnectionFailed, CredentialError, UnexpectedAnswer) as error:
            self._pause(self._seconds_after(error))
            return
        if time.monotonic() - begun < self._pace.shortest:
            self._pause(self._pace.shortest)

    def _list(self) -> None:
        begun = time.monotonic()
        read = [read_list(self._transport, one, self._patience) for one in self._lists]
        self._reading_took = time.monotonic() - begun
        # The oldest of them: what is told again is no change.
        self._version = read[0].resource_version
        self._has_listed = True
        items = {_key(one): one for listed in read for one in listed.items}
        self._kept = set(items) if self._keeps is not None else set()
        if not self._closed.is_set():
            self._inbox.relist(self._source, items, read[-1].date)

    def _follow(self) -> None:
        stream = WatchStream(
            self._transport,
            self._request,
            self._model,
            version=self._version or "",
            silence=self._pace.silence,
        )
        with stream.open() as lines:
            self._fruitless, self._has_worked = 0, True
            self._say("following")
            for line in lines:
                if self._closed.is_set():
                    return
                self._version = stream.version
                if line.object is not None and (self._heeds is None or self._heeds(line.object)):
                    self._deliver(line.object, gone=line.change == "DELETED")

    def _deliver(self, obj: T, *, gone: bool) -> None:
        key = _key(obj)
        if self._keeps is not None:
            gone = gone or not self._keeps(obj)
            if gone and key not in self._kept:
                return
            (self._kept.discard if gone else self._kept.add)(key)
        self._inbox.put(self._source, key, None if gone else self._shared(obj))

    def _shared(self, obj: T) -> T:
        share = self._request.share
        return obj if share is None else next(iter(share((obj,))))

    def _seconds_after(self, error: KubectlDsError) -> float:
        """How long to wait after an error, once it has been said. Raises those that end everything.

        A credential that cannot be had any more may come back with the network: its plugin needs one too.
        """
        self._fruitless += 1
        refused = isinstance(error, ApiError) and error.status in _REFUSALS
        if refused and (not self._has_worked or self._fruitless >= self._pace.attempts):
            return self._refused(error)
        if isinstance(error, CredentialError) and not self._has_worked:
            raise error
        wait = min(self._pace.first_wait * 2.0 ** (self._fruitless - 1), self._pace.longest_wait)
        if not self._has_listed:
            self._say("unreadable", error)
        elif self._fruitless > 1:
            # A single break is taken up at once and concerns nobody.
            self._say("lost", error)
        return wait * (1 + self._patience.jitter() / 4)

    def _refused(self, error: KubectlDsError) -> float:
        if isinstance(error, ApiError) and error.status == _UNAUTHORIZED:
            raise error
        if self._version is None:
            self._say("unreadable", error)
            return self._pace.again
        self._version = None
        self._say("polling", error)
        return max(self._pace.poll, 10 * self._reading_took)

    def _say(
        self, how: Literal["following", "lost", "polling", "unreadable"], error: KubectlDsError | None = None
    ) -> None:
        if how != self._state and not self._closed.is_set():
            self._state = how
            self._inbox.say(self._source, FeedState(how, error))

    def _pause(self, seconds: float) -> None:
        self._closed.wait(seconds)


def _key(obj: HasMetadata) -> Key:
    return obj.metadata.namespace, obj.metadata.name
