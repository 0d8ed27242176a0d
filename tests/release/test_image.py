"""The container image, as far as it can be held without a daemon: its file is linted, its build's steps are run here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_ds import __version__

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [
    tuple(line.split(maxsplit=1))
    for line in re.sub(r"^#.*\n|\\\n", "", DOCKERFILE, flags=re.M).splitlines()
    if line
]
PREFIX = "/opt/kubectl-ds"


def test_hadolint_finds_nothing_amiss():
    program = str(Path(sys.executable).with_name("hadolint"))
    done = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_nobody_in_particular_and_is_the_program():
    last_stage = INSTRUCTIONS[max(place for place, one in enumerate(INSTRUCTIONS) if one[0] == "FROM") :]
    assert ("USER", "65532:65532") in last_stage
    assert last_stage[-1] == ("ENTRYPOINT", '["kubectl-ds"]')


def test_the_context_holds_what_the_distribution_is_built_of():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert [name for name in kept if not (ROOT / name).exists()] == []
    assert {"kubectl_ds", "docs/man", "setup.cfg", "pyproject.toml", "LICENSE", "README.md"} <= kept


@pytest.mark.slow
def test_what_its_steps_install_is_the_program_without_the_official_client(tmp_path: Path):
    context, prefix = tmp_path / "src", tmp_path / "opt"
    context.mkdir()
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            (context / line[1:]).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-r", ROOT / line[1:], context / line[1:]], check=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for name, words in INSTRUCTIONS:
        if name == "RUN":
            step = words.replace(PREFIX, str(prefix))
            done = subprocess.run(
                ["/bin/sh", "-c", step],
                cwd=context,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        [prefix / "bin" / "kubectl-ds", "version"], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"kubectl-ds v{__version__}\n"
    demo = subprocess.run(
        [prefix / "bin" / "kubectl-ds", "demo", "coverage"], capture_output=True, check=False
    )
    assert (demo.returncode, demo.stderr) == (0, b"")
    distributions = {
        one.name.partition("-")[0] for one in prefix.glob("lib/python3*/site-packages/*.dist-info")
    }
    assert distributions == {"click", "kubectl_ds", "msgspec", "pyyaml", "tabulate"}


def test_the_packaged_requirements_are_those_of_the_package_less_the_client():
    text = (ROOT / "requirements-packaged.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", text.lower(), re.MULTILINE))
    constraints = dict(
        re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text().lower(), re.MULTILINE)
    )
    assert pinned == {name: constraints[name] for name in pinned}
    required = (ROOT / "setup.cfg").read_text().partition("install_requires =")[2].partition("\n\n")[0]
    assert set(pinned) | {"kubernetes", "urllib3"} == {
        re.split(r"[^\w-]", line)[0].lower() for line in required.split()
    }
    assert len(re.findall("--hash=sha256:", text)) > len(pinned)
