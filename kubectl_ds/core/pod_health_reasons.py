"""What can keep a bound pod from being Ready: the facts. core/pod_health.py finds them."""

from typing import ClassVar, Literal

from kubectl_ds.core.node_condition import NodeNotReady
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.scheduling.virtual_nodes import NodeCannotHost

ContainerKind = Literal["container", "init container", "sidecar container"]
"""A sidecar is an init container with `restartPolicy: Always`: it starts in turn and runs beside the others."""

STARTING = frozenset({"ContainerCreating", "PodInitializing"})
PATIENCE_SECONDS = 120
"""A container that has been starting, or running unready, for less than this is given time."""
_RESTARTS_OF_A_LOOP = 3


class ContainerWaiting(Fact, frozen=True):
    """A container that is not running; `code` is the kubelet's own word for it."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "restarts", "seconds", "last_exit_code"})

    code: str
    namespace: str
    pod: str
    container: str
    kind: ContainerKind
    message: str
    restarts: int
    seconds: int | None
    """Age of the pod."""
    last_reason: str
    """Why it ended the last time: `OOMKilled`, `Error`; empty when it never ran."""
    last_exit_code: int | None

    @property
    def outlook(self) -> Outlook:
        if self.code not in STARTING:
            return "stuck"
        return "heals" if self.seconds is not None and self.seconds < PATIENCE_SECONDS else "unknown"

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.outlook)


class ContainerTerminated(Fact, frozen=True):
    """A container that has ended and is not yet started again."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "restarts"})

    code: str
    """`Error`, `OOMKilled`, `Completed` …"""
    pod: str
    container: str
    kind: ContainerKind
    exit_code: int
    message: str
    restarts: int

    @property
    def outlook(self) -> Outlook:
        return "unknown" if self.restarts >= _RESTARTS_OF_A_LOOP else "heals"


class InitContainerRunning(Fact, frozen=True):
    """An init container is at work; the others have not been started."""

    code: ClassVar[str] = "InitContainerRunning"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "seconds"})

    pod: str
    container: str
    seconds: int | None
    """How long it has been running."""

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.seconds is not None and self.seconds < PATIENCE_SECONDS else "unknown"


class ProbeFailing(Fact, frozen=True):
    """A container runs, and its startup or readiness probe has not passed."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "seconds", "restarts"})

    probe: Literal["startup", "readiness"]
    namespace: str
    pod: str
    container: str
    kind: ContainerKind
    seconds: int | None
    """How long the container has been running."""
    restarts: int
    message: str
    """The kubelet's newest `Unhealthy` event, if there is one."""

    @property
    def code(self) -> str:
        return "StartupProbeFailing" if self.probe == "startup" else "ReadinessProbeFailing"

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.seconds is not None and self.seconds < PATIENCE_SECONDS else "unknown"


class PodNotStarted(Fact, frozen=True):
    """The pod is bound and the kubelet has reported nothing about its containers."""

    code: ClassVar[str] = "PodNotStarted"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "seconds"})

    pod: str
    seconds: int | None

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.seconds is not None and self.seconds < PATIENCE_SECONDS else "unknown"


class KubeletEvent(Fact, frozen=True):
    """What keeps the kubelet from starting the pod, by its own event (`FailedMount` …)."""

    source: ClassVar[Source] = "event"
    outlook: ClassVar[Outlook] = "unknown"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message"})

    code: str
    pod: str
    message: str


class PodConditionFalse(Fact, frozen=True):
    """All containers are ready and the pod is not: a readiness gate, or a status that is behind."""

    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"
    varying: ClassVar[frozenset[str]] = frozenset({"pod"})

    code: str
    """The Ready condition's own reason (`ReadinessGatesNotReady`), `NotReady` when it gives none."""
    pod: str
    message: str


class PodStatusReason(Fact, frozen=True):
    """What whoever runs the pod wrote into its status: a kubelet, or a virtual one (`ProviderFailed`)."""

    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message"})

    code: str
    """`status.reason`; `PodStatus` for a message without one."""
    pod: str
    message: str


PodHealthReason = (
    NodeNotReady
    | NodeCannotHost
    | PodStatusReason
    | ContainerWaiting
    | ContainerTerminated
    | InitContainerRunning
    | ProbeFailing
    | PodNotStarted
    | KubeletEvent
    | PodConditionFalse
)
