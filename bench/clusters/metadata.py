"""What all objects carry: uid, version, age, and the managedFields that make up half of a pod."""

import hashlib
from typing import Any, Final

Tree = dict[str, Any]

CREATED: Final = "2026-08-20T09:00:00Z"
CHANGED: Final = "2026-08-20T09:01:30Z"
HEARTBEAT: Final = "2026-09-01T11:59:40Z"
NOW: Final = "Tue, 01 Sep 2026 12:00:00 GMT"
"""The server's clock, which stands still: the same cluster gives the same answer in every run."""
DELETED: Final = "2026-09-01T11:59:00Z"

_MERGE_KEYS = ("name", "type", "ip", "containerPort", "uid")
_ATOMIC = frozenset(
    {"tolerations", "requiredDuringSchedulingIgnoredDuringExecution", "containerStatuses", "taints"}
)
"""Fields that have one owner as a whole."""


def managed(manager: str, fields: Tree, *, subresource: str = "", api_version: str = "v1") -> Tree:
    """One entry of managedFields."""
    entry = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": api_version,
        "time": CHANGED,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return entry | ({"subresource": subresource} if subresource else {})


def fields_of(tree: Tree) -> Tree:
    """The FieldsV1 set of a tree, as the API server keeps it: a key a field, an entry of a list by its merge key."""
    found: Tree = {}
    for name, value in tree.items():
        if name in _ATOMIC:
            found[f"f:{name}"] = {}
        elif isinstance(value, dict):
            found[f"f:{name}"] = fields_of(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found[f"f:{name}"] = {_entry(one): {".": {}} | fields_of(one) for one in value}
        else:
            found[f"f:{name}"] = {}
    return found


def _entry(entry: Tree) -> str:
    key = next(key for key in _MERGE_KEYS if key in entry)
    return f'k:{{"{key}":"{entry[key]}"}}'


def uid(kind: int, number: int) -> str:
    """A uid in the form of one, from two numbers, and as little compressible as any."""
    digits = digest(kind, number)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def digest(kind: int, number: int) -> str:
    """64 hexadecimal digits, as images and containers are known by."""
    return hashlib.blake2b(b"%d %d" % (kind, number), digest_size=32).hexdigest()
