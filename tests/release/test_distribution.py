"""The wheel and the sdist as people get them: built, checked, installed into an environment with nothing else in it."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from kubectl_ds import __version__
from kubectl_ds.cli import COMMANDS

ROOT = Path(__file__).parents[2]
OLDEST = 11
# Where pyenv keeps them: its shims on PATH run only the one that is chosen.
PLACES = os.pathsep.join(
    [*(str(path) for path in Path.home().glob(".pyenv/versions/*/bin")), os.environ.get("PATH", "")]
)

pytestmark = pytest.mark.slow


def pythons() -> list[str]:
    """The oldest and the newest Python of this machine that the program is for."""
    found = {(sys.version_info.minor): sys.executable}
    for minor in range(OLDEST, 30):
        program = shutil.which(f"python3.{minor}", path=PLACES)
        if program and minor not in found:
            done = subprocess.run([program, "-c", "import venv, ensurepip"], capture_output=True, check=False)
            if done.returncode == 0:
                found[minor] = program
    return [found[minor] for minor in sorted({min(found), max(found)})]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python3 dev.py build` makes; it ends with twine's own check."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "build", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_there_is_one_of_each(distributions: Path):
    names = {path.name for path in distributions.iterdir()}
    assert names == {f"kubectl_ds-{__version__}-py3-none-any.whl", f"kubectl_ds-{__version__}.tar.gz"}


def test_the_sdist_has_what_the_wheel_is_built_of_and_no_tests(distributions: Path):
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "setup.cfg", "docs/man/kubectl-ds.1"} <= names
    assert not [name for name in names if name.startswith(("tests", "bench", "release", ".ci"))]


def test_the_wheel_has_the_whole_package_and_nothing_else(distributions: Path):
    with zipfile.ZipFile(next(distributions.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kubectl_ds").rglob("*.py")}
    packaged = {name for name in names if name.startswith("kubectl_ds/")}
    assert packaged == ours | {"kubectl_ds/py.typed"}
    information = f"kubectl_ds-{__version__}.dist-info/"
    assert f"{information}licenses/LICENSE" in names
    pages = {
        f"kubectl_ds-{__version__}.data/data/share/man/man1/{path.name}"
        for path in (ROOT / "docs/man").glob("*")
    }
    assert {name for name in names if not name.startswith(("kubectl_ds/", information))} == pages


@pytest.fixture(scope="module", params=pythons(), ids=lambda program: Path(program).parent.parent.name)
def installed(
    request: pytest.FixtureRequest, distributions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A fresh environment with the wheel in it, in a folder with a blank in its name."""
    environment = tmp_path_factory.mktemp("a place") / "environment"
    subprocess.run([request.param, "-m", "venv", environment], check=True)
    wheel = next(distributions.glob("*.whl"))
    pip = [environment / "bin" / "python", "-m", "pip", "-q"]
    subprocess.run([*pip, "install", "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True)
    subprocess.run([*pip, "check"], check=True)
    return environment


def said(environment: Path, name: str, *words: str) -> str:
    """What a program of the environment prints, from another folder and with nothing of ours around it."""
    done = subprocess.run(
        [environment / "bin" / name, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "KUBECONFIG": "/nonexistent"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_programs_run(installed: Path):
    assert said(installed, "kubectl-ds", "version") == f"kubectl-ds v{__version__}\n"
    assert "node-exporter" in said(installed, "kubectl-ds", "demo", "get")
    assert said(installed, "kubectl_complete-ds", "cov").startswith("coverage\t")
    words = ("agent", "--image=registry.example/agent:1", "--dry-run=client", "-o", "name")
    assert said(installed, "kubectl-create-daemonset", *words) == "daemonset.apps/agent\n"


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_explains_itself(installed: Path, name: str):
    assert f"kubectl ds {name}" in said(installed, "kubectl-ds", name, "--help")


def test_man_pages_are_where_man_looks(installed: Path):
    pages = {path.name for path in (installed / "share" / "man" / "man1").iterdir()}
    assert pages == {path.name for path in (ROOT / "docs" / "man").iterdir()}
