"""One text of a dump, whatever it is: a snapshot, what cluster-info dump prints, or what kubectl get prints."""

from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.dump.cluster_info import is_standard_output, read_standard_output
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.lists import read_lists
from kubectl_ds.kube.dump.snapshot_file import is_snapshot, read_snapshot_file


def read_text(content: bytes, gathered: Gathered, named: ServedResource | None = None) -> None:
    """All that is in it. `named` is the resource after which its file is called.

    Raises `KubectlDsError` for what is none of these.
    """
    if is_snapshot(content):
        read_snapshot_file(content, gathered)
    elif is_standard_output(content):
        read_standard_output(content, gathered)
    else:
        read_lists(content, gathered, named)
