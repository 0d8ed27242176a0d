"""DS013: a template that binds its pods to one node by itself."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import NodeSelectorRequirement
from kubectl_ds.core.placement.node_affinity import NODE_NAME_FIELD
from kubectl_ds.core.template_patch import placement_patch, requiring, without_node_name


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """`spec.template.spec.nodeName`, worse where no node has the name."""
    wanted = audited.daemonset.spec.template.spec.node_name
    if not wanted:
        return
    if wanted not in audited.cluster.node_of:
        yield Found(
            message=f"Its template says nodeName: {wanted}, and there is no node of this name: it runs nowhere.",
            fix=f"Take nodeName out of the template: `{_removal(audited)}`. "
            "It then belongs on every node that its other rules let in.",
            level="error",
        )
        return
    patch = _patch(audited, wanted)
    yield Found(
        message=f"Its template says nodeName: {wanted}: it belongs on that node alone, and its pods are bound at "
        "birth, past the scheduler, so that nothing is weighed before the kubelet takes or refuses them.",
        nodes=(wanted,),
        fix=f"Take nodeName out of the template: `{_removal(audited)}`."
        if patch is None
        else "Ask for the node by affinity, as the patch does: its pod stays there, and a scheduler binds it.",
        patch=patch,
    )


def _removal(audited: AuditedDaemonSet) -> str:
    namespace, name = audited.key
    remove = '[{"op":"remove","path":"/spec/template/spec/nodeName"}]'
    return f"kubectl patch ds {name} -n {namespace} --type=json -p '{remove}'"


def _patch(audited: AuditedDaemonSet, wanted: str) -> Patch | None:
    """The same nodes, by a scheduler; None where it belongs on no node even so."""
    spec = audited.daemonset.spec.template.spec
    pin = NodeSelectorRequirement(key=NODE_NAME_FIELD, operator="In", values=(wanted,))
    pinned = requiring(without_node_name(spec), fields=(pin,))
    same = audited.nodes_with(pinned) == {wanted}
    return placement_patch(spec, pinned) if same else None


RULE = Rule(
    id="DS013",
    name="node-name-in-template",
    level="warning",
    needs=frozenset(("nodes",)),
    means="The template sets `spec.nodeName`. The DaemonSet belongs on that node alone, and its pods are bound the "
    "moment they are made, with no scheduler in between.",
    why="Free room, host ports and volumes are looked at by nobody before the kubelet, which refuses a pod that "
    "does not fit; the controller then deletes and makes it again, ever more slowly. When the node is replaced by "
    "one of another name, the DaemonSet runs nowhere and says nothing.",
    mend="Ask for the node by affinity or by a label, and leave nodeName to the scheduler. The ready patch keeps the "
    "DaemonSet on its node. A changed template replaces the pods.",
    check=check,
)
