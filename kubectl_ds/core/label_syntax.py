"""What makes a label key or value legal, and the words with which Kubernetes refuses one.

Upstream: staging/src/k8s.io/apimachinery/pkg/api/validate/content and pkg/util/validation/field.
"""

import re
from functools import lru_cache

_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_NAME})?"
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAME_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
_NAME_EXAMPLES = ("MyName", "my.name", "123-abc")
_NAME_LIMIT = _VALUE_LIMIT = 63
_SUBDOMAIN_LIMIT = 253


def _regex_error(rule: str, regex: str, examples: tuple[str, ...]) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{rule} (e.g. {shown}regex used for validation is '{regex}')"


def _length_error(limit: int) -> str:
    return f"must be no more than {limit} bytes"


@lru_cache(maxsize=4096)
def label_key_errors(key: str) -> tuple[str, ...]:
    """Why `key` is no label key; empty when it is one. Mirrors `IsLabelKey` (`IsQualifiedName`)."""
    errors: list[str] = []
    parts = key.split("/")
    if len(parts) > 2:
        rule = _regex_error(_NAME_RULE, _NAME, _NAME_EXAMPLES)
        example = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return (f"a valid label key {rule} {example}",)
    if len(parts) == 2:
        if not parts[0]:
            errors.append("prefix part must be non-empty")
        errors.extend(f"prefix part {error}" for error in subdomain_errors(parts[0]) if parts[0])
    name = parts[-1]
    if not name:
        errors.append("name part must be non-empty")
    elif len(name.encode()) > _NAME_LIMIT:
        errors.append(f"name part {_length_error(_NAME_LIMIT)}")
    if not re.fullmatch(_NAME, name):
        errors.append(f"name part {_regex_error(_NAME_RULE, _NAME, _NAME_EXAMPLES)}")
    return tuple(errors)


@lru_cache(maxsize=4096)
def label_value_errors(value: str) -> tuple[str, ...]:
    """Why `value` is no label value; empty when it is one. Mirrors `IsLabelValue`."""
    errors: list[str] = []
    if len(value.encode()) > _VALUE_LIMIT:
        errors.append(_length_error(_VALUE_LIMIT))
    if not re.fullmatch(_VALUE, value):
        rule = f"a valid label must be an empty string or {_NAME_RULE.removeprefix('must ')}"
        errors.append(_regex_error(rule, _VALUE, ("MyValue", "my_value", "12345")))
    return tuple(errors)


def subdomain_errors(prefix: str) -> list[str]:
    """Why `prefix` is no DNS subdomain, as names of objects are; empty when it is one."""
    errors: list[str] = []
    if len(prefix.encode()) > _SUBDOMAIN_LIMIT:
        errors.append(_length_error(_SUBDOMAIN_LIMIT))
    if not re.fullmatch(_SUBDOMAIN, prefix):
        rule = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
            "and must start and end with an alphanumeric character"
        )
        errors.append(_regex_error(rule, _SUBDOMAIN, ("example.com",)))
    return errors


def invalid(path: str, value: str | tuple[str, ...], detail: str) -> str:
    """`field.Invalid` in words; lists are spelled as JSON, as the API server does since v1.32."""
    return f"{path}: Invalid value: {_spelled(value)}: {detail}"


def not_supported(path: str, value: str, supported: tuple[str, ...]) -> str:
    """`field.NotSupported` in words."""
    import json

    choices = ", ".join(json.dumps(choice) for choice in supported)
    return f"{path}: Unsupported value: {_spelled(value)}: supported values: {choices}"


def _spelled(value: str | tuple[str, ...]) -> str:
    import json

    # The API drops empty lists, so that upstream sees (and prints) a null one.
    return json.dumps(
        value or None if isinstance(value, tuple) else value, ensure_ascii=False, separators=(",", ":")
    )
