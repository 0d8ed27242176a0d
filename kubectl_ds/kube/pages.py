"""The pages of one list in turn: each is asked for as soon as the first bytes of the one before have named it."""

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final

from kubectl_ds.kube.decoding import token_in_beginning
from kubectl_ds.kube.side_by_side import Pending
from kubectl_ds.kube.transport import Beginning, Response

AHEAD: Final = 2
"""Pages on their way, or there and not looked at, beside the one that is decoded: each takes memory."""

FetchPage = Callable[[str, Beginning], Response]
"""One page by its continue token, which is empty for the first."""


class PagesInTurn:
    """Iterate over it for the answers, and say of each where the next one begins: `go_on_with`.

    The transfer of a page, its inflating and the server's work for the next ones go on while a page is decoded.
    Raises what `fetch` raises. Leaving the block asks for nothing more.
    """

    def __init__(self, fetch: FetchPage) -> None:
        self._fetch = fetch
        self._room = threading.Semaphore(AHEAD)
        self._is_over = False
        self._page = _Page("")

    def __enter__(self) -> "PagesInTurn":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        # At most one page waits for room: the next one is known only when that has begun to come.
        self._room.release()

    def __iter__(self) -> Iterator[Response]:
        yield self._fetch("", self._of(self._page))
        while (following := self._page.following) is not None and following.answer is not None:
            self._page = following
            response = following.answer.result()
            following.answer = None
            self._room.release()
            yield response
            del response

    @property
    def at_end(self) -> bool:
        """Whether the page that was given last is the last one."""
        return self._page.following is None

    def go_on_with(self, token: str) -> bool:
        """Where the page after the one given last begins; empty at the end. False when that is this page itself."""
        if token and self._page.following is None:
            self._ask(self._page, token)
        return not token or token != self._page.token

    def _of(self, page: "_Page") -> Beginning:
        def begins(head: bytes) -> None:
            if page.following is None and (token := token_in_beginning(head)):
                self._ask(page, token)

        return begins

    def _ask(self, page: "_Page", token: str) -> None:
        if token != page.token and not self._is_over:
            following = page.following = _Page(token)
            following.answer = Pending(lambda: self._answer(following))

    def _answer(self, page: "_Page") -> Response:
        self._room.acquire()
        if self._is_over:
            raise _NobodyWaits
        return self._fetch(page.token, self._of(page))


class _NobodyWaits(Exception):
    """The list is no longer read."""


class _Page:
    """One that has been asked for, and the next one once that is known."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.answer: Pending[Response] | None = None
        self.following: _Page | None = None
