"""The published schemas and the program's own reading of configuration and baseline agree, file by file."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from kubectl_ds.commands.audit_baseline import read_baseline, write_baseline
from kubectl_ds.commands.audit_configuration import configuration_in
from kubectl_ds.core.audit_baseline import AuditBaseline
from kubectl_ds.core.audit_configuration import AuditConfiguration
from kubectl_ds.core.audit_report import FindingIdentity
from kubectl_ds.core.audit_settings import AuditBounds, AuditSettings
from kubectl_ds.errors import UsageError
from kubectl_ds.kube.yaml_loader import documents
from tests.schema.validation import SCHEMAS, validator_for

VALID = (
    "",
    "{}",
    "apiVersion: kubectl-ds/v1\nkind: AuditConfiguration\n",
    "failOn: none",
    "failOn:\nselect:\nrules:\nbounds:\nrequirements:\nexceptions:\n",
    "select: DS001\nignore: [missing-pods, DS034]",
    "rules: {DS001: off, DS034: on, DS028: 'off', DS018: info, no-memory-limit: warning, DS010: error}",
    "bounds: {overheadShare: 0.5, rolloutRounds: 10}",
    "bounds: {overheadShare: 1}",
    "requirements:\n- daemonSet: a/b\n- {daemonSet: '*/b-*', nodes: 'pool in (a, b),!c'}",
    "exceptions:\n- {rules: DS001, reason: yes it is}\n",
    "exceptions:\n- {rules: ['*', DS03?], reason: x, namespace: a*, name: b, nodes: c=d, expires: 2027-03-31}\n",
    "exceptions: [{rules: DS001, reason: x, expires: null}]",
)
INVALID = (
    "[]",
    "just a text",
    "kind: AuditReport",
    "apiVersion: v1",
    "failOn: warn",
    "failOn: [error]",
    "select: 3",
    "ignore: [3]",
    "rules: [DS001]",
    "rules: {DS001: maybe}",
    "rules: {DS001: 1}",
    "rules: {DS001: null}",
    "bounds: {overheadShare: 0}",
    "bounds: {overheadShare: 1.01}",
    "bounds: {overheadShare: a}",
    "bounds: {overheadshare: 0.2}",
    "bounds: {rolloutRounds: 0}",
    "bounds: {rolloutRounds: 1.5}",
    "requirements: a/b",
    "requirements: [{nodes: a=b}]",
    "requirements: [{daemonSet: ''}]",
    "requirements: [{daemonSet: a/b, selector: c}]",
    "requirements: [{daemonSet: a/b, nodes: {a: b}}]",
    "exceptions: {rules: DS001, reason: x}",
    "exceptions: [{rules: DS001}]",
    "exceptions: [{reason: x}]",
    "exceptions: [{rules: DS001, reason: ''}]",
    "exceptions: [{rules: DS001, reason: x, expires: soon}]",
    "exceptions: [{rules: DS001, reason: x, expires: 20270331}]",
    "exceptions: [{rules: DS001, reason: x, until: 2027-03-31}]",
    "exceptions: [{rules: DS001, reason: x, name: ''}]",
    "further: true",
)


def is_read(folder: Path, text: str) -> bool:
    path = folder / "configuration.yaml"
    path.write_text(text)
    try:
        configuration_in(str(path))
    except UsageError:
        return False
    return True


def is_valid(kind: str, text: str) -> bool:
    (tree,) = documents(text.encode()) or [{}]
    return bool(validator_for(kind).is_valid(tree))


@pytest.mark.parametrize("text", VALID)
def test_a_configuration_that_the_schema_allows_is_read(text: str, tmp_path: Path):
    assert (is_valid("AuditConfiguration", text), is_read(tmp_path, text)) == (True, True)


@pytest.mark.parametrize("text", INVALID)
def test_a_configuration_that_the_schema_forbids_is_not_read(text: str, tmp_path: Path):
    assert (is_valid("AuditConfiguration", text), is_read(tmp_path, text)) == (False, False)


def test_bounds_are_the_same_in_the_settings_the_configuration_and_the_schema():
    configurable = inspect.type_info(AuditBounds)
    assert isinstance(configurable, inspect.StructType)
    assert set(AuditSettings.__struct_fields__) == {*AuditBounds.__struct_fields__, "requirements"}
    published = schema("audit-configuration")["properties"]["bounds"]["properties"]
    assert {field.encode_name: field.default for field in configurable.fields} == {
        name: one["default"] for name, one in published.items()
    }
    for name, one in published.items():
        assert one["description"], name


def test_the_schema_has_the_keys_of_the_configuration():
    held = inspect.type_info(AuditConfiguration)
    assert isinstance(held, inspect.StructType)
    assert [field.encode_name for field in held.fields] == list(schema("audit-configuration")["properties"])


def schema(name: str):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


def test_every_default_in_the_schema_is_valid_by_itself():
    for name, one in schema("audit-configuration")["properties"]["bounds"]["properties"].items():
        jsonschema.Draft202012Validator(one).validate(one["default"]), name


LEAVES = st.sampled_from(
    [None, True, False, 0, 1, -1, 0.5, 2.0, "", " ", "*", "DS001", "missing-pods", "off", "info", "warning", "a/b", "a=b",
     "2027-03-31", "2027-02-30", "kubectl-ds/v1", "AuditConfiguration", "AuditBaseline", "x` - at `$.rules[...]`"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["apiVersion", "kind", "failOn", "select", "ignore", "rules", "bounds", "requirements", "exceptions", "overheadShare",
     "rolloutRounds", "daemonSet", "nodes", "reason", "namespace", "name", "expires", "DS001", "DS034", "other", "subject",
     "findings", "rule"]
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda held: st.lists(held, max_size=3) | st.dictionaries(KEYS, held, max_size=6), max_leaves=12
)


@given(tree=st.dictionaries(KEYS, TREES, max_size=5))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_read_is_valid_and_whatever_is_not_is_told_as_a_mistake(tree: dict, tmp_path: Path):
    text = json.dumps(tree)
    if is_read(tmp_path, text):
        validator_for("AuditConfiguration").validate(tree)
    path = tmp_path / "baseline.json"
    path.write_text(text)
    try:
        read_baseline(str(path))
    except UsageError:
        return
    validator_for("AuditBaseline").validate(tree)


BASELINES = (
    ('{"findings": []}', True),
    ("findings:\n- {rule: DS001, namespace: a, name: b}\n", True),
    ('{"findings": [{"rule": "DS001", "namespace": "a", "name": "b", "subject": "c", "nodes": ["n1"]}]}', True),
    ('{"kind": "AuditReport", "findings": []}', False),
    ('{"findings": [{"rule": "DS001", "namespace": "a"}]}', False),
    ('{"findings": [{"rule": "DS001", "namespace": "a", "name": "b", "level": "error"}]}', False),
    ('{"findings": [{"rule": "DS001", "namespace": "a", "name": "b", "nodes": "n1"}]}', False),
    ('{"findings": {}}', False),
    ("[]", False),
)  # fmt: skip


@pytest.mark.parametrize(("text", "fits"), BASELINES)
def test_a_baseline_is_read_when_the_schema_allows_it(text: str, fits: bool, tmp_path: Path):
    path = tmp_path / "baseline.json"
    path.write_text(text)
    assert validator_for("AuditBaseline").is_valid(yaml.safe_load(text)) == fits
    if fits:
        assert isinstance(read_baseline(str(path)), AuditBaseline)
    else:
        with pytest.raises(UsageError):
            read_baseline(str(path))


def test_a_baseline_that_is_written_fits_its_schema_and_reads_as_the_same(tmp_path: Path):
    identity = FindingIdentity(rule="DS001", namespace="a", name="b", subject="c", nodes=("n1", "n2"))
    path = tmp_path / "baseline.json"
    write_baseline(str(path), AuditBaseline(findings=(identity,)))
    validator_for("AuditBaseline").validate(json.loads(path.read_text()))
    assert read_baseline(str(path)).findings == (identity,)
    assert [one.name for one in tmp_path.iterdir()] == ["baseline.json"]
