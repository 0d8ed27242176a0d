"""What a node can run: its operating system and architecture, and which templates no Windows node can host."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.model import Node, PodSpec
from kubectl_ds.core.placement_change import required_terms_of
from kubectl_ds.core.scheduling.virtual_nodes import NodeCannotHost, node_cannot_host
from kubectl_ds.core.template_tree import Tree, all_containers, part, pod_spec, text

Dimension = Literal["os", "arch"]
LABEL_OF: Mapping[Dimension, str] = {"os": "kubernetes.io/os", "arch": "kubernetes.io/arch"}
"""The labels in which the kubelet says what it was built for."""
BETA_LABEL_OF: Mapping[Dimension, str] = {"os": "beta.kubernetes.io/os", "arch": "beta.kubernetes.io/arch"}


class NodePlatform(Struct, frozen=True, kw_only=True, gc=False):
    """`linux` or `windows`, `amd64`, `arm64` …, as the kubelet reports it, else by label; empty where nobody says.

    `virtual`: why no daemon pod can run there, whatever it is.
    """

    os: str
    arch: str
    virtual: NodeCannotHost | None

    def value(self, dimension: Dimension) -> str:
        return self.os if dimension == "os" else self.arch


def platform_of(node: Node) -> NodePlatform:
    """What the node says of itself."""
    info = node.status.node_info
    return NodePlatform(
        os=info.operating_system or _labelled(node, "os"),
        arch=info.architecture or _labelled(node, "arch"),
        virtual=node_cannot_host(node),
    )


def _labelled(node: Node, dimension: Dimension) -> str:
    labels = node.metadata.labels
    return labels.get(LABEL_OF[dimension]) or labels.get(BETA_LABEL_OF[dimension], "")


def asks_for(spec: PodSpec, dimension: Dimension) -> bool:
    """Whether nodeSelector or each term of the required affinity says something of it, so that a mix is meant."""
    keys = {LABEL_OF[dimension], BETA_LABEL_OF[dimension]}
    if not keys.isdisjoint(spec.node_selector):
        return True
    terms = required_terms_of(spec)
    return bool(terms) and all(any(one.key in keys for one in term.match_expressions) for term in terms)


def only_os(daemonset_object: Mapping[str, Any]) -> str:
    """The operating system outside of which kubelets refuse the pods (PodOSNotSupported); empty for none.

    Upstream: `rejectPodAdmissionBasedOnOSField` of pkg/kubelet/lifecycle/predicate.go. Placement does not look at it.
    """
    return text(part(pod_spec(daemonset_object), "os"), "name")


def linux_only_fields(daemonset_object: Mapping[str, Any]) -> tuple[str, ...]:
    """What the template asks for that no Windows node has (`validateWindows` of pkg/apis/core/validation)."""
    return tuple(_linux_only(pod_spec(daemonset_object)))


def _linux_only(spec: Tree) -> Iterator[str]:
    for field in ("hostPID", "hostIPC", "shareProcessNamespace"):
        if spec.get(field) is True:
            yield field
    contexts = [part(one, "securityContext") for one in all_containers(spec)]
    if any(one.get("privileged") is True for one in contexts):
        yield "privileged"
    if any(part(one, "capabilities").get("add") for one in contexts):
        yield "capabilities"
