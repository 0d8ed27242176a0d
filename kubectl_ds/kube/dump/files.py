"""The files of a dump, read in memory: names to choose by, and the contents of those chosen.

Links, devices and whatever is named outside of the folder are as if they were not there. Archives are in archives.py,
whose libraries are loaded by those alone who have one.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.dump.bounds import Budget

Wanted = Callable[[str], bool]


class Files(Protocol):
    """Each name is relative, with `/` between its parts."""

    def names(self) -> list[str]:
        """Every regular file. Raises `KubectlDsError` for an archive that is damaged or too large."""
        ...

    def read(self, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file that is wanted. Raises as `names` does."""
        ...


class Folder:
    """A folder on this machine."""

    def __init__(self, path: str, budget: Budget) -> None:
        self._path = path
        self._budget = budget

    def names(self) -> list[str]:
        return sorted(name for name, _ in self._entries())

    def read(self, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
        for name, path in sorted(self._entries()):
            if wanted(name):
                try:
                    with open(path, "rb") as stream:
                        yield name, self._budget.read(stream)
                except OSError as error:
                    raise KubectlDsError(f"{path} cannot be read: {error.strerror}") from None

    def _entries(self) -> Iterator[tuple[str, str]]:
        def refuse(error: OSError) -> None:
            raise KubectlDsError(f"{error.filename} cannot be read: {error.strerror}")

        for folder, _, _ in os.walk(self._path, onerror=refuse):
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        self._budget.count()
                        yield Path(os.path.relpath(entry.path, self._path)).as_posix(), entry.path


def safe_name(name: str) -> str:
    """The name without a leading `./`; "" for one that leads out of its folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part != "."]
    outside = not parts or parts[0] == "" or parts[0].endswith(":") or ".." in parts
    return "" if outside else "/".join(parts)


def damaged(source: str, error: Exception) -> KubectlDsError:
    """For what the libraries raise of an archive that is not as it should be."""
    if isinstance(error, EOFError) or "unexpected end" in str(error):
        return KubectlDsError(f"{source} ends in the middle: it is cut short")
    return KubectlDsError(f"{source} is damaged: {error or type(error).__name__}")
