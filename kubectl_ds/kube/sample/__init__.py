"""The bundled sample cluster: 39 nodes and 21 DaemonSets, with every state and every reason in it.

It is data in Python: a module a theme, a function a DaemonSet, whose docstring says what is the matter with
it. Everything belongs to one moment and is the same for the same moment. Placement, states and reasons are
nowhere computed here: statuses are what a controller would have written, so that the program's own reading
of the cluster can be held against them.
"""

from collections.abc import Callable
from datetime import datetime

from kubectl_ds.kube.sample import (
    accelerators,
    edge,
    networking,
    nodes,
    nowhere,
    observability,
    security,
    storage,
    tenants,
)
from kubectl_ds.kube.sample.admission import admission_objects
from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.metrics import pod_metrics
from kubectl_ds.kube.sample.workloads import workloads

DAEMONSETS: tuple[Callable[[Moment], list[Raw]], ...] = (
    networking.cilium,
    networking.kube_proxy,
    storage.csi_node,
    accelerators.nvidia_device_plugin,
    observability.node_exporter,
    observability.windows_exporter,
    observability.fluent_bit,
    security.falco,
    security.file_audit,
    security.image_scanner,
    accelerators.gpu_health_check,
    storage.volume_scrubber,
    edge.edge_agent,
    edge.edge_gateway,
    tenants.cache_warmer,
    tenants.kernel_tuner,
    tenants.sandbox_warmer,
    nowhere.spot_handler,
    nowhere.fpga_driver,
    nowhere.kernel_module,
    nowhere.agent_v1,
)
"""One function a DaemonSet: it with its revisions, its pods and the events about them."""

_FIRST_VERSION = 48_151_623


def sample_cluster(now: datetime) -> list[Raw]:
    """Every object of the sample as an API server (v1.36) would return it, at the moment `now`.

    Nodes, DaemonSets, ControllerRevisions, Pods, Events, what admission goes by, and PodMetrics; `now` must
    be aware of its time zone. The objects are new ones at each call and may be changed.
    """
    moment = Moment(now)
    objects = [
        *nodes.every_node(moment),
        *(one for tell in DAEMONSETS for one in tell(moment)),
        *workloads(moment),
        *admission_objects(moment),
    ]
    objects += pod_metrics(moment, objects)
    for number, one in enumerate(objects):
        one["metadata"]["resourceVersion"] = str(_FIRST_VERSION + 7 * number)
    return objects
