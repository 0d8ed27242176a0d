"""The kubectl that is there, for the one thing that needs a Go program: Go templates."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from kubectl_ds.errors import KubectlDsError, UsageError


def find_kubectl(variables: Mapping[str, str]) -> str:
    """The kubectl to run: KUBECTL_PATH, which kubectl sets for its plugins, else the first on PATH.

    Raises `KubectlDsError` when there is none: only then can a Go template not be printed.
    """
    named = variables.get("KUBECTL_PATH", "")
    found = shutil.which(named) if named else shutil.which("kubectl", path=variables.get("PATH"))
    if found:
        return found
    if named:
        raise KubectlDsError(
            f"KUBECTL_PATH names {named}, which is no program that can be run",
            hint="go-template output needs kubectl; correct KUBECTL_PATH or use -o jsonpath=…",
        )
    raise KubectlDsError(
        "go-template output needs kubectl, and there is none on PATH",
        hint="set KUBECTL_PATH, or use -o jsonpath=… or -o json",
    )


def print_patched(
    program: str, *, target: str, patch: str, arguments: Sequence[str], variables: Mapping[str, str]
) -> str:
    """What `kubectl patch --local` prints for the object `target` with the JSON patch applied.

    Nothing is asked of a cluster: kubectl gets no kubeconfig. Raises `UsageError` with kubectl's words when
    it refuses the template, `KubectlDsError` when it cannot be run at all.
    """
    with tempfile.TemporaryDirectory(prefix="kubectl-ds-") as folder:
        patch_file = Path(folder, "patch.json")
        patch_file.touch(mode=0o600)
        patch_file.write_text(patch, encoding="utf-8")
        command = [program, "patch", "--local", "--type=json", "--filename=-", f"--patch-file={patch_file}"]
        offline = {**variables, "KUBECONFIG": str(Path(folder, "none")), "KUBERC": "off"}
        try:
            ran = subprocess.run(
                [*command, *arguments], input=target.encode(), capture_output=True, env=offline, check=False
            )
        except OSError as error:
            raise KubectlDsError(
                f"kubectl at {program} cannot be run: {os.strerror(error.errno or 0)}",
                hint="set KUBECTL_PATH to a kubectl that runs here",
            ) from None
    if ran.returncode != 0:
        # kubectl's first line says it; what follows are dumps for debugging.
        said = ran.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(said.removeprefix("error: ") or "kubectl refused the template")
    return ran.stdout.decode(errors="replace")
