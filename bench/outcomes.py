"""What measuring brought to light, and its way into a file and back."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.clusters.size import Size
from bench.measuring.contest import Figures


@dataclass
class Outcome:
    """One case: each contender's figures, and how many of our decisions were looked at a second time.

    `load` is the machine's load average before the case: how many others wanted its cores.
    """

    size: Size | None = None
    figures: dict[str, Figures] = field(default_factory=dict)
    decisions: int = 0
    disagreements: list[str] = field(default_factory=list)
    load: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "size": self.size.as_dict() if self.size else None,
            "figures": {name: one.as_dict() for name, one in self.figures.items()},
            "decisions": self.decisions,
            "disagreements": self.disagreements,
            "load": self.load,
        }

    @classmethod
    def of_dict(cls, tree: Mapping[str, Any]) -> "Outcome":
        """From JSON."""
        figures = {name: Figures.of_dict(one) for name, one in tree["figures"].items()}
        size = Size(**tree["size"]) if tree["size"] else None
        return cls(size, figures, tree["decisions"], tree["disagreements"], tree["load"])


Outcomes = dict[str, Outcome]
"""By case."""


@dataclass
class Results:
    """All outcomes of one scale on one machine."""

    machine: Mapping[str, str]
    outcomes: Outcomes = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """As JSON, a case a line, so that a new run is a readable difference."""
        cases = [f"{json.dumps(name)}: {json.dumps(one.as_dict())}" for name, one in self.outcomes.items()]
        text = ",\n".join([f'"machine": {json.dumps(self.machine)}', *cases])
        path.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Results":
        """From JSON."""
        tree = json.loads(path.read_text(encoding="utf-8"))
        machine = tree.pop("machine")
        return cls(machine, {name: Outcome.of_dict(one) for name, one in tree.items()})


def this_machine(kubectl: Path) -> dict[str, str]:
    """What the figures depend on besides the programs."""
    said = subprocess.run(
        [kubectl, "version", "--client"], capture_output=True, text=True, check=False
    ).stdout
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "kubectl": said.partition("Client Version: ")[2].partition("\n")[0],
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
