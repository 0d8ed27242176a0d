"""docs/audit.md: its configuration is read, and its examples are what the program prints, one after the other."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from kubectl_ds.commands.audit_configuration import configuration_in
from kubectl_ds.core.audit_configuration import AuditConfiguration
from tests.program import kubectl_ds
from tests.schema.validation import validator_for

EXAMPLE = re.compile(r"(?<=\n)\$ kubectl ds ([^\n]*)\n(?:(?!\$ |```)[^\n]*\n)*")
PAGE = Path(__file__).parents[2] / "docs" / "audit.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the page's configuration in it."""
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / ".kubectl-ds.yaml").write_text(block)
    return tmp_path


def test_the_configuration_is_valid_and_read(folder: Path):
    text = (folder / ".kubectl-ds.yaml").read_text()
    validator_for("AuditConfiguration").validate(yaml.load(text, Loader=yaml.BaseLoader) | {"bounds": {}})
    configured = configuration_in(".kubectl-ds.yaml")
    assert configured.fail_on == "warning"
    assert len(configured.exceptions) == 2
    assert len(configured.settings.requirements) == 2


def test_every_key_is_in_the_table():
    keys = set(
        re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(), re.MULTILINE)))
    )
    fields = {"failOn", "select", "ignore", "rules", "bounds", "requirements", "exceptions"}
    assert keys == fields
    assert fields == {
        "".join(part.capitalize() if place else part for place, part in enumerate(name.split("_")))
        for name in AuditConfiguration.__struct_fields__
    } - {"apiVersion", "kind"}


def shown(found: re.Match[str]) -> str:
    outcome = kubectl_ds(*shlex.split(found[1]), width=100)
    return f"$ kubectl ds {found[1]}\n{outcome.err}{outcome.out}"


def test_the_examples_are_what_the_program_prints(folder: Path, request: pytest.FixtureRequest):
    now = EXAMPLE.sub(shown, PAGE.read_text(encoding="utf-8"))
    if request.config.getoption("--update-golden"):
        PAGE.write_text(now, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == now


def test_the_page_of_a_mistake_is_what_is_told(folder: Path):
    wrong = "\n\n\nexceptions:\n  - rules: DS001\n    reason: x\n    expire: 2027-01-01\n"
    (folder / ".kubectl-ds.yaml").write_text(wrong)
    told = kubectl_ds("audit").err
    assert "".join(f"    {line}\n" for line in told.splitlines()) in PAGE.read_text()
