"""Manifests from files, folders and standard input, as `kubectl apply -f` reads them.

Mirrors k8s.io/cli-runtime/pkg/resource/builder.go and visitor.go: folders give their .json, .yaml and .yml files
in order of name, a file holds any number of documents, and a List stands for its items. URLs are not fetched.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.decoding import RawObject

STDIN = "-"
_ENDINGS = (".json", ".yaml", ".yml")


class Manifest(Struct, frozen=True):
    """One object, and the file that it stands in, for sentences."""

    object: RawObject
    source: str


def read_manifests(paths: Sequence[str], stdin: TextIO, *, recursive: bool = False) -> tuple[Manifest, ...]:
    """Every object in these files, in order. Raises `UsageError` for a path that is not there, and
    `KubectlDsError` for a file that cannot be read or is no manifest."""
    found: list[Manifest] = []
    for path in paths:
        for source in _files(path, recursive=recursive):
            found += _objects(_content(source, stdin), "standard input" if source == STDIN else source)
    return tuple(found)


def _files(path: str, *, recursive: bool) -> Iterator[str]:
    if path == STDIN:
        yield STDIN
        return
    if path.startswith(("http://", "https://")):
        raise UsageError(f"{path} is not fetched", hint="save it to a file first, or pipe it in with -f -")
    place = Path(path)
    if not place.exists():
        raise UsageError(f'the path "{path}" does not exist')
    if not place.is_dir():
        yield path
        return
    held = sorted(place.rglob("*") if recursive else place.iterdir())
    names = [str(one) for one in held if one.is_file() and one.suffix in _ENDINGS]
    if not names:
        raise UsageError(f"there is no .json, .yaml or .yml file in {path}")
    yield from names


def _content(source: str, stdin: TextIO) -> bytes:
    if source == STDIN:
        return stdin.read().encode("utf-8", "surrogatepass")
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise KubectlDsError(f"{source} cannot be read: {error.strerror}") from None


def _objects(content: bytes, source: str) -> list[Manifest]:
    import yaml

    from kubectl_ds.kube.yaml_loader import documents

    try:
        trees = documents(content)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise KubectlDsError(f"{source} is no YAML or JSON: {' '.join(str(error).split())}") from None
    return [
        Manifest(one, source)
        for number, tree in enumerate(trees, start=1)
        if tree is not None
        for one in _items(tree, source, number)
    ]


def _items(tree: object, source: str, number: int) -> Iterator[RawObject]:
    where = source if number == 1 else f"{source}, document {number}"
    if not isinstance(tree, dict) or not isinstance(tree.get("kind"), str) or not tree.get("apiVersion"):
        raise KubectlDsError(
            f"{where} is no Kubernetes object: it has no kind and apiVersion",
            hint="a manifest is what `kubectl apply -f` takes",
        )
    if not (tree["kind"].endswith("List") and isinstance(tree.get("items"), list)):
        yield tree
        return
    # The items of a List on the wire lack what the list says for all of them.
    kind = tree["kind"].removesuffix("List")
    for item in tree["items"]:
        named = (
            {"apiVersion": tree["apiVersion"], "kind": kind, **item}
            if kind and isinstance(item, dict)
            else item
        )
        yield from _items(named, source, number)
