"""A statement of intent: this DaemonSet must cover the nodes with these labels."""

from fnmatch import fnmatchcase

from msgspec import Struct

from kubectl_ds.core.label_selector import Requirements, parse
from kubectl_ds.core.object_key import Key
from kubectl_ds.errors import UsageError

_PATTERN = frozenset("*?[")


class CoverageRequirement(Struct, frozen=True, kw_only=True):
    """`namespace` and `name` may be a shell's patterns: the DaemonSets that match cover the nodes together.

    `nodes` is `node_selector` as read; without conditions it means every node.
    """

    namespace: str
    name: str
    node_selector: str = ""
    nodes: Requirements = Requirements()

    @property
    def key(self) -> Key:
        return self.namespace, self.name

    @property
    def names_several(self) -> bool:
        """Whether it is a pattern, which any number of DaemonSets may match."""
        return not _PATTERN.isdisjoint(self.namespace + self.name)

    def means(self, key: Key) -> bool:
        return fnmatchcase(key[0], self.namespace) and fnmatchcase(key[1], self.name)


def required(daemonset: str, node_selector: str, nodes: Requirements) -> CoverageRequirement:
    """From `NAMESPACE/NAME` and a selector, as text and as read. Raises `UsageError`."""
    namespace, slash, name = daemonset.strip().partition("/")
    if not (namespace and slash and name) or "/" in name:
        raise UsageError(f"a DaemonSet is named NAMESPACE/NAME, not {daemonset!r}")
    return CoverageRequirement(
        namespace=namespace, name=name, node_selector=node_selector.strip(), nodes=nodes
    )


def parse_requirement(text: str) -> CoverageRequirement:
    """`NAMESPACE/NAME:NODESELECTOR`; an empty selector is every node. Raises `UsageError`."""
    daemonset, colon, node_selector = text.partition(":")
    if not colon:
        raise UsageError(
            f"--require takes NAMESPACE/NAME:NODESELECTOR, not {text!r}",
            hint=f"{text}: with nothing behind the colon means every node",
        )
    return required(daemonset, node_selector, parse(node_selector))
