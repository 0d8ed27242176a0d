"""DaemonSets with all that the API lets through: what a printer has to get right, in one small cluster.

Each is told to the API server as it stands here, so an object that validation refuses fails at once.
"""

import random
from collections.abc import Iterable, Mapping
from typing import Any

Raw = dict[str, Any]

SEED = 20260901
RANDOM_ONES = 12

QUIET_WORDS = {
    "empty": "",
    "null": "null",
    "tilde": "~",
    "bool": "true",
    "norway": "NO",
    "integer": "0123",
    "hex": "0x1F",
    "octal": "0o17",
    "float": "1.50",
    "exponent": "1e3",
    "infinity": ".inf",
    "sexagesimal": "12:30:45",
    "date": "2026-01-02",
    "time": "2026-01-02T03:04:05Z",
    "merge": "<<",
    "equals": "=",
    "json": '{"a": [1, "<b>&"], "n": null}',
    "html": "<a href='x'>&amp;</a>",
    "document": "---",
    "end": "...",
    "comment": "# nothing",
    "anchor": "&a *a !t",
    "percent": "%TAG",
    "quotes": 'it\'s "quoted"',
    "backslash": "C:\\temp\\",
    "go": "{{.}} %s %!d",
    "wide": "日本語のテキスト",
    "accents": "é e\u0301 ß",
    "emoji": "\U0001f600",
    "long": "some words that a printer has to fold somewhere " * 40,
    "unbroken": "x" * 3000,
    "last-applied": "{}",
}
"""One line each, without control or format characters: `describe` prints them too as kubectl does."""

LOUD_WORDS = {
    "blank": " ",
    "leading": "  two blanks in front",
    "trailing": "one blank behind ",
    "tabs": "a\tb\t",
    "feed": "one\ntwo\n",
    "feeds": "one\n\n\ntwo\n\n",
    "indented": "  one\n two\nthree",
    "yaml": "a: b\n- c\n",
    "returns": "one\r\ntwo\r",
    "separator": "one\u2028two\u2029three",
    "escape": "\x1b]0;title\x07\x1b[2J",
    "nul": "a\x00b",
    "no-break": "a\u00a0b",
    "order": "abc\u202egnp.exe",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "replacement": "\ufffd",
    "private": "\ue000\U000f0000",
    "long-unicode": "日本語 " * 200,
    "long-lines": ("word " * 40 + "\n") * 5,
}
"""What a terminal must not see as it is. kubectl's JSON, YAML and templates print all of it."""

REFUSED_WORDS = {
    "delete": "a\x7fb",
    "c1": "a\x9bb",
    "mark": "\ufeffmarked",
    "noncharacter": "\uffff",
    "next-line": "one\x85two",
}
"""What kubectl's YAML printer cannot print ("control characters are not allowed"); of the last it makes a blank."""

_PIECES = (
    *("a", "Z", "0", "7", "_", ".", "é", "ß", "日本", "\U0001f600", "e\u0301", "\u202e", "\u200b", "\u2028"),
    *("\u00a0", "\ufffd", "\x07", "\x1b[31m", "\x00", " ", "  ", "\t", "\n", "\n\n", "\r\n"),
    *("\\", "\\n", '"', "'", "`", "<b>", "&amp;", "{{.}}", "${X}", ": ", "- ", " #", "?", "!", "%", "@", "*"),
    *(
        "|",
        ">",
        "[",
        "]",
        "{",
        "}",
        ",",
        "=",
        "~",
        "null",
        "true",
        "0x1f",
        "1e3",
        "1_000",
        "0o17",
        "010",
        "+1",
    ),
    *(".5", "-.inf", ".nan", "2001-01-01", "12:30:45", "yes"),
)


def printable_daemonsets() -> list[Raw]:
    """Those that kubectl can print in every format, in fresh objects without a namespace."""
    return [*quiet_daemonsets(), *_worded("loud", LOUD_WORDS), *_random_ones()]


def quiet_daemonsets() -> list[Raw]:
    """Those with nothing in them that could steer a terminal."""
    return [
        *_plain(),
        *_worded("quiet", QUIET_WORDS),
        _many_containers(),
        *_volumes(),
        _everything(),
    ]


def refused_daemonsets() -> list[Raw]:
    """Those that kubectl cannot print as YAML."""
    return _worded("refused", REFUSED_WORDS)


def placed(daemonsets: Iterable[Raw], namespace: str, selector: Mapping[str, str]) -> list[Raw]:
    """The same in a namespace, for the nodes with these labels."""
    made = list(daemonsets)
    for one in made:
        one["metadata"]["namespace"] = namespace
        template = one["spec"]["template"]["spec"]
        template["nodeSelector"] = {**selector, **template.get("nodeSelector", {})}
    return made


def daemonset(
    name: str,
    *,
    metadata: Raw | None = None,
    template: Raw | None = None,
    pod: Raw | None = None,
    **spec: Any,
) -> Raw:
    labels = {"app": name, **(template or {}).get("labels", {})}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, **(metadata or {})},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {**(template or {}), "labels": labels},
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [container("main")],
                    **(pod or {}),
                },
            },
            **spec,
        },
    }


def container(name: str, **fields: Any) -> Raw:
    return {"name": name, "image": f"registry.example/{name}:1", **fields}


def _plain() -> list[Raw]:
    """As small as they come; names, labels and selectors of every shape; fields that are null."""
    expressions = [
        {"key": "track", "operator": "In", "values": ["b", "a"]},
        {"key": "off", "operator": "NotIn", "values": ["z", "y"]},
        {"key": "app", "operator": "Exists"},
        {"key": "gone", "operator": "DoesNotExist"},
    ]
    return [
        daemonset("bare"),
        daemonset("a.b-c.9", metadata={"labels": {"empty": "", "tier": "node", "example.com/x": "1"}}),
        daemonset("n" * 63, metadata={"labels": {"tier": "node", "Upper": "A.b_c-9"}}),
        daemonset(
            "nulls",
            metadata={"labels": None, "annotations": None, "finalizers": None, "ownerReferences": None},
            pod={"affinity": None, "tolerations": None, "securityContext": None, "volumes": None},
            updateStrategy=None,
            revisionHistoryLimit=None,
        ),
        daemonset(
            "empties",
            metadata={"labels": {}, "annotations": {}},
            pod={
                "affinity": {},
                "tolerations": [],
                "securityContext": {},
                "hostAliases": [],
                "dnsConfig": {},
            },
        ),
        daemonset(
            "expressions",
            template={"labels": {"track": "a"}},
            selector={"matchLabels": {"app": "expressions"}, "matchExpressions": expressions},
        ),
        daemonset("idle", pod={"nodeSelector": {"no-node": "has-this"}}),
        daemonset(
            "surge",
            updateStrategy={
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0},
            },
            minReadySeconds=0,
            revisionHistoryLimit=0,
        ),
        daemonset("on-delete", updateStrategy={"type": "OnDelete"}),
        daemonset(
            "applied",
            metadata={
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"kind":"DaemonSet"}\n'}
            },
        ),
        daemonset("held", metadata={"finalizers": ["example.com/nobody"]}),
    ]


def _worded(name: str, words: Mapping[str, str]) -> list[Raw]:
    """The words as annotations, as environment, as arguments."""
    environment = [{"name": key.upper().replace("-", "_"), "value": word} for key, word in words.items()]
    values = list(words.values())
    notes = {"annotations": dict(words)}
    return [
        daemonset(f"{name}-annotations", metadata=notes, template=notes),
        daemonset(f"{name}-environment", pod={"containers": [container("main", env=environment)]}),
        daemonset(
            f"{name}-arguments",
            pod={"containers": [container("main", command=values, args=list(reversed(values)))]},
        ),
    ]


def _random_ones() -> list[Raw]:
    """Texts thrown together; the same ones in every run."""
    dice = random.Random(SEED)

    def text() -> str:
        return "".join(dice.choice(_PIECES) for _ in range(dice.choice((0, 1, 2, 3, 5, 8, 40, 200))))

    return [
        daemonset(
            f"random-{number}",
            metadata={"annotations": {f"example.com/a{i}": text() for i in range(dice.randint(0, 12))}},
            pod={
                "containers": [
                    container(
                        "main",
                        env=[{"name": f"E{i}", "value": text()} for i in range(dice.randint(0, 6))],
                        args=[text() for _ in range(dice.randint(0, 4))],
                    )
                ]
            },
        )
        for number in range(RANDOM_ONES)
    ]


def _many_containers() -> Raw:
    """Twenty-five of them, with every kind of probe, handler and port among them."""
    timing = {"initialDelaySeconds": 5, "timeoutSeconds": 2, "periodSeconds": 7, "failureThreshold": 4}
    headers = [{"name": "X-A", "value": "<b>"}, {"name": "Accept", "value": ""}]
    probes: list[Raw] = [
        {"httpGet": {"port": 8080}},
        {
            "httpGet": {
                "path": "/a?b=c d&e",
                "port": "http",
                "scheme": "HTTPS",
                "host": "::1",
                "httpHeaders": headers,
            }
        },
        {"exec": {"command": ["sh", "-c", "echo 'a' && echo b"]}},
        {"exec": {"command": [""]}},
        {"tcpSocket": {"port": 80, "host": "example.com"}},
        {"tcpSocket": {"port": "http"}},
        {"grpc": {"port": 9090}},
        {"grpc": {"port": 9090, "service": "a/b"}},
    ]
    handlers: list[Raw] = [
        {"postStart": {"exec": {"command": ["true"]}}, "preStop": {"sleep": {"seconds": 1}}},
        {"preStop": {"httpGet": {"port": 1, "path": "/"}}},
        {"postStart": {"tcpSocket": {"port": 1}}},
    ]
    containers = [
        container(
            f"c{number}",
            ports=[
                {"containerPort": 8000 + number, "name": "http"},
                {"containerPort": 53, "protocol": "UDP"},
                {"containerPort": 132, "protocol": "SCTP"},
            ],
            livenessProbe={**probes[number % 8], **timing},
            readinessProbe=probes[(number + 3) % 8],
            startupProbe={**probes[(number + 5) % 8], "terminationGracePeriodSeconds": 9},
            lifecycle=handlers[number % 3],
        )
        for number in range(25)
    ]
    return daemonset("many", pod={"containers": containers})


def _volumes() -> list[Raw]:
    """Every kind of volume: those that say much, and those that say little."""
    claim = {
        "metadata": {"labels": {"a": "b"}, "annotations": {"x": "y", "lines": "one\ntwo"}},
        "spec": {
            "storageClassName": "fast",
            "volumeMode": "Filesystem",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "dataSource": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "n"},
        },
    }
    fields = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {
            "path": "cpu",
            "resourceFieldRef": {"resource": "limits.cpu", "containerName": "main"},
            "mode": 0o440,
        },
    ]
    projected: list[Raw] = [
        {"secret": {"name": "s", "items": [{"key": "k", "path": "p"}]}},
        {"downwardAPI": {"items": fields}},
        {"configMap": {"name": "c", "optional": True}},
        {"serviceAccountToken": {"path": "t", "expirationSeconds": 3607, "audience": "x"}},
        {"clusterTrustBundle": {"path": "x", "name": "bundle"}},
    ]
    sources: list[Raw] = [
        {"hostPath": {"path": "/var", "type": "Directory"}},
        {"hostPath": {"path": "/", "type": ""}},
        {"emptyDir": {}},
        {"emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        {"gcePersistentDisk": {"pdName": "p", "fsType": "ext4", "partition": 1}},
        {"awsElasticBlockStore": {"volumeID": "v", "readOnly": True}},
        {
            "secret": {
                "secretName": "s",
                "optional": True,
                "defaultMode": 0o400,
                "items": [{"key": "k", "path": "p"}],
            }
        },
        {"configMap": {"name": "c"}},
        {"nfs": {"server": "s", "path": "/p", "readOnly": True}},
        {
            "iscsi": {
                "targetPortal": "1.2.3.4",
                "iqn": "iqn.2001-04.com.example:x",
                "lun": 0,
                "portals": ["a", "b"],
            }
        },
        {"glusterfs": {"endpoints": "e", "path": "p"}},
        {"persistentVolumeClaim": {"claimName": "c", "readOnly": True}},
        {"ephemeral": {"volumeClaimTemplate": claim}},
        {"rbd": {"monitors": ["m1", "m2"], "image": "i"}},
        {"quobyte": {"registry": "r:1", "volume": "v"}},
        {"downwardAPI": {"items": fields}},
        {"azureDisk": {"diskName": "d", "diskURI": "/subscriptions/x", "kind": "Managed"}},
        {"vsphereVolume": {"volumePath": "p", "fsType": "ext4"}},
        {"cinder": {"volumeID": "v", "secretRef": {"name": "s"}}},
        {"portworxVolume": {"volumeID": "p"}},
        {"scaleIO": {"gateway": "g", "system": "s", "secretRef": {"name": "x"}, "volumeName": "v"}},
        {"cephfs": {"monitors": ["a"], "secretFile": "/f"}},
        {"storageos": {"volumeName": "v", "volumeNamespace": "n"}},
        {"fc": {"targetWWNs": ["a", "b"], "lun": 2}},
        {"fc": {"wwids": ["x"]}},
        {"azureFile": {"secretName": "s", "shareName": "sh"}},
        {"flexVolume": {"driver": "example.com/d", "options": {"b": "2", "a": ""}}},
        {"flocker": {"datasetName": "d"}},
        {"projected": {"sources": projected, "defaultMode": 0o644}},
        {
            "csi": {
                "driver": "csi.example.com",
                "readOnly": True,
                "volumeAttributes": {"a": "1", "b": "x" * 200},
            }
        },
        {"csi": {"driver": "csi.example.com"}},
        {"image": {"reference": "registry.example/data:1", "pullPolicy": "Always"}},
    ]
    volumes = [{"name": f"v{place}", **source} for place, source in enumerate(sources)]
    mounts = [
        {"name": "v0", "mountPath": "/z", "readOnly": True, "recursiveReadOnly": "Disabled"},
        {"name": "v2", "mountPath": "/a", "subPath": "x/y"},
        {"name": "v3", "mountPath": "/b", "subPathExpr": "$(HOME)", "mountPropagation": "HostToContainer"},
        {"name": "v28", "mountPath": "/projected"},
    ]
    devices = [{"name": "v11", "devicePath": "/dev/x"}]
    idle = {"nodeSelector": {"no-node": "has-this"}}
    inside = container("main", volumeMounts=mounts, volumeDevices=devices)
    return [
        daemonset("volumes", pod={"volumes": volumes, "containers": [inside], **idle}),
        daemonset("empty-volume", pod={"volumes": [{"name": "nothing"}]}),
    ]


def _everything() -> Raw:
    """One template with everything else that a pod may say of itself."""
    term = {
        "matchExpressions": [
            {"key": "zone", "operator": "In", "values": ["b", "a"]},
            {"key": "old", "operator": "DoesNotExist"},
            {"key": "cpus", "operator": "Gt", "values": ["4"]},
        ],
        "matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n1"]}],
    }
    pods = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {
            "matchLabels": {"a": "b"},
            "matchExpressions": [{"key": "c", "operator": "Exists"}],
        },
        "namespaceSelector": {},
        "namespaces": ["x", "y"],
    }
    resources = {
        "limits": {"cpu": "0.5", "memory": "1e9", "ephemeral-storage": "1500Ki", "example.com/gpu": "1"},
        "requests": {"cpu": "1m", "memory": "64Mi", "example.com/gpu": "1"},
    }
    references: list[Raw] = [
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "requests.cpu", "divisor": "1m"}}},
        {"name": "MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
        {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "sec", "key": "k"}}},
        {"name": "CONFIG", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "k", "optional": True}}},
    ]
    security = {
        "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
        "seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": False,
        "runAsUser": 0,
    }
    main = container(
        "main",
        resources=resources,
        env=references,
        envFrom=[
            {"configMapRef": {"name": "cm"}},
            {"prefix": "P_", "secretRef": {"name": "s", "optional": True}},
        ],
        ports=[{"containerPort": 9100, "hostPort": 9100, "hostIP": "127.0.0.1", "name": "metrics"}],
        securityContext=security,
        workingDir="/",
        stdin=True,
        tty=True,
        terminationMessagePolicy="FallbackToLogsOnError",
    )
    return daemonset(
        "everything",
        pod={
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term, {}]},
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": term}],
                },
                "podAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 100, "podAffinityTerm": pods}
                    ]
                },
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [pods]},
            },
            "topologySpreadConstraints": [
                {
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "maxSkew": 1,
                    "labelSelector": {},
                },
                {"topologyKey": "host", "whenUnsatisfiable": "ScheduleAnyway", "maxSkew": 2},
            ],
            "tolerations": [
                {"operator": "Exists"},
                {"key": "b", "value": "v", "effect": "NoSchedule", "operator": "Equal"},
                {"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30},
                {"key": "neg", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": -1},
                {"key": "empty", "value": "", "effect": "PreferNoSchedule"},
            ],
            "hostNetwork": False,
            "hostPID": True,
            "hostIPC": True,
            "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a.example", "b.example"]}],
            "dnsPolicy": "None",
            "dnsConfig": {
                "nameservers": ["1.1.1.1"],
                "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}],
            },
            "imagePullSecrets": [{"name": "pull"}],
            "priorityClassName": "system-node-critical",
            "readinessGates": [{"conditionType": "example.com/ready"}],
            "schedulerName": "other-scheduler",
            "securityContext": {
                "fsGroup": 2000,
                "sysctls": [{"name": "net.ipv4.ip_local_port_range", "value": "1 2"}],
                "seLinuxOptions": {"level": "s0:c123,c456"},
                "supplementalGroups": [1, 2],
            },
            "serviceAccountName": "default",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "setHostnameAsFQDN": True,
            "nodeSelector": {"no-node": "has-this", "kubernetes.io/os": "linux"},
            "initContainers": [container("init", args=[""]), container("sidecar", restartPolicy="Always")],
            "containers": [main],
        },
    )
