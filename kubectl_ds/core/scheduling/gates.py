"""Scheduling gates: the scheduler does not look at a pod that still has one."""

from typing import ClassVar

from kubectl_ds.core.model import Pod
from kubectl_ds.core.reason import Fact, Outlook, Source


class SchedulingGated(Fact, frozen=True):
    """The pod waits until somebody else takes these gates off."""

    code: ClassVar[str] = "SchedulingGated"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "stuck"
    gates: tuple[str, ...]


def scheduling_gated(pod: Pod) -> SchedulingGated | None:
    """The gates that are left, None when the pod is free to be scheduled."""
    gates = tuple(gate.name for gate in pod.spec.scheduling_gates)
    return SchedulingGated(gates=gates) if gates else None
