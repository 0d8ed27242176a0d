"""Kubeconfig files as kubectl reads and merges them.

Mirrors client-go `tools/clientcmd/loader.go` (which files, who wins, relative paths) and
`tools/clientcmd/api/v1` (fields, duplicate names, the exec plugin's default interactiveMode).
"""

import binascii
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from kubectl_ds.errors import KubeconfigError
from kubectl_ds.kube.kubeconfig_tree import kubeconfig_tree

EXEC_CONFIG_EXTENSION = "client.authentication.k8s.io/exec"
"""The cluster extension that is handed to an exec plugin as its `config`."""

_V1BETA1 = "client.authentication.k8s.io/v1beta1"
_V1ALPHA1 = "client.authentication.k8s.io/v1alpha1"


class NamedExtension(Struct, frozen=True):
    """One entry of an `extensions` list; its content is the extension's own affair."""

    name: str = ""
    extension: Any = None


class Cluster(Struct, frozen=True, kw_only=True, rename="kebab"):
    """How a server is reached. Paths are absolute once the file has been read."""

    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    extensions: tuple[NamedExtension, ...] = ()


class ExecEnvVar(Struct, frozen=True):
    """One variable added to an exec plugin's environment."""

    name: str = ""
    value: str = ""


class ExecConfig(Struct, frozen=True, kw_only=True, rename="camel"):
    """The exec plugin that a user's credentials come from."""

    command: str = ""
    args: tuple[str, ...] = ()
    env: tuple[ExecEnvVar, ...] = ()
    api_version: str = ""
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""


class AuthProvider(Struct, frozen=True):
    """The older way to name a login method; only `oidc` is left of them."""

    name: str = ""
    config: dict[str, str] = {}


class User(Struct, frozen=True, kw_only=True, rename="kebab"):
    """Who is asking, and as whom. Paths are absolute once the file has been read."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = field(default="", name="tokenFile")
    as_user: str = field(default="", name="as")
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    as_user_extra: dict[str, tuple[str, ...]] = {}
    username: str = ""
    password: str = ""
    auth_provider: AuthProvider | None = None
    exec: ExecConfig | None = None
    origin: str = field(default="", name="")
    """The file that the entry stands in; no field of the file itself."""


class Context(Struct, frozen=True, kw_only=True):
    """A cluster, a user and a namespace under one name."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class Kubeconfig(Struct, frozen=True, kw_only=True):
    """What all the files together say. `sources` are the files read, `missing` those that are not there."""

    current_context: str = ""
    clusters: Mapping[str, Cluster] = {}
    users: Mapping[str, User] = {}
    contexts: Mapping[str, Context] = {}
    sources: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class _NamedCluster(Struct, frozen=True):
    name: str = ""
    cluster: Cluster = Cluster()


class _NamedUser(Struct, frozen=True):
    name: str = ""
    user: User = User()


class _NamedContext(Struct, frozen=True):
    name: str = ""
    context: Context = Context()


class _File(Struct, frozen=True, rename="kebab"):
    api_version: str = field(default="", name="apiVersion")
    kind: str = ""
    current_context: str = ""
    clusters: tuple[_NamedCluster, ...] = ()
    users: tuple[_NamedUser, ...] = ()
    contexts: tuple[_NamedContext, ...] = ()


def kubeconfig_paths(explicit: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """The files to read, in order: `--kubeconfig` alone, else KUBECONFIG's list, else ~/.kube/config."""
    if explicit:
        return (explicit,)
    if env.get("KUBECONFIG"):
        return tuple(dict.fromkeys(path for path in env["KUBECONFIG"].split(os.pathsep) if path))
    home = env.get("HOME") or (env.get("USERPROFILE", "") if os.name == "nt" else "")
    return (os.path.join(home, ".kube", "config"),)


def load_kubeconfig(explicit: str, env: Mapping[str, str]) -> Kubeconfig:
    """Read and merge the kubeconfig files.

    The first file to set the current context or a name wins, and an entry is taken whole. Missing files
    are skipped, but not one named by `--kubeconfig`. Nothing at all gives an empty Kubeconfig.
    Raises `KubeconfigError` for a file that cannot be read or is not a kubeconfig.
    """
    merged = Kubeconfig()
    for path in kubeconfig_paths(explicit, env):
        try:
            with open(path, "rb") as file:
                content = file.read()
        except FileNotFoundError as error:
            if explicit:
                raise KubeconfigError(
                    f"the kubeconfig {path} does not exist", hint="check --kubeconfig"
                ) from error
            merged = msgspec.structs.replace(merged, missing=(*merged.missing, path))
            continue
        except OSError as error:
            raise KubeconfigError(
                f"the kubeconfig {path} cannot be read: {error.strerror or error}",
                hint="check the path and its permissions",
            ) from error
        merged = _merge(merged, parse_kubeconfig(content, path))
    return merged


def parse_kubeconfig(content: bytes, path: str) -> Kubeconfig:
    """One file's content, its relative paths made absolute against the folder of `path`.

    Raises `KubeconfigError` when it is no YAML, of another kind, or names something twice.
    """
    plain = kubeconfig_tree(content, path)
    try:
        file = msgspec.convert(plain, _File)
    except msgspec.ValidationError as error:
        raise KubeconfigError(
            f"the kubeconfig {path} is not valid: {error}", hint="compare it with `kubectl config view --raw`"
        ) from error
    if file.kind not in ("", "Config") or file.api_version not in ("", "v1"):
        raise KubeconfigError(
            f"{path} is not a kubeconfig: its kind is {file.kind or '(none)'}"
            f" and its apiVersion {file.api_version or '(none)'}",
            hint="a kubeconfig has kind Config and apiVersion v1",
        )
    base = os.path.abspath(os.path.dirname(path))
    return Kubeconfig(
        current_context=file.current_context,
        clusters=_by_name(file.clusters, "cluster", lambda e: _resolve_cluster(e.cluster, base), path),
        users=_by_name(file.users, "user", lambda e: _resolve_user(e.user, base, path), path),
        contexts=_by_name(file.contexts, "context", lambda e: e.context, path),
        sources=(path,),
    )


def decode_data(text: str, what: str) -> bytes:
    """A kubeconfig's base64 `*-data` field as bytes. Raises `KubeconfigError` naming the field."""
    try:
        return binascii.a2b_base64("".join(text.split()), strict_mode=True)
    except ValueError as error:
        raise KubeconfigError(
            f"{what} in the kubeconfig is not base64: {error}", hint="it holds the PEM file, base64-encoded"
        ) from error


_Entry = TypeVar("_Entry", _NamedCluster, _NamedUser, _NamedContext)
_Value = TypeVar("_Value")


def _by_name(
    entries: tuple[_Entry, ...], noun: str, value: Callable[[_Entry], _Value], path: str
) -> dict[str, _Value]:
    named: dict[str, _Value] = {}
    for entry in entries:
        if entry.name in named:
            raise KubeconfigError(
                f"the kubeconfig {path} names the {noun} {entry.name!r} twice", hint="remove one of them"
            )
        named[entry.name] = value(entry)
    return named


def _resolve_cluster(cluster: Cluster, base: str) -> Cluster:
    return msgspec.structs.replace(
        cluster, certificate_authority=_absolute(cluster.certificate_authority, base)
    )


def _resolve_user(user: User, base: str, path: str) -> User:
    return msgspec.structs.replace(
        user,
        origin=path,
        client_certificate=_absolute(user.client_certificate, base),
        client_key=_absolute(user.client_key, base),
        token_file=_absolute(user.token_file, base),
        exec=_resolve_exec(user.exec, base),
    )


def _resolve_exec(plugin: ExecConfig | None, base: str) -> ExecConfig | None:
    if plugin is None:
        return None
    # A bare name is looked up in PATH; only a command with a separator is a file beside the kubeconfig.
    command = _absolute(plugin.command, base) if os.sep in plugin.command else plugin.command
    mode = plugin.interactive_mode
    if not mode and plugin.api_version in (_V1BETA1, _V1ALPHA1):
        mode = "IfAvailable"
    return msgspec.structs.replace(plugin, command=command, interactive_mode=mode)


def _absolute(path: str, base: str) -> str:
    if not path or os.path.isabs(path):
        return path
    return os.path.normpath(os.path.join(base, path))


def _merge(first: Kubeconfig, second: Kubeconfig) -> Kubeconfig:
    return Kubeconfig(
        current_context=first.current_context or second.current_context,
        clusters={**second.clusters, **first.clusters},
        users={**second.users, **first.users},
        contexts={**second.contexts, **first.contexts},
        sources=(*first.sources, *second.sources),
        missing=(*first.missing, *second.missing),
    )
