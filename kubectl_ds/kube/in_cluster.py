"""A pod's own cluster, as the kubelet mounts it.

Mirrors client-go `rest.InClusterConfig` and `clientcmd.inClusterClientConfig`.
"""

import os
from collections.abc import Mapping

from msgspec import Struct

from kubectl_ds.errors import CredentialError

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


class InCluster(Struct, frozen=True, kw_only=True):
    """Where the pod's API server is and what the pod shows it. `authorities` is PEM or None."""

    server: str
    token_file: str
    authorities: bytes | None


def is_in_cluster(env: Mapping[str, str], service_account: str = SERVICE_ACCOUNT) -> bool:
    """Whether this is a pod with a service account's token."""
    return bool(
        env.get("KUBERNETES_SERVICE_HOST")
        and env.get("KUBERNETES_SERVICE_PORT")
        and os.path.isfile(os.path.join(service_account, "token"))
    )


def in_cluster(env: Mapping[str, str], service_account: str = SERVICE_ACCOUNT) -> InCluster:
    """What the environment and the mounted service account say. Only where `is_in_cluster` holds.

    Raises `CredentialError` when the mounted authority cannot be read.
    """
    host, port = env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]
    authority = os.path.join(service_account, "ca.crt")
    authorities = None
    try:
        with open(authority, "rb") as file:
            authorities = file.read()
    except FileNotFoundError:
        pass  # the system's authorities count then
    except OSError as error:
        raise CredentialError(
            f"the service account's authority {authority} cannot be read: {error.strerror or error}",
            hint="check the pod's mounted service account",
        ) from error
    return InCluster(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        token_file=os.path.join(service_account, "token"),
        authorities=authorities or None,
    )


def in_cluster_namespace(env: Mapping[str, str], service_account: str = SERVICE_ACCOUNT) -> str:
    """The pod's namespace: POD_NAMESPACE, else the mounted file's, else "default"."""
    if env.get("POD_NAMESPACE"):
        return env["POD_NAMESPACE"]
    try:
        with open(os.path.join(service_account, "namespace"), encoding="utf-8") as file:
            return file.read().strip() or "default"
    except (OSError, UnicodeDecodeError):
        return "default"
