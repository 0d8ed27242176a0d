"""A command that goes on, run in a thread, and what it has printed so far."""

import io
import threading
from collections.abc import Callable, Sequence

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from kubectl_ds.kube.api_server import ApiServer
from tests.program import NOW


class Screen(io.StringIO):
    """A stream that tells when a text has appeared on it, and has a reader that can go away."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, text: str) -> int:
        if self.closed:
            raise BrokenPipeError
        with self._changed:
            written = super().write(text)
            self._changed.notify_all()
        return written

    def wait_for(self, holds: Callable[[str], bool]) -> str:
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.getvalue()), timeout=60), self.getvalue()
            return self.getvalue()


class Running:
    """A command in a thread. `out` and `err` fill while it runs; it ends when `close` takes its reader away.

    `server` is one of ours, or the flags that lead to another.
    """

    def __init__(
        self, server: ApiServer | Sequence[str], *words: str, is_terminal: bool = False, **variables: str
    ) -> None:
        self.out, self.err = Screen(is_terminal=is_terminal), Screen()
        self.code: int | None = None
        environment = Environment(
            variables={"KUBECONFIG": "/nonexistent", **variables},
            stdin=io.StringIO(),
            stdout=self.out,
            stderr=self.err,
            now=lambda: NOW,
        )
        line = [*words, *(("--server", server.url) if isinstance(server, ApiServer) else server)]

        def run() -> None:
            self.code = int(main(line, environment))

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def ended(self) -> int | None:
        """The exit code of a command that ends by itself."""
        self._thread.join(60)
        return self.code

    def close(self) -> None:
        self.out.close()
        self._thread.join(60)

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
