"""The archive alone on a machine: no Python, a folder that cannot be written to, another locale, blanks in its path."""

import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from kubectl_ds import __version__

pytestmark = pytest.mark.slow

MIB = 1 << 20


@pytest.fixture(scope="module")
def program(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked under a path with a blank in it, and then closed against writing."""
    folder = tmp_path_factory.mktemp("un packed")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode & ~0o222)
    return folder / "kubectl-ds" / "kubectl-ds"


def run(program: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """With nothing on PATH, and no home."""
    bare = {"PATH": "/nonexistent", "HOME": "/nonexistent", "KUBECONFIG": "/nonexistent/config"}
    return subprocess.run(
        [program, *words], env=bare | variables, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_says_its_version(program: Path):
    done = run(program, "version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"kubectl-ds v{__version__}\n", "")


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({}, id="no locale"),
        pytest.param({"LC_ALL": "C"}, id="the C locale"),
        pytest.param({"LANG": "de_DE.ISO-8859-1"}, id="a locale that is not there"),
        pytest.param(
            {"PYTHONHOME": "/nonexistent", "PYTHONPATH": "/nonexistent"}, id="a broken Python around it"
        ),
    ],
)
def test_the_sample_is_told_the_same_everywhere(program: Path, variables: dict[str, str]):
    done = run(program, "demo", "coverage", "-o", "json", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["items"]) == 21


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("get", "-o", "yaml"), id="YAML, by libyaml"),
        pytest.param(("audit", "--fail-on", "none"), id="an audit"),
        pytest.param(("describe", "cilium"), id="a description"),
        pytest.param(("plan", "--delete", "security/falco"), id="a plan"),
        pytest.param(("history", "falco", "--diff", "8.."), id="a difference"),
    ],
)
def test_no_command_misses_a_module(program: Path, words: tuple[str, ...]):
    done = run(program, "demo", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_without_a_cluster_it_says_so_in_one_sentence(program: Path):
    done = run(program, "get")
    assert done.returncode == 3
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_it_is_small_and_brings_its_licences_its_sum_and_its_bill_of_materials(archive: Path):
    assert archive.stat().st_size < 15 * MIB
    with tarfile.open(archive) as packed:
        names = packed.getnames()
        licences = packed.extractfile("THIRD_PARTY_LICENSES")
        assert licences is not None
        told = licences.read().decode()
    assert "LICENSE" in names
    assert not [name for name in names if "kubernetes" in name]
    assert set(re.findall(r"^={20} (\S+) \S+$", told, re.MULTILINE)) == {
        "click", "msgspec", "PyYAML", "tabulate", "pyinstaller", "Python",
    }  # fmt: skip
    bill = json.loads(archive.with_name(f"{archive.name}.cdx.json").read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["version"]) == ("CycloneDX", __version__)
    assert {one["name"].lower() for one in bill["components"]} == {
        "click", "msgspec", "pyyaml", "tabulate", "cpython",
    }  # fmt: skip
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=archive.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert archive.name in checked.stdout


def test_the_program_answers_by_the_name_that_it_is_called_by(program: Path, tmp_path: Path):
    for name in ("kubectl-daemonset_coverage", "kubectl_complete-ds"):
        os.symlink(program, tmp_path / name)
    said = run(tmp_path / "kubectl-daemonset_coverage", "coverage", "--help").stdout
    assert said.startswith("Usage: kubectl daemonset-coverage coverage ")
    assert "kubectl daemonset-coverage coverage -A" in said
    assert "kubectl ds" not in said
    assert "coverage" in run(tmp_path / "kubectl_complete-ds", "cov").stdout
