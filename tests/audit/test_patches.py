"""Every ready patch, applied to the failing case of its rule as an API server would: the rule is silent after it."""

import copy
import json
from typing import Any

from kubectl_ds.core.audit_rule import Rule
from tests.audit.test_rules import case, each_rule, found_by
from tests.clusters import Raw


@each_rule
def test_a_ready_patch_mends_what_was_found(rule: Rule):
    objects = case(rule, "FAILING")
    patched = [finding for finding in found_by(rule, objects) if finding["patch"]]
    for finding in patched:
        mended = [apply_to(one, finding) for one in objects]
        assert mended != objects
        left = found_by(rule, mended)
        key = finding["namespace"], finding["name"], finding["subject"]
        assert key not in [(one["namespace"], one["name"], one["subject"]) for one in left]


def apply_to(one: Raw, finding: Raw) -> Raw:
    metadata = one["metadata"]
    if (one["kind"], metadata.get("namespace"), metadata["name"]) != (
        "DaemonSet",
        finding["namespace"],
        finding["name"],
    ):
        return one
    patch = finding["patch"]
    if patch["type"] == "merge":
        return merged(one, patch["body"])
    assert patch["type"] == "json", "strategic patches are kubectl's to try"
    return json_patched(one, patch["body"])


def merged(value: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(value) if isinstance(value, dict) else {}
    for key, change in patch.items():
        if change is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), change)
    return result


def json_patched(value: Raw, operations: list[Raw]) -> Raw:
    """RFC 6902, as far as patches here go: add, remove, replace, move and test."""
    result = copy.deepcopy(value)
    for operation in operations:
        parent, last = found(result, operation["path"])
        match operation["op"]:
            case "test":
                assert parent[last] == operation["value"], json.dumps(operation)
            case "remove":
                del parent[last]
            case "replace":
                assert last in parent or isinstance(parent, list)
                parent[last] = operation["value"]
            case "move":
                source, key = found(result, operation["from"])
                parent[last] = source.pop(key)
            case "add" if isinstance(parent, list):
                parent.insert(len(parent) if last == "-" else last, operation["value"])
            case "add":
                parent[last] = operation["value"]
            case unknown:
                raise AssertionError(unknown)
    return result


def found(value: Any, pointer: str) -> tuple[Any, Any]:
    """The container that a JSON pointer's last word lies in, and that word."""
    words = [word.replace("~1", "/").replace("~0", "~") for word in pointer.split("/")[1:]]
    for word in words[:-1]:
        value = value[int(word) if isinstance(value, list) else word]
    last = words[-1]
    return value, int(last) if isinstance(value, list) and last != "-" else last
