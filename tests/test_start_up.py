"""What a start loads: people hold slow starts against Python, and most of a start is imports."""

import json
import subprocess
import sys

import pytest

from kubectl_ds.cli import COMMANDS
from kubectl_ds.kube.api_server.server import ApiServer

PROBE = """
import json, sys
from kubectl_ds.cli import run
sys.argv[0] = "kubectl-ds"
try:
    run()
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
# `demo` hands its flags on to the command that it shows, with the sample cluster made first.
WITHOUT_A_CLUSTER = [["--help"], ["version"], *([name, "--help"] for name, _ in COMMANDS if name != "demo")]
THIRD_PARTY = {"click", "kubernetes", "msgspec", "pydantic", "requests", "tabulate", "urllib3", "yaml"}


def loaded(*words: str) -> set[str]:
    """The third-party packages that the program has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=False, timeout=60
    )
    return THIRD_PARTY & set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", WITHOUT_A_CLUSTER, ids=" ".join)
def test_what_needs_no_cluster_loads_click_alone(words: list[str]):
    assert loaded(*words) == {"click"}


@pytest.mark.parametrize("command", ["get", "describe", "coverage", "explain"])
def test_no_reading_command_loads_the_official_client(command: str):
    with ApiServer([]) as server:
        names = ["cni"] if command in ("describe", "explain") else []
        packages = loaded(command, *names, "--server", server.url, "--kubeconfig", "/dev/null")
    assert "msgspec" in packages
    assert not packages & {"kubernetes", "pydantic", "requests", "urllib3"}
