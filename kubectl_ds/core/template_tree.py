"""The parts of a DaemonSet's template in the tree that the server sent; a part of another type counts as absent."""

from collections.abc import Iterator, Mapping
from typing import Any

Tree = Mapping[str, Any]


def part(tree: object, *path: str) -> Tree:
    """The object at this path; empty where there is none."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree if isinstance(tree, Mapping) else {}


def parts(tree: object, key: str) -> Iterator[Tree]:
    """The objects of the list under this key."""
    held = tree.get(key) if isinstance(tree, Mapping) else None
    for one in held if isinstance(held, list | tuple) else ():
        if isinstance(one, Mapping):
            yield one


def text(tree: Tree, key: str) -> str:
    """The text under this key; empty where there is none."""
    held = tree.get(key)
    return held if isinstance(held, str) else ""


def texts(tree: Tree, key: str) -> tuple[str, ...]:
    """The texts of the list under this key."""
    held = tree.get(key)
    return tuple(one for one in held if isinstance(one, str)) if isinstance(held, list | tuple) else ()


def pod_spec(daemonset_object: object) -> Tree:
    """The spec of the pods that it makes."""
    return part(daemonset_object, "spec", "template", "spec")


def all_containers(spec: Tree) -> Iterator[Tree]:
    """Init containers, sidecars among them, and then the others."""
    yield from parts(spec, "initContainers")
    yield from parts(spec, "containers")
