"""Prometheus itself, as far as `promtool check` and `promtool test` use it: prometheus_test.go, built once by Go."""

import functools
import os
import subprocess
from pathlib import Path

from tests.controlplane.building import only_builder
from tests.controlplane.toolchain import building_environment, go_toolchain

FOLDER = Path(__file__).parent
BUILDS = FOLDER / ".build"


def promtool(test: str, folder: Path, **files: str) -> str:
    """What Prometheus has against these texts, one a variable of the environment; empty when it has nothing."""
    paths = {}
    for variable, text in files.items():
        path = folder / variable
        path.write_text(text, encoding="utf-8")
        paths[variable] = str(path)
    done = subprocess.run(
        [str(_built()), f"-test.run=^{test}$", "-test.v"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"=== RUN   {test}" in done.stdout, done.stdout + done.stderr
    return "" if done.returncode == 0 else done.stdout


@functools.cache
def _built() -> Path:
    """About a minute the first time; afterwards Go sees by itself that there is nothing to do."""
    go, program = go_toolchain(), BUILDS / "prometheus.test"
    with only_builder(BUILDS, "Prometheus"):
        subprocess.run(
            [go, "test", "-c", "-o", str(program), "."],
            cwd=FOLDER,
            env=building_environment(go, BUILDS / "caches"),
            check=True,
        )
    return program
