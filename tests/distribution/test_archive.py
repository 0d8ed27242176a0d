"""An archive is the same bytes each time, and holds nothing that krew refuses."""

import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from distribution.archive import write_archive

MOMENT = 1_700_000_000


def a_folder(path: Path, *, age: int = 0) -> Path:
    """A program with its LICENSE, its files made `age` seconds ago and in whatever order."""
    (path / "kubectl-ds").mkdir(parents=True)
    for name, text, mode in (("kubectl-ds/kubectl-ds", "program", 0o700), ("LICENSE", "free", 0o600)):
        file = path / name
        file.write_text(text)
        file.chmod(mode)
        os.utime(file, (MOMENT - age, MOMENT - age))
    return path


@pytest.mark.parametrize("ending", ["tar.gz", "zip"])
def test_the_same_files_give_the_same_bytes_whenever_they_were_written(tmp_path: Path, ending: str):
    first, second = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    write_archive(a_folder(tmp_path / "a"), first, MOMENT)
    write_archive(a_folder(tmp_path / "b", age=500), second, MOMENT)
    assert first.read_bytes() == second.read_bytes()


def test_a_program_stays_one_that_can_be_run_and_nothing_tells_who_packed_it(tmp_path: Path):
    target = tmp_path / "one.tar.gz"
    write_archive(a_folder(tmp_path / "a"), target, MOMENT)
    with tarfile.open(target) as archive:
        told = {one.name: (one.mode, one.uid, one.uname, one.mtime) for one in archive.getmembers()}
    assert told == {
        "LICENSE": (0o644, 0, "", MOMENT),
        "kubectl-ds": (0o755, 0, "", MOMENT),
        "kubectl-ds/kubectl-ds": (0o755, 0, "", MOMENT),
    }


def test_a_zip_holds_files_alone(tmp_path: Path):
    target = tmp_path / "one.zip"
    write_archive(a_folder(tmp_path / "a"), target, MOMENT)
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["LICENSE", "kubectl-ds/kubectl-ds"]
        assert all(stat.S_ISREG(one.external_attr >> 16) for one in archive.infolist())


def link(folder: Path) -> None:
    (folder / "kubectl-ds" / "libpython.so").symlink_to("kubectl-ds")


def dots(folder: Path) -> None:
    (folder / "kubectl-ds" / "a..b").write_text("")


def no_license(folder: Path) -> None:
    (folder / "LICENSE").unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(link, "takes no links", id="a link aborts krew's tar and is a text file in its zip"),
        pytest.param(dots, "takes no '..' in a name", id="two dots anywhere in a name abort it"),
        pytest.param(no_license, "wants a LICENSE", id="without a licence the validator refuses it"),
    ],
)
def test_what_krew_refuses_is_not_packed(tmp_path: Path, spoil, words: str):
    folder = a_folder(tmp_path / "a")
    spoil(folder)
    with pytest.raises(SystemExit, match=words):
        write_archive(folder, tmp_path / "one.tar.gz", MOMENT)
    assert not (tmp_path / "one.tar.gz").exists()
