"""The namespaces of DaemonSets that lack pods, looked at again while they do: nothing tells that one is going.

They are no kind that is followed: whoever may not watch namespaces may still read the one that is in question.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final

from kubectl_ds.core.model import DaemonSet, Namespace, Pod
from kubectl_ds.kube.namespaces import ReadingNamespaces, in_question
from kubectl_ds.kube.scope import ReadOptions
from kubectl_ds.kube.transport import Transport

BETWEEN_LOOKS: Final = 30.0
"""Seconds between two looks at the same namespaces."""
AT_LEAST: Final = 5.0
"""Seconds between two looks, whatever happens."""


class LiveNamespaces:
    """What is known of them. `look` never waits for an answer."""

    def __init__(
        self, transport: Transport, options: ReadOptions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport, self._options, self._clock = transport, options, clock
        self.known: tuple[Namespace, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._looked_at = float("-inf")
        self._reading: ReadingNamespaces | None = None
        self._has_changed = True

    def something_changed(self) -> None:
        """Pods or DaemonSets are other ones: other namespaces may be in question."""
        self._has_changed = True

    def look(
        self, daemonsets: Iterable[DaemonSet], pods: Callable[[], Iterable[Pod]], *, at_once: bool = False
    ) -> None:
        """Ask if it is time to, and take in what has been answered. `at_once` waits for it."""
        since = self._clock() - self._looked_at
        if self._reading is None and (
            (self._has_changed and since >= AT_LEAST) or (self._names and since >= BETWEEN_LOOKS)
        ):
            self._looked_at, self._has_changed = self._clock(), False
            self._names = in_question(daemonsets, pods())
            self._reading = ReadingNamespaces(self._transport, self._names, self._options)
        if self._reading is not None and (at_once or self._reading.is_done):
            self.known, self._reading = self._reading.result(), None
