"""How the program calls itself to servers and proxies."""

import platform

from kubectl_ds import __version__


def user_agent() -> str:
    """`kubectl-ds/<version> (os/arch)`, os and arch as Go spells them."""
    machine = platform.machine().lower()
    arch = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386"}.get(machine, machine)
    return f"kubectl-ds/{__version__} ({platform.system().lower()}/{arch})"


USER_AGENT = user_agent()
