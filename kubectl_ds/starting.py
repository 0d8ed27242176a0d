"""How a process of the program begins and ends. Both are made short, as most runs last no longer than a blink."""

import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.cli import Called

_OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""What a start loads is not garbage; a watch, which goes on, is still cleaned up after."""


def run() -> NoReturn:
    """Every console script: what it does goes by the name that it was called by."""
    _prepare()
    from kubectl_ds.cli import called_by

    _end_with(called_by(sys.argv[0]))


def _prepare() -> None:
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    # msgspec prefers it to `typing`, which has the same names since Python 3.11, and its import is the slower
    # by more than kubectl takes to ask a server nearby. Nothing else that this process loads knows of it.
    sys.modules.setdefault("typing_extensions", None)  # type: ignore[arg-type]
    signal.signal(signal.SIGTERM, _on_terminate)


def _end_with(called: "Called") -> NoReturn:
    from kubectl_ds.cli import main
    from kubectl_ds.environment import Environment

    # What is typed is UTF-8 too, also where the locale made Python read it as ASCII.
    words = [os.fsencode(word).decode("utf-8", "surrogateescape") for word in sys.argv[1:]]
    _leave(main(words, Environment.of_process(), called=called))


def _on_terminate(signum: int, frame: FrameType | None) -> NoReturn:
    # An exception rather than the default action, so that `finally` removes what must not stay behind.
    raise SystemExit(int(ExitCode.TERMINATED))


def _leave(code: ExitCode) -> NoReturn:
    """End at once: to take all modules apart would cost a tenth of the run, and nothing waits for it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = ExitCode.BROKEN_PIPE
    except (OSError, ValueError):
        code = code or ExitCode.UNAVAILABLE
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(int(code))
