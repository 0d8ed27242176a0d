"""A pod's spec as strangers may see it: what decides where it runs and what it takes, with stand-ins for names.

Only fields that are named here are kept. Environment, arguments, commands, mounts, probes' handlers, host names and
pull secrets are not among them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kubectl_ds.core.stand_ins import StandIns

Tree = dict[str, Any]

_KEPT_DOMAINS: Final = (
    *("kubernetes.io", "k8s.io", "virtual-kubelet.io", "amazonaws.com", "azure.com", "google.com"),
    *("nvidia.com", "intel.com", "amd.com", "cilium.io", "projectcalico.org", "karpenter.sh", "openshift.io"),
    *("cattle.io", "longhorn.io", "istio.io"),
)
"""Of Kubernetes, of clouds, and of what many clusters run: their keys are the same everywhere."""
_KEPT_VALUES: Final = frozenset(
    {
        *("kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch"),
        *("eks.amazonaws.com/compute-type", "type", "virtual-kubelet.io/provider"),
        *("controller-revision-hash", "pod-template-generation", "pod-template-hash"),
    }
)
"""Labels and taints whose values mean something to Kubernetes or to this program, and name nobody."""
_KEPT_CLASSES: Final = frozenset({"system-node-critical", "system-cluster-critical"})
_ANY_ADDRESS: Final = frozenset({"", "0.0.0.0", "::", "127.0.0.1", "::1"})  # noqa: S104 - compared, not bound
_AS_THEY_ARE: Final = frozenset(
    {
        *("priority", "preemptionPolicy", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "overhead"),
        *("restartPolicy", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "dnsPolicy", "os"),
        *("automountServiceAccountToken", "shareProcessNamespace", "enableServiceLinks"),
    }
)
_OF_A_CONTAINER: Final = frozenset({"restartPolicy", "imagePullPolicy", "resizePolicy"})
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")


class PodSpecs:
    """Redacts specs, and what they share with other objects: labels, selectors, taints, images."""

    def __init__(self, stand_ins: StandIns) -> None:
        self._stand_ins = stand_ins

    # --- labels and what selects by them ---------------------------------------------------------

    def labels(self, labels: Mapping[str, str] | None) -> dict[str, str]:
        """Keys stay, and values do where no name stands in them."""
        return {self.key(key): self.value(key, value) for key, value in (labels or {}).items()}

    def key(self, key: str) -> str:
        """A label's or taint's key, with stand-ins for names in it; keys that are the same everywhere stay."""
        domain, slash, _ = key.rpartition("/")
        kept = slash and any(domain == one or domain.endswith(f".{one}") for one in _KEPT_DOMAINS)
        return key if kept or key in _KEPT_VALUES else self._stand_ins.text(key)

    def value(self, key: str, value: str) -> str:
        """What a label with this key, or a selector for it, says."""
        if key in _KEPT_VALUES or not isinstance(value, str):
            return value
        if key == "kubernetes.io/metadata.name":
            return self._stand_ins.of("namespace", value)
        return self._stand_ins.label_value(value)

    def selector(self, selector: Mapping[str, Any] | None) -> Tree | None:
        """A metav1.LabelSelector."""
        if selector is None:
            return None
        redacted: Tree = {}
        if selector.get("matchLabels") is not None:
            redacted["matchLabels"] = self.labels(selector["matchLabels"])
        if selector.get("matchExpressions") is not None:
            redacted["matchExpressions"] = [self._requirement(one) for one in selector["matchExpressions"]]
        return redacted

    def _requirement(self, requirement: Mapping[str, Any]) -> Tree:
        key = requirement.get("key") or ""
        redacted = {**requirement, "key": self.key(key)}
        if requirement.get("values") is not None:
            redacted["values"] = [self.value(key, one) for one in requirement["values"]]
        return redacted

    def taint(self, taint: Mapping[str, Any]) -> Tree:
        """A taint, or a toleration."""
        key = taint.get("key") or ""
        redacted = {**taint}
        if "key" in taint:
            redacted["key"] = self.key(key)
        if taint.get("value"):
            redacted["value"] = self.value(key, taint["value"])
        return redacted

    # --- affinity --------------------------------------------------------------------------------

    def _affinity(self, affinity: Mapping[str, Any]) -> Tree:
        redacted: Tree = {}
        if (of_nodes := affinity.get("nodeAffinity")) is not None:
            redacted["nodeAffinity"] = self._node_affinity(of_nodes)
        for kind in ("podAffinity", "podAntiAffinity"):
            if affinity.get(kind) is not None:
                redacted[kind] = self._pod_affinity(affinity[kind])
        return redacted

    def _node_affinity(self, affinity: Mapping[str, Any]) -> Tree:
        required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringScheduling"
        redacted: Tree = {}
        if (selector := affinity.get(required)) is not None:
            terms = selector.get("nodeSelectorTerms") or []
            redacted[required] = {"nodeSelectorTerms": [self._node_term(one) for one in terms]}
        preferred += "IgnoredDuringExecution"
        if affinity.get(preferred) is not None:
            redacted[preferred] = [
                {**one, "preference": self._node_term(one.get("preference") or {})}
                for one in affinity[preferred]
            ]
        return redacted

    def _node_term(self, term: Mapping[str, Any]) -> Tree:
        redacted: Tree = {}
        if term.get("matchExpressions") is not None:
            redacted["matchExpressions"] = [self._requirement(one) for one in term["matchExpressions"]]
        if term.get("matchFields") is not None:
            # The only field there is, is the node's name.
            redacted["matchFields"] = [
                {**one, "values": [self._stand_ins.of("node", name) for name in one.get("values") or []]}
                for one in term["matchFields"]
            ]
        return redacted

    def _pod_affinity(self, affinity: Mapping[str, Any]) -> Tree:
        required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringScheduling"
        redacted: Tree = {}
        if affinity.get(required) is not None:
            redacted[required] = [self._pod_term(one) for one in affinity[required]]
        preferred += "IgnoredDuringExecution"
        if affinity.get(preferred) is not None:
            redacted[preferred] = [
                {
                    "weight": one.get("weight"),
                    "podAffinityTerm": self._pod_term(one.get("podAffinityTerm") or {}),
                }
                for one in affinity[preferred]
            ]
        return redacted

    def _pod_term(self, term: Mapping[str, Any]) -> Tree:
        redacted: Tree = {"topologyKey": self.key(term.get("topologyKey") or "")}
        for name in ("labelSelector", "namespaceSelector"):
            if term.get(name) is not None:
                redacted[name] = self.selector(term[name])
        if term.get("namespaces") is not None:
            redacted["namespaces"] = [self._stand_ins.of("namespace", one) for one in term["namespaces"]]
        for name in ("matchLabelKeys", "mismatchLabelKeys"):
            if term.get(name) is not None:
                redacted[name] = [self.key(one) for one in term[name]]
        return redacted

    def _spread(self, constraint: Mapping[str, Any]) -> Tree:
        kept = ("maxSkew", "whenUnsatisfiable", "minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy")
        term = self._pod_term(constraint)
        return {name: constraint[name] for name in kept if name in constraint} | term

    # --- the spec --------------------------------------------------------------------------------

    def spec(self, spec: Mapping[str, Any] | None) -> Tree:
        """A pod's spec, or a template's."""
        spec = spec or {}
        redacted: Tree = {name: held for name, held in spec.items() if name in _AS_THEY_ARE}
        if spec.get("nodeName"):
            redacted["nodeName"] = self._stand_ins.of("node", spec["nodeName"])
        if spec.get("nodeSelector"):
            redacted["nodeSelector"] = self.labels(spec["nodeSelector"])
        if spec.get("affinity"):
            redacted["affinity"] = self._affinity(spec["affinity"])
        redacted |= self._classes(spec)
        for name, redact in (
            ("tolerations", self.taint),
            ("topologySpreadConstraints", self._spread),
            ("schedulingGates", self._named),
            ("resourceClaims", self._named),
            ("containers", self._container),
            ("initContainers", self._container),
            ("volumes", self._volume),
        ):
            if spec.get(name) is not None:
                redacted[name] = [redact(one) for one in spec[name]]
        if spec.get("resources") is not None:
            redacted["resources"] = _amounts(spec["resources"])
        if spec.get("securityContext"):
            redacted["securityContext"] = _security(spec["securityContext"])
        return redacted

    def _classes(self, spec: Mapping[str, Any]) -> Tree:
        redacted: Tree = {}
        if spec.get("schedulerName"):
            redacted["schedulerName"] = self._stand_ins.text(spec["schedulerName"])
        if spec.get("priorityClassName"):
            redacted["priorityClassName"] = self.priority_class(spec["priorityClassName"])
        if spec.get("runtimeClassName"):
            redacted["runtimeClassName"] = self._stand_ins.of("runtimeclass", spec["runtimeClassName"])
        if spec.get("serviceAccountName"):
            redacted["serviceAccountName"] = self._stand_ins.of("account", spec["serviceAccountName"])
        return redacted

    def priority_class(self, name: str) -> str:
        """Kubernetes' own two keep their names: they may be used where others may not."""
        return name if name in _KEPT_CLASSES else self._stand_ins.of("priorityclass", name)

    def _named(self, one: Mapping[str, Any]) -> Tree:
        return {"name": self._stand_ins.text(one.get("name") or "")}

    def _container(self, container: Mapping[str, Any]) -> Tree:
        redacted: Tree = {name: held for name, held in container.items() if name in _OF_A_CONTAINER}
        redacted["name"] = self._stand_ins.of("container", container.get("name") or "")
        redacted["image"] = self.image(container.get("image") or "")
        if container.get("ports"):
            redacted["ports"] = [self._port(one) for one in container["ports"]]
        if container.get("resources") is not None:
            redacted["resources"] = _amounts(container["resources"])
        if container.get("securityContext"):
            redacted["securityContext"] = _security(container["securityContext"])
        for probe in _PROBES:
            if container.get(probe):
                numbers = container[probe].items()
                redacted[probe] = {name: held for name, held in numbers if isinstance(held, int)}
        return redacted

    def _port(self, port: Mapping[str, Any]) -> Tree:
        redacted: Tree = {
            name: port[name] for name in ("containerPort", "hostPort", "protocol") if name in port
        }
        if (address := port.get("hostIP") or "") not in _ANY_ADDRESS:
            redacted["hostIP"] = self._stand_ins.of("address", address)
        elif address:
            redacted["hostIP"] = address
        return redacted

    def image(self, image: str) -> str:
        """`redacted-image-3:1.2`: registry and repository have a stand-in together, the tag stays."""
        repository, at, digest = image.partition("@")
        slash = repository.rfind("/")
        colon = repository.rfind(":")
        tag = repository[colon:] if colon > slash else ""
        name = repository.removesuffix(tag) if tag else repository
        shown = self._stand_ins.of("image", name) + self._stand_ins.text(tag)
        return shown + (f"@{self._stand_ins.of('digest', digest)}" if at else "")

    def _volume(self, volume: Mapping[str, Any]) -> Tree:
        redacted: Tree = {"name": self._stand_ins.of("volume", volume["name"])} if volume.get("name") else {}
        for kind, source in volume.items():
            if kind == "persistentVolumeClaim":
                redacted[kind] = {
                    "claimName": self._stand_ins.of("claim", (source or {}).get("claimName") or "")
                }
            elif kind == "hostPath":
                path = self._stand_ins.text((source or {}).get("path") or "")
                redacted[kind] = {**(source or {}), "path": path}
            elif kind != "name":
                redacted[kind] = {}
        return redacted


def _amounts(resources: Mapping[str, Any]) -> Tree:
    return {name: resources[name] for name in ("requests", "limits") if name in resources}


def _security(context: Mapping[str, Any]) -> Tree:
    """Switches, numbers and capabilities; users of Windows, SELinux' labels and profiles are names."""
    plain = {name: held for name, held in context.items() if isinstance(held, int)}
    return plain | kept_of(context, ("capabilities", "procMount"))


def kept_of(tree: Mapping[str, Any], names: Iterable[str]) -> Tree:
    """The fields of these names, as far as they are there."""
    return {name: tree[name] for name in names if name in tree}
