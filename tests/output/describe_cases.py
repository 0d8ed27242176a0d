"""A DaemonSet with everything in it that `kubectl describe` prints, each kind of volume included."""

from typing import Any

from tests.clusters import a_container

Raw = dict[str, Any]

SELECTOR: Raw = {
    "matchLabels": {"app": "full"},
    "matchExpressions": [
        {"key": "track", "operator": "In", "values": ["b", "a"]},
        {"key": "q", "operator": "NotIn", "values": ["x"]},
        {"key": "e", "operator": "Exists"},
        {"key": "d", "operator": "DoesNotExist"},
    ],
}
METADATA: Raw = {
    "labels": {"b": "2", "a": "1"},
    "annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "long": "x" * 200,
        "lines": "a\nb\n",
        "short": "value",
        "escape": "\x1b[31mred",
    },
}
TEMPLATE: Raw = {
    "serviceAccountName": "sa",
    "priorityClassName": "system-node-critical",
    "nodeSelector": {"kubernetes.io/os": "linux", "a": "b"},
    "schedulingGroup": {"podGroupName": "group"},
    "topologySpreadConstraints": [
        {
            "topologyKey": "zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "maxSkew": 1,
            "labelSelector": {"matchLabels": {"a": "b"}},
        },
        {"topologyKey": "host", "whenUnsatisfiable": "ScheduleAnyway", "maxSkew": 2},
        {"topologyKey": "h2", "whenUnsatisfiable": "ScheduleAnyway", "maxSkew": 2, "labelSelector": {}},
    ],
    "tolerations": [
        {"operator": "Exists"},
        {"key": "b", "value": "v", "effect": "NoSchedule", "operator": "Equal"},
        {"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30},
        {"key": "c", "operator": "Exists"},
        {"key": "gt", "operator": "Gt", "value": "5"},
    ],
}

_TIMING: Raw = {
    "initialDelaySeconds": 5,
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
}


def _from(kind: str, **fields: Any) -> Raw:
    return {"valueFrom": {kind: fields}}


_ENVIRONMENT: list[Raw] = [
    {"name": "A", "value": "1"},
    {"name": "LONGER", "value": "several\nlines\nof text\n"},
    {"name": "EMPTY"},
    {"name": "NODE", **_from("fieldRef", apiVersion="v1", fieldPath="spec.nodeName")},
    {"name": "NO_LIMIT", **_from("resourceFieldRef", resource="limits.cpu")},
    {"name": "CPU", **_from("resourceFieldRef", resource="requests.cpu", divisor="1m")},
    {"name": "CORES", **_from("resourceFieldRef", resource="requests.cpu")},
    {"name": "MEMORY", **_from("resourceFieldRef", resource="requests.memory", divisor="0")},
    {"name": "DISK", **_from("resourceFieldRef", resource="limits.ephemeral-storage", divisor="1Mi")},
    {"name": "PAGES", **_from("resourceFieldRef", resource="requests.hugepages-2Mi")},
    {"name": "SECRET", **_from("secretKeyRef", name="sec", key="k")},
    {"name": "CONFIG", **_from("configMapKeyRef", name="cm", key="k", optional=True)},
    {"name": "FILE", **_from("fileKeyRef", volumeName="ed", path="p", key="k")},
]
CONTAINERS: list[Raw] = [
    a_container(
        "main",
        command=["sh", "-c", "echo a\necho b\n"],
        args=["--x=1", "--y"],
        ports=[
            {"containerPort": 8080, "hostPort": 8080, "protocol": "TCP", "name": "http"},
            {"containerPort": 53, "protocol": "UDP"},
        ],
        envFrom=[
            {"configMapRef": {"name": "cm"}},
            {"prefix": "P_", "secretRef": {"name": "sec", "optional": True}},
        ],
        env=_ENVIRONMENT,
        resources={
            "limits": {"memory": "128Mi", "nvidia.com/gpu": "1", "ephemeral-storage": "1500Ki"},
            "requests": {"cpu": "100m", "memory": "64Mi"},
        },
        livenessProbe={"httpGet": {"path": "/healthz?x=1 y", "port": "http", "scheme": "HTTP"}, **_TIMING},
        readinessProbe={"exec": {"command": ["cat", "ok"]}, **_TIMING},
        startupProbe={"grpc": {"port": 9090, "service": "s"}, **_TIMING},
        volumeMounts=[
            {"name": "hp", "mountPath": "/z", "readOnly": True},
            {"name": "ed", "mountPath": "/a", "subPath": "x/y"},
        ],
        securityContext={"seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"}},
    ),
    a_container(
        "devices",
        ports=[{"containerPort": 1, "protocol": "TCP"}],
        livenessProbe={"tcpSocket": {"port": 80, "host": "::1"}, **_TIMING},
        readinessProbe={
            "httpGet": {"path": "x", "port": 80, "host": "fe80::1", "scheme": "HTTPS"},
            **_TIMING,
        },
        startupProbe=_TIMING,
        volumeDevices=[{"name": "pvc", "devicePath": "/dev/x"}],
    ),
    {"name": "bare", "image": "x"},
]

_CLAIM: Raw = {
    "metadata": {
        "labels": {"a": "b", "c": "d"},
        "annotations": {"x": "y", "lines": "one\ntwo", "z": "q"},
    },
    "spec": {
        "storageClassName": "fast",
        "volumeMode": "Filesystem",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "dataSource": {"apiGroup": "snap", "kind": "VolumeSnapshot", "name": "n"},
    },
}
_ITEMS: list[Raw] = [
    {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels", "apiVersion": "v1"}},
    {"path": "cpu", "resourceFieldRef": {"resource": "limits.cpu", "containerName": "main"}},
]
_SOURCES: list[Raw] = [
    {"secret": {"name": "s"}},
    {"downwardAPI": {"items": []}},
    {"configMap": {"name": "c", "optional": True}},
    {"serviceAccountToken": {"path": "t", "expirationSeconds": 3607}},
    {"clusterTrustBundle": {"path": "x"}},
]
_KINDS: list[tuple[str, Raw]] = [
    ("hostPath", {"path": "/var", "type": "Directory"}),
    ("hostPath", {"path": "/var"}),
    ("emptyDir", {}),
    ("emptyDir", {"medium": "Memory", "sizeLimit": "64Mi"}),
    ("gcePersistentDisk", {"pdName": "p", "fsType": "ext4"}),
    ("awsElasticBlockStore", {"volumeID": "v", "readOnly": True}),
    ("gitRepo", {"repository": "r", "revision": "x"}),
    ("secret", {"secretName": "s", "optional": True}),
    ("configMap", {"name": "c"}),
    ("nfs", {"server": "s", "path": "/p"}),
    (
        "iscsi",
        {"targetPortal": "1.2.3.4", "iqn": "i", "lun": 0, "portals": ["a", "b"], "secretRef": {"name": "x"}},
    ),
    ("iscsi", {"targetPortal": "1.2.3.4", "iqn": "i", "lun": 1, "initiatorName": "foo"}),
    ("glusterfs", {"endpoints": "e", "path": "p"}),
    ("persistentVolumeClaim", {"claimName": "c", "readOnly": True}),
    ("ephemeral", {"volumeClaimTemplate": _CLAIM}),
    ("ephemeral", {"volumeClaimTemplate": {"spec": {"volumeName": "v", "accessModes": ["ReadWriteOnce"]}}}),
    ("rbd", {"monitors": ["m1", "m2"], "image": "i", "pool": "rbd", "user": "admin", "keyring": "/k"}),
    ("quobyte", {"registry": "r", "volume": "v"}),
    ("downwardAPI", {"items": _ITEMS}),
    (
        "azureDisk",
        {
            "diskName": "d",
            "diskURI": "u",
            "kind": "Managed",
            "fsType": "ext4",
            "cachingMode": "None",
            "readOnly": False,
        },
    ),
    ("vsphereVolume", {"volumePath": "p", "fsType": "ext4"}),
    ("cinder", {"volumeID": "v", "secretRef": {"name": "s"}}),
    ("photonPersistentDisk", {"pdID": "p"}),
    ("portworxVolume", {"volumeID": "p"}),
    (
        "scaleIO",
        {"gateway": "g", "system": "s", "secretRef": {"name": "x"}, "volumeName": "v", "fsType": "xfs"},
    ),
    (
        "cephfs",
        {"monitors": ["a"], "path": "/", "user": "admin", "secretFile": "/f", "secretRef": {"name": "s"}},
    ),
    ("storageos", {"volumeName": "v", "volumeNamespace": "n"}),
    ("fc", {"targetWWNs": ["a", "b"], "lun": 2}),
    ("fc", {"wwids": ["x"]}),
    ("azureFile", {"secretName": "s", "shareName": "sh"}),
    ("flexVolume", {"driver": "d", "options": {"b": "2", "a": "1"}, "secretRef": {"name": "q"}}),
    ("flocker", {"datasetName": "d"}),
    ("projected", {"sources": _SOURCES}),
    (
        "csi",
        {"driver": "d", "readOnly": True, "fsType": "ext4", "volumeAttributes": {"a": "1", "b": "x" * 200}},
    ),
    ("csi", {"driver": "d"}),
    ("image", {"reference": "r", "pullPolicy": "Always"}),
]
VOLUMES: list[Raw] = [
    {"name": "hp", "hostPath": {"path": "/x", "type": ""}},
    {"name": "unknown"},
    *({"name": f"v{place}", kind: source} for place, (kind, source) in enumerate(_KINDS)),
]
