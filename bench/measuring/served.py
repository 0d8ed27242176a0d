"""A cluster that is served, by whomever: where it is, how one gets in, and what was asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Counted:
    """What came in since the last look. `requests` are paths with their queries.

    `bytes` are those of all bodies as they went out; None where the server does not tell.
    """

    requests: list[str]
    bytes: int | None = None
    gzipped: int = 0


class Served(Protocol):
    """What the contenders connect to."""

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, or https."""

    @property
    def curl_options(self) -> Sequence[str]:
        """What curl needs to get in."""

    def kubeconfig(self, path: Path) -> Path:
        """A kubeconfig that leads here, written to `path` or found elsewhere."""

    def read(self, path: str) -> bytes:
        """The answer to one GET of a path with its query."""

    def tally(self) -> Counted:
        """What was asked since the last call."""
