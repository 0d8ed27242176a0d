"""DS032: which paths of the node its pods see."""

from collections.abc import Iterator, Mapping

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.template_tree import Tree, all_containers, part, parts, pod_spec, text

_ALL = 10**6


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Each hostPath volume of the template, by its path, with what its containers may do to it."""
    spec = pod_spec(audited.tree)
    volumes = {text(one, "name"): text(part(one, "hostPath"), "path") for one in parts(spec, "volumes")}
    paths = {name: path for name, path in volumes.items() if path}
    if paths:
        access = _access(spec)
        told = sorted({f"{path} ({access.get(name, 'not mounted')})" for name, path in paths.items()})
        yield Found(message=f"Its pods hold {counted(len(told), 'path')} of the node: {listed(told, _ALL)}.")


def _access(spec: Tree) -> Mapping[str, str]:
    """By the name of the volume; one writable mount makes it writable."""
    access: dict[str, str] = {}
    for container in all_containers(spec):
        for mount in parts(container, "volumeMounts"):
            name = text(mount, "name")
            if mount.get("readOnly") is not True:
                access[name] = "writable"
            else:
                access.setdefault(name, "read-only")
    return access


RULE = Rule(
    id="DS032",
    name="host-paths",
    level="info",
    needs=NOTHING_ELSE,
    means="An inventory of the paths of the node that the DaemonSet's pods hold as hostPath volumes, and whether any "
    "container may write to them.",
    why="A writable path of the node, such as / or the socket of the container runtime, is a way out of the "
    "container, on every node. Many agents need one; the list says which ones have it.",
    mend="Nothing, if the agent needs it. Mount what is only read with `readOnly: true`, and no more of the node "
    "than is needed.",
    check=check,
)
