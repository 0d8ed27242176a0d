"""A kubeconfig user as a credential source, and a kubeconfig cluster as TLS settings.

Mirrors the precedence of client-go `transport.HTTPWrappersForConfig` and `exec.UpdateTransportConfig`:
a token, password or client certificate that is there keeps a plugin from being asked.
"""

import binascii
from collections.abc import Mapping
from typing import Any, TextIO

from kubectl_ds.errors import CredentialError, KubeconfigError
from kubectl_ds.kube.client_config import ClientConfig
from kubectl_ds.kube.credentials import (
    Credential,
    CredentialSource,
    FixedCredential,
    KeyPair,
    TokenFile,
    basic,
    bearer,
)
from kubectl_ds.kube.kubeconfig import EXEC_CONFIG_EXTENSION, Cluster, User, decode_data
from kubectl_ds.kube.tls_settings import TlsSettings


def cluster_tls(cluster: Cluster) -> TlsSettings:
    """The cluster's authorities and names. Raises `KubeconfigError` when they cannot be read."""
    authorities = None
    if cluster.certificate_authority_data:
        authorities = decode_data(cluster.certificate_authority_data, "certificate-authority-data")
    elif cluster.certificate_authority:
        authorities = _read(cluster.certificate_authority, "certificate-authority")
    return TlsSettings(
        authorities=authorities or None,
        insecure=cluster.insecure_skip_tls_verify,
        server_name=cluster.tls_server_name,
    )


def user_credentials(
    config: ClientConfig,
    tls: TlsSettings,
    *,
    kuberc: str,
    env: Mapping[str, str],
    stdin_is_tty: bool,
    stderr: TextIO,
) -> CredentialSource:
    """Where this user's credentials come from; a plugin or issuer is asked at the first request.

    Raises `CredentialError` when the user has none, or one that cannot be read: kubectl would ask for a
    user name then, and nobody wants an anonymous report.
    """
    user = config.user
    if user.auth_provider is not None:
        from kubectl_ds.kube.oidc import check_provider

        check_provider(user.auth_provider.name)
    key_pair = _key_pair(user)
    if user.token_file:
        source = TokenFile(user.token_file, key_pair, fallback=user.token)
        source.current()
        return source
    if user.token:
        return FixedCredential(Credential(headers=bearer(user.token), key_pair=key_pair))
    if user.username or user.password:
        return FixedCredential(Credential(headers=basic(user.username, user.password), key_pair=key_pair))
    if user.auth_provider is not None:
        return _oidc(config, key_pair, env=env, stderr=stderr)
    if key_pair is not None:
        return FixedCredential(Credential(key_pair=key_pair))
    if user.exec is not None:
        return _exec(config, tls, kuberc=kuberc, env=env, stdin_is_tty=stdin_is_tty, stderr=stderr)
    raise CredentialError(
        f"the user {config.user_name!r} has no credentials for {config.server}"
        if config.user_name
        else f"no user is chosen for {config.server}, and it would be an anonymous request",
        hint="give the user a token, a client certificate or an exec plugin, or use --token or --user",
    )


def _key_pair(user: User) -> KeyPair | None:
    if not (user.client_certificate or user.client_certificate_data):
        return None
    return KeyPair(
        certificate=_data_or_file(
            user.client_certificate_data, user.client_certificate, "client-certificate"
        ),
        key=_data_or_file(user.client_key_data, user.client_key, "client-key"),
    )


def _data_or_file(data: str, path: str, what: str) -> bytes:
    return decode_data(data, f"{what}-data") if data else _read(path, what)


def _read(path: str, what: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise KubeconfigError(
            f"the {what} {path} cannot be read: {error.strerror or error}",
            hint="check the path in the kubeconfig or the flag",
        ) from error


def _oidc(
    config: ClientConfig, key_pair: KeyPair | None, *, env: Mapping[str, str], stderr: TextIO
) -> CredentialSource:
    from kubectl_ds.kube.oidc import OidcTokens, persist_tokens

    user = config.user
    assert user.auth_provider is not None
    return OidcTokens(
        user.auth_provider.config,
        key_pair=key_pair,
        env=env,
        persist=lambda tokens: persist_tokens(user.origin, config.user_name, tokens, stderr),
    )


def _exec(
    config: ClientConfig,
    tls: TlsSettings,
    *,
    kuberc: str,
    env: Mapping[str, str],
    stdin_is_tty: bool,
    stderr: TextIO,
) -> CredentialSource:
    from kubectl_ds.kube.exec_credentials import ExecPlugin
    from kubectl_ds.kube.kuberc import load_plugin_policy

    assert config.user.exec is not None
    return ExecPlugin(
        config.user.exec,
        cluster=exec_cluster(config, tls),
        policy=load_plugin_policy(kuberc, env, stderr),
        env=env,
        stdin_is_tty=stdin_is_tty,
        stderr=stderr,
    )


def exec_cluster(config: ClientConfig, tls: TlsSettings) -> dict[str, Any]:
    """What provideClusterInfo tells a plugin, as client-go's `ConfigToExecCluster` has it."""
    cluster = config.cluster
    extension = next((e.extension for e in cluster.extensions if e.name == EXEC_CONFIG_EXTENSION), None)
    fields = {
        "server": config.server,
        "tls-server-name": tls.server_name,
        "insecure-skip-tls-verify": tls.insecure,
        "certificate-authority-data": binascii.b2a_base64(tls.authorities or b"", newline=False).decode(
            "ascii"
        ),
        "proxy-url": cluster.proxy_url,
        "disable-compression": cluster.disable_compression,
    }
    return {**{name: value for name, value in fields.items() if value}, "config": extension}
