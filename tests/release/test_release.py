"""A release: refused with a sentence where something is amiss, and otherwise written into every place."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kubectl_ds import __version__
from release.documents import taken_away
from release.places import CHANGELOG, PLACES, UPGRADING, disagreements, notes_of, numbers, version_of
from release.preparing import SCHEMAS, prepare, refusals, unreleased

ROOT = Path(__file__).parents[2]
SCHEMA = f"{SCHEMAS}/coverage-report.schema.json"
major, minor, patch = numbers(__version__)
NEXT_PATCH, NEXT_MINOR, NEXT_MAJOR = (
    f"{major}.{minor}.{patch + 1}",
    f"{major}.{minor + 1}.0",
    f"{major + 1}.0.0",
)


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of its own with what a release looks at, as it is here, and the last release as a tag."""
    root = tmp_path / "checkout"
    for name in ("kubectl_ds", "release", "distribution", "plugins", "docs"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "krew-manifest.yaml", CHANGELOG):
        shutil.copy(ROOT / name, root / name)
    git(root, "init", "-q")
    (root / ".gitignore").write_text("__pycache__/\n")
    commit(root)
    git(root, "tag", f"v{__version__}")
    return root


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")


def write(root: Path, name: str, change: Callable[[str], str]) -> None:
    path = root / name
    text = path.read_text()
    changed = change(text)
    assert changed != text, "the test changes nothing"
    path.write_text(changed)


def test_every_place_says_the_same():
    assert list(disagreements(ROOT)) == []


@pytest.mark.parametrize("version", [NEXT_PATCH, NEXT_MINOR, NEXT_MAJOR])
def test_a_release_is_written_everywhere(checkout: Path, version: str):
    assert list(refusals(checkout, version)) == []
    prepare(checkout, version, date(2026, 12, 1))
    assert version_of(checkout) == version
    assert list(disagreements(checkout)) == []
    assert [
        place.files for place in PLACES for path in place.paths(checkout) if place.version_in(path) != version
    ] == []
    for name in (CHANGELOG, UPGRADING):
        assert f"## Unreleased\n\n## {version} - 2026-12-01\n\n" in (checkout / name).read_text()
    shown = subprocess.run(
        [sys.executable, "-m", "kubectl_ds", "version"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == f"kubectl-ds v{version}\n"
    assert notes_of(checkout, version) == unreleased(ROOT, CHANGELOG) + "\n"


def test_krew_is_pointed_to_archives_that_it_refuses_until_they_are_there(checkout: Path):
    write(checkout, "plugins/ds.yaml", lambda text: text.replace("0" * 64, "a" * 64))
    commit(checkout)
    prepare(checkout, NEXT_MINOR, date(2026, 12, 1))
    text = (checkout / "plugins" / "ds.yaml").read_text()
    assert f"/v{NEXT_MINOR}/kubectl-ds_v{NEXT_MINOR}_linux_amd64.tar.gz" in text
    assert __version__ not in text
    assert "a" * 64 not in text


def test_a_release_that_the_change_log_does_not_know_has_no_notes():
    with pytest.raises(ValueError, match=r"CHANGELOG.md has no section for 99\.0\.0"):
        notes_of(ROOT, "99.0.0")


def test_a_second_release_needs_something_new(checkout: Path):
    prepare(checkout, NEXT_PATCH, date(2026, 12, 1))
    commit(checkout)
    git(checkout, "tag", f"v{NEXT_PATCH}")
    assert list(refusals(checkout, NEXT_MINOR)) == [f"{CHANGELOG} says nothing of what is new"]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        pytest.param("1.0", "'1.0' is no version: it has to be X.Y.Z", id="no version"),
        pytest.param("v1.0.0", "'v1.0.0' is no version: it has to be X.Y.Z", id="with a letter"),
        pytest.param("1.0.01", "'1.0.01' is no version: it has to be X.Y.Z", id="with a zero in front"),
        pytest.param(__version__, f"{__version__} does not come behind {__version__}", id="the same again"),
        pytest.param("0.0.1", f"0.0.1 does not come behind {__version__}", id="an older one"),
    ],
)
def test_a_version_that_cannot_come_next_is_refused(checkout: Path, version: str, sentence: str):
    assert list(refusals(checkout, version)) == [sentence]


def test_what_is_not_committed_is_refused(checkout: Path):
    (checkout / "new").touch()
    assert list(refusals(checkout, NEXT_PATCH)) == ["there are changes that are not committed"]


@pytest.mark.parametrize(
    ("name", "before", "after", "sentence"),
    [
        pytest.param(
            "setup.cfg",
            f"version = {__version__}",
            "version = 9.9.9",
            f"setup.cfg says 9.9.9, and the package {__version__}",
            id="another version",
        ),
        pytest.param(
            "docs/man/kubectl-ds.1",
            f"kubectl-ds {__version__}",
            "kubectl-ds 9.9.9",
            f"docs/man/kubectl-ds.1 says 9.9.9, and the package {__version__}",
            id="an old man page",
        ),
        pytest.param(
            "setup.cfg",
            f"version = {__version__}\n",
            "",
            "setup.cfg has 0 versions where one is expected: ^version = (.+)$",
            id="no version",
        ),
        pytest.param(
            CHANGELOG,
            "## Unreleased\n",
            f"## Unreleased\n\n- x\n\n## {NEXT_MAJOR} - 2026-01-01\n",
            f"{CHANGELOG} ends with {NEXT_MAJOR}, and the package is {__version__}",
            id="a change log that is ahead",
        ),
        pytest.param(
            CHANGELOG,
            "## Unreleased\n",
            "## To come\n",
            f"{CHANGELOG} needs one section '## Unreleased'",
            id="a change log without a place for what is new",
        ),
        pytest.param(
            UPGRADING,
            "## Unreleased\n",
            f"## Unreleased\n\n## {NEXT_PATCH} - x\n\n## {NEXT_MAJOR} - x\n",
            f"the releases in {UPGRADING} are not in order",
            id="notes out of order",
        ),
    ],
)
def test_a_place_that_disagrees_is_named(checkout: Path, name: str, before: str, after: str, sentence: str):
    write(checkout, name, lambda text: text.replace(before, after))
    assert list(disagreements(checkout)) == [sentence]


def without_a_field(schema: dict[str, Any]) -> None:
    del schema["properties"]["incomplete"]
    schema["required"].remove("incomplete")


def with_a_field(schema: dict[str, Any]) -> None:
    schema["properties"]["further"] = {"type": "string"}


def with_schema(checkout: Path, change: Callable[[dict[str, Any]], None]) -> None:
    schema = json.loads((checkout / SCHEMA).read_text())
    change(schema)
    (checkout / SCHEMA).write_text(json.dumps(schema))
    commit(checkout)


def without_notes(checkout: Path) -> None:
    write(checkout, UPGRADING, lambda text: f"{text.partition('## Unreleased')[0]}## Unreleased\n")
    commit(checkout)


def test_a_document_that_takes_something_away_needs_a_version_that_may(checkout: Path):
    with_schema(checkout, without_a_field)
    told = "coverage-report: incomplete is gone: that needs a new major version"
    assert list(refusals(checkout, NEXT_PATCH)) == [told]
    assert list(refusals(checkout, NEXT_MAJOR)) == []
    # Before 1.0.0 a minor version is what a major one is later.
    assert list(refusals(checkout, NEXT_MINOR)) == ([] if major == 0 else [told])


def test_a_document_that_is_gone_too(checkout: Path):
    (checkout / SCHEMA).unlink()
    commit(checkout)
    told = "coverage-report: the document is gone: that needs a new major version"
    assert list(refusals(checkout, NEXT_PATCH)) == [told]


def test_a_document_with_more_in_it_needs_a_note_alone(checkout: Path):
    with_schema(checkout, with_a_field)
    assert list(refusals(checkout, NEXT_PATCH)) == []
    without_notes(checkout)
    told = f"documents have changed since {__version__}, and {UPGRADING} says nothing of it"
    assert list(refusals(checkout, NEXT_PATCH)) == [told]


def test_notes_without_anything_in_them_get_no_section(checkout: Path):
    without_notes(checkout)
    prepare(checkout, NEXT_PATCH, date(2026, 12, 1))
    assert NEXT_PATCH not in (checkout / UPGRADING).read_text()


# --- documents -------------------------------------------------------------------------------------

NODE = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
BEFORE: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "items", "count"],
    "properties": {
        "kind": {"const": "Report"},
        "count": {"type": "integer"},
        "note": {"type": "string"},
        "level": {"enum": ["error", "warning"]},
        "items": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        "reason": {"oneOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
    },
    "$defs": {"node": {**NODE, "properties": {**NODE["properties"], "below": {"$ref": "#/$defs/node"}}}},
}


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        pytest.param(lambda one: None, [], id="nothing"),
        pytest.param(lambda one: one["properties"].pop("note"), ["note is gone"], id="a field that is gone"),
        pytest.param(
            lambda one: one["properties"].update(count={"type": ["integer", "null"]}),
            ["count may be null now"],
            id="a field that may be null",
        ),
        pytest.param(
            lambda one: one["properties"].update(count={"type": "string"}),
            ["count may be string now"],
            id="a field of another type",
        ),
        pytest.param(
            lambda one: one["properties"].update(count=True),
            ["count may be array or boolean or null or number or object or string now"],
            id="a field that may be anything",
        ),
        pytest.param(
            lambda one: one["required"].remove("count"), ["count may be left out now"], id="not always there"
        ),
        pytest.param(
            lambda one: one["$defs"]["node"]["properties"].pop("name"),
            ["items[].name is gone", "reason.name is gone"],
            id="a field of what a field refers to",
        ),
        pytest.param(lambda one: one["properties"].update(more={"type": "string"}), [], id="a further field"),
        pytest.param(lambda one: one["required"].append("note"), [], id="a field that is always there now"),
        pytest.param(lambda one: one["properties"]["level"]["enum"].append("info"), [], id="a further word"),
        pytest.param(
            lambda one: one["properties"]["level"]["enum"].append(1),
            ["level may be integer now"],
            id="not a word",
        ),
    ],
)
def test_what_a_reader_would_notice(change: Callable[[dict[str, Any]], object], sentences: list[str]):
    now = json.loads(json.dumps(BEFORE))
    change(now)
    assert taken_away(BEFORE, now) == sentences


@pytest.mark.parametrize("path", sorted((ROOT / SCHEMAS).glob("*.json")), ids=lambda path: path.name)
def test_a_published_schema_takes_nothing_away_from_itself(path: Path):
    schema = json.loads(path.read_text())
    assert taken_away(schema, schema) == []
    # It is looked at in depth: whatever is gone is noticed.
    assert taken_away(schema, {"type": "object"}) != []
