"""kuberc's say over exec credential plugins: `credentialPluginPolicy` and its allowlist.

Mirrors kubectl `pkg/kuberc/kuberc.go` (which file, what is an error and what a warning) and client-go
`plugin/pkg/client/auth/exec` (ValidatePluginPolicy, the allowlist check). Nothing else of a kuberc
concerns a plugin of kubectl: its defaults and aliases are for built-in commands.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import msgspec
from msgspec import Struct

from kubectl_ds.errors import CredentialError, KubeconfigError, UsageError

_GROUP = "kubectl.config.k8s.io"
_VERSIONS = ("v1alpha1", "v1beta1")


class PluginPolicy(Struct, frozen=True, kw_only=True):
    """Which exec plugins may run. The allowlist is None when the kuberc holds none."""

    policy: str = "AllowAll"
    allowlist: tuple[str, ...] | None = None


ALLOW_ALL = PluginPolicy()


class _AllowlistEntry(Struct, frozen=True):
    command: str = ""
    name: str = ""


class _Preference(Struct, frozen=True, rename="camel"):
    credential_plugin_policy: str = ""
    credential_plugin_allowlist: tuple[_AllowlistEntry, ...] | None = None


def load_plugin_policy(kuberc: str, env: Mapping[str, str], stderr: TextIO) -> PluginPolicy:
    """The policy of `--kuberc`, else of KUBERC's file, else of ~/.kube/kuberc; without any, AllowAll.

    A file that was asked for must be there and be a kuberc (`KubeconfigError`); the default one may be
    missing, and is only warned of when it is broken. A contradictory policy is always an error.
    """
    if env.get("KUBECTL_KUBERC", "").lower() == "false":
        return ALLOW_ALL
    if env.get("KUBERC") == "off":
        if kuberc:
            raise UsageError("--kuberc and KUBERC=off exclude each other", hint="drop one of them")
        return ALLOW_ALL
    asked = kuberc or env.get("KUBERC", "")
    path = asked or os.path.join(env.get("HOME", ""), ".kube", "kuberc")
    try:
        content = Path(path).read_bytes()
        preference = _first_preference(content, path)
    except FileNotFoundError as error:
        if not asked:
            return ALLOW_ALL
        raise KubeconfigError(
            f"the kuberc {path} does not exist", hint="check --kuberc and KUBERC"
        ) from error
    except (OSError, ValueError) as error:
        if asked:
            raise KubeconfigError(
                f"the kuberc {path} cannot be used: {error}", hint="mend the file"
            ) from error
        print(f"warning: no preferences loaded from {path}: {error}", file=stderr)
        return ALLOW_ALL
    return _policy(preference, path)


def _first_preference(content: bytes, path: str) -> _Preference:
    """The first document that is a Preference of a known version. Raises ValueError when none is one."""
    import yaml

    from kubectl_ds.kube.kubeconfig_tree import without_nulls
    from kubectl_ds.kube.yaml_loader import documents

    try:
        found = [document for document in documents(content) if document is not None]
    except yaml.YAMLError as error:
        raise ValueError("it is not valid YAML: " + " ".join(str(error).split())) from error
    for document in found:
        version = _preference_version(document)
        if version == "v1alpha1":  # which knows no plugin policy
            return _Preference()
        if version:
            try:
                return msgspec.convert(without_nulls(document), _Preference)
            except msgspec.ValidationError:
                continue
    if found:
        raise ValueError(
            f"it holds no Preference of {_GROUP} in a version known here ({', '.join(_VERSIONS)})"
        )
    return _Preference()


def _preference_version(document: Any) -> str:
    if not isinstance(document, dict) or document.get("kind") != "Preference":
        return ""
    group, _, version = str(document.get("apiVersion", "")).partition("/")
    return version if group == _GROUP and version in _VERSIONS else ""


def _policy(preference: _Preference, path: str) -> PluginPolicy:
    policy = preference.credential_plugin_policy or "AllowAll"
    entries = preference.credential_plugin_allowlist
    problem = _problem(policy, entries)
    if problem:
        raise KubeconfigError(
            f"the kuberc {path} {problem}", hint="see credentialPluginPolicy in `kubectl kuberc set --help`"
        )
    allowlist = None if entries is None else tuple(entry.command or entry.name for entry in entries)
    return PluginPolicy(policy=policy, allowlist=allowlist)


def _problem(policy: str, entries: tuple[_AllowlistEntry, ...] | None) -> str:
    if policy in ("AllowAll", "DenyAll"):
        return f"sets credentialPluginPolicy {policy} and an allowlist too" if entries is not None else ""
    if policy != "Allowlist":
        return f"sets the unknown credentialPluginPolicy {policy!r}"
    if not entries:
        return "sets credentialPluginPolicy Allowlist without an allowlist"
    for entry in entries:
        command = entry.command or entry.name
        if not command:
            return "has an empty entry in its credentialPluginAllowlist"
        if os.path.normpath(command) != command:
            return f"has an entry in its credentialPluginAllowlist that is not a plain path: {command!r}"
    return ""


def check_allowed(command: str, policy: PluginPolicy, search_path: str | None) -> None:
    """Raise `CredentialError` when the policy keeps this plugin from running.

    The command as written or as found in PATH must equal an entry as written or as found in PATH.
    """
    if policy.policy == "AllowAll":
        return
    hint = "the policy is credentialPluginPolicy in your kuberc"
    if policy.policy == "DenyAll":
        raise CredentialError(f"kuberc forbids the credential plugin {command!r} (DenyAll)", hint=hint)
    allowed = set(policy.allowlist or ())
    wanted = os.path.normpath(command)
    resolved = shutil.which(wanted, path=search_path)
    if wanted in allowed or resolved in allowed:
        return
    same_name = (
        entry for entry in allowed if os.path.basename(entry) == os.path.basename(resolved or wanted)
    )
    if resolved and resolved in {shutil.which(entry, path=search_path) for entry in same_name}:
        return
    raise CredentialError(
        f"kuberc does not allow the credential plugin {command!r}: it is not in credentialPluginAllowlist",
        hint=hint,
    )
