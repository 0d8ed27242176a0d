"""One archive from one folder: the same bytes each time, and nothing in it that krew refuses."""

import gzip
import stat
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

_LICENSES = frozenset(("license", "license.txt", "license.md", "copying", "copying.txt"))


def write_archive(folder: Path, target: Path, moment: int) -> None:
    """`folder` as `target`, a .tar.gz or a .zip; every file dated `moment`, in seconds of Unix time."""
    refuse_what_krew_refuses(folder, target.name)
    if target.suffix == ".zip":
        _write_zip(folder, target, moment)
    else:
        _write_tar(folder, target, moment)


def refuse_what_krew_refuses(folder: Path, name: str) -> None:
    """Raises `SystemExit`: links, `..` in a name, no LICENSE. See krew's internal/download/downloader.go."""
    wrong = [path for path in _below(folder) if path.is_symlink()]
    if wrong:
        raise SystemExit(f"{name}: krew takes no links, and {wrong[0]} is one")
    dotted = [path for path in _below(folder) if ".." in path.name]
    if dotted:
        raise SystemExit(f"{name}: krew takes no '..' in a name, and {dotted[0]} has it")
    if not any(path.name.lower() in _LICENSES for path in folder.iterdir()):
        raise SystemExit(f"{name}: krew wants a LICENSE")


def _below(folder: Path) -> Iterator[Path]:
    """In one order whatever the file system's."""
    return iter(sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()))


def _write_tar(folder: Path, target: Path, moment: int) -> None:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = moment, 0, 0, "", ""
        entry.mode = 0o755 if entry.isdir() or entry.mode & stat.S_IXUSR else 0o644
        return entry

    # filename="": gzip writes it into the head otherwise.
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path in _below(folder):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=plain)


def _write_zip(folder: Path, target: Path, moment: int) -> None:
    date = time.gmtime(moment)[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in _below(folder):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=date)
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
