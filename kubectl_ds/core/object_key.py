"""How an object of one kind is told from all others: by its namespace and its name."""

from kubectl_ds.core.model import ObjectMeta

Key = tuple[str, str]
"""Namespace and name; the namespace is empty for an object that has none."""


def key_of(metadata: ObjectMeta) -> Key:
    """Also the order in which the API lists objects of one kind."""
    return metadata.namespace, metadata.name
