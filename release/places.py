"""The places where the version stands. Whoever adds one adds it here, and a release writes it and checks it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Place(NamedTuple):
    """A file, or several by a pattern, and how the version is written there: the group `version`, once in each."""

    files: str
    pattern: str

    def paths(self, root: Path) -> list[Path]:
        return sorted(root.glob(self.files))

    def version_in(self, path: Path) -> str:
        """Raises `Disagreement` unless it stands there exactly once."""
        found = re.findall(self.pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
        if len(found) != 1:
            raise Disagreement(f"{path.name} has {len(found)} versions where one is expected: {self.pattern}")
        return str(found[0])

    def write(self, path: Path, version: str) -> None:
        text = path.read_text(encoding="utf-8")
        match = re.search(self.pattern, text, re.MULTILINE)
        assert match is not None
        path.write_text(f"{text[: match.start(1)]}{version}{text[match.end(1) :]}", encoding="utf-8")


class Disagreement(Exception):
    """A place that does not say what the others say."""


PACKAGE = Place("kubectl_ds/__init__.py", r'^__version__ = "(.+)"$')
"""The one that the others are held against: it is what the program says of itself."""

PLACES = (
    PACKAGE,
    Place("setup.cfg", r"^version = (.+)$"),
    Place("krew-manifest.yaml", r"^  version: v(.+)$"),
    Place("plugins/*.yaml", r"^  version: v(.+)$"),
    Place("docs/man/*.1", r'^\.TH \S+ 1 "" "kubectl-ds (.+)" "kubectl ds"$'),
)

CHANGELOG = "CHANGELOG.md"
UPGRADING = "docs/upgrading.md"
UNRELEASED = "## Unreleased"


def notes_of(root: Path, version: str) -> str:
    """What the change log says of a release. Raises `ValueError` when it has no section for it."""
    text = (root / CHANGELOG).read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(version)} [^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{CHANGELOG} has no section for {version}")
    return found[1].strip() + "\n"


def version_of(root: Path) -> str:
    return PACKAGE.version_in(root / PACKAGE.files)


def disagreements(root: Path) -> Iterator[str]:
    """A sentence for each place that says something else than the package does. None is a good sign."""
    version = version_of(root)
    for place in PLACES:
        paths = place.paths(root)
        if not paths:
            yield f"{place.files} is not there"
        for path in paths:
            try:
                said = place.version_in(path)
            except Disagreement as error:
                yield str(error)
                continue
            if said != version:
                yield f"{path.relative_to(root)} says {said}, and the package {version}"
    for name in (CHANGELOG, UPGRADING):
        text = (root / name).read_text(encoding="utf-8")
        if text.count(f"{UNRELEASED}\n") != 1:
            yield f"{name} needs one section {UNRELEASED!r}"
        released = re.findall(r"^## (\d+\.\d+\.\d+)", text, re.MULTILINE)
        if name == CHANGELOG and released and released[0] != version:
            yield f"{name} ends with {released[0]}, and the package is {version}"
        if released != sorted(released, key=numbers, reverse=True):
            yield f"the releases in {name} are not in order"


def numbers(version: str) -> tuple[int, ...]:
    """A version for comparison. Raises `ValueError` for what is not X.Y.Z."""
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version):
        raise ValueError(f"{version!r} is no version: it has to be X.Y.Z")
    return tuple(int(part) for part in version.split("."))
