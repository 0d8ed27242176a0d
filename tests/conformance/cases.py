"""The cases on disk: one folder a kind, one file a theme."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

FOLDER = Path(__file__).parent
KINDS = ("placement", "node_affinity", "toleration", "rollout", "scheduling")


class Case(Struct, frozen=True):
    """One case; `given` is everything that is neither about the case itself nor expected."""

    kind: str
    theme: str
    name: str
    source: str
    origin: str
    given: dict[str, Any]
    expected: dict[str, Any]

    @property
    def sentence(self) -> str:
        return f"{self.kind}, {self.theme}: {self.name}"


def files(kind: str) -> list[Path]:
    return sorted((FOLDER / kind).glob("*.yaml"))


def cases(kind: str) -> Iterator[Case]:
    for path in files(kind):
        for raw in yaml.load(path.read_text(), yaml.CSafeLoader):
            about = {field: raw.pop(field) for field in ("name", "source", "origin", "expected")}
            raw.pop("note", None)
            yield Case(kind=kind, theme=path.stem, given=raw, **about)
