"""DS019: containers that may take all the memory of a node."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import command, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.unset_resources import without


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Containers that run as long as the pod does, without a limit, and whose pod has none as a whole either."""
    containers = audited.running_containers
    names = without(audited.admitted, containers, "limits", "memory")
    if not names:
        return
    if len(containers) == 1:
        message = f"Its container {names[0]} has no memory limit."
    else:
        verb = "has" if len(names) == 1 else "have"
        message = (
            f"{len(names)} of its {len(containers)} containers ({listed(names)}) {verb} no memory limit."
        )
    yield Found(
        message=message,
        fix="Set one well above what they use at most: "
        + command("kubectl set resources", *audited.flags, "-c", names[0], "--limits=memory=MEMORY")
        + ".",
    )


RULE = Rule(
    id="DS019",
    name="no-memory-limit",
    level="warning",
    needs=frozenset(("limitranges",)),
    means="Containers of the DaemonSet have no memory limit, neither by themselves, nor for the pod as a whole, nor "
    "by a LimitRange of the namespace. Init containers that end are left out. A CPU limit is not asked for: it "
    "slows an agent down and protects nobody whose requests are right.",
    why="A leak in an agent is a leak on every node. Without a limit it ends when the node has no memory left, and "
    "what the kernel kills then may be a workload; an agent of a high priority is even spared the longest.",
    mend="Set a memory limit well above what the container uses at most.",
    check=check,
)
