"""`python3 dev.py release`: prepare a version, check that every place agrees, or write the man pages."""

import sys
from datetime import UTC, datetime

from release.man_pages import write_man_pages
from release.places import ROOT, disagreements, notes_of, version_of
from release.preparing import git, prepare, refusals

USAGE = """usage: python3 dev.py release X.Y.Z           write the version everywhere, and build it
       python3 dev.py release --check         whether every place says the same version
       python3 dev.py release --notes vX.Y.Z  what the change log says of it"""
NEXT = """
{version} is written everywhere, and dist/ holds what is to be published. Look at `git diff`, then:
    git commit -am "Release {version}" && git tag -a v{version} -m "kubectl-ds {version}" && git push --follow-tags"""


def main(words: list[str]) -> int:
    match words:
        case ["man"]:
            write_man_pages()
            return 0
        case ["--check"]:
            return _said([*disagreements(ROOT), *_tag_disagrees()]) or _done(
                f"every place says {version_of(ROOT)}"
            )
        case ["--notes", tag]:
            return _done(notes_of(ROOT, tag.removeprefix("v")))
        case ["--next", version]:
            return _done(NEXT.format(version=version))
        case [version] if not version.startswith("-"):
            if _said(list(refusals(ROOT, version))):
                return 1
            prepare(ROOT, version, datetime.now(UTC).date())
            return _said(list(disagreements(ROOT)))
    print(USAGE, file=sys.stderr)
    return 2


def _tag_disagrees() -> list[str]:
    """A commit that is tagged as a release is that release."""
    tags = git(ROOT, "tag", "--points-at", "HEAD", "--list", "v*").split()
    wanted = f"v{version_of(ROOT)}"
    return [f"this commit is tagged {tag}, and the package is {wanted}" for tag in tags if tag != wanted]


def _said(sentences: list[str]) -> int:
    for sentence in sentences:
        print(f"error: {sentence}", file=sys.stderr)
    return 1 if sentences else 0


def _done(words: str) -> int:
    print(words)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
