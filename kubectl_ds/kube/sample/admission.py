"""What admission goes by: the PriorityClasses, and a LimitRange that is younger than the pods around it."""

from kubectl_ds.kube.sample.api_objects import Moment, Raw, metadata
from kubectl_ds.kube.sample.pod_objects import PRIORITIES


def admission_objects(moment: Moment) -> list[Raw]:
    """A class for each priority in use, and team-blue's LimitRange of an hour ago."""
    return [*(_priority_class(moment, name) for name in sorted(PRIORITIES) if name), _limit_range(moment)]


def _priority_class(moment: Moment, name: str) -> Raw:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": metadata(
            "PriorityClass", name, moment.ago(days=400), manager="kube-apiserver", generation=1
        ),
        "value": PRIORITIES[name],
        "preemptionPolicy": "PreemptLowerPriority",
    }


def _limit_range(moment: Moment) -> Raw:
    """cache-warmer asks for nothing: its next pods will get this, those that are there have nothing."""
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": metadata(
            "LimitRange", "defaults", moment.ago(hours=1), namespace="team-blue", manager="kubectl-create"
        ),
        "spec": {
            "limits": [
                {
                    "type": "Container",
                    "default": {"cpu": "250m", "memory": "256Mi"},
                    "defaultRequest": {"cpu": "50m", "memory": "128Mi"},
                }
            ]
        },
    }
