"""A snapshot's objects as strangers may see them: the same cluster, the same verdicts, and nobody's names.

Objects are plain trees, as they stand in a snapshot's file. Messages are dropped: they hold whatever their writers put
there. So are annotations, except the one by which the controller tells old pods.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from kubectl_ds.core.redacted_pod_spec import PodSpecs, Tree, kept_of
from kubectl_ds.core.revisions import TEMPLATE_GENERATION_ANNOTATION, comparable, template_of
from kubectl_ds.core.stand_ins import Named, StandIns

TEMPLATE: Final = "redacted-template"
"""The annotation that tells redacted templates apart: what made two of them differ may have been dropped."""

_REASON: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_CONTAINER_FIELD: Final = re.compile(r"(spec\.\w+\{)([^}]*)(\}.*)")
_KEPT_OF_METADATA: Final = (
    *("generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
)
_KINDS: Final[Mapping[str, Named]] = {
    "DaemonSet": "daemonset",
    "Node": "node",
    "Pod": "pod",
    "Namespace": "namespace",
    "ReplicaSet": "replicaset",
}
_EVENT_TIMES: Final = ("firstTimestamp", "lastTimestamp", "eventTime", "count", "type")


class Redaction:
    """Of one snapshot. `redacted` is given each of its objects."""

    def __init__(self, stand_ins: StandIns) -> None:
        self._stand_ins = stand_ins
        self._specs = PodSpecs(stand_ins)
        self._by_section: dict[str, Callable[[Mapping[str, Any]], Tree]] = {
            "daemonsets": self._daemonset,
            "nodes": self._node,
            "pods": self._pod,
            "controllerrevisions": self._revision,
            "events": self._event,
            "limitranges": self._limit_range,
            "priorityclasses": self._priority_class,
            "runtimeclasses": self._runtime_class,
            "podmetrics": self._pod_metrics,
            "namespaces": self._namespace,
        }

    def redacted(self, section: str, tree: Mapping[str, Any]) -> Tree:
        """An object of a section of the file. `LookupError` for a section that is not known."""
        return self._by_section[section](tree)

    def namespace(self, name: str) -> str:
        """The stand-in of a namespace."""
        return self._stand_ins.of("namespace", name)

    # --- metadata --------------------------------------------------------------------------------

    def _metadata(self, tree: Mapping[str, Any], kind: Named, name: str | None = None) -> Tree:
        metadata = tree.get("metadata") or {}
        redacted = kept_of(metadata, _KEPT_OF_METADATA)
        redacted["name"] = self._stand_ins.of(kind, metadata.get("name") or "") if name is None else name
        if metadata.get("namespace"):
            redacted["namespace"] = self.namespace(metadata["namespace"])
        if metadata.get("uid"):
            redacted["uid"] = self._stand_ins.of("uid", metadata["uid"])
        if metadata.get("finalizers"):
            redacted["finalizers"] = [self._stand_ins.text(one) for one in metadata["finalizers"]]
        if metadata.get("labels"):
            redacted["labels"] = self._specs.labels(metadata["labels"])
        if metadata.get("ownerReferences"):
            redacted["ownerReferences"] = [self._reference(one) for one in metadata["ownerReferences"]]
        generation = (metadata.get("annotations") or {}).get(TEMPLATE_GENERATION_ANNOTATION)
        if generation is not None:
            redacted["annotations"] = {TEMPLATE_GENERATION_ANNOTATION: generation}
        return redacted

    def _reference(self, reference: Mapping[str, Any]) -> Tree:
        """To an owner, or to what an event is about."""
        kind = reference.get("kind") or ""
        redacted = kept_of(reference, ("apiVersion", "kind", "controller", "blockOwnerDeletion"))
        redacted["name"] = self._stand_ins.of(_KINDS.get(kind, "owner"), reference.get("name") or "")
        if reference.get("namespace"):
            redacted["namespace"] = self.namespace(reference["namespace"])
        if reference.get("uid"):
            redacted["uid"] = self._stand_ins.of("uid", reference["uid"])
        if field := _CONTAINER_FIELD.fullmatch(reference.get("fieldPath") or ""):
            redacted["fieldPath"] = field[1] + self._stand_ins.of("container", field[2]) + field[3]
        return redacted

    # --- kinds -----------------------------------------------------------------------------------

    def _daemonset(self, tree: Mapping[str, Any]) -> Tree:
        spec = tree.get("spec") or {}
        redacted = kept_of(spec, ("updateStrategy", "minReadySeconds", "revisionHistoryLimit"))
        if spec.get("selector") is not None:
            redacted["selector"] = self._specs.selector(spec["selector"])
        redacted["template"] = self._template(tree)
        status = tree.get("status") or {}
        return {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": self._metadata(tree, "daemonset"),
            "spec": redacted,
            "status": {name: held for name, held in status.items() if isinstance(held, int)},
        }

    def _template(self, tree: Mapping[str, Any]) -> Tree:
        """Equal templates stay equal and different ones different, whatever is dropped of them."""
        template = template_of(tree) or {}
        identity = json.dumps(comparable(template), sort_keys=True)
        number = self._stand_ins.of("template", identity).rpartition("-")[2]
        metadata: Tree = {"annotations": {TEMPLATE: number}}
        if labels := (template.get("metadata") or {}).get("labels"):
            metadata["labels"] = self._specs.labels(labels)
        return {"metadata": metadata, "spec": self._specs.spec(template.get("spec"))}

    def _revision(self, tree: Mapping[str, Any]) -> Tree:
        """Its name stays the DaemonSet's with the hash behind it: by that a revision is known for its own."""
        metadata = tree.get("metadata") or {}
        daemonset, _, suffix = (metadata.get("name") or "").rpartition("-")
        name = f"{self._stand_ins.of('daemonset', daemonset)}-{suffix}" if daemonset else suffix
        redacted: Tree = {"metadata": self._metadata(tree, "owner", name), **kept_of(tree, ("revision",))}
        if template_of(tree.get("data")) is not None:
            redacted["data"] = {"spec": {"template": {**self._template(tree["data"]), "$patch": "replace"}}}
        return redacted

    def _node(self, tree: Mapping[str, Any]) -> Tree:
        spec, status = tree.get("spec") or {}, tree.get("status") or {}
        redacted = kept_of(spec, ("unschedulable",))
        if spec.get("taints"):
            redacted["taints"] = [self._specs.taint(one) for one in spec["taints"]]
        if spec.get("providerID"):
            scheme = spec["providerID"].partition("://")[0]
            redacted["providerID"] = f"{scheme}://{self._stand_ins.of('provider', spec['providerID'])}"
        shown = kept_of(status, ("allocatable", "capacity", "nodeInfo"))
        if status.get("conditions"):
            shown["conditions"] = [_condition(one) for one in status["conditions"]]
        return {"metadata": self._metadata(tree, "node"), "spec": redacted, "status": shown}

    def _pod(self, tree: Mapping[str, Any]) -> Tree:
        status = tree.get("status") or {}
        shown = kept_of(status, ("phase", "startTime", "resources", "allocatedResources"))
        shown |= _reason(status)
        if status.get("nominatedNodeName"):
            shown["nominatedNodeName"] = self._stand_ins.of("node", status["nominatedNodeName"])
        if status.get("conditions"):
            shown["conditions"] = [_condition(one) for one in status["conditions"]]
        for name in ("initContainerStatuses", "containerStatuses"):
            if status.get(name):
                shown[name] = [self._container_status(one) for one in status[name]]
        return {
            "metadata": self._metadata(tree, "pod"),
            "spec": self._specs.spec(tree.get("spec")),
            "status": shown,
        }

    def _container_status(self, status: Mapping[str, Any]) -> Tree:
        kept = ("ready", "started", "restartCount", "allocatedResources", "resources")
        redacted = kept_of(status, kept)
        redacted["name"] = self._stand_ins.of("container", status.get("name") or "")
        for name in ("state", "lastState"):
            if status.get(name):
                redacted[name] = {
                    kind: _state(held) for kind, held in status[name].items() if held is not None
                }
        return redacted

    def _event(self, tree: Mapping[str, Any]) -> Tree:
        redacted = kept_of(tree, (*_EVENT_TIMES, "series")) | _reason(tree)
        redacted["metadata"] = self._metadata(tree, "event")
        redacted["involvedObject"] = self._reference(tree.get("involvedObject") or {})
        source = tree.get("source") or {}
        if source:
            redacted["source"] = {
                "component": self._stand_ins.text(source.get("component") or ""),
                "host": self._stand_ins.of("node", source.get("host") or ""),
            }
        if tree.get("reportingComponent"):
            redacted["reportingComponent"] = self._stand_ins.text(tree["reportingComponent"])
        return redacted

    def _limit_range(self, tree: Mapping[str, Any]) -> Tree:
        return {"metadata": self._metadata(tree, "limitrange"), **kept_of(tree, ("spec",))}

    def _priority_class(self, tree: Mapping[str, Any]) -> Tree:
        name = self._specs.priority_class((tree.get("metadata") or {}).get("name") or "")
        kept = kept_of(tree, ("value", "globalDefault", "preemptionPolicy"))
        return {"metadata": self._metadata(tree, "priorityclass", name), **kept}

    def _runtime_class(self, tree: Mapping[str, Any]) -> Tree:
        redacted = {"metadata": self._metadata(tree, "runtimeclass"), **kept_of(tree, ("overhead",))}
        if scheduling := tree.get("scheduling"):
            redacted["scheduling"] = {
                "nodeSelector": self._specs.labels(scheduling.get("nodeSelector")),
                "tolerations": [self._specs.taint(one) for one in scheduling.get("tolerations") or []],
            }
        return redacted

    def _pod_metrics(self, tree: Mapping[str, Any]) -> Tree:
        containers = [
            {**kept_of(one, ("usage",)), "name": self._stand_ins.of("container", one.get("name") or "")}
            for one in tree.get("containers") or []
        ]
        return {"metadata": self._metadata(tree, "pod"), "containers": containers}

    def _namespace(self, tree: Mapping[str, Any]) -> Tree:
        status = tree.get("status") or {}
        conditions = [_condition(one) for one in status.get("conditions") or []]
        return {"metadata": self._metadata(tree, "namespace"), "status": {"conditions": conditions}}


def _reason(tree: Mapping[str, Any]) -> Tree:
    """A reason in one word, as Kubernetes' own are; what other programs write there may be anything."""
    reason = tree.get("reason") or ""
    return {"reason": reason} if _REASON.fullmatch(reason) else {}


def _condition(condition: Mapping[str, Any]) -> Tree:
    return kept_of(condition, ("type", "status", "lastTransitionTime", "lastHeartbeatTime")) | _reason(
        condition
    )


def _state(state: Mapping[str, Any]) -> Tree:
    return kept_of(state, ("exitCode", "signal", "startedAt", "finishedAt")) | _reason(state)
