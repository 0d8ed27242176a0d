"""SHA-256 sums, as `sha256sum --check` reads them."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

FILE = "SHA256SUMS"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder: Path, paths: Iterable[Path]) -> None:
    """A line each, in the order of names."""
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(paths)]
    (folder / FILE).write_text("".join(lines), encoding="ascii", newline="\n")


def read_sums(path: Path) -> Mapping[str, str]:
    """The sum of each name."""
    pairs = (line.split("  ", 1) for line in path.read_text(encoding="ascii").splitlines())
    return {name: digest for digest, name in pairs}
