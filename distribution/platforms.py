"""The platforms that are built for, by the names that Go and krew have for them."""

import platform
import sys
from typing import NamedTuple


class Platform(NamedTuple):
    """`os` and `arch` are krew's selectors."""

    os: str
    arch: str

    @property
    def program(self) -> str:
        return f"{NAME}.exe" if self.os == "windows" else NAME

    def archive(self, version: str) -> str:
        """The archive's name: zip where Windows unpacks it, tar.gz where executable bits have to live."""
        ending = "zip" if self.os == "windows" else "tar.gz"
        return f"{NAME}_v{version}_{self.os}_{self.arch}.{ending}"


NAME = "kubectl-ds"
PLATFORMS = tuple(
    Platform(system, machine) for system in ("linux", "darwin", "windows") for machine in ("amd64", "arm64")
)
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}


def this_platform() -> Platform:
    """The one that this Python runs on. Raises `SystemExit` for one that nothing is built for."""
    system, machine = _SYSTEMS.get(sys.platform), _MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        raise SystemExit(f"no archive is made for {sys.platform} on {platform.machine()}")
    return Platform(system, machine)
