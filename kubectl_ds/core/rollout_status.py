"""kubectl's own answer to `rollout status`: a function of the object alone, which never looks at a pod.

Upstream: `DaemonSetStatusViewer` of staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go.
"""

import json

from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.update_strategy import ROLLING_UPDATE
from kubectl_ds.errors import KubectlDsError


def rollout_status(daemonset: DaemonSet) -> tuple[str, bool]:
    """kubectl's line, its newline included, and whether the rollout is done.

    Raises KubectlDsError for any strategy but RollingUpdate, as kubectl does.
    """
    if daemonset.spec.update_strategy.type != ROLLING_UPDATE:
        raise KubectlDsError(
            f"rollout status is only available for {ROLLING_UPDATE} strategy type",
            hint="with OnDelete each pod is replaced when somebody deletes it",
        )
    status = daemonset.status
    if daemonset.metadata.generation > status.observed_generation:
        return "Waiting for daemon set spec update to be observed...\n", False
    name = json.dumps(daemonset.metadata.name)
    desired = status.desired_number_scheduled
    if status.updated_number_scheduled < desired:
        counts = f"{status.updated_number_scheduled} out of {desired} new pods have been updated..."
        return f"Waiting for daemon set {name} rollout to finish: {counts}\n", False
    if status.number_available < desired:
        counts = f"{status.number_available} of {desired} updated pods are available..."
        return f"Waiting for daemon set {name} rollout to finish: {counts}\n", False
    return f"daemon set {name} successfully rolled out\n", True
