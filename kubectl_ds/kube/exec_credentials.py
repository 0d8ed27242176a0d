"""Exec credential plugins: a program of the user's that prints a token or a client certificate.

Mirrors client-go `plugin/pkg/client/auth/exec/exec.go`. Credentials are kept in memory until they expire
or are refused, never on disk.
"""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TextIO

import msgspec
from msgspec import Struct

from kubectl_ds.errors import CredentialError
from kubectl_ds.kube.credentials import Credential, KeyPair, bearer
from kubectl_ds.kube.kubeconfig import ExecConfig
from kubectl_ds.kube.kubeconfig_tree import without_nulls
from kubectl_ds.kube.kuberc import ALLOW_ALL, PluginPolicy, check_allowed
from kubectl_ds.kube.learned_types import learned

_GROUP = "client.authentication.k8s.io"
_API_VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
_QUIET_SECONDS = 2.0
"""How long a plugin's stderr is held back, so that a quick failure is told once, in the error."""
_WORDS = 2000
"""How many characters of a plugin's stderr an error quotes."""


_UNDER_WAY: set["subprocess.Popen[bytes]"] = set()


def end_plugins() -> None:
    """Kill the plugins that are still at it: for whoever waits no longer and ends."""
    for process in tuple(_UNDER_WAY):
        process.kill()


class _Status(Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: str = ""


class _ExecCredential(Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""
    status: _Status | None = None


class ExecPlugin:
    """A credential source that runs the plugin when its last answer has expired or was refused."""

    def __init__(
        self,
        config: ExecConfig,
        *,
        cluster: Mapping[str, Any],
        policy: PluginPolicy = ALLOW_ALL,
        env: Mapping[str, str],
        stdin_is_tty: bool,
        stderr: TextIO,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`cluster` is what provideClusterInfo hands over; `now` gives seconds since the epoch.

        Raises `CredentialError` for an apiVersion that is not spoken here.
        """
        if config.api_version not in _API_VERSIONS:
            raise CredentialError(
                f"the credential plugin {config.command!r} is configured for apiVersion"
                f" {config.api_version!r}, which neither kubectl nor this program speaks",
                hint=f"use {' or '.join(_API_VERSIONS)} in the kubeconfig, and a plugin that answers so",
            )
        self._config = config
        self._cluster = cluster
        self._policy = policy
        self._env = env
        self._stdin_is_tty = stdin_is_tty
        self._stderr = stderr
        self._now = now
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        self._expires = float("inf")

    def current(self) -> Credential:
        with self._lock:
            if self._credential is None or self._now() > self._expires:
                self._refresh()
            assert self._credential is not None
            return self._credential

    def after_unauthorized(self, refused: Credential) -> Credential | None:
        with self._lock:
            # Another thread may have met the same 401 and asked already.
            if self._credential is refused:
                self._refresh()
            return self._credential

    def _refresh(self) -> None:
        answer = self._decode(self._run())
        self._expires = _expiry(answer, self._config.command)
        self._credential = _credential(answer, self._config.command)

    def _run(self) -> bytes:
        interactive = self._is_interactive()
        search_path = self._env.get("PATH")
        check_allowed(self._config.command, self._policy, search_path)
        command = self._executable(search_path)
        env = {**self._env, **{variable.name: variable.value for variable in self._config.env}}
        env["KUBERNETES_EXEC_INFO"] = self._exec_info(interactive=interactive)
        try:
            return run_plugin(
                [command, *self._config.args], env=env, interactive=interactive, stderr=self._stderr
            )
        except PluginFailed as failure:
            raise CredentialError(
                f"the credential plugin {self._config.command!r} {failure}",
                hint="run it by hand to see why; nothing was sent to the cluster",
            ) from failure

    def _is_interactive(self) -> bool:
        if self._config.interactive_mode == "Always" and not self._stdin_is_tty:
            raise CredentialError(
                f"the credential plugin {self._config.command!r} needs to ask you something"
                " (interactiveMode Always), and has no terminal to itself",
                hint="run this in a terminal and for one cluster at a time, or log in first",
            )
        return self._config.interactive_mode != "Never" and self._stdin_is_tty

    def _executable(self, search_path: str | None) -> str:
        command = os.path.normpath(self._config.command)
        found = shutil.which(command, path=search_path)
        # A file that is there and may not be run is better refused by the system, with its own words.
        if found or (os.path.exists(command) and os.sep in command):
            return found or command
        hint = printable(self._config.install_hint).strip()
        raise CredentialError(
            f"the credential plugin {self._config.command!r} is not installed (not found"
            f"{' in PATH' if os.sep not in command else ''})",
            hint=hint or "install it, or choose another user in the kubeconfig",
        )

    def _exec_info(self, *, interactive: bool) -> str:
        spec: dict[str, Any] = {"interactive": interactive}
        if self._config.provide_cluster_info:
            spec = {"cluster": dict(self._cluster), **spec}
        document = {"kind": "ExecCredential", "apiVersion": self._config.api_version, "spec": spec}
        return msgspec.json.encode(document).decode()

    def _decode(self, output: bytes) -> _Status:
        try:
            answer = msgspec.convert(without_nulls(_json_or_yaml(output)), learned(_ExecCredential))
        except (msgspec.DecodeError, ValueError) as error:
            raise self._bad(f"did not print an ExecCredential: {printable(str(error))}") from error
        if answer.kind != "ExecCredential":
            raise self._bad(
                f"printed a {printable(answer.kind) or 'document without a kind'}, not an ExecCredential"
            )
        if answer.api_version != self._config.api_version:
            raise self._bad(
                f"answered in apiVersion {printable(answer.api_version)!r},"
                f" and the kubeconfig says {self._config.api_version!r}"
            )
        status = answer.status
        if status is None:
            raise self._bad("gave no status")
        if not (status.token or status.client_certificate_data or status.client_key_data):
            raise self._bad("gave neither a token nor a client certificate")
        if bool(status.client_certificate_data) != bool(status.client_key_data):
            raise self._bad("gave only one of client certificate and key")
        return status

    def _bad(self, what: str) -> CredentialError:
        return CredentialError(
            f"the credential plugin {self._config.command!r} {what}",
            hint="check the plugin's version and the user's exec section in the kubeconfig",
        )


class PluginFailed(Exception):
    """A plugin could not be started or did not end well; the text goes on after the plugin's name."""


def run_plugin(command: list[str], *, env: Mapping[str, str], interactive: bool, stderr: TextIO) -> bytes:
    """Run a plugin to its end and return what it printed. Raises `PluginFailed`.

    An interactive plugin has the terminal to itself. Another's stderr is passed on as it comes once the
    plugin has run for a moment, or when it is done; if it fails, the exception ends in its last words.
    """
    direct = interactive and _has_descriptor(stderr)
    try:
        process = subprocess.Popen(
            command,
            env=dict(env),
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr if direct else subprocess.PIPE,
        )
    except OSError as error:
        raise PluginFailed(f"could not be started: {error.strerror or error}") from error
    _UNDER_WAY.add(process)
    words = _Words(stderr)
    listener = threading.Thread(target=words.listen, args=(process.stderr,), daemon=True)
    patience = threading.Timer(_QUIET_SECONDS, words.speak)
    patience.daemon = True
    listener.start()
    patience.start()
    try:
        assert process.stdout is not None
        output = process.stdout.read()
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        patience.cancel()
        _UNDER_WAY.discard(process)
    # A grandchild may hold the pipe open; what the plugin itself said has arrived by now.
    listener.join(timeout=1.0)
    if code:
        said = printable(" ".join(words.text().split()))
        raise PluginFailed(f"failed with exit code {code}" + (f": {said[-_WORDS:]}" if said else ""))
    words.speak()
    return output


class _Words:
    """A plugin's stderr: kept, and passed on once it may be heard."""

    def __init__(self, stderr: TextIO) -> None:
        self._stderr = stderr
        self._lock = threading.Lock()
        self._chunks: list[str] = []
        self._passed_on = 0
        self._live = False

    def listen(self, pipe: Any) -> None:
        if pipe is None:
            return
        while chunk := pipe.read1(65536):
            with self._lock:
                self._chunks.append(chunk.decode("utf-8", "replace"))
                if self._live:
                    self._pass_on()

    def speak(self) -> None:
        with self._lock:
            self._live = True
            self._pass_on()

    def text(self) -> str:
        with self._lock:
            return "".join(self._chunks)

    def _pass_on(self) -> None:
        for chunk in self._chunks[self._passed_on :]:
            self._stderr.write(chunk)
        if self._passed_on < len(self._chunks):
            self._stderr.flush()
        self._passed_on = len(self._chunks)


def _has_descriptor(stream: TextIO) -> bool:
    try:
        stream.fileno()
    except (OSError, AttributeError):
        return False
    return True


def _json_or_yaml(output: bytes) -> Any:
    try:
        return msgspec.json.decode(output)
    except msgspec.DecodeError:
        import yaml

        from kubectl_ds.kube.yaml_loader import first_document

        try:
            plain = first_document(output)
        except yaml.YAMLError as error:
            raise ValueError("its output is neither JSON nor YAML") from error
        if not isinstance(plain, dict):
            raise ValueError("its output is neither JSON nor YAML") from None
        return plain


def _expiry(status: _Status, command: str) -> float:
    if not status.expiration_timestamp:
        return float("inf")
    try:
        return datetime.fromisoformat(status.expiration_timestamp).timestamp()
    except ValueError as error:
        raise CredentialError(
            f"the credential plugin {command!r} gave an expirationTimestamp that is no time:"
            f" {printable(status.expiration_timestamp)!r}",
            hint="it must be RFC 3339, such as 2026-01-02T03:04:05Z",
        ) from error


def _credential(status: _Status, command: str) -> Credential:
    key_pair = None
    if status.client_certificate_data:
        key_pair = KeyPair(
            certificate=status.client_certificate_data.encode(), key=status.client_key_data.encode()
        )
    return Credential(headers=bearer(status.token) if status.token else (), key_pair=key_pair)


def printable(text: str) -> str:
    """Text of a plugin or kubeconfig without control characters, as client-go cleans install hints."""
    return "".join(
        character if character.isprintable() or character in "\t\n" else f"U+{ord(character):04X}"
        for character in text
    )
