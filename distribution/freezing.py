"""The program with its interpreter in one folder, by PyInstaller: docs/decisions/0019-packager.md."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from distribution.platforms import NAME

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
PACKAGED = ROOT / "requirements-packaged.txt"

UNUSED = (
    # The official client and what only it needs: everything works without it.
    "kubernetes",
    "urllib3",
    "kubectl_ds.kube.urllib3_wire",
    "kubectl_ds.kube.api_client_session",
    # What msgspec and click would use if it were there, and the tools of the build.
    "attr",
    "attrs",
    "pkg_resources",
    "setuptools",
    # Parts of the standard library that no path of the program reaches.
    "asyncio",
    "bz2",
    "distutils",
    "ensurepip",
    "lib2to3",
    "lzma",
    "multiprocessing",
    "pdb",
    "pydoc",
    "readline",
    "sqlite3",
    "tkinter",
    "unittest",
    "xmlrpc",
)


def freeze(builder: Path, work: Path, moment: int) -> Path:
    """The folder with the program, made by the PyInstaller of `builder`, an environment's Python.

    `moment`, in seconds of Unix time, is what everything is dated with. Raises `SystemExit` when it fails.
    """
    words = [str(builder), "-m", "PyInstaller", "--onedir", "--noconfirm", "--clean", "--log-level=WARN"]
    words += [f"--name={NAME}", "--collect-submodules=kubectl_ds"]
    if sys.platform != "win32":
        words.append("--strip")
    words += [f"--exclude-module={module}" for module in UNUSED]
    words += [f"--distpath={work / 'frozen'}", f"--workpath={work / 'parts'}", f"--specpath={work}"]
    done = subprocess.run(
        [*words, str(HERE / "entry.py")], cwd=work, env=steady(os.environ, moment), check=False
    )
    if done.returncode:
        raise SystemExit(f"PyInstaller ended with {done.returncode}")
    return work / "frozen" / NAME


def steady(variables: Mapping[str, str], moment: int) -> dict[str, str]:
    """What makes two builds the same, byte by byte: one date, one order of sets."""
    return {**variables, "SOURCE_DATE_EPOCH": str(moment), "PYTHONHASHSEED": "0"}


def builder_in(work: Path) -> Path:
    """The Python of a fresh environment with the packager and the program, everything pinned by its hash."""
    environment = work / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for pinned in (HERE / "requirements-build.txt", PACKAGED):
        subprocess.run([*install, "--require-hashes", "-r", str(pinned)], check=True)
    # What it needs is there already; to install from its own pins would bring the official client.
    subprocess.run([*install, "--no-deps", "--no-build-isolation", str(ROOT)], check=True)
    return python
