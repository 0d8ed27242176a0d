"""DS021: two DaemonSets that ask for the same port of the same nodes."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import counted, listed
from kubectl_ds.core.audited_cluster import AuditedCluster, AuditedDaemonSet
from kubectl_ds.core.model import Pod
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.scheduling import HostPortConflict, HostPortsTaken
from kubectl_ds.core.scheduling.host_ports import HostPort, host_ports


def check(cluster: AuditedCluster) -> Iterator[tuple[Key, Found]]:
    """Each pair once; the younger of the two is blamed, since the ports were the other's first."""
    holders: dict[tuple[int, str], list[tuple[int, HostPort]]] = defaultdict(list)
    present = [one for one in cluster.daemonsets if one.daemonset.metadata.deletion_timestamp is None]
    for index, audited in enumerate(present):
        for port in dict.fromkeys(host_ports(Pod(spec=audited.admitted))):
            holders[port.port, port.protocol].append((index, port))
    clashes: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
    for (number, protocol), asked in sorted(holders.items()):
        for (one, port), (other, taken) in combinations(asked, 2):
            if one != other and port.conflicts_with(taken):
                clashes[one, other][f"port {number}/{protocol}"] = None
    for (one, other), ports in clashes.items():
        yield from _clash(present[one], present[other], list(ports))


def _clash(one: AuditedDaemonSet, other: AuditedDaemonSet, ports: list[str]) -> Iterator[tuple[Key, Found]]:
    younger, older = sorted((one, other), key=AuditedDaemonSet.youth)
    both = frozenset(node.metadata.name for node in older.eligible)
    shared = tuple(node.metadata.name for node in younger.eligible if node.metadata.name in both)
    if not shared:
        return
    name = "/".join(older.key)
    waiting = _waiting(younger, older, frozenset(shared))
    found = Found(
        message=f"It asks for {listed(ports)}, as ds {name} does, on {counted(len(shared), 'node')} where both belong: "
        f"only one of the two can be there.{waiting}",
        nodes=shared,
        subject=f"ds {name}",
        fix=f"Give it or ds {name} {'another port' if len(ports) == 1 else 'other ports'}, or keep them on different "
        "nodes by node affinity.",
    )
    yield younger.key, found


def _waiting(younger: AuditedDaemonSet, older: AuditedDaemonSet, shared: frozenset[str]) -> str:
    """Which of them waits for its port now; nothing where none does, or pods were not read."""
    told = ((" Its pod", younger), (f" The pod of ds {'/'.join(older.key)}", older))
    return "".join(
        f"{whose} waits for it on {counted(number, 'node')}."
        for whose, audited in told
        if (number := _waits_on(audited, shared))
    )


def _waits_on(audited: AuditedDaemonSet, shared: frozenset[str]) -> int:
    return sum(
        one.node in shared
        and one.state == "Pending"
        and any(isinstance(reason, HostPortConflict | HostPortsTaken) for reason in one.reasons)
        for one in audited.coverage.nodes
    )


RULE = Rule(
    id="DS021",
    name="host-port-clash",
    level="error",
    needs=frozenset(("nodes",)),
    means="Two DaemonSets belong on the same nodes and ask there for the same host port, by the same protocol and "
    "address. In a pod of the host network every port that a container declares is one.",
    why="A port of a node has one holder. Whichever pod comes first has it, the other stays Pending, and a restart of "
    "the node may turn it round: a clash can sleep for months.",
    mend="Give one of them another port, or keep them on different nodes. Only ports that are declared are known, and "
    "with `-n` only the DaemonSets of one namespace.",
    check_cluster=check,
)
