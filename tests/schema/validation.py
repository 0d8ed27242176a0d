"""Every document that a test produces is held against its published schema."""

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


@functools.cache
def validator_for(kind: str) -> jsonschema.Draft202012Validator:
    """`CoverageReport` is described by `coverage-report.schema.json`, and so on."""
    dashed = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("-")
    schema = json.loads((SCHEMAS / f"{dashed}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def assert_valid(document: dict[str, Any]) -> dict[str, Any]:
    """The document, after it went through JSON and its schema."""
    spelled = json.loads(json.dumps(document))
    assert spelled == document, "a document holds nothing that JSON cannot give back"
    validator_for(spelled["kind"]).validate(spelled)
    return spelled
