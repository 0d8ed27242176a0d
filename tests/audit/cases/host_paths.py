"""A log shipper: it reads the node's logs and keeps its place in a folder of its own."""

from tests.clusters import Raw, a_container, a_daemonset


def shipper(*volumes: Raw) -> list[Raw]:
    mounts = [
        {"name": "logs", "mountPath": "/var/log", "readOnly": True},
        {"name": "place", "mountPath": "/place"},
    ]
    return [
        a_daemonset(
            "shipper", containers=[a_container("shipper", volumeMounts=mounts)], volumes=list(volumes)
        )
    ]


PASSING: list[Raw] = shipper({"name": "logs", "emptyDir": {}}, {"name": "place", "emptyDir": {}})
FAILING: list[Raw] = shipper(
    {"name": "place", "hostPath": {"path": "/var/lib/shipper", "type": "DirectoryOrCreate"}},
    {"name": "logs", "hostPath": {"path": "/var/log", "type": ""}},
    {"name": "old", "hostPath": {"path": "/var/spool", "type": ""}},
)
