"""The second name that kubectl looks for when it completes a plugin: made beside the first, and nothing overwritten."""

import os
import shutil
from collections.abc import Mapping

from kubectl_ds.errors import KubectlDsError

COMPLETES = "kubectl_complete-"


def install_completion_link(program: str, variables: Mapping[str, str]) -> str:
    """Make `kubectl_complete-NAME` beside the `kubectl-NAME` on PATH, and say in a sentence what was done.

    `program` is `kubectl-NAME`, or a path that ends in it. Raises `KubectlDsError` where it cannot be done.
    """
    name = os.path.basename(program)
    search = variables.get("PATH", "")
    found = shutil.which(name, path=search) or (program if os.path.exists(program) else None)
    if found is None:
        raise KubectlDsError(f"{name} is not on PATH", hint="put its folder on PATH: kubectl looks there too")
    found = os.path.abspath(found)
    wanted = f"{COMPLETES}{name.removeprefix('kubectl-')}"
    there = shutil.which(wanted, path=search)
    if there is not None:
        if _is_ours(there, found):
            return f"{there} is there already: kubectl completes {_spoken(name)}."
        raise KubectlDsError(
            f"{there} is not of this program, and is left as it is",
            hint="remove it, or move it behind in PATH, and run this again",
        )
    return _make(os.path.join(os.path.dirname(found), wanted), found, name)


def _make(link: str, program: str, name: str) -> str:
    try:
        if os.name == "nt":
            link += ".cmd"
            with open(link, "x", encoding="ascii", newline="\r\n") as file:
                file.write(_cmd(program))
        elif os.path.islink(link) and os.readlink(link) == os.path.basename(program):
            # It leads nowhere just now, or PATH would have had it: the program is about to come back.
            return f"{link} is there already."
        else:
            # By its name alone: krew replaces what the first link leads to with each upgrade.
            os.symlink(os.path.basename(program), link)
    except FileExistsError:
        raise KubectlDsError(
            f"{link} is not of this program, and is left as it is", hint="remove it and run this again"
        ) from None
    except OSError as error:
        raise KubectlDsError(
            f"{link} cannot be made: {error.strerror or error}",
            hint=f"make it yourself in a folder of PATH: ln -s {program} {os.path.basename(link)}",
        ) from None
    return (
        f"{link} made: kubectl completes {_spoken(name)} now, if kubectl itself is completed in your shell."
    )


def _is_ours(there: str, program: str) -> bool:
    """A link to the program, the script that pip made beside it, or our own two lines on Windows."""
    if os.path.realpath(there) == os.path.realpath(program):
        return True
    try:
        with open(there, "rb") as file:
            content = file.read(4096)
    except OSError:
        return False
    return b"kubectl_ds.starting" in content or content == _cmd(program).encode().replace(b"\n", b"\r\n")


def _cmd(program: str) -> str:
    return f'@"%~dp0{os.path.basename(program)}" __complete %*\n'


def _spoken(name: str) -> str:
    return name.replace("-", " ").replace("_", "-")
