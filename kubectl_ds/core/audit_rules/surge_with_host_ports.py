"""DS027: an update that surges, by pods that hold host ports."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import Pod
from kubectl_ds.core.scheduling.host_ports import host_ports
from kubectl_ds.core.update_strategy import surge_enabled


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Host ports, those of a host network among them, where maxSurge is not 0."""
    asked = {(port.port, port.protocol) for port in host_ports(Pod(spec=audited.admitted))}
    ports = [f"port {number}/{protocol}" for number, protocol in sorted(asked)]
    rolling = audited.daemonset.spec.update_strategy.rolling_update
    if not ports or rolling is None or not surge_enabled(audited.daemonset):
        return
    network = " of the host network" if audited.admitted.host_network else ""
    yield Found(
        message=f"maxSurge {rolling.max_surge} starts the new pod beside the old one, which holds {listed(ports)}"
        f"{network}: no node has room for both, and the new pod stays Pending.",
        patch=Patch(
            type="merge",
            body={"spec": {"updateStrategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}},
        ),
    )


RULE = Rule(
    id="DS027",
    name="surge-with-host-ports",
    level="error",
    needs=NOTHING_ELSE,
    means="The rolling update starts the new pod on a node before it deletes the old one (maxSurge), and the pods "
    "ask for host ports. With a host network every port that a container declares is one. The API server lets this "
    "in; the scheduler never binds two pods with the same host port to one node.",
    why="Every rollout stops at its first nodes: the new pod waits for the port, and the controller keeps the old "
    "pod until the new one is available. Only a change of the ports themselves gets through.",
    mend="Set maxSurge to 0 and maxUnavailable to 1 or more, or give up the host ports.",
    check=check,
)
