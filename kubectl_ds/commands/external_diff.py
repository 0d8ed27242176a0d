"""KUBECTL_EXTERNAL_DIFF: the differ that people have set up for `kubectl diff`, called as kubectl calls it."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kubectl_ds.errors import KubectlDsError

VARIABLE = "KUBECTL_EXTERNAL_DIFF"
_WORD = re.compile(r"[a-zA-Z0-9\-=]+")
"""kubectl drops every argument with another character in it (pkg/cmd/diff/diff.go)."""
_DIFFERENT = 1
"""What every differ ends with where it found something."""


def external_diff(variables: Mapping[str, str]) -> list[str] | None:
    """The differ and its arguments; None where none is set."""
    program, *arguments = variables.get(VARIABLE, "").split(" ")
    return [program, *(word for word in arguments if _WORD.fullmatch(word))] if program else None


def run_external_diff(
    command: list[str], name: str, sides: Mapping[str, str], variables: Mapping[str, str]
) -> str:
    """What the differ prints for two folders that hold one file `name` each; `sides` are folder and content.

    Raises `KubectlDsError` when it cannot be run, or ends with more than "they differ".
    """
    with tempfile.TemporaryDirectory(prefix="kubectl-ds-") as folder:
        for side, content in sides.items():
            Path(folder, side).mkdir()
            Path(folder, side, name).write_text(content, encoding="utf-8")
        try:
            ran = subprocess.run(
                [*command, *sides], cwd=folder, capture_output=True, env=dict(variables), check=False
            )
        except OSError as error:
            raise KubectlDsError(
                f"{VARIABLE} names {command[0]}, which cannot be run: {os.strerror(error.errno or 0)}",
                hint=f"correct {VARIABLE}, or unset it for the built-in diff",
            ) from None
    if ran.returncode > _DIFFERENT or ran.returncode < 0:
        said = ran.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise KubectlDsError(
            f"{VARIABLE} ({command[0]}) failed with exit code {ran.returncode}: {said}",
            hint=f"correct {VARIABLE}, or unset it for the built-in diff",
        )
    return ran.stdout.decode(errors="replace")
