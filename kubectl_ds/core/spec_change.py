"""When somebody last changed an object, its status apart, as far as the server kept it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kubectl_ds.core.template_tree import part, parts, text


def changed_at(tree: Mapping[str, Any]) -> datetime | None:
    """The newest time in `metadata.managedFields` that is not of a status; None where none is kept.

    A generation has no time of its own. Managers are kept by the server (apimachinery's managedfields) and left out
    of what kubectl prints, so that a dump may lack them.
    """
    return max(_changes(tree), default=None)


def _changes(tree: Mapping[str, Any]) -> Iterator[datetime]:
    for manager in parts(part(tree, "metadata"), "managedFields"):
        if text(manager, "subresource") == "status":
            continue
        try:
            moment = datetime.fromisoformat(text(manager, "time"))
        except ValueError:
            continue
        if moment.tzinfo is not None:
            yield moment
