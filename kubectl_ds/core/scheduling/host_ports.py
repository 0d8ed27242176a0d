"""Host ports: two pods of one node may not listen on the same one (scheduler plugin `nodeports`)."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct

from kubectl_ds.core.model import Pod
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.scheduling.pod_requests import is_sidecar
from kubectl_ds.core.scheduling.relief import OUTLOOK_OF_RELIEF, Relief

_ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - the scheduler's spelling of "every address", nothing is bound here


class HostPort(Struct, frozen=True, gc=False):
    """A port of the node that a pod wants for itself."""

    port: int
    protocol: str
    address: str

    def conflicts_with(self, other: "HostPort") -> bool:
        """Same port and protocol, and the same address or every address on either side."""
        if self.port != other.port or self.protocol != other.protocol:
            return False
        return self.address == other.address or _ANY_ADDRESS in (self.address, other.address)


class HostPortConflict(Fact, frozen=True):
    """A host port that the pod asks for is held by another pod of the node."""

    code: ClassVar[str] = "HostPortConflict"
    source: ClassVar[Source] = "computed"
    varying: ClassVar[frozenset[str]] = frozenset({"holder"})

    port: int
    protocol: str
    address: str
    holder: str
    """`namespace/name` of the pod that holds the port."""
    owner: str
    """What manages the holder, `DaemonSet node-exporter`; empty for a pod on its own."""
    relief: Relief

    @property
    def outlook(self) -> Outlook:
        return OUTLOOK_OF_RELIEF[self.relief]


def host_ports(pod: Pod) -> tuple[HostPort, ...]:
    """Host ports of containers and sidecars (`schedutil.GetHostPorts`), TCP and every address by default."""
    spec = pod.spec
    containers = (*(one for one in spec.init_containers if is_sidecar(one)), *spec.containers)
    return tuple(
        HostPort(port.host_port, port.protocol or "TCP", port.host_ip or _ANY_ADDRESS)
        for container in containers
        for port in container.ports
        if port.host_port > 0
    )


def first_conflict(wanted: Iterable[HostPort], others: Iterable[Pod]) -> tuple[HostPort, Pod] | None:
    """The first wanted port that one of `others` holds, and that pod; None when all are free."""
    ports = tuple(wanted)
    if not ports:
        return None
    held = [(held, pod) for pod in others for held in host_ports(pod)]
    for port in ports:
        for taken, pod in held:
            if port.conflicts_with(taken):
                return port, pod
    return None
