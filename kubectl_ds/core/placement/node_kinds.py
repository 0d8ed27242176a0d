"""The nodes of a cluster by the few things that placement looks at, so that equal ones are decided once."""

from collections.abc import Iterable, Sequence

from kubectl_ds.core.model import Node
from kubectl_ds.core.natural_order import natural_key


def in_natural_order(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The nodes as every report lists them."""
    return tuple(sorted(nodes, key=lambda node: natural_key(node.metadata.name)))


class NodeKinds:
    """Nodes in a fixed order, with their taints and, of the labels, those that some template asked for.

    Built once for all DaemonSets of a cluster: 5,000 nodes of a cloud are a handful of kinds, however many labels
    (their hostname first of all) tell them apart.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = tuple(nodes)
        self.names = [node.metadata.name for node in self.nodes]
        numbers: dict[tuple[tuple[str, str, str], ...], int] = {}
        self._taints = [numbers.setdefault(_taints_of(node), len(numbers)) for node in self.nodes]
        self._labels: dict[str, list[str | None]] = {}

    def signatures(self, label_keys: Iterable[str], *, by_name: bool) -> Iterable[tuple[object, ...]]:
        """For each node, in order, what a verdict on it depends on: its taints, these labels, perhaps its name."""
        columns: list[Sequence[object]] = [self._taints, *(self._values(key) for key in label_keys)]
        if by_name:
            columns.append(self.names)
        return zip(*columns, strict=True)

    def _values(self, key: str) -> list[str | None]:
        values = self._labels.get(key)
        if values is None:
            values = self._labels[key] = [node.metadata.labels.get(key) for node in self.nodes]
        return values


def _taints_of(node: Node) -> tuple[tuple[str, str, str], ...]:
    return tuple([(taint.key, taint.value, taint.effect) for taint in node.spec.taints])
