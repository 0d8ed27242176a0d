"""The published schemas are schemas, and closed."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.schema.validation import SCHEMAS

FILES = sorted(SCHEMAS.glob("*.schema.json"))


def objects_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield schema
        for held in schema.values():
            yield from objects_in(held)
    elif isinstance(schema, list):
        for held in schema:
            yield from objects_in(held)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_published_schema_is_a_valid_closed_schema(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    closed = [one.get("additionalProperties") is False for one in objects_in(schema)]
    assert closed
    assert all(closed)
