"""A snapshot's file once more, as strangers may see it: names are collected, then replaced object by object."""

import gzip
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from kubectl_ds.core.redaction import Redaction
from kubectl_ds.core.stand_ins import KnownNames, StandIns
from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.dump.holdings import How
from kubectl_ds.kube.dump.rewindable import RewindableGzip
from kubectl_ds.kube.dump.snapshot_file import BEGINNING, Lacking, SnapshotFile, decoded

_HOSTNAME: Final = "kubernetes.io/hostname"
_LEFT_OUT: Final[dict[How, str]] = {
    "refused": "the server refused, in words that were left out",
    "failed": "the server did not answer",
    "not held": "the dump that this snapshot was made from holds none",
    "partial": "the dump that this snapshot was made from may not hold all of them",
}


class _Owner(Struct, frozen=True):
    kind: str = ""
    name: str = ""
    controller: bool | None = None


class _Metadata(Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str | None = None
    labels: dict[str, str] | None = None
    owner_references: tuple[_Owner, ...] | None = None


class _Spec(Struct, frozen=True, rename="camel"):
    node_name: str | None = None


class _Head(Struct, frozen=True):
    metadata: _Metadata = _Metadata()
    spec: _Spec | None = None


_HEAD: Final = msgspec.json.Decoder(_Head)


def redact_snapshot(source: BinaryIO, out: BinaryIO) -> None:
    """Read the snapshot that `source` holds, and write it redacted. Its text is in memory meanwhile."""
    with gzip.GzipFile(fileobj=source) as packed:
        file = decoded(packed.read(), "the snapshot")
    redaction = Redaction(StandIns(_known_names(file)))
    head = {
        "scope": redaction.namespace(file.scope),
        "namespace": redaction.namespace(file.namespace),
        "serverVersion": file.server_version,
        "redacted": True,
    }
    written = RewindableGzip(out)
    written.write(BEGINNING + msgspec.json.encode(head)[1:-1] + b',"objects":{')
    for number, (name, items) in enumerate(file.objects.items()):
        written.write(f'{"," if number else ""}"{name}":['.encode())
        for place, item in enumerate(items):
            shown = _redacted(redaction, name, item)
            written.write((b"," if place else b"") + msgspec.json.encode(shown))
        written.write(b"]")
    gaps = [_gap(one, redaction) for one in file.gaps]
    tail = {"gaps": gaps, "takenAt": file.taken_at}
    written.write(b"}," + msgspec.json.encode(tail)[1:] + b"\n")
    written.finish()


def _redacted(redaction: Redaction, section: str, item: Raw) -> dict[str, Any]:
    """DaemonSets come as somebody's server or dump had them, whatever that is."""
    try:
        return redaction.redacted(section, msgspec.json.decode(item))
    except (AttributeError, TypeError, ValueError, LookupError, RecursionError) as error:
        raise _not_redacted(section, error) from None


def _head(section: str, item: Raw) -> _Head:
    try:
        return _HEAD.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_redacted(section, error) from None


def _not_redacted(section: str, error: Exception) -> KubectlDsError:
    return KubectlDsError(f"one of the {section} is not as the API has it, and cannot be redacted: {error}")


def _gap(lacking: Lacking, redaction: Redaction) -> Lacking:
    namespace = redaction.namespace(lacking.namespace)
    return replace(lacking, namespace=namespace, message=_LEFT_OUT[lacking.how])


def _known_names(file: SnapshotFile) -> KnownNames:
    heads = {name: [_head(name, item) for item in items] for name, items in file.objects.items()}

    def names(section: str) -> Iterator[str]:
        return (one.metadata.name for one in heads.get(section, ()))

    pods = heads.get("pods", [])
    return KnownNames(
        nodes={*names("nodes"), *(one.spec.node_name or "" for one in pods if one.spec)},
        hosts={(one.metadata.labels or {}).get(_HOSTNAME, "") for one in heads.get("nodes", ())},
        namespaces={
            *names("namespaces"),
            *(one.metadata.namespace or "" for held in heads.values() for one in held),
            *(file.scope, file.namespace),
        },
        daemonsets=set(names("daemonsets")),
        pods={(one.metadata.name, _daemonset_of(one)) for one in pods},
    )


def _daemonset_of(pod: _Head) -> str:
    owners = pod.metadata.owner_references or ()
    return next((one.name for one in owners if one.controller and one.kind == "DaemonSet"), "")
