"""Every rule: a cluster on which it has nothing to say, one on which it has, the words, and its page.

`pytest tests/audit tests/test_docs.py --update-golden` writes the outputs and the pages anew; read the difference.
"""

import json
import shlex
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from kubectl_ds.core.audit_report import LEVELS
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.api_server.server import GIT_VERSION
from tests.clusters import NOW, Raw
from tests.program import Outcome, kubectl_ds
from tests.schema.validation import assert_valid

FOLDER = Path(__file__).parent
PAGES = FOLDER.parents[1] / "docs" / "rules"
MODULES = Path(import_module("kubectl_ds.core.audit_rules").__path__[0])

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id} {rule.name}")


def case(rule: Rule, which: str) -> list[Raw]:
    objects: list[Raw] = getattr(import_module(f"tests.audit.cases.{module_of(rule)}"), which)
    return objects


def words_of(rule: Rule) -> tuple[str, ...]:
    """What its case adds to the command line."""
    words: tuple[str, ...] = getattr(import_module(f"tests.audit.cases.{module_of(rule)}"), "ARGUMENTS", ())
    return words


def module_of(rule: Rule) -> str:
    return rule.name.replace("-", "_")


def version_for(rule: Rule) -> str:
    """Which version the server of its case has."""
    version: str = getattr(
        import_module(f"tests.audit.cases.{module_of(rule)}"), "SERVER_VERSION", GIT_VERSION
    )
    return version


def audited(objects: Sequence[Raw], *words: str, git_version: str = GIT_VERSION) -> Outcome:
    with ApiServer(objects, clock=lambda: NOW, git_version=git_version) as server:
        return kubectl_ds("audit", *words, "--server", server.url, width=100)


def found_by(rule: Rule, objects: Sequence[Raw]) -> list[Raw]:
    outcome = audited(objects, "--select", rule.id, *words_of(rule), "-o", "json", "--fail-on", "info")
    assert outcome.err == ""
    document = assert_valid(json.loads(outcome.out))
    assert document["incomplete"] == []
    findings: list[Raw] = document["findings"]
    assert outcome.code == bool(findings)
    return findings


@each_rule
def test_a_rule_has_nothing_to_say_of_its_passing_case(rule: Rule):
    assert found_by(rule, case(rule, "PASSING")) == []


@each_rule
def test_a_rule_finds_what_is_wrong_in_its_failing_case(rule: Rule):
    findings = found_by(rule, case(rule, "FAILING"))
    assert findings
    assert {(one["rule"], one["ruleName"]) for one in findings} == {(rule.id, rule.name)}
    keys = [(one["namespace"], one["name"], one["subject"]) for one in findings]
    assert len(set(keys)) == len(keys), "what a baseline tells findings apart by"


@each_rule
def test_a_rules_words_are_as_they_were(rule: Rule, request: pytest.FixtureRequest):
    outcome = audited(
        case(rule, "FAILING"), "--select", rule.id, *words_of(rule), git_version=version_for(rule)
    )
    golden = FOLDER / "found" / f"{rule.id}.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(outcome.out, encoding="utf-8")
    assert outcome.out == golden.read_text(encoding="utf-8")


def test_the_registry_is_the_folder_of_rules_in_the_order_of_identifiers():
    assert [rule.id for rule in RULES] == sorted({rule.id for rule in RULES})
    assert {module_of(rule) for rule in RULES} == {
        path.stem for path in MODULES.glob("*.py") if path.stem != "__init__"
    }
    assert {path.stem for path in (FOLDER / "found").glob("*.txt")} == {rule.id for rule in RULES}


@each_rule
def test_a_rule_is_whole(rule: Rule):
    assert rule.level in LEVELS
    assert (rule.check is None) != (rule.check_cluster is None)
    for text in (rule.means, rule.why, rule.mend):
        assert text.endswith("."), text


# --- pages -----------------------------------------------------------------------------------------


def page_of(rule: Rule) -> str:
    found = (FOLDER / "found" / f"{rule.id}.txt").read_text(encoding="utf-8")
    needs = ", ".join(sorted(rule.needs)) or "nothing but the DaemonSets"
    words = shlex.join(("--select", rule.id, *words_of(rule)))
    return f"""# {rule.id}: {rule.name}

Level: {rule.level}. Needs: {needs}.

{rule.means}

## Why it matters

{rule.why}

## How to mend it

{rule.mend}

## As it is told

```
$ kubectl ds audit {words}
{found}```
"""


def index_of_rules() -> str:
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {rule.name} | {rule.level} | {rule.means.split('. ')[0].rstrip('.')} |\n"
        for rule in RULES
    ]
    return f"""# Rules of `kubectl ds audit`

Written from the rules by `pytest tests/audit --update-golden`. An identifier never changes, and none is used again.
A ready patch holds whole lists as they were read: after one, audit again before the next for the same DaemonSet.

| rule | name | level | finds |
|---|---|---|---|
{"".join(rows)}"""


def test_every_rule_has_its_page(request: pytest.FixtureRequest):
    pages = {f"{rule.id}.md": page_of(rule) for rule in RULES} | {"README.md": index_of_rules()}
    if request.config.getoption("--update-golden"):
        for name, text in pages.items():
            (PAGES / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")} == pages
