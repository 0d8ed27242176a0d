"""The real krew: its validator, and kubectl installing, running, upgrading and removing the packaged program."""

import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from distribution.krew_manifests import FILES, manifest, spelled
from distribution.sums import sha256_of
from kubectl_ds import __version__
from tests.kube.loopback import KUBECTL

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

LATER = "99.0.0"


class Krew:
    """A home of its own with kubectl and krew, and nothing of the machine's but git."""

    def __init__(self, home: Path, tools: Path, central: str) -> None:
        self.home = home
        self.root = home / "krew"
        programs = home / "programs"
        programs.mkdir()
        (programs / "kubectl").symlink_to(KUBECTL)
        (programs / "git").symlink_to(shutil.which("git") or "")
        # There is no Python on this PATH.
        path = os.pathsep.join(map(str, (programs, tools, self.root / "bin")))
        self._environment = {
            "PATH": path,
            "HOME": str(home),
            "KREW_ROOT": str(self.root),
            "KREW_DEFAULT_INDEX_URI": central,
            "KREW_NO_UPGRADE_CHECK": "1",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            cwd=self.home,
        )

    def kubectl(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Which has to end well."""
        done = self.run("kubectl", *words)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stdout}{done.stderr}"
        return done


@pytest.fixture
def krew(tmp_path: Path, krew_tools: Path) -> Krew:
    """With an empty index in place of krew's central one, which no test speaks to."""
    central = tmp_path / "central"
    (central / "plugins").mkdir(parents=True)
    (central / "plugins" / ".keep").touch()
    committed(central, "nothing here")
    krew = Krew(tmp_path, krew_tools, central.as_uri())
    krew.kubectl("krew", "update")
    return krew


@pytest.fixture(scope="session")
def served(archive: Path) -> Iterator[str]:
    """Where the archive can be downloaded, as from a release."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=archive.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{archive.name}"
    server.shutdown()
    server.server_close()


def written(path: Path, name: str, archive: Path, *, number: str = __version__, uri: str = "") -> Path:
    """The manifest as a release writes it, for this archive; with `uri` it is downloaded from there."""
    tree = manifest(name, number, {archive.name.replace(__version__, number): sha256_of(archive)})
    for platform in tree["spec"]["platforms"]:
        if uri:
            platform["uri"] = uri
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(spelled(tree), encoding="utf-8")
    return path


@pytest.mark.parametrize("place", FILES)
def test_krews_own_validator_takes_the_manifest(place: str, tmp_path: Path, krew: Krew):
    named = tmp_path / f"{FILES[place]}.yaml"
    shutil.copy(ROOT / place, named)
    done = krew.run("validate-krew-manifest", "-manifest", str(named), "-skip-install")
    assert done.returncode == 0, done.stderr


def test_the_validator_installs_it_and_finds_its_licence(
    archive: Path, served: str, tmp_path: Path, krew: Krew
):
    path = written(tmp_path / "ds.yaml", "ds", archive, uri=served)
    tree = yaml.safe_load(path.read_text())
    # It downloads and installs for every platform that the manifest names: here is the archive of one.
    os_, _, arch = archive.name.removesuffix(".tar.gz").rpartition("_")
    mine = {"os": os_.rpartition("_")[2], "arch": arch}
    tree["spec"]["platforms"] = [
        one for one in tree["spec"]["platforms"] if one["selector"]["matchLabels"] == mine
    ]
    path.write_text(yaml.safe_dump(tree))
    done = krew.run("validate-krew-manifest", "-manifest", str(path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(set(FILES.values())))
def test_it_is_installed_run_and_removed(name: str, archive: Path, tmp_path: Path, krew: Krew):
    path = written(tmp_path / f"{name}.yaml", name, archive)
    krew.kubectl("krew", "install", f"--manifest={path}", f"--archive={archive}")
    assert krew.kubectl(name, "version").stdout == f"kubectl-ds v{__version__}\n"
    assert "belong" in krew.kubectl(name, "demo", "coverage").stdout
    assert krew.kubectl(name, "--help").stdout.startswith(f"Usage: kubectl {name} ")
    listed = krew.kubectl("plugin", "list")
    assert f"kubectl-{name.replace('-', '_')}" in listed.stdout
    assert "warning" not in (listed.stdout + listed.stderr).lower()
    krew.kubectl("krew", "uninstall", name)
    assert krew.run("kubectl", name, "version").returncode != 0
    assert list((krew.root / "store").glob("*")) == []


def test_a_repository_with_its_manifests_is_an_index_of_its_own_and_upgrades(
    archive: Path, served: str, tmp_path: Path, krew: Krew
):
    index = tmp_path / "index"
    written(index / "plugins" / "ds.yaml", "ds", archive, uri=served)
    committed(index, "first")
    krew.kubectl("krew", "index", "add", "ours", index.as_uri())
    krew.kubectl("krew", "install", "ours/ds")
    assert krew.kubectl("ds", "version").stdout == f"kubectl-ds v{__version__}\n"

    written(index / "plugins" / "ds.yaml", "ds", archive, number=LATER, uri=served)
    committed(index, "second")
    krew.kubectl("krew", "update")
    krew.kubectl("krew", "upgrade", "ds")
    assert [path.name for path in (krew.root / "store" / "ds").iterdir()] == [f"v{LATER}"]
    assert "belong" in krew.kubectl("ds", "demo", "coverage", "falco").stdout
    krew.kubectl("krew", "uninstall", "ds")


def committed(folder: Path, message: str) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=test", "-c", "user.email=test@example.invalid"]
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", message], check=True)


def test_a_broken_sum_is_refused(archive: Path, tmp_path: Path, krew: Krew):
    path = written(tmp_path / "ds.yaml", "ds", archive)
    path.write_text(path.read_text().replace(sha256_of(archive), "f" * 64))
    done = krew.run("kubectl", "krew", "install", f"--manifest={path}", f"--archive={archive}")
    assert done.returncode != 0
    assert "checksum" in done.stderr
