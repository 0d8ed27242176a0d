"""What every object of the sample has: metadata as an API server fills it in, and times relative to now.

Nothing here is random: uids, name suffixes and hashes come from the names, so that the same `now` gives
the same bytes.
"""

import hashlib
import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Raw = dict[str, Any]
"""An object, or a part of one, in the API's own spelling."""

_SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes draws generated names from (apimachinery util/rand): no vowels, no 0, 1 and 3."""


@dataclass(frozen=True)
class Moment:
    """The moment that the sample is of; every time in it is so long before."""

    now: datetime

    def ago(self, **span: float) -> str:
        """A metav1.Time: `ago(days=3, hours=4)`."""
        return self._before(span).strftime("%Y-%m-%dT%H:%M:%SZ")

    def micro_ago(self, **span: float) -> str:
        """A metav1.MicroTime, as events of the scheduler carry."""
        return self._before(span).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _before(self, span: Mapping[str, float]) -> datetime:
        return self.now.astimezone(UTC) - timedelta(**span)


def uid(*parts: str) -> str:
    """A uid that belongs to these names for ever."""
    return str(uuid.UUID(bytes=hashlib.sha256("/".join(parts).encode()).digest()[:16], version=4))


def suffix(*parts: str, length: int = 5) -> str:
    """What generateName appends."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return "".join(_SUFFIX_ALPHABET[byte % len(_SUFFIX_ALPHABET)] for byte in digest[:length])


def content_hash(tree: Raw) -> str:
    """A hash that looks like a controller-revision-hash: ten digits in Kubernetes' safe alphabet."""
    digits = f"{zlib.crc32(json.dumps(tree, sort_keys=True).encode()):010d}"
    return "".join(_SUFFIX_ALPHABET[ord(digit) % len(_SUFFIX_ALPHABET)] for digit in digits)


def metadata(kind: str, name: str, created: str, *, namespace: str = "", manager: str, **fields: Any) -> Raw:
    """ObjectMeta in the order of the API; `fields` are labels, annotations, ownerReferences and the like.

    The resourceVersion is filled in when the whole cluster stands.
    """
    return {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        "uid": uid(kind, namespace, name),
        "resourceVersion": "",
        "creationTimestamp": created,
        **{key: value for key, value in fields.items() if value},
        "managedFields": [_managed(kind, manager, created)],
    }


def _managed(kind: str, manager: str, when: str) -> Raw:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "apps/v1" if kind in ("DaemonSet", "ControllerRevision") else "v1",
        "time": when,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:metadata": {"f:labels": {".": {}}}},
    }


def controlled_by(owner: Raw) -> list[Raw]:
    """The ownerReferences of what `owner` makes."""
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def reference(to: Raw) -> Raw:
    """An ObjectReference, as events carry it."""
    meta = to["metadata"]
    return {
        "kind": to["kind"],
        **({"namespace": meta["namespace"]} if "namespace" in meta else {}),
        "name": meta["name"],
        "uid": meta["uid"],
        "apiVersion": to["apiVersion"],
        **({"resourceVersion": meta["resourceVersion"]} if meta["resourceVersion"] else {}),
    }
