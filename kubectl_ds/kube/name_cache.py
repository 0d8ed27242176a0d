"""Names that were read a moment ago, so that the next TAB need not ask again: a file a question, for its owner."""

import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256

import msgspec

from kubectl_ds.kube.client_config import ClientConfig
from kubectl_ds.kube.object_names import ObjectName

FRESH_SECONDS = 5.0
_FORGOTTEN_SECONDS = 60.0
_OF_THE_SHELL = frozenset({"_", "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "KUBECTL_PATH"})
"""Variables that change between two keys without a credential plugin caring."""


class NameCache:
    """The names that one identity saw, in a folder of the user's. What cannot be read or written is not cached."""

    def __init__(self, folder: str, *, now: float) -> None:
        """`now` is in seconds since the epoch, as files have it."""
        self._folder = folder
        self._now = now

    def get(self, key: str) -> list[ObjectName] | None:
        """The names that were put there within the last seconds."""
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            return None
        with open(descriptor, "rb") as file:
            if not self._is_fresh(os.fstat(descriptor)):
                return None
            with suppress(OSError, msgspec.DecodeError):
                return msgspec.json.decode(file.read(), type=list[ObjectName])
        return None

    def put(self, key: str, names: list[ObjectName]) -> None:
        """Keep the names; forget those that nobody will ask for any more."""
        with suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            self._forget()
            # Made with 0600, and moved: whoever reads meanwhile finds the old file or the new one, whole.
            descriptor, path = tempfile.mkstemp(dir=self._folder)
            with open(descriptor, "wb") as file:
                file.write(msgspec.json.encode(names))
            os.replace(path, self._path(key))

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key)

    def _is_fresh(self, status: os.stat_result) -> bool:
        is_ours = os.name == "nt" or (
            status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077
        )
        return is_ours and 0 <= self._now - status.st_mtime <= FRESH_SECONDS

    def _forget(self) -> None:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if self._now - entry.stat(follow_symlinks=False).st_mtime > _FORGOTTEN_SECONDS:
                    os.unlink(entry.path)


def cache_folder(flag: str, env: Mapping[str, str]) -> str:
    """Below kubectl's own cache: `--cache-dir`, else KUBECACHEDIR, else ~/.kube/cache. "" where there is no home."""
    home = env.get("HOME") or (env.get("USERPROFILE", "") if os.name == "nt" else "")
    kubectls = flag or env.get("KUBECACHEDIR") or (os.path.join(home, ".kube", "cache") if home else "")
    return os.path.join(kubectls, "kubectl-ds") if kubectls else ""


def cache_key(config: ClientConfig, question: str, env: Mapping[str, str]) -> str:
    """Different for each server, identity and question, so that nobody is shown what somebody else may see.

    The identity is all that it comes from: the kubeconfig's entries, the files that they name, and for a
    credential plugin the whole environment.
    """
    digest = sha256(msgspec.json.encode((config, question)))
    user, cluster = config.user, config.cluster
    for path in (user.token_file, user.client_certificate, user.client_key, cluster.certificate_authority):
        digest.update(b"\0" + _content(path))
    if user.exec is not None or config.is_default:
        variables = {name: value for name, value in env.items() if name not in _OF_THE_SHELL}
        digest.update(msgspec.json.encode(variables, order="sorted"))
    return digest.hexdigest()


def _content(path: str) -> bytes:
    if not path:
        return b""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
