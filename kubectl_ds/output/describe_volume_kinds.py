"""Every kind of volume: what `kubectl describe` says of it.

Mirrors the print…VolumeSource functions of kubectl's pkg/describe/describe.go, in the order in which kubectl
asks for them. One row of `KINDS` stands for one kind; the few that are no plain list of fields have a function
of their own.
"""

from kubectl_ds.output.describe_values import (
    Object,
    annotation_lines,
    go_list,
    go_map,
    items_of,
    label_lines,
    object_of,
    text_of,
    truth,
)
from kubectl_ds.output.describe_volume_fields import (
    FS_TYPE,
    INDENT,
    OPTIONAL,
    READ_ONLY,
    SECRET,
    Field,
    Kind,
    joined,
    number_text,
    or_none,
    plain_field,
    size_text,
)
from kubectl_ds.output.tabwriter import CELL
from kubectl_ds.output.terminal_text import safe

_LONGEST_ATTRIBUTE = 140


def _projected(source: Object) -> list[str]:
    lines: list[str] = []
    for entry in items_of(source, "sources"):
        if "secret" in entry:
            lines += _named_source("SecretName", object_of(entry, "secret"))
        elif "downwardAPI" in entry:
            lines.append(f"{INDENT}DownwardAPI:{CELL}true")
        elif "configMap" in entry:
            lines += _named_source("ConfigMapName", object_of(entry, "configMap"))
        elif "serviceAccountToken" in entry:
            seconds = object_of(entry, "serviceAccountToken").get("expirationSeconds")
            lines.append(f"{INDENT}TokenExpirationSeconds:{CELL}{number_text(seconds)}")
    return lines


def _named_source(title: str, source: Object) -> list[str]:
    return [
        f"{INDENT}{title}:{CELL}{text_of(source, 'name')}",
        f"{INDENT}Optional:{CELL}{truth(source.get('optional'))}",
    ]


def _downward(source: Object) -> list[str]:
    lines = [f"{INDENT}Items:"]
    for mapping in items_of(source, "items"):
        path = text_of(mapping, "path")
        if "fieldRef" in mapping:
            lines.append(f"      {text_of(object_of(mapping, 'fieldRef'), 'fieldPath')} -> {path}")
        if "resourceFieldRef" in mapping:
            lines.append(f"      {text_of(object_of(mapping, 'resourceFieldRef'), 'resource')} -> {path}")
    return lines


def _attributes(source: Object) -> list[str]:
    """kubectl writes the indentation once more before each value; kept, as people diff the two."""
    attributes = object_of(source, "volumeAttributes")
    title = f"{INDENT}VolumeAttributes:{CELL}"
    if not attributes:
        return [f"{title}<none>"]
    values = [f"{key}={attributes[key]}" for key in sorted(attributes)]
    cut = [
        f"{value[:_LONGEST_ATTRIBUTE]}..." if len(value) > _LONGEST_ATTRIBUTE else value for value in values
    ]
    leads = [title, *[INDENT * 2 + CELL] * (len(cut) - 1)]
    return [f"{lead}{INDENT}{safe(value)}" for lead, value in zip(leads, cut, strict=True)]


def _ephemeral(source: Object) -> list[str]:
    template = object_of(source, "volumeClaimTemplate")
    if not template:
        return []
    metadata, spec = object_of(template, "metadata"), object_of(template, "spec")
    legacy_class = object_of(metadata, "annotations").get("volume.beta.kubernetes.io/storage-class")
    storage_class = safe(str(legacy_class)) if legacy_class else text_of(spec, "storageClassName")
    lines = [
        f"{INDENT}StorageClass:{CELL}{storage_class}",
        f"{INDENT}Volume:{CELL}{text_of(spec, 'volumeName')}",
        *label_lines("Labels", object_of(metadata, "labels"), nested=INDENT),
        *annotation_lines("Annotations", object_of(metadata, "annotations"), nested=INDENT),
        f"{INDENT}Capacity:{CELL}{'0' if spec.get('volumeName') else ''}",
        f"{INDENT}Access Modes:{CELL}",
    ]
    if spec.get("volumeMode"):
        lines.append(f"{INDENT}VolumeMode:{CELL}{text_of(spec, 'volumeMode')}")
    if data_source := object_of(spec, "dataSource"):
        lines.append(f"{INDENT}DataSource:")
        if data_source.get("apiGroup") is not None:
            lines.append(f"      APIGroup:{CELL}{text_of(data_source, 'apiGroup')}")
        lines.append(f"      Kind:{CELL}{text_of(data_source, 'kind')}")
        lines.append(f"      Name:{CELL}{text_of(data_source, 'name')}")
    return lines


KINDS: tuple[Kind, ...] = (
    Kind(
        "hostPath",
        "HostPath (bare host directory volume)",
        (plain_field("Path", "path"), Field("HostPathType:", "type", or_none)),
    ),
    Kind(
        "emptyDir",
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        (plain_field("Medium", "medium"), Field("SizeLimit:", "sizeLimit", size_text)),
    ),
    Kind(
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        (plain_field("PDName", "pdName"), FS_TYPE, Field("Partition:", "partition", number_text), READ_ONLY),
    ),
    Kind(
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        (
            plain_field("VolumeID", "volumeID"),
            FS_TYPE,
            Field("Partition:", "partition", number_text),
            READ_ONLY,
        ),
    ),
    Kind(
        "gitRepo",
        "GitRepo (a volume that is pulled from git when the pod is created)",
        (plain_field("Repository", "repository"), plain_field("Revision", "revision")),
    ),
    Kind(
        "secret",
        "Secret (a volume populated by a Secret)",
        (plain_field("SecretName", "secretName"), OPTIONAL),
    ),
    Kind(
        "configMap", "ConfigMap (a volume populated by a ConfigMap)", (plain_field("Name", "name"), OPTIONAL)
    ),
    Kind(
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        (plain_field("Server", "server"), plain_field("Path", "path"), READ_ONLY),
    ),
    Kind(
        "iscsi",
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
        (
            plain_field("TargetPortal", "targetPortal"),
            plain_field("IQN", "iqn"),
            Field("Lun:", "lun", number_text),
            Field("ISCSIInterface", "iscsiInterface"),
            FS_TYPE,
            READ_ONLY,
            Field("Portals:", "portals", go_list),
            Field("DiscoveryCHAPAuth:", "chapAuthDiscovery", truth),
            Field("SessionCHAPAuth:", "chapAuthSession", truth),
            SECRET,
            Field("InitiatorName:", "initiatorName", or_none),
        ),
    ),
    Kind(
        "glusterfs",
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        (plain_field("EndpointsName", "endpoints"), plain_field("Path", "path"), READ_ONLY),
    ),
    Kind(
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        (plain_field("ClaimName", "claimName"), READ_ONLY),
    ),
    Kind(
        "ephemeral",
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        more=_ephemeral,
    ),
    Kind(
        "rbd",
        "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
        (
            Field("CephMonitors:", "monitors", go_list),
            plain_field("RBDImage", "image"),
            FS_TYPE,
            plain_field("RBDPool", "pool"),
            plain_field("RadosUser", "user"),
            plain_field("Keyring", "keyring"),
            SECRET,
            READ_ONLY,
        ),
    ),
    Kind(
        "quobyte",
        "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
        (plain_field("Registry", "registry"), plain_field("Volume", "volume"), READ_ONLY),
    ),
    Kind("downwardAPI", "DownwardAPI (a volume populated by information about the pod)", more=_downward),
    Kind(
        "azureDisk",
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        (
            plain_field("DiskName", "diskName"),
            plain_field("DiskURI", "diskURI"),
            Field("Kind: ", "kind"),
            FS_TYPE,
            plain_field("CachingMode", "cachingMode"),
            READ_ONLY,
        ),
    ),
    Kind(
        "vsphereVolume",
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        (
            plain_field("VolumePath", "volumePath"),
            FS_TYPE,
            plain_field("StoragePolicyName", "storagePolicyName"),
        ),
    ),
    Kind(
        "cinder",
        "Cinder (a Persistent Disk resource in OpenStack)",
        (plain_field("VolumeID", "volumeID"), FS_TYPE, READ_ONLY, SECRET),
    ),
    Kind(
        "photonPersistentDisk",
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
        (plain_field("PdID", "pdID"), FS_TYPE),
    ),
    Kind(
        "portworxVolume",
        "PortworxVolume (a Portworx Volume resource)",
        (plain_field("VolumeID", "volumeID"),),
    ),
    Kind(
        "scaleIO",
        "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
        (
            plain_field("Gateway", "gateway"),
            plain_field("System", "system"),
            plain_field("Protection Domain", "protectionDomain"),
            plain_field("Storage Pool", "storagePool"),
            plain_field("Storage Mode", "storageMode"),
            plain_field("VolumeName", "volumeName"),
            FS_TYPE,
            READ_ONLY,
        ),
    ),
    Kind(
        "cephfs",
        "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
        (
            Field("Monitors:", "monitors", go_list),
            plain_field("Path", "path"),
            plain_field("User", "user"),
            plain_field("SecretFile", "secretFile"),
            SECRET,
            READ_ONLY,
        ),
    ),
    Kind(
        "storageos",
        "StorageOS (a StorageOS Persistent Disk resource)",
        (
            plain_field("VolumeName", "volumeName"),
            plain_field("VolumeNamespace", "volumeNamespace"),
            FS_TYPE,
            READ_ONLY,
        ),
    ),
    Kind(
        "fc",
        "FC (a Fibre Channel disk)",
        (Field("TargetWWNs:", "targetWWNs", joined), Field("LUN:", "lun", or_none), FS_TYPE, READ_ONLY),
    ),
    Kind(
        "azureFile",
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        (plain_field("SecretName", "secretName"), plain_field("ShareName", "shareName"), READ_ONLY),
    ),
    Kind(
        "flexVolume",
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
        (
            plain_field("Driver", "driver"),
            FS_TYPE,
            SECRET,
            READ_ONLY,
            Field("Options:", "options", go_map),
        ),
    ),
    Kind(
        "flocker",
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        (plain_field("DatasetName", "datasetName"), plain_field("DatasetUUID", "datasetUUID")),
    ),
    Kind(
        "projected",
        "Projected (a volume that contains injected data from multiple sources)",
        more=_projected,
    ),
    Kind(
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        (plain_field("Driver", "driver"), FS_TYPE, READ_ONLY),
        _attributes,
    ),
    Kind(
        "image",
        "Image (a container image or OCI artifact)",
        (plain_field("Reference", "reference"), plain_field("PullPolicy", "pullPolicy")),
    ),
)
