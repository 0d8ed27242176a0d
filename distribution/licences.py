"""The licences of what is packaged beside the program, in one file."""

import json
import subprocess
from pathlib import Path

_ASK = """
import importlib.metadata as metadata, json, sys, sysconfig
from pathlib import Path
told = []
for name in sys.argv[1:]:
    one = metadata.distribution(name)
    texts = [
        one.locate_file(file).read_text(encoding="utf-8", errors="replace")
        for file in one.files or []
        if any(word in file.name.upper() for word in ("LICENSE", "COPYING", "NOTICE"))
    ]
    told.append((one.metadata["Name"], one.version, texts))
beside = [Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt"]
python = [path.read_text(encoding="utf-8") for path in beside if path.is_file()][:1]
told.append(("Python", sys.version.split()[0], python))
print(json.dumps(told))
"""


def third_party_licences(python: Path, names: list[str]) -> str:
    """The texts that come with these distributions in the environment of `python`, and the interpreter's own.

    Raises `SystemExit` for a distribution without any.
    """
    said = subprocess.run([python, "-c", _ASK, *names], capture_output=True, text=True, check=True).stdout
    parts = []
    for name, version, texts in json.loads(said):
        if not texts:
            raise SystemExit(f"{name} {version} brings no licence that could be passed on")
        parts.append("\n\n".join([f"{'=' * 20} {name} {version}", *(text.strip() for text in texts)]))
    return "\n\n".join(parts) + "\n"


def packaged_names(requirements: Path) -> list[str]:
    """The distributions that a pinned list names."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [line.split("==")[0] for line in lines if "==" in line]
