"""Who we are at this moment: what a request carries, and what to do when the server says 401."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from kubectl_ds.errors import CredentialError

TOKEN_FILE_SECONDS = 60.0
"""How long a token file's content is kept; client-go's `NewCachedFileTokenSource` has the same minute."""


class KeyPair(Struct, frozen=True):
    """A client certificate (chain) and its private key, both PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "KeyPair(…)"


class Credential(Struct, frozen=True, kw_only=True):
    """One identity, as far as requests and connections carry it."""

    headers: tuple[tuple[str, str], ...] = ()
    key_pair: KeyPair | None = None

    def __repr__(self) -> str:
        return "Credential(…)"


class CredentialSource(Protocol):
    """Where credentials come from. Both methods may be called from several threads at once."""

    def current(self) -> Credential:
        """The credential to send now. Raises `CredentialError` when it cannot be had."""
        ...

    def after_unauthorized(self, refused: Credential) -> Credential | None:
        """A credential other than the one that was refused with 401, or None when there is no other.

        Raises `CredentialError` when there should be a fresh one and it cannot be had.
        """
        ...


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """The header of a bearer token. Raises `CredentialError` for a token that no header can carry."""
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        raise CredentialError(
            "the bearer token holds characters that no HTTP header can carry",
            hint="check for line breaks or text that is not a token",
        )
    return (("Authorization", f"Bearer {token}"),)


def basic(username: str, password: str) -> tuple[tuple[str, str], ...]:
    """The header of a user name and password."""
    import base64

    encoded = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    return (("Authorization", f"Basic {encoded}"),)


class FixedCredential:
    """A credential that never changes: a token, a password, a client certificate, or nobody's."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def current(self) -> Credential:
        return self._credential

    def after_unauthorized(self, refused: Credential) -> Credential | None:
        return None


class TokenFile:
    """A token that somebody else rotates in a file: read again each minute, and when it is refused.

    Once a token has been read, a file that cannot be read any more leaves it in force, as client-go has it.
    """

    def __init__(
        self,
        path: str,
        key_pair: KeyPair | None = None,
        *,
        fallback: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fallback` is the user's `token`, in force while the file cannot be read; `now` is in seconds."""
        self._path = path
        self._key_pair = key_pair
        self._now = now
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        if fallback:
            self._credential = Credential(headers=bearer(fallback), key_pair=key_pair)
        self._read_at = float("-inf")

    def current(self) -> Credential:
        with self._lock:
            if self._now() - self._read_at >= TOKEN_FILE_SECONDS:
                self._read()
            assert self._credential is not None
            return self._credential

    def after_unauthorized(self, refused: Credential) -> Credential | None:
        with self._lock:
            self._read()
            return None if self._credential == refused else self._credential

    def _read(self) -> None:
        try:
            with open(self._path, encoding="utf-8") as file:
                token = file.read().strip()
        except (OSError, UnicodeDecodeError) as error:
            if self._credential is not None:
                return
            problem = getattr(error, "strerror", None) or error
            raise CredentialError(
                f"the token file {self._path} cannot be read: {problem}",
                hint="check the user's tokenFile in the kubeconfig",
            ) from error
        if token:
            self._credential = Credential(headers=bearer(token), key_pair=self._key_pair)
            self._read_at = self._now()
        elif self._credential is None:
            raise CredentialError(
                f"the token file {self._path} is empty",
                hint="check what writes it; an empty token would be an anonymous request",
            )
