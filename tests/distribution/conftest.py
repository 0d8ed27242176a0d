"""What the tests of the packaged program share: the archive, made once as a release makes it, and the real krew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from distribution.freezing import ROOT
from tests.controlplane.toolchain import building_environment, go_toolchain

KREW_TOOLS = Path(__file__).parent / ".build"
KREW = "v0.5.0"


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This platform's archive, made by the command that the release workflow runs."""
    out = tmp_path_factory.mktemp("release")
    words = [sys.executable, "-m", "distribution", "archive", "--out", str(out)]
    said = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Path(said.splitlines()[-1])


@pytest.fixture(scope="session")
def krew_tools() -> Path:
    """The folder with `krew` and krew's validator, built from their module and kept."""
    if not (KREW_TOOLS / "validate-krew-manifest").exists():
        go = go_toolchain()
        environment = building_environment(go, KREW_TOOLS / "caches") | {"GOBIN": str(KREW_TOOLS)}
        for command in ("krew", "validate-krew-manifest"):
            module = f"sigs.k8s.io/krew/cmd/{command}@{KREW}"
            subprocess.run([go, "install", module], env=environment, check=True)
        # kubectl finds it as a plugin.
        os.link(KREW_TOOLS / "krew", KREW_TOOLS / "kubectl-krew")
    return KREW_TOOLS
