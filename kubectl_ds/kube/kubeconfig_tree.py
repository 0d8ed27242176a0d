"""A kubeconfig's text as a plain tree, by the quickest reader that is sure of it."""

from typing import Any

import msgspec

from kubectl_ds.errors import KubeconfigError
from kubectl_ds.kube.plain_yaml import plain_yaml


def kubeconfig_tree(content: bytes, path: str) -> dict[str, Any]:
    """The file's mapping without its nulls; `path` is for sentences.

    Raises `KubeconfigError` when it is no YAML (JSON is YAML too) or no mapping.
    """
    plain = plain_yaml(content) or _json(content)
    if plain is None:
        plain = _any_yaml(content, path)
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        raise KubeconfigError(
            f"{path} is not a kubeconfig: it holds no mapping", hint="check --kubeconfig and KUBECONFIG"
        )
    tree: dict[str, Any] = without_nulls(plain)
    return tree


def without_nulls(value: Any) -> Any:
    """The same tree where a null is the same as an absent field, as Go's decoder has it."""
    if isinstance(value, dict):
        return {str(key): without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value


def _json(content: bytes) -> Any:
    if not content.startswith(b"{"):
        return None
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _any_yaml(content: bytes, path: str) -> Any:
    import yaml

    from kubectl_ds.kube.yaml_loader import first_document

    try:
        return first_document(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise KubeconfigError(
            f"the kubeconfig {path} is not valid YAML: {problem}", hint="mend or remove the file"
        ) from error
