"""From kubectl's connection flags to an open session: which cluster, as whom, in which namespace."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from kubectl_ds.errors import UsageError
from kubectl_ds.kube.transport import Transport

if TYPE_CHECKING:
    from kubectl_ds.kube.client_config import ClientConfig
    from kubectl_ds.kube.credentials import CredentialSource
    from kubectl_ds.kube.http_session import HttpSession
    from kubectl_ds.kube.kubeconfig import Kubeconfig
    from kubectl_ds.kube.lists import OnProgress
    from kubectl_ds.kube.tls_settings import TlsSettings


class ConnectionFlags(Struct, frozen=True, kw_only=True):
    """Every connection flag of kubectl as a plain value; empty means "not given", as it does to kubectl.

    Nothing is read or checked here: `request_timeout` is still kubectl's text ("30", "1m30s", "0"),
    `as_user_extra` still holds `key=value` words.
    """

    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    user: str = ""
    server: str = ""
    namespace: str = ""
    token: str = ""
    username: str = ""
    password: str = ""
    as_user: str = ""
    as_uid: str = ""
    as_group: tuple[str, ...] = ()
    as_user_extra: tuple[str, ...] = ()
    certificate_authority: str = ""
    client_certificate: str = ""
    client_key: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    request_timeout: str = ""
    cache_dir: str = ""
    kuberc: str = ""


class Session(Struct, frozen=True, kw_only=True):
    """A transport with what the kubeconfig says about it. Close it, or use it in a `with` statement.

    `namespace` is where unqualified names live: the flag, else the context's, else "default".
    `context` is the context's name, empty when none was used (in-cluster, or flags alone).
    `progress` shows whoever waits how far a read is; None shows nothing.
    `homes`, of a dump alone: the namespaces in which there is a DaemonSet of each name, for want of a flag.
    """

    transport: Transport
    namespace: str
    context: str = ""
    progress: "Callable[[], AbstractContextManager[OnProgress]] | None" = None
    homes: Mapping[str, tuple[str, ...]] | None = None

    def namespace_of(self, names: Sequence[str]) -> str | None:
        """The namespace that is meant where none was said; None is all of them.

        Raises `UsageError` for a name that a dump holds in several.
        """
        if self.homes is None:
            return self.namespace
        meant = {self.homes[name] for name in names if name in self.homes}
        for name in names:
            if len(self.homes.get(name, ())) > 1:
                where = ", ".join(self.homes[name])
                raise UsageError(f"{name} is in namespaces {where}", hint="give -n NAMESPACE with the name")
        return meant.pop()[0] if len(meant) == 1 else None

    def close(self) -> None:
        """Close the connections; forget key material."""
        self.transport.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_session(
    flags: ConnectionFlags, env: Mapping[str, str], *, stdin_is_tty: bool, stderr: TextIO
) -> Session:
    """Resolve flags, kubeconfig and environment as kubectl does; no request is sent yet.

    `stderr` is where an exec plugin's own prompts and notes go.
    Raises `KubeconfigError`, `CredentialError`, `UsageError` (a flag's value), `ConnectionFailed`.
    """
    from kubectl_ds.kube.in_cluster import SERVICE_ACCOUNT

    return open_session_with(
        flags, env, stdin_is_tty=stdin_is_tty, stderr=stderr, service_account=SERVICE_ACCOUNT
    )


def open_session_with(
    flags: ConnectionFlags,
    env: Mapping[str, str],
    *,
    stdin_is_tty: bool,
    stderr: TextIO,
    service_account: str,
) -> Session:
    """`open_session`, told where a pod's service account is mounted."""
    from kubectl_ds.kube.client_config import client_config
    from kubectl_ds.kube.in_cluster import in_cluster_namespace, is_in_cluster
    from kubectl_ds.kube.kubeconfig import load_kubeconfig
    from kubectl_ds.kube.request_timeout import parse_request_timeout

    timeout = parse_request_timeout(flags.request_timeout)
    kubeconfig = load_kubeconfig(flags.kubeconfig, env)
    config = client_config(kubeconfig, flags, env)
    in_pod = is_in_cluster(env, service_account)
    opened = _Opening(flags=flags, env=env, stdin_is_tty=stdin_is_tty, stderr=stderr, timeout=timeout)
    if config.is_default and in_pod:
        transport = opened.in_cluster(config, service_account)
    else:
        transport = opened.to(config, _unreachable_hint(kubeconfig, config))
    namespace = config.namespace or (in_cluster_namespace(env, service_account) if in_pod else "default")
    return Session(transport=transport, namespace=namespace, context=config.context)


class _Opening(Struct, frozen=True, kw_only=True):
    """One attempt to open a session: what both ways to a server have in common."""

    flags: ConnectionFlags
    env: Mapping[str, str]
    stdin_is_tty: bool
    stderr: TextIO
    timeout: float | None

    def to(self, config: "ClientConfig", unreachable_hint: str) -> "HttpSession":
        """A session with the server of the kubeconfig or the flags."""
        from kubectl_ds.kube.credentials import Credential, FixedCredential
        from kubectl_ds.kube.proxies import proxy_for
        from kubectl_ds.kube.user_credentials import cluster_tls, user_credentials

        tls = cluster_tls(config.cluster)
        credentials: CredentialSource = FixedCredential(Credential())
        # kubectl sends no credentials over plain http, and runs no plugin for them.
        if config.is_tls:
            credentials = user_credentials(
                config,
                tls,
                kuberc=self.flags.kuberc,
                env=self.env,
                stdin_is_tty=self.stdin_is_tty,
                stderr=self.stderr,
            )
        elif self.flags.token or self.flags.username or self.flags.client_certificate:
            print(
                f"warning: {config.server} is plain http: as kubectl, no credentials are sent there",
                file=self.stderr,
            )
        proxy = proxy_for(config.server, config.cluster.proxy_url, self.env)
        return self._session(config, config.server, tls, credentials, proxy, unreachable_hint)

    def in_cluster(self, config: "ClientConfig", service_account: str) -> "HttpSession":
        """A session with the pod's own cluster; flags for token and authority are kept."""
        from kubectl_ds.kube.credentials import Credential, FixedCredential, TokenFile, bearer
        from kubectl_ds.kube.in_cluster import in_cluster
        from kubectl_ds.kube.proxies import proxy_for
        from kubectl_ds.kube.tls_settings import TlsSettings
        from kubectl_ds.kube.user_credentials import cluster_tls

        pod = in_cluster(self.env, service_account)
        tls = cluster_tls(config.cluster)
        if tls.authorities is None and not tls.insecure:
            tls = TlsSettings(authorities=pod.authorities, server_name=tls.server_name)
        credentials: CredentialSource
        if self.flags.token:
            credentials = FixedCredential(Credential(headers=bearer(self.flags.token)))
        else:
            credentials = TokenFile(pod.token_file)
            credentials.current()
        proxy = proxy_for(pod.server, config.cluster.proxy_url, self.env)
        return self._session(config, pod.server, tls, credentials, proxy, "")

    def _session(
        self,
        config: "ClientConfig",
        server: str,
        tls: "TlsSettings",
        credentials: "CredentialSource",
        proxy: str,
        unreachable_hint: str,
    ) -> "HttpSession":
        from kubectl_ds.kube.connections import Connections
        from kubectl_ds.kube.http_session import HttpSession
        from kubectl_ds.kube.impersonation import impersonation_headers

        return HttpSession(
            server,
            credentials=credentials,
            wire=lambda key_pair: Connections(server, tls=tls, key_pair=key_pair, proxy=proxy),
            headers=impersonation_headers(config.user),
            timeout=self.timeout,
            compression=not config.cluster.disable_compression,
            proxy=proxy,
            unreachable_hint=unreachable_hint,
        )


def _unreachable_hint(kubeconfig: "Kubeconfig", config: "ClientConfig") -> str:
    """What to do when kubectl's last resort, localhost:8080, does not answer; "" where a server was named."""
    if not config.is_default:
        return ""
    if not kubeconfig.sources:
        looked = ", ".join(kubeconfig.missing) or "KUBECONFIG is empty"
        return f"no kubeconfig was found ({looked}); name one with --kubeconfig or KUBECONFIG"
    if not config.context and kubeconfig.contexts:
        names = ", ".join(sorted(kubeconfig.contexts)[:10])
        return f"the kubeconfig has no current-context; choose one with --context: {names}"
    return "the kubeconfig names no server; check its clusters, or give one with --server"
