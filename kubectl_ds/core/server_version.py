"""Which Kubernetes a server is, as far as bugs of a release go."""

import re

from msgspec import Struct

_GIT_VERSION = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?!\d)", re.ASCII)


class Release(Struct, frozen=True, order=True):
    """`1.33.4`. What providers add (`-gke.1134000`, `+k3s1`) is left out: it tells no upstream release."""

    major: int
    minor: int
    patch: int

    @property
    def branch(self) -> tuple[int, int]:
        """What patch releases are made of: `1.33`."""
        return self.major, self.minor

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def release_of(git_version: str) -> Release | None:
    """The release of a `gitVersion`; None where it is no such text."""
    found = _GIT_VERSION.match(git_version)
    return Release(*map(int, found.groups())) if found else None
