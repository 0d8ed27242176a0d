"""DaemonSets and their revisions, with the defaults that apps/v1 fills in."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_ds.kube.sample.api_objects import Raw, content_hash, controlled_by, metadata

ON_DELETE: Raw = {"type": "OnDelete"}

EVERYTHING: Raw = {"operator": "Exists"}
"""The toleration that lets a pod onto every node."""


def rolling(*, max_unavailable: int | str = 1, max_surge: int | str = 0) -> Raw:
    """A RollingUpdate strategy; exactly one of the two is not 0."""
    if max_surge:
        max_unavailable = 0
    return {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": max_unavailable, "maxSurge": max_surge},
    }


def container(
    name: str,
    image: str,
    *,
    requests: Mapping[str, str] | None = None,
    limits: Mapping[str, str] | None = None,
    **fields: Any,
) -> Raw:
    """A container; `fields` are the API's own (`args=[…]`, `ports=[…]`, `readinessProbe={…}`)."""
    resources: Raw = {}
    if limits:
        resources["limits"] = dict(limits)
    if requests:
        resources["requests"] = dict(requests)
    return {
        "name": name,
        "image": image,
        **fields,
        "resources": resources,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    }


def pod_template(
    labels: Mapping[str, str],
    *containers: Raw,
    service_account: str = "",
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> Raw:
    """A pod template; `spec` holds the pod's fields under the API's own names."""
    account = {"serviceAccountName": service_account, "serviceAccount": service_account}
    meta: Raw = {"labels": dict(labels)}
    if annotations:
        meta["annotations"] = dict(annotations)
    return {
        "metadata": meta,
        "spec": {
            "containers": list(containers),
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            **(account if service_account else {}),
            "securityContext": {},
            "schedulerName": "default-scheduler",
            **spec,
        },
    }


def required_affinity(*expressions: tuple[str, str, Sequence[str]]) -> Raw:
    """`affinity` with one required term: (key, operator, values) triples that all have to hold."""
    term = {
        "matchExpressions": [
            {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
            for key, operator, values in expressions
        ]
    }
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}


def host_path(name: str, path: str, kind: str = "") -> Raw:
    """A hostPath volume."""
    return {"name": name, "hostPath": {"path": path, "type": kind}}


def daemonset(
    created: str,
    namespace: str,
    name: str,
    template: Raw,
    *,
    selector: Mapping[str, str] | None = None,
    strategy: Raw | None = None,
    generation: int = 1,
    template_generation: int = 0,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    min_ready_seconds: int = 0,
) -> Raw:
    """A DaemonSet without its status: `counters` says what the controller wrote."""
    notes = {
        "deprecated.daemonset.template.generation": str(template_generation or generation),
        **(annotations or {}),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata(
            "DaemonSet",
            name,
            created,
            namespace=namespace,
            manager="helm",
            generation=generation,
            labels=dict(labels or template["metadata"]["labels"]),
            annotations=notes,
        ),
        "spec": {
            "selector": {"matchLabels": dict(selector or template["metadata"]["labels"])},
            "template": template,
            "updateStrategy": strategy or rolling(),
            **({"minReadySeconds": min_ready_seconds} if min_ready_seconds else {}),
            "revisionHistoryLimit": 10,
        },
        "status": {},
    }


def counters(
    daemon: Raw,
    *,
    desired: int,
    current: int,
    ready: int,
    updated: int,
    available: int,
    misscheduled: int = 0,
    observed_generation: int = 0,
) -> Raw:
    """Write the status as the controller left it; the API leaves out zeros of the last three."""
    optional = {
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
        "numberUnavailable": desired - available,
    }
    daemon["status"] = {
        "currentNumberScheduled": current,
        "numberMisscheduled": misscheduled,
        "desiredNumberScheduled": desired,
        "numberReady": ready,
        "observedGeneration": observed_generation or daemon["metadata"]["generation"],
        **{name: count for name, count in optional.items() if count},
    }
    return daemon


def revision(
    daemon: Raw, number: int, created: str, *, template: Raw | None = None, change_cause: str = ""
) -> Raw:
    """The ControllerRevision that holds the present template, or an older one."""
    held = copy.deepcopy(template or daemon["spec"]["template"])
    digest = content_hash(held)
    annotations = {"deprecated.daemonset.template.generation": str(number)}
    if change_cause:
        annotations["kubernetes.io/change-cause"] = change_cause
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata(
            "ControllerRevision",
            f"{daemon['metadata']['name']}-{digest}",
            created,
            namespace=daemon["metadata"]["namespace"],
            manager="kube-controller-manager",
            labels={**held["metadata"]["labels"], "controller-revision-hash": digest},
            annotations=annotations,
            ownerReferences=controlled_by(daemon),
        ),
        "data": {"spec": {"template": {"$patch": "replace", **held}}},
        "revision": number,
    }
