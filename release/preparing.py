"""A release prepared: refused where something is amiss, else the version written into every place."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from release.documents import taken_away
from release.places import CHANGELOG, PLACES, UNRELEASED, UPGRADING, disagreements, numbers, version_of

SCHEMAS = "docs/schema"


def refusals(root: Path, version: str) -> Iterator[str]:
    """A sentence for each reason not to release this version from this checkout."""
    try:
        wanted = numbers(version)
    except ValueError as error:
        yield str(error)
        return
    yield from disagreements(root)
    if git(root, "status", "--porcelain"):
        yield "there are changes that are not committed"
    last = last_release(root)
    if last is None and wanted < numbers(version_of(root)):
        yield f"{version} comes before {version_of(root)}, which the package has already"
    if last is not None and wanted <= numbers(last):
        yield f"{version} does not come behind {last}"
    if not unreleased(root, CHANGELOG):
        yield f"{CHANGELOG} says nothing of what is new"
    if last is not None:
        yield from _refused_documents(root, last, version)


def prepare(root: Path, version: str, today: date) -> None:
    """Write the version everywhere, and close the sections of what is not released yet."""
    for place in PLACES:
        for path in place.paths(root):
            place.write(path, version)
    for name in (CHANGELOG, UPGRADING):
        path = root / name
        heading = f"{UNRELEASED}\n\n## {version} - {today.isoformat()}\n"
        if name == CHANGELOG or unreleased(root, name):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(f"{UNRELEASED}\n", heading), encoding="utf-8")
    # In a process of its own: this one has the old version, and perhaps the old help, in memory.
    # No archive of the new version has been built: the release workflow writes the sums of the manifests.
    for words in (("release", "man"), ("distribution", "manifests")):
        subprocess.run([sys.executable, "-m", *words], cwd=root, check=True)


def last_release(root: Path) -> str | None:
    """The newest version among the tags vX.Y.Z that this commit comes behind."""
    tags = [tag.removeprefix("v") for tag in git(root, "tag", "--merged", "HEAD", "--list", "v*").split()]
    versions = [tag for tag in tags if re.fullmatch(r"\d+\.\d+\.\d+", tag)]
    return max(versions, key=numbers, default=None)


def unreleased(root: Path, name: str) -> str:
    """What the section of what is not released yet says, without blanks around it."""
    behind = (root / name).read_text(encoding="utf-8").partition(f"{UNRELEASED}\n")[2]
    return behind.partition("\n## ")[0].strip()


def broken_promises(root: Path, last: str) -> list[str]:
    """What documents promised in the last release and do not promise any more, by schema."""
    broken = []
    for path in git(root, "ls-tree", "--name-only", f"v{last}", f"{SCHEMAS}/").split():
        before = json.loads(git(root, "show", f"v{last}:{path}"))
        name = Path(path).name.removesuffix(".schema.json")
        if not (root / path).exists():
            broken.append(f"{name}: the document is gone")
            continue
        now = json.loads((root / path).read_text(encoding="utf-8"))
        broken += [f"{name}: {sentence}" for sentence in taken_away(before, now)]
    return broken


def _refused_documents(root: Path, last: str, version: str) -> Iterator[str]:
    changed = git(root, "diff", "--name-only", f"v{last}", "--", SCHEMAS)
    if changed and not unreleased(root, UPGRADING):
        yield f"documents have changed since {last}, and {UPGRADING} says nothing of it"
    if not _may_break(last, version):
        yield from (f"{sentence}: that needs a new major version" for sentence in broken_promises(root, last))


def _may_break(last: str, version: str) -> bool:
    """By semantic versioning: a new major version, or before 1.0.0 a new minor one."""
    old, new = numbers(last), numbers(version)
    return new[0] > old[0] or (old[0] == 0 and new[1] > old[1])


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()
