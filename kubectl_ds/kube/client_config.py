"""Flags over kubeconfig: the one cluster, user and namespace that a command speaks to and as.

Mirrors client-go `tools/clientcmd/client_config.go` (DirectClientConfig, with the overrides of
cli-runtime's ConfigFlags) and `tools/clientcmd/validation.go`. It is stricter than kubectl in one thing:
a context that names a cluster or user which the kubeconfig lacks is an error, where kubectl goes on to
localhost:8080 or asks for a user name.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

import msgspec
from msgspec import Struct

from kubectl_ds.errors import KubeconfigError
from kubectl_ds.kube.kubeconfig import Cluster, Context, Kubeconfig, User

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import ConnectionFlags

DEFAULT_SERVER = "http://localhost:8080"
"""Where kubectl turns when nothing names a server and KUBERNETES_MASTER is not set."""

PROXY_SCHEMES = ("http", "https", "socks5")


class ClientConfig(Struct, frozen=True, kw_only=True):
    """The outcome. `server` is a URL without query or trailing slash.

    `is_default` says that nothing named a server, so that a pod may turn to its own cluster.
    `namespace` is empty when neither a flag nor the context names one.
    """

    server: str
    cluster: Cluster
    user: User
    user_name: str
    context: str
    namespace: str
    is_default: bool

    @property
    def is_tls(self) -> bool:
        """Whether credentials may be sent: kubectl sends none over plain http."""
        return self.server.startswith("https://")


def client_config(kubeconfig: Kubeconfig, flags: "ConnectionFlags", env: Mapping[str, str]) -> ClientConfig:
    """Choose context, cluster and user, and lay the flags over them.

    Raises `KubeconfigError` for names that do not exist and for settings that contradict each other.
    """
    context_name, context = _chosen_context(kubeconfig, flags)
    cluster_name = flags.cluster or context.cluster
    user_name = flags.user or context.user
    cluster = _with_cluster_flags(
        _named(kubeconfig.clusters, cluster_name, "cluster", Cluster(), context_name), flags
    )
    user = _with_user_flags(_named(kubeconfig.users, user_name, "user", User(), context_name), flags)
    _check_cluster(cluster, cluster_name)
    _check_user(user, user_name)
    return ClientConfig(
        server=server_url(cluster.server or env.get("KUBERNETES_MASTER", "") or DEFAULT_SERVER),
        cluster=cluster,
        user=user,
        user_name=user_name,
        context=context_name,
        namespace=flags.namespace or context.namespace,
        is_default=not cluster.server and not env.get("KUBERNETES_MASTER"),
    )


def server_url(server: str) -> str:
    """A server as a base URL: `host:port` alone means plain http, as `rest.DefaultServerURL` has it.

    Raises `KubeconfigError` when it is no http or https URL.
    """
    parts = _http_url(server)
    if parts is None:
        raise KubeconfigError(
            f"the server {server!r} is not a URL that can be called",
            hint="it looks like https://host:6443; check --server or the cluster's server in the kubeconfig",
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _http_url(server: str) -> SplitResult | None:
    try:
        parts = urlsplit(server)
        if "://" not in server:
            parts = urlsplit(f"http://{server}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _chosen_context(kubeconfig: Kubeconfig, flags: "ConnectionFlags") -> tuple[str, Context]:
    name = flags.context or kubeconfig.current_context
    if not name:
        return "", Context()
    if name in kubeconfig.contexts:
        return name, kubeconfig.contexts[name]
    asked = "--context" if flags.context else "the kubeconfig's current-context"
    raise KubeconfigError(
        f"the context {name!r} does not exist ({asked} names it)",
        hint=_choices("contexts", kubeconfig.contexts),
    )


_Entry = TypeVar("_Entry", Cluster, User)


def _named(entries: Mapping[str, _Entry], name: str, noun: str, empty: _Entry, context: str) -> _Entry:
    if not name:
        return empty
    if name in entries:
        return entries[name]
    raise KubeconfigError(
        f"the {noun} {name!r} does not exist in the kubeconfig"
        + (f" (context {context!r})" if context else ""),
        hint=_choices(f"{noun}s", entries),
    )


def _choices(noun: str, names: Mapping[str, object]) -> str:
    if not names:
        return f"the kubeconfig holds no {noun}; check KUBECONFIG and --kubeconfig"
    shown = sorted(names)[:10]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{noun} there: {', '.join(shown)}{more}"


def _with_cluster_flags(cluster: Cluster, flags: "ConnectionFlags") -> Cluster:
    changes: dict[str, object] = {}
    if flags.server:
        # A name to verify that belongs to another server would be wrong for this one.
        changes.update(server=flags.server, tls_server_name="")
    if flags.tls_server_name:
        changes["tls_server_name"] = flags.tls_server_name
    if flags.insecure_skip_tls_verify or flags.certificate_authority:
        changes.update(
            insecure_skip_tls_verify=flags.insecure_skip_tls_verify,
            certificate_authority=flags.certificate_authority,
            certificate_authority_data="",
        )
    if flags.proxy_url:
        changes["proxy_url"] = flags.proxy_url
    if flags.disable_compression:
        changes["disable_compression"] = True
    return msgspec.structs.replace(cluster, **changes)


def _with_user_flags(user: User, flags: "ConnectionFlags") -> User:
    changes: dict[str, object] = {}
    if flags.client_certificate:
        changes.update(client_certificate=flags.client_certificate, client_certificate_data="")
    if flags.client_key:
        changes.update(client_key=flags.client_key, client_key_data="")
    if flags.token:
        # kubectl lets the user's tokenFile win over --token: another identity than was asked for.
        changes.update(token=flags.token, token_file="")
    plain = {
        "as_user": flags.as_user,
        "as_uid": flags.as_uid,
        "as_groups": flags.as_group,
        "username": flags.username,
        "password": flags.password,
    }
    changes.update({name: value for name, value in plain.items() if value})
    if flags.as_user_extra:
        changes["as_user_extra"] = {**user.as_user_extra, **_extra(flags.as_user_extra)}
    return msgspec.structs.replace(user, **changes)


def _extra(words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    extra: dict[str, tuple[str, ...]] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            extra[key] = (*extra.get(key, ()), value)
    return extra


def _check_cluster(cluster: Cluster, name: str) -> None:
    if cluster.certificate_authority and cluster.certificate_authority_data:
        raise KubeconfigError(
            f"the cluster {name!r} has both certificate-authority and certificate-authority-data",
            hint="remove one of them",
        )
    if cluster.insecure_skip_tls_verify and (
        cluster.certificate_authority or cluster.certificate_authority_data
    ):
        raise KubeconfigError(
            f"the cluster {name!r} has a certificate authority and insecure-skip-tls-verify",
            hint="remove one of them",
        )
    if cluster.proxy_url and urlsplit(cluster.proxy_url).scheme not in PROXY_SCHEMES:
        raise KubeconfigError(
            f"the proxy-url {cluster.proxy_url!r} of the cluster {name!r} has an unsupported scheme",
            hint=f"it must be one of {', '.join(PROXY_SCHEMES)}",
        )


def _check_user(user: User, name: str) -> None:
    problem = _user_problem(user)
    if problem:
        raise KubeconfigError(
            f"the user {name!r} {problem}", hint="check the kubeconfig's user and the flags given"
        )


def _user_problem(user: User) -> str:
    if user.token and (user.username or user.password):
        return "has both a token and a username and password: only one is allowed"
    if user.client_certificate or user.client_certificate_data:
        if user.client_certificate and user.client_certificate_data:
            return "has both client-certificate and client-certificate-data"
        if user.client_key and user.client_key_data:
            return "has both client-key and client-key-data"
        if not (user.client_key or user.client_key_data):
            return "has a client certificate and neither client-key nor client-key-data"
    if (user.as_uid or user.as_groups or user.as_user_extra) and not user.as_user:
        return "asks for a uid, groups or extra to impersonate, and for no user (--as)"
    return _exec_problem(user)


def _exec_problem(user: User) -> str:
    plugin = user.exec
    if plugin is None:
        return ""
    if user.auth_provider is not None:
        return "has both an auth-provider and an exec plugin"
    if not plugin.command:
        return "has an exec plugin without a command"
    if not plugin.api_version:
        return "has an exec plugin without an apiVersion"
    if any(not variable.name for variable in plugin.env):
        return "has an exec plugin with a nameless environment variable"
    if not plugin.interactive_mode:
        return "has an exec plugin without the interactiveMode that its apiVersion requires"
    if plugin.interactive_mode not in ("Never", "IfAvailable", "Always"):
        return f"has an exec plugin with the unknown interactiveMode {plugin.interactive_mode!r}"
    return ""
