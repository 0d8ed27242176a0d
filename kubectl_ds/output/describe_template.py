"""A pod template as `kubectl describe` prints it: containers, environment, mounts, probes, tolerations.

Mirrors DescribePodTemplate and the describeContainer… functions of kubectl's pkg/describe/describe.go.
Takes the raw object, since no model of ours holds all that people may write into a template.
"""

from collections.abc import Sequence

from kubectl_ds.core.quantity import milli_value, value
from kubectl_ds.output.describe_values import (
    NONE,
    Object,
    annotation_lines,
    go_list,
    items_of,
    label_lines,
    number_of,
    object_of,
    selector_text,
    text_of,
    texts_of,
    titled,
    toleration_text,
    truth,
)
from kubectl_ds.output.describe_volumes import volume_lines
from kubectl_ds.output.tabwriter import CELL
from kubectl_ds.output.terminal_text import safe, safe_lines

_BLOCK = "    "
_ENTRY = "      "


def template_lines(template: Object) -> list[str]:
    """The `Pod Template:` block of a DaemonSet, cells still parted by tabs."""
    metadata, spec = object_of(template, "metadata"), object_of(template, "spec")
    lines = ["Pod Template:", *label_lines("  Labels", object_of(metadata, "labels"))]
    if annotations := object_of(metadata, "annotations"):
        lines += annotation_lines("  Annotations", annotations)
    if spec.get("serviceAccountName"):
        lines.append(f"  Service Account:{CELL}{text_of(spec, 'serviceAccountName')}")
    if init_containers := items_of(spec, "initContainers"):
        lines += _container_block("Init Containers", init_containers)
    lines += _container_block("Containers", items_of(spec, "containers"))
    lines += volume_lines(items_of(spec, "volumes"))
    lines += _topology_spread(items_of(spec, "topologySpreadConstraints"))
    if spec.get("priorityClassName"):
        lines.append(f"  Priority Class Name:{CELL}{text_of(spec, 'priorityClassName')}")
    lines += label_lines("  Node-Selectors", object_of(spec, "nodeSelector"))
    tolerations = sorted(items_of(spec, "tolerations"), key=lambda toleration: str(toleration.get("key", "")))
    lines += titled("  Tolerations", [toleration_text(toleration) for toleration in tolerations])
    if group := object_of(spec, "schedulingGroup"):
        lines += ["  SchedulingGroup:", f"  PodGroupName:{CELL}{text_of(group, 'podGroupName')}"]
    return lines


def _topology_spread(constraints: Sequence[Object]) -> list[str]:
    values = []
    for constraint in sorted(constraints, key=lambda entry: str(entry.get("topologyKey", ""))):
        text = f"{text_of(constraint, 'topologyKey')}:{text_of(constraint, 'whenUnsatisfiable')}"
        text += f" when max skew {number_of(constraint, 'maxSkew')} is exceeded"
        if constraint.get("labelSelector") is not None:
            text += f" for selector {selector_text(constraint['labelSelector']) or NONE}"
        values.append(text)
    if not values:
        return []
    first, *others = values
    return [f"  Topology Spread Constraints:{CELL}{first}", *(f"  {CELL}{text}" for text in others)]


# --- containers ------------------------------------------------------------------------------------


def _container_block(title: str, containers: Sequence[Object]) -> list[str]:
    lines = [f"  {title}:" if containers else f"  {title}: {NONE}"]
    for container in containers:
        lines += [
            f"   {text_of(container, 'name')}:",
            f"{_BLOCK}Image:{CELL}{text_of(container, 'image')}",
            _ports("Port", container, "containerPort"),
            _ports("Host Port", container, "hostPort"),
            *_seccomp(container),
            *_words("Command", container, "command"),
            *_words("Args", container, "args"),
            *_resources(container),
            *_probes(container),
            *_environment_sources(container),
            *_environment(container),
            *_mounts(container),
        ]
    return lines


def _ports(title: str, container: Object, field: str) -> str:
    ports = []
    for port in items_of(container, "ports"):
        text = f"{number_of(port, field)}/{text_of(port, 'protocol')}"
        ports.append(f"{text} ({text_of(port, 'name')})" if port.get("name") else text)
    plural = "s" if len(ports) > 1 else ""
    return f"{_BLOCK}{title}{plural}:{CELL}{', '.join(ports) or NONE}"


def _seccomp(container: Object) -> list[str]:
    profile = object_of(object_of(container, "securityContext"), "seccompProfile")
    if not profile:
        return []
    lines = [f"{_BLOCK}SeccompProfile:{CELL}{text_of(profile, 'type')}"]
    if profile.get("type") == "Localhost":
        lines.append(f"{_ENTRY}LocalhostProfile:{CELL}{text_of(profile, 'localhostProfile')}")
    return lines


def _words(title: str, container: Object, field: str) -> list[str]:
    words = texts_of(container, field)
    if not words:
        return []
    return [f"{_BLOCK}{title}:", *(f"{_ENTRY}{line}" for word in words for line in _all_lines(word))]


def _all_lines(text: str) -> list[str]:
    """Every line, the empty one after a final line feed included: kubectl shows it too."""
    return safe_lines(text) + ([""] if text.endswith("\n") else [])


def _resources(container: Object) -> list[str]:
    lines = []
    resources = object_of(container, "resources")
    for title, field in (("Limits", "limits"), ("Requests", "requests")):
        if amounts := object_of(resources, field):
            lines.append(f"{_BLOCK}{title}:")
            lines += [f"{_ENTRY}{safe(name)}:{CELL}{text_of(amounts, name)}" for name in sorted(amounts)]
    return lines


# --- probes ----------------------------------------------------------------------------------------


def _probes(container: Object) -> list[str]:
    titles = (("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe"))
    return [
        f"{_BLOCK}{title}:{CELL}{_probe(object_of(container, field))}"
        for title, field in titles
        if container.get(field) is not None
    ]


def _probe(probe: Object) -> str:
    timing = (
        f"delay={number_of(probe, 'initialDelaySeconds')}s timeout={number_of(probe, 'timeoutSeconds')}s "
        f"period={number_of(probe, 'periodSeconds')}s successThreshold={number_of(probe, 'successThreshold')} "
        f"failureThreshold={number_of(probe, 'failureThreshold')}"
    )
    if "exec" in probe:
        return f"exec {go_list(object_of(probe, 'exec').get('command'))} {timing}"
    if "httpGet" in probe:
        return f"http-get {_url(object_of(probe, 'httpGet'))} {timing}"
    if "tcpSocket" in probe:
        socket = object_of(probe, "tcpSocket")
        return f"tcp-socket {text_of(socket, 'host')}:{text_of(socket, 'port')} {timing}"
    if "grpc" in probe:
        grpc = object_of(probe, "grpc")
        return f"grpc <pod>:{number_of(grpc, 'port')} {text_of(grpc, 'service')} {timing}"
    return f"unknown {timing}"


def _url(action: Object) -> str:
    """As Go's net/url spells it: the path percent-encoded, no query."""
    from urllib.parse import quote

    scheme = text_of(action, "scheme").lower()
    host = text_of(action, "host")
    path = quote(str(action.get("path") or ""), safe="$&+,/:;=@~", errors="replace")
    if path and not path.startswith("/"):
        path = f"/{path}"
    authority = f"[{host}]" if ":" in host else host
    lead = f"{scheme}://" if scheme else "//"
    return f"{lead}{authority}:{text_of(action, 'port') or 0}{path}"


# --- environment -----------------------------------------------------------------------------------


def _environment_sources(container: Object) -> list[str]:
    sources = items_of(container, "envFrom")
    if not sources:
        return []
    lines = [f"{_BLOCK}Environment Variables from:"]
    for source in sources:
        kind, field = ("ConfigMap", "configMapRef") if "configMapRef" in source else ("Secret", "secretRef")
        reference = object_of(source, field)
        if not reference:
            kind = ""
        if source.get("prefix"):
            kind += f" with prefix '{text_of(source, 'prefix')}'"
        optional = f"Optional: {truth(reference.get('optional'))}"
        lines.append(f"{_ENTRY}{text_of(reference, 'name')}{CELL}{kind}{CELL}{optional}")
    return lines


def _environment(container: Object) -> list[str]:
    variables = items_of(container, "env")
    if not variables:
        return [f"{_BLOCK}Environment:{CELL}{NONE}"]
    lines = [f"{_BLOCK}Environment:"]
    for variable in variables:
        lead = f"{_ENTRY}{text_of(variable, 'name')}:{CELL}"
        if variable.get("valueFrom") is not None:
            if (origin := _origin(object_of(variable, "valueFrom"), container)) is not None:
                lines.append(f"{lead}{origin}")
            continue
        first, *others = _all_lines(str(variable.get("value") or ""))
        lines += [f"{lead}{first}", *(f"{_ENTRY}{CELL}{line}" for line in others)]
    return lines


def _origin(source: Object, container: Object) -> str | None:
    """Where the value comes from; None for a kind that kubectl does not print at all (fileKeyRef)."""
    if field := object_of(source, "fieldRef"):
        return f" ({text_of(field, 'apiVersion')}:{text_of(field, 'fieldPath')})"
    if field := object_of(source, "resourceFieldRef"):
        resource = text_of(field, "resource")
        amount = _container_resource(field, container)
        if amount == "0" and resource in {"limits.cpu", "limits.memory"}:
            amount = "node allocatable"
        return f"{amount} ({resource})"
    if field := object_of(source, "secretKeyRef"):
        return _key_of(field, "in secret")
    if field := object_of(source, "configMapKeyRef"):
        return _key_of(field, "of config map")
    return None


def _key_of(reference: Object, where: str) -> str:
    key, name = text_of(reference, "key"), text_of(reference, "name")
    return f"<set to the key '{key}' {where} '{name}'>{CELL}Optional: {truth(reference.get('optional'))}"


def _container_resource(field: Object, container: Object) -> str:
    """The amount in units of the divisor, rounded up: kubectl's ExtractContainerResourceValue."""
    kind, _, name = str(field.get("resource", "")).partition(".")
    known = name in {"cpu", "memory", "ephemeral-storage"} or name.startswith("hugepages-")
    if kind not in {"limits", "requests"} or not known:
        return ""
    rounded = milli_value if name == "cpu" else value
    amount = str(object_of(object_of(container, "resources"), kind).get(name) or "0")
    divisor = str(field.get("divisor") or "1")
    try:
        return str(-(-rounded(amount) // (rounded(divisor) or rounded("1"))))
    except ValueError:
        return ""


# --- mounts ----------------------------------------------------------------------------------------


def _mounts(container: Object) -> list[str]:
    mounts = sorted(items_of(container, "volumeMounts"), key=lambda mount: str(mount.get("mountPath", "")))
    lines = [f"{_BLOCK}Mounts:" if mounts else f"{_BLOCK}Mounts:{CELL}{NONE}"]
    for mount in mounts:
        flags = "ro" if mount.get("readOnly") is True else "rw"
        if mount.get("subPath"):
            flags += f',path="{text_of(mount, "subPath")}"'
        lines.append(f"{_ENTRY}{text_of(mount, 'mountPath')} from {text_of(mount, 'name')} ({flags})")
    if devices := items_of(container, "volumeDevices"):
        lines.append(f"{_BLOCK}Devices:" if mounts else f"{_BLOCK}Devices:{CELL}{NONE}")
        for device in sorted(devices, key=lambda entry: str(entry.get("devicePath", ""))):
            lines.append(f"{_ENTRY}{text_of(device, 'devicePath')} from {text_of(device, 'name')}")
    return lines
