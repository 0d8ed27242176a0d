"""The shells that people complete in: those of this machine, or Debian's."""

import shutil
from pathlib import Path

from tests.debian import UNPACKED, from_debian, libraries


def shell_program(name: str) -> list[str]:
    """The words that start the shell without anybody's configuration."""
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-d", "-i"], "fish": ["--no-config", "-i"]}
    places = {"zsh": "bin/zsh", "fish": "usr/bin/fish"}
    program = shutil.which(name) or str(from_debian() / places[name])
    return [program, *options[name]]


def variables_of(program: str) -> dict[str, str]:
    """What a shell needs that was not built for the folder where it lies."""
    if not program.startswith(str(UNPACKED)):
        return {"ZDOTDIR": str(UNPACKED / "nobody")}
    return {"LD_LIBRARY_PATH": str(libraries()), "ZDOTDIR": str(UNPACKED)}


def bash_completion() -> Path:
    """kubectl's own script for bash rests on this package."""
    of_the_machine = Path("/usr/share/bash-completion/bash_completion")
    return (
        of_the_machine
        if of_the_machine.exists()
        else from_debian() / "usr/share/bash-completion/bash_completion"
    )
