"""Kubernetes objects as far as the program uses them, decoded by msgspec straight from the wire.

Only fields in use are declared; unknown ones cost nothing. Collections default to empty, since the API
leaves empty ones out. `null` in place of a collection is legal on the wire and handled by the decoder
(kube/decoding.py) before it gets here. Field names are the API's own (camelCase on the wire).
"""

from datetime import datetime

from msgspec import Struct, field

Quantity = str | int | float
"""A resource amount in Kubernetes' notation; the API sends strings, hand-written YAML also numbers."""

IntOrString = int | str
Labels = dict[str, str]


class _Wire(Struct, frozen=True, rename="camel", kw_only=True, gc=False, omit_defaults=True):
    """Base of everything decoded: immutable, camelCase, out of the garbage collector's sight (no cycles).

    Encoded again, as snapshots are, an object is what was decoded and not a field more.
    """


# --- metadata --------------------------------------------------------------------------------------


class OwnerReference(_Wire, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None
    api_version: str = ""


class ObjectMeta(_Wire, frozen=True):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: Labels = {}
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()


class AnnotatedMeta(ObjectMeta, frozen=True):
    """Metadata with annotations, for the few kinds whose annotations mean something here."""

    annotations: Labels = {}


class LabelSelectorRequirement(_Wire, frozen=True):
    key: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


class LabelSelector(_Wire, frozen=True):
    """metav1.LabelSelector: matchLabels and matchExpressions, all ANDed."""

    match_labels: Labels = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


# --- scheduling ------------------------------------------------------------------------------------


class NodeSelectorRequirement(_Wire, frozen=True):
    key: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


class NodeSelectorTerm(_Wire, frozen=True):
    match_expressions: tuple[NodeSelectorRequirement, ...] = ()
    match_fields: tuple[NodeSelectorRequirement, ...] = ()


class NodeSelector(_Wire, frozen=True):
    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeAffinity(_Wire, frozen=True):
    required: NodeSelector | None = field(name="requiredDuringSchedulingIgnoredDuringExecution", default=None)


class PodAffinityTerm(_Wire, frozen=True):
    label_selector: LabelSelector | None = None
    topology_key: str = ""
    namespaces: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None


class PodAffinity(_Wire, frozen=True):
    """Both podAffinity and podAntiAffinity have this shape."""

    required: tuple[PodAffinityTerm, ...] = field(
        name="requiredDuringSchedulingIgnoredDuringExecution", default=()
    )


class Affinity(_Wire, frozen=True):
    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class TopologySpreadConstraint(_Wire, frozen=True):
    topology_key: str = ""
    max_skew: int = 0
    when_unsatisfiable: str = ""


class Toleration(_Wire, frozen=True):
    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class Taint(_Wire, frozen=True):
    key: str = ""
    value: str = ""
    effect: str = ""
    time_added: datetime | None = None


class SchedulingGate(_Wire, frozen=True):
    name: str = ""


# --- pods ------------------------------------------------------------------------------------------


class ContainerPort(_Wire, frozen=True):
    container_port: int = 0
    host_port: int = 0
    host_ip: str = field(name="hostIP", default="")
    protocol: str = ""
    name: str = ""


class ResourceRequirements(_Wire, frozen=True):
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}


class Container(_Wire, frozen=True):
    name: str = ""
    image: str = ""
    ports: tuple[ContainerPort, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    restart_policy: str = ""


class PersistentVolumeClaimSource(_Wire, frozen=True):
    claim_name: str = ""


class Volume(_Wire, frozen=True):
    """Without its name: those of service account tokens are random, and would make every pod differ from the next."""

    persistent_volume_claim: PersistentVolumeClaimSource | None = None


class PodResourceClaim(_Wire, frozen=True):
    name: str = ""
    resource_claim_name: str = ""


class PodSpec(_Wire, frozen=True):
    node_name: str = ""
    node_selector: Labels = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    scheduler_name: str = ""
    priority: int | None = None
    priority_class_name: str = ""
    preemption_policy: str = ""
    host_network: bool = False
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    overhead: dict[str, Quantity] = {}
    resources: ResourceRequirements | None = None
    scheduling_gates: tuple[SchedulingGate, ...] = ()
    volumes: tuple[Volume, ...] = ()
    service_account_name: str = ""
    runtime_class_name: str = ""
    topology_spread_constraints: tuple[TopologySpreadConstraint, ...] = ()
    resource_claims: tuple[PodResourceClaim, ...] = ()


class PodCondition(_Wire, frozen=True):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


class ContainerStateWaiting(_Wire, frozen=True):
    reason: str = ""
    message: str = ""


class ContainerStateTerminated(_Wire, frozen=True):
    reason: str = ""
    message: str = ""
    exit_code: int = 0
    signal: int = 0
    finished_at: datetime | None = None


class ContainerStateRunning(_Wire, frozen=True):
    started_at: datetime | None = None


class ContainerState(_Wire, frozen=True):
    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(_Wire, frozen=True):
    name: str = ""
    image_id: str = field(name="imageID", default="")
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()
    allocated_resources: dict[str, Quantity] = {}
    resources: ResourceRequirements | None = None


class PodStatus(_Wire, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    nominated_node_name: str = ""
    conditions: tuple[PodCondition, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    resources: ResourceRequirements | None = None
    allocated_resources: dict[str, Quantity] = {}
    start_time: datetime | None = None


class Pod(_Wire, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


# --- nodes -----------------------------------------------------------------------------------------


class NodeSpec(_Wire, frozen=True):
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    provider_id: str = field(name="providerID", default="")


class NodeCondition(_Wire, frozen=True):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


class NodeSystemInfo(_Wire, frozen=True):
    kubelet_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeStatus(_Wire, frozen=True):
    allocatable: dict[str, Quantity] = {}
    capacity: dict[str, Quantity] = {}
    conditions: tuple[NodeCondition, ...] = ()
    node_info: NodeSystemInfo = NodeSystemInfo()


class Node(_Wire, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


# --- namespaces ------------------------------------------------------------------------------------


class NamespaceCondition(_Wire, frozen=True):
    type: str = ""
    status: str = ""
    message: str = ""


class NamespaceStatus(_Wire, frozen=True):
    conditions: tuple[NamespaceCondition, ...] = ()


class Namespace(_Wire, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    status: NamespaceStatus = NamespaceStatus()


# --- daemonsets and revisions ----------------------------------------------------------------------


class PodTemplateSpec(_Wire, frozen=True):
    metadata: AnnotatedMeta = AnnotatedMeta()
    spec: PodSpec = PodSpec()


class RollingUpdateDaemonSet(_Wire, frozen=True):
    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DaemonSetUpdateStrategy(_Wire, frozen=True):
    type: str = ""
    rolling_update: RollingUpdateDaemonSet | None = None


class DaemonSetSpec(_Wire, frozen=True):
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()
    update_strategy: DaemonSetUpdateStrategy = DaemonSetUpdateStrategy()
    min_ready_seconds: int = 0
    revision_history_limit: int | None = None


class DaemonSetStatus(_Wire, frozen=True):
    """Counters as stored. The API leaves out zeros of the last four; they read as 0 here."""

    current_number_scheduled: int = 0
    number_misscheduled: int = 0
    desired_number_scheduled: int = 0
    number_ready: int = 0
    observed_generation: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_unavailable: int = 0
    collision_count: int | None = None


class DaemonSet(_Wire, frozen=True):
    metadata: AnnotatedMeta = AnnotatedMeta()
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()


class ControllerRevision(_Wire, frozen=True):
    """`data` stays a plain tree: it is compared with the raw template, which no Struct holds whole."""

    metadata: AnnotatedMeta = AnnotatedMeta()
    revision: int = 0
    data: dict[str, object] | None = None


# --- what admission adds to pods -------------------------------------------------------------------


class LimitRangeItem(_Wire, frozen=True):
    type: str = ""
    default: dict[str, Quantity] = {}
    default_request: dict[str, Quantity] = {}


class LimitRangeSpec(_Wire, frozen=True):
    limits: tuple[LimitRangeItem, ...] = ()


class LimitRange(_Wire, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: LimitRangeSpec = LimitRangeSpec()


class PriorityClass(_Wire, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    value: int = 0
    global_default: bool = False
    preemption_policy: str = ""


class Overhead(_Wire, frozen=True):
    pod_fixed: dict[str, Quantity] = {}


class RuntimeClassScheduling(_Wire, frozen=True):
    node_selector: Labels = {}
    tolerations: tuple[Toleration, ...] = ()


class RuntimeClass(_Wire, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    overhead: Overhead | None = None
    scheduling: RuntimeClassScheduling | None = None


# --- what pods use ---------------------------------------------------------------------------------


class ContainerMetrics(_Wire, frozen=True):
    name: str = ""
    usage: dict[str, Quantity] = {}


class PodMetrics(_Wire, frozen=True):
    """metrics.k8s.io: what a pod used in the last minute or so."""

    metadata: ObjectMeta = ObjectMeta()
    containers: tuple[ContainerMetrics, ...] = ()


# --- events ----------------------------------------------------------------------------------------


class ObjectReference(_Wire, frozen=True):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class EventSource(_Wire, frozen=True):
    component: str = ""
    host: str = ""


class EventSeries(_Wire, frozen=True):
    count: int = 0
    last_observed_time: datetime | None = None


class Event(_Wire, frozen=True):
    """core/v1 Event; new-style ones have an empty source, `eventTime` set and null timestamps."""

    metadata: ObjectMeta = ObjectMeta()
    involved_object: ObjectReference = ObjectReference()
    reason: str = ""
    message: str = ""
    type: str = ""
    count: int = 0
    source: EventSource = EventSource()
    reporting_component: str = ""
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: EventSeries | None = None


# --- lists -----------------------------------------------------------------------------------------


class ListMeta(_Wire, frozen=True):
    resource_version: str = ""
    continue_token: str = field(name="continue", default="")
    remaining_item_count: int | None = None
