"""One list, read in pages: what client-go's pager and request retries do, and a little more care.

Upstream: client-go's tools/pager/pager.go (an expired token starts again, then without a limit) and
rest/with_retry.go (429 and 5xx wait for Retry-After).
"""

import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct, field

from kubectl_ds.errors import ApiError, UnexpectedAnswer
from kubectl_ds.kube.decoding import Decode, list_meta
from kubectl_ds.kube.errors import ApiCall, error_of
from kubectl_ds.kube.http_date import moment_of
from kubectl_ds.kube.pages import FetchPage, PagesInTurn
from kubectl_ds.kube.transport import Beginning, Query, Response, Transport

T = TypeVar("T")

CHUNK_SIZE: Final = 500
"""kubectl's default `--chunk-size`."""

AGAIN: Final = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same question is asked again."""
_GONE: Final = 410


def _jitter() -> float:
    # Imported when a server is busy, and not by every start.
    from random import random

    return random()  # noqa: S311 - spreads clients, hides nothing


class Patience(Struct, frozen=True, kw_only=True):
    """How often and how long a busy server is asked again. Times are seconds.

    A server that asks for more than `longest_wait` is taken at its word: it is not asked again.
    """

    attempts: int = 5
    first_wait: float = 0.25
    longest_wait: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = _jitter


class ListProgress(Struct, frozen=True, kw_only=True):
    """How far one list has been read. `number` tells one list from another; a list that has to be started
    again begins at 0 again."""

    number: int
    resource: str
    seen: int = 0
    """Objects that have come, whether they are kept or not."""
    remaining: int | None = None
    """How many more the server says there are; None when it does not say: it never does where a selector
    narrows the list, and servers that answer from their watch cache leave it out."""
    answered: bool = True
    """Whether the server has said anything yet."""
    complete: bool = False
    """Whether nothing more will come, or nothing at all."""


OnProgress = Callable[[ListProgress], None]
"""Told from the thread that reads, and so quickly to be done."""


class ListRequest(Struct, Generic[T], frozen=True, kw_only=True):
    """One list to read: where, narrowed how, decoded by what.

    `limit` 0 asks for everything at once. `from_cache` lets the server answer from its watch cache
    (`resourceVersion=0`), which may be seconds behind. Page by page `keep` drops what is not needed and
    `share` gives what is kept in less memory.
    """

    path: str
    call: ApiCall
    decode: Decode[T]
    query: Query = ()
    limit: int = CHUNK_SIZE
    from_cache: bool = False
    keep: Callable[[T], bool] | None = None
    share: Callable[[Iterable[T]], Iterable[T]] | None = None
    on_progress: OnProgress | None = None
    number: int = field(default_factory=count().__next__)


class Listed(Struct, Generic[T], frozen=True, kw_only=True):
    """A whole list at one resourceVersion; `date` is the last page's Date header, `lacks` what a dump says of it."""

    items: list[T]
    resource_version: str
    date: str
    lacks: str = ""


class _StartAgain(Exception):
    """The pages no longer belong to one moment."""


def read_list(transport: Transport, request: ListRequest[T], patience: Patience) -> Listed[T]:
    """Every page of one list.

    Raises `ApiError`, `ConnectionFailed`, `CredentialError`, `UnexpectedAnswer`, and of a dump `NotHeld`.

    When a continue token has expired the list is started again, once in pages and then without a limit.
    """
    try:
        for limit in (request.limit, request.limit):
            try:
                return _one_pass(transport, request, limit, patience)
            except _StartAgain:
                continue
        return _one_pass(transport, request, 0, patience)
    except BaseException:
        _tell(request, complete=True)
        raise


def fetch(
    transport: Transport,
    path: str,
    query: Query,
    call: ApiCall,
    patience: Patience,
    beginning: Beginning | None = None,
) -> Response:
    """One GET whose answer is 200; 429 and 5xx are asked again, all other answers raise their error."""
    attempt = 1
    response = transport.request("GET", path, query, beginning=beginning)
    while response.status in AGAIN and attempt < patience.attempts:
        wait = _wait_after(attempt, response, patience)
        if wait > patience.longest_wait:
            break
        patience.sleep(wait + patience.jitter() * min(wait, 1.0) / 4)
        attempt += 1
        response = transport.request("GET", path, query, beginning=beginning)
    if response.status != 200:
        raise error_of(response, call)
    return response


def _one_pass(transport: Transport, request: ListRequest[T], limit: int, patience: Patience) -> Listed[T]:
    items: list[T] = []
    seen = 0
    version = date = lacks = ""
    _tell(request, answered=False)
    with PagesInTurn(_page_by_page(transport, request, limit, patience)) as pages:
        for response in pages:
            meta = list_meta(response.body)
            if not pages.go_on_with(meta.continue_token if meta else ""):
                raise UnexpectedAnswer(
                    f"The server at {request.call.server} repeats a page of {request.call.qualified} without end",
                    hint="--chunk-size=0 asks for the list in one piece.",
                )
            page = request.decode(response, request.call)
            date, lacks = response.headers.get("date", ""), response.lacks
            del response
            if version and page.resource_version and page.resource_version != version:
                raise _StartAgain
            version = version or page.resource_version
            seen += len(page.items)
            _tell(
                request,
                seen=seen,
                remaining=meta.remaining_item_count if meta else None,
                complete=pages.at_end,
            )
            kept = page.items if request.keep is None else filter(request.keep, page.items)
            items += kept if request.share is None else request.share(kept)
            del page, kept
    return Listed(items=items, resource_version=version, date=date, lacks=lacks)


def _page_by_page(transport: Transport, request: ListRequest[T], limit: int, patience: Patience) -> FetchPage:
    def fetch_page(token: str, beginning: Beginning) -> Response:
        try:
            return fetch(
                transport, request.path, _query(request, limit, token), request.call, patience, beginning
            )
        except ApiError as error:
            if token and error.status == _GONE:
                raise _StartAgain from error
            raise

    return fetch_page


def _tell(request: ListRequest[T], **progress: Any) -> None:
    if request.on_progress is not None:
        request.on_progress(ListProgress(number=request.number, resource=request.call.resource, **progress))


def _query(request: ListRequest[T], limit: int, token: str) -> Query:
    query = list(request.query)
    if limit > 0:
        query.append(("limit", str(limit)))
    if token:
        query.append(("continue", token))
    elif request.from_cache:
        # Beside a continue token the server refuses a resourceVersion.
        query.append(("resourceVersion", "0"))
    return query


def _wait_after(attempt: int, response: Response, patience: Patience) -> float:
    """Seconds before asking again: the server's Retry-After, else an exponential back-off."""
    asked = response.headers.get("retry-after", "").strip()
    if not asked:
        return min(patience.first_wait * 2.0 ** (attempt - 1), patience.longest_wait)
    return float(asked) if asked.isdecimal() else _until(asked, response.headers.get("date", ""))


def _until(moment: str, now: str) -> float:
    """Seconds from the answer's own Date to an HTTP date; one second where they cannot be read."""
    later, sooner = moment_of(moment), moment_of(now)
    return 1.0 if later is None or sooner is None else max(0.0, (later - sooner).total_seconds())
